"""A firm that leaves is gone: from data, keys and configuration; what stays is a record of ids, dates and counts."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import World, a_world

from m365_posture.config_file import load
from m365_posture.keys import TENANT_KEY_FILE
from m365_posture.locks import tenant_lock
from m365_posture.offboarding import RECORDS
from simulator.tenants import SimulatedTenant

SLUG = "lambert"
OTHER = "peeters"
FIRMS = (SLUG, OTHER)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two firms that were scanned, one with a workbook that was written elsewhere."""
    with a_world(tmp_path_factory.mktemp("firms"), samples=FIRMS) as world:
        for slug in (SLUG, OTHER):
            assert world.run("scan", slug).code in {0, 3}
        assert world.run("workbook", SLUG, "-o", world.folder / "lambert.xlsx").code == 0
        yield world


def names_of(tenant: SimulatedTenant) -> list[str]:
    """What a search for the client would look for."""
    domains = [domain["id"] for domain in tenant.domains]
    people = [user["userPrincipalName"] for user in tenant.users]
    return [tenant.slug, tenant.name, tenant.tenant_id, tenant.app.client_id, *domains, *people]


def found_in(files: list[Path], names: list[str]) -> set[str]:
    texts = [path.read_bytes().decode("utf-8", "replace") + path.as_posix() for path in files]
    return {name for name in names for text in texts if name.lower() in text.lower()}


def kept(world: World) -> list[Path]:
    """Data folder, configuration and key; not the simulator's own files nor the workbook."""
    return [*(path for path in world.data.rglob("*") if path.is_file()), world.config, world.key_file]


def test_nothing_of_the_firm_is_left_but_the_record(scanned: World) -> None:
    tenant = scanned.simulator.tenants[SLUG]
    others = names_of(scanned.simulator.tenants[OTHER])
    before = found_in(kept(scanned), names_of(tenant))
    files = [path for path in scanned.tenant_folder(SLUG).rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)

    answer = scanned.run("tenants", "offboard", SLUG, "--yes", "--format", "json")

    assert answer.code == 0
    assert {SLUG, tenant.name, tenant.tenant_id} <= before
    records = scanned.data / RECORDS
    assert found_in([path for path in kept(scanned) if path != records], names_of(tenant)) - set(others) == set()
    [record] = json.loads(answer.output)
    assert json.loads(records.read_text("utf-8")) == record
    assert (record["tenant_id"], record["scans"], record["files"]) == (tenant.tenant_id, 1, len(files))
    assert abs(record["bytes"] - size) < 200  # the lock's file says who holds it
    assert found_in([records], names_of(tenant)) == {tenant.tenant_id}

    assert str(scanned.folder / "lambert.xlsx") in answer.messages
    assert tenant.app.client_id in answer.messages
    assert SLUG not in load(scanned.config).tenants
    assert scanned.run("workbook", OTHER, "-o", scanned.folder / "other.xlsx").code == 0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Firms that were never scanned."""
    with a_world(tmp_path, samples=FIRMS) as world:
        yield world


def test_a_firm_that_was_never_scanned_leaves_the_configuration(world: World) -> None:
    comment = "# kept by hand\n"
    world.config.write_text(comment + world.config.read_text("utf-8"), "utf-8")
    answer = world.run("tenants", "offboard", SLUG, "--yes", "--format", "json")

    assert answer.code == 0
    assert json.loads(answer.output)[0]["files"] == 0
    assert SLUG not in load(world.config).tenants
    assert world.config.read_text("utf-8").startswith(comment)
    assert OTHER in load(world.config).tenants


def test_without_a_yes_nothing_happens(world: World) -> None:
    before = world.config.read_bytes()
    answer = world.run("tenants", "offboard", SLUG)

    assert answer.code != 0
    assert world.config.read_bytes() == before


def test_a_firm_that_is_being_scanned_is_left_alone(world: World) -> None:
    with tenant_lock(world.tenant_folder(SLUG), command="scan", started_at=datetime.now(UTC)):
        answer = world.run("tenants", "offboard", SLUG, "--yes")

    assert answer.code == 5
    assert "scan" in answer.sentence
    assert SLUG in load(world.config).tenants


def test_what_was_interrupted_is_finished_and_counted_as_it_was(world: World) -> None:
    folder = world.tenant_folder(SLUG)
    folder.mkdir(parents=True)
    (folder / TENANT_KEY_FILE).write_text("{}", "ascii")
    begun = {"tenant_id": folder.name, "begun_at": "2026-11-23T05:00:00+00:00", "finished_at": None}
    world.data.joinpath(RECORDS).write_text(json.dumps({**begun, "scans": 3, "files": 40, "bytes": 9}) + "\n", "ascii")

    [record] = json.loads(world.run("tenants", "offboard", SLUG, "--yes", "--format", "json").output)

    assert (record["begun_at"], record["scans"], record["files"]) == (begun["begun_at"], 3, 40)
    assert record["finished_at"] is not None
    assert not folder.exists()


def test_the_wrong_key_does_not_keep_a_firm_from_leaving(world: World) -> None:
    folder = world.tenant_folder(SLUG)
    folder.mkdir(parents=True)
    (folder / TENANT_KEY_FILE).write_text('{"schema": 1, "generations": {}}', "ascii")
    (folder / "tenant.sqlite").write_bytes(b"whatever")

    answer = world.run("tenants", "offboard", SLUG, "--yes")

    assert answer.code == 0
    assert "cannot be read without the key" in answer.messages
    assert not folder.exists()
