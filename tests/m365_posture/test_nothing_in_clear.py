"""After scans, a workbook and decisions, no name, address, file name or secret stands in clear in the data folder."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from builders.signals import a_story, an_evaluation
from command_line import TWO_FIRMS, World, a_world

from m365_posture.config_file import load
from m365_posture.keys import read_key_file
from m365_posture.tenant_data import TenantData
from scanner.snapshot.reader import SnapshotReader
from store import findings
from store.decided import Waiver
from store.decisions import FILE_NAME
from store.signalled import Conclusion
from store.signals import Signals

NAMING = {
    "displayName", "givenName", "surname", "mail", "userPrincipalName", "name", "webUrl", "jobTitle", "department",
    "address", "ipAddress", "userDisplayName", "mailNickname", "appDisplayName", "city", "proxyAddresses", "otherMails",
}  # fmt: skip
"""Microsoft's properties that name a person, a firm, a file, a place."""
SHORTEST = 6
"""Shorter names would be found in encrypted bytes by accident."""
UNREAD_DOMAIN = "vermeulen-legal.example"
CONTINUED = ("--only", "sign_ins", "--only", "audits", "--only", "sharing")
"""Of these a later scan reads on from where the one before it ended, and keeps where that was."""
WORDS_OF_CODES = {"Member", "Global", "Browser", "Exchange.ManageAsApp"}


def names_in(value: object, key: str = "") -> Iterator[str]:
    """Yield every text of a sample that names something."""
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from names_in(entry, name)
    elif isinstance(value, list):
        for entry in value:
            yield from names_in(entry, key)
    elif isinstance(value, str) and key in NAMING:
        yield value


def canaries() -> set[str]:
    found = {
        name
        for slug in TWO_FIRMS
        for file in (files("sample_data") / slug).iterdir()
        if file.name.endswith(".json")
        for name in names_in(json.loads(file.read_text(encoding="utf-8")))
    }
    return {name for name in found if len(name) >= SHORTEST} - WORDS_OF_CODES | domains()


def domains() -> set[str]:
    """The ids of domains are names; one of them cannot be read."""
    listed = [(files("sample_data") / slug / "domains.json").read_text(encoding="utf-8") for slug in TWO_FIRMS]
    return {domain["id"] for text in listed for domain in json.loads(text)}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two scanned tenants, the larger one continued, with a decision whose write-ahead log is still open."""
    with a_world(tmp_path_factory.mktemp("clear")) as served:
        served.simulator.tenants["vermeulen"].dns[UNREAD_DOMAIN] = {"MX": {"error": "SERVFAIL"}}
        for words in (*([slug] for slug in TWO_FIRMS), ["vermeulen", *CONTINUED]):
            assert served.run("scan", *words, "--verbose").code in {0, 3}
        tenant = load(served.config).tenant("vermeulen")
        with TenantData.open(tenant, read_key_file(served.key_file)).decisions() as decisions:
            now = datetime.now(UTC)
            waiver = Waiver(
                "EM-05", "x", "CanaryReason", "CanaryPartner", now, date(2027, 1, 1), {"to": "canary@x.example"}
            )
            decisions.waive(waiver, actor="CanaryActor")
            signals = Signals(decisions)
            story = a_story("CanaryStory", "CanaryPerson", source="CanarySource", user_id="CanaryId")
            signals.notice(an_evaluation(story, tenant=tenant.tenant_id), now)
            [signal] = [one for one in signals.all() if one.story == "CanaryStory"]
            signals.acknowledge(signal, Conclusion.EXPLAINED, by="CanaryActor", note="CanaryReason", at=now)
            yield served


@pytest.fixture(scope="module")
def kept(world: World) -> dict[str, bytes]:
    """Everything in the data folder, by path."""
    return {str(path.relative_to(world.data)): path.read_bytes() for path in world.data.rglob("*") if path.is_file()}


def places(kept: dict[str, bytes], searched: bytes) -> list[str]:
    """Return the files, by path, whose content holds what was searched."""
    return [path for path, content in kept.items() if searched in content]


def test_the_search_would_find_what_it_searches(world: World) -> None:
    """What is searched is really kept: it stands in the tables and in the findings of the firm's whole scan."""
    data = TenantData.open(load(world.config).tenant("vermeulen"), read_key_file(world.key_file))
    reader = SnapshotReader.open(world.scans("vermeulen")[0], data.vault)
    tables = [name for name, coverage in reader.manifest.tables.items() if coverage.state.delivers_rows]
    read = "".join(str(reader.dataset(name).to_table().to_pylist()) for name in tables)
    found = repr(findings.latest(data.folder, data.vault))

    assert len(canaries()) > 500
    assert sum(name in read for name in canaries()) > 300
    assert sum(name in found for name in canaries()) > 30


def test_no_name_stands_in_clear(kept: dict[str, bytes]) -> None:
    everything = b"\n".join([*kept.values(), *(path.encode() for path in kept)])

    found = [name for name in canaries() if name.encode() in everything]
    assert {name: places(kept, name.encode()) for name in found} == {}


def test_no_decision_stands_in_clear(kept: dict[str, bytes]) -> None:
    assert any(path.endswith(f"{FILE_NAME}-wal") for path in kept)
    for canary in (b"CanaryReason", b"CanaryPartner", b"CanaryActor", b"canary@x", b"CanaryStory", b"CanaryId"):
        assert places(kept, canary) == []


def test_no_secret_and_no_token_stands_in_clear(world: World, kept: dict[str, bytes]) -> None:
    """Keys in raw form, in hexadecimal and in base64; the header of a bearer token begins with `eyJ0` or `eyJh`."""
    key = base64.b64decode(world.key_file.read_text(encoding="ascii"))
    tenants = load(world.config).tenants.values()
    own = [TenantData.open(tenant, read_key_file(world.key_file)).key for tenant in tenants]
    keys = [key, *(tenant.secret for tenant in own), *(bytes.fromhex(tenant.database_key()) for tenant in own)]
    forms = [form for raw in keys for form in (raw, raw.hex().encode(), base64.b64encode(raw))]
    secrets = [value.encode() for value in world.simulator.environment.values()]
    tokens = [path.read_bytes().strip() for path in (world.folder / "simulator").glob("*.jwt")]

    for searched in (*forms, *secrets, *tokens, b"eyJ0eXAi", b"eyJhbGci", b"skiptoken"):
        assert places(kept, searched) == []


def test_the_places_that_were_searched_are_all_there(kept: dict[str, bytes]) -> None:
    names = {Path(path).name for path in kept}

    assert {"manifest.json", "journal.jsonl", "m365-posture.log", "key.json", FILE_NAME, "portfolio.sqlite"} <= names
    assert any(name.endswith(".parquet") for name in names)
