"""What a scan says stays what it says, to the byte, whatever later scans read: the log of sign-ins included."""

import json
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import pytest
from command_line import World, a_world

from checks.engine import evaluate
from checks.frame import judged, objects
from checks.frameworks import mapping
from checks.lines import lines
from checks.model import EvidenceKind, Outcome
from checks.registry import Catalogue, columns
from checks.relations import Relation
from m365_posture.config_file import load
from m365_posture.keys import read_key_file
from m365_posture.tenant_data import TenantData
from scanner.snapshot.reader import SnapshotReader

SLUG = "lambert"
"""Small: what is shown here takes a log and links to files, not many of them."""
NEW_SIGN_INS = 5
LATE_SIGN_INS = 3

SignIns = Annotated[Relation, columns("id", "user_id", "created_date_time")]


def everybody_signs_in_rarely(sign_ins: SignIns) -> Outcome:
    """Whoever signed in at all is told with how often and when last: one row more changes a line."""
    rows = sign_ins.sql(
        "SELECT user_id AS id, count(DISTINCT id) AS sign_ins, max(created_date_time) AS newest"
        " FROM sign_ins GROUP BY user_id ORDER BY user_id"
    )
    said = objects(rows, ["id"], ["id"], {"sign_ins": rows["sign_ins"], "newest": rows["newest"]})
    failing: pd.Series[Any] = rows["sign_ins"] > 0
    return judged(said, failing)


def counting_sign_ins() -> Catalogue:
    catalogue = Catalogue()
    catalogue.check(
        "AC-04",
        title="Everybody signs in rarely",
        severity=mapping()["AC-04"].severity,
        object_type="user",
        evidence={"sign_ins": EvidenceKind.VOLATILE, "newest": EvidenceKind.VOLATILE},
        remedy="None.",
        source="https://learn.microsoft.com/",
    )(everybody_signs_in_rarely)
    return catalogue


@dataclass(frozen=True)
class Said:
    """Everything one scan says."""

    by_command: bytes
    by_log: bytes
    """JSON lines of a check that counts the sign-ins of everybody."""

    @property
    def sign_ins(self) -> int:
        """How many sign-ins were counted."""
        return sign_ins_counted(self.by_log.splitlines())


def said_when_scanned(world: World) -> Said:
    """Scan, and return what the scan says when it ends."""
    answer = world.run("scan", SLUG, "--format", "jsonl")
    assert answer.code == 0
    return Said(answer.output, b"".join(lines_about_the_log(world, world.scans(SLUG)[-1])))


def said_of(world: World, scan: Path) -> Said:
    """Judge a scan again, and return what it says now."""
    answer = world.run("judge", scan, "--format", "jsonl")
    assert answer.code == 0
    return Said(answer.output, b"".join(lines_about_the_log(world, scan)))


def lines_about_the_log(world: World, scan: Path) -> list[bytes]:
    data = TenantData.open(load(world.config).tenant(SLUG), read_key_file(world.key_file))
    reader = SnapshotReader.open(scan, data.vault)
    return list(lines(evaluate(reader, data.profile(reader.finished_at), counting_sign_ins()), SLUG))


def sign_ins_counted(lines_of_a_scan: Iterable[bytes]) -> int:
    rows = [json.loads(line) for line in lines_of_a_scan]
    return sum(row["evidence"]["sign_ins"] for row in rows if row["object_id"] is not None)


def sign_in_again(world: World, *moments: datetime) -> None:
    """Add sign-ins of somebody who signed in before to the log of the tenant, which is newest first."""
    log = world.simulator.tenants[SLUG].sign_ins
    assert isinstance(log, list)
    log.extend(
        log[0] | {"id": str(uuid.UUID(int=number)), "createdDateTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
        for number, moment in enumerate(moments, start=1)
    )
    log.sort(key=lambda row: str(row["createdDateTime"]), reverse=True)


def files_by_day(scan: Path) -> dict[str, str]:
    """Return the file of each day of the log that a scan may judge."""
    events = json.loads((scan / "manifest.json").read_bytes())["events"]["sign_ins"]
    return {day: file["path"] for day, file in events.items()}


@pytest.fixture(scope="module")
def scanned_twice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Said, Said]]:
    """A tenant with a scan and a later one that read sign-ins of today and late ones of before; what each said."""
    with a_world(tmp_path_factory.mktemp("later"), samples=(SLUG,)) as world:
        world.simulator.tenants[SLUG].service_plans.add("AAD_PREMIUM")  # without it nobody may read the log
        first = said_when_scanned(world)
        log = world.simulator.tenants[SLUG].sign_ins
        assert isinstance(log, list)
        newest, now = datetime.fromisoformat(str(log[0]["createdDateTime"])), datetime.now(UTC)
        today = [now - timedelta(minutes=1 + number) for number in range(NEW_SIGN_INS)]
        late = [newest - timedelta(minutes=1 + number) for number in range(LATE_SIGN_INS)]
        sign_in_again(world, *today, *late)
        yield world, first, said_when_scanned(world)


@pytest.fixture(scope="module")
def afterwards(scanned_twice: tuple[World, Said, Said]) -> tuple[Said, Said]:
    """What the older scan says after the newer one, and what the newer one said."""
    world, _, newer = scanned_twice
    return said_of(world, world.scans(SLUG)[0]), newer


def test_the_later_scan_really_read_more_of_the_log(scanned_twice: tuple[World, Said, Said]) -> None:
    world, _, _ = scanned_twice
    before, after = (files_by_day(scan) for scan in world.scans(SLUG))

    written = {day for day in after if after[day] != before.get(day)}
    assert written - before.keys(), "a day of its own"
    assert written & before.keys(), "a day that the first scan has another file of"
    assert set(after) > set(before)
    assert all((world.tenant_folder(SLUG) / path).is_file() for path in {*before.values(), *after.values()})


def test_an_older_scan_says_the_same_bytes_after_a_later_one(
    scanned_twice: tuple[World, Said, Said], afterwards: tuple[Said, Said]
) -> None:
    _, first, _ = scanned_twice
    older, newer = afterwards

    assert older == first
    assert newer.by_command != first.by_command


def test_a_check_of_the_log_counts_what_its_own_scan_read(
    scanned_twice: tuple[World, Said, Said], afterwards: tuple[Said, Said]
) -> None:
    _, first, _ = scanned_twice
    older, newer = afterwards

    assert older.by_log == first.by_log
    assert older.sign_ins > 100
    assert newer.sign_ins == older.sign_ins + NEW_SIGN_INS + LATE_SIGN_INS


@pytest.fixture
def copied(scanned_twice: tuple[World, Said, Said], tmp_path: Path) -> World:
    """Both scans in a folder of the test's own."""
    world, _, _ = scanned_twice
    own = tmp_path / "world"
    shutil.copytree(world.folder, own, ignore=shutil.ignore_patterns("simulator"))
    (own / "simulator").symlink_to(world.folder / "simulator")
    return World(own, world.simulator)


def a_day_of_the_log(world: World) -> Path:
    return world.tenant_folder(SLUG) / max(files_by_day(world.scans(SLUG)[-1]).values())


def a_part_of(table: str) -> Callable[[World], Path]:
    return lambda world: min((world.scans(SLUG)[-1] / "tables" / table).glob("*.parquet"))


@pytest.mark.parametrize(
    "places",
    [
        pytest.param([a_day_of_the_log, a_part_of("sharing_links")], id="a day of the log, a part of the links"),
        pytest.param([a_part_of("watermarks")], id="how far the reading came"),
    ],
)
def test_a_scan_reads_in_full_what_it_cannot_continue(
    copied: World, afterwards: tuple[Said, Said], places: list[Callable[[World], Path]]
) -> None:
    newest = copied.scans(SLUG)[-1]
    _, undisturbed = afterwards
    damaged = {path: with_a_bit_changed(path) for path in (where(copied) for where in places)}

    if a_day_of_the_log in places:
        answer = copied.run("judge", newest, "--format", "jsonl")
        assert (answer.code, answer.output) == (5, b"")
        assert "is not as it was written" in answer.sentence
    assert copied.run("scan", SLUG, "--only", "sign_ins", "--only", "sharing").code == 0

    tables = json.loads((copied.scans(SLUG)[-1] / "manifest.json").read_bytes())["tables"]
    assert {name: tables[name]["basis"] for name in ("sign_ins", "sharing_links")} == {
        "sign_ins": "full",
        "sharing_links": "full",
    }
    assert sign_ins_counted(lines_about_the_log(copied, copied.scans(SLUG)[-1])) == undisturbed.sign_ins
    assert {path: path.read_bytes() for path in damaged} == damaged


def with_a_bit_changed(path: Path) -> bytes:
    """Damage a file; return what it holds then."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return bytes(content)
