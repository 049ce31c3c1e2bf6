"""A scan that is killed leaves the last finished one as it was; resumed, it gives what an undisturbed one gives."""

import json
import multiprocessing
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random

import pytest
from simulated_scans import KEY, Office, Snapshot, an_office, scan_alone

from m365_posture.keys import TenantKey
from scanner.collectors.catalogue import COLLECTORS
from scanner.snapshot.crypto import Vault
from scanner.snapshot.manifest import MANIFEST_FILE, newest_finished, scan_folders
from scanner.snapshot.reader import SnapshotReader
from simulator.tenants import Entity, SimulatedTenant, load_sample

TABLES = [collector.table.name for collector in COLLECTORS]
ENDPOINTS = {collector.table.name: [declared.endpoint for declared in collector.templates] for collector in COLLECTORS}
PATIENCE_S = 300.0


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give the law firm with ten users, its three smallest sites and a log of three parts."""
    tenant = load_sample("vermeulen")
    tenant.users = tenant.users[:10]
    tenant.registration_details = tenant.registration_details[:10]
    tenant.active_user_detail = tenant.active_user_detail[:10]
    for cmdlet in ("Get-Mailbox", "Get-Recipient", "Get-CASMailbox"):
        tenant.exchange[cmdlet] = tenant.exchange[cmdlet][:10]
    tenant.sites = sorted(tenant.sites, key=lambda site: files(tenant, site))[:3]
    tenant.sign_ins = list(tenant.sign_ins)[:120]
    tenant.page_size = 5
    with an_office(tenant, tmp_path_factory.mktemp("firm")) as office:
        yield office


def files(tenant: SimulatedTenant, site: Entity) -> int:
    return sum(len(tenant.drive_items[drive["id"]]) for drive in tenant.drives[site["id"]])


@pytest.fixture(scope="module")
def undisturbed(firm: Office) -> Snapshot:
    return firm.scan()


@pytest.fixture(scope="module")
def requests(firm: Office, undisturbed: Snapshot) -> int:
    """Give how many requests an undisturbed first scan takes."""
    assert undisturbed.reader
    return len(firm.simulator.requests)


@pytest.fixture
def office(firm: Office, tmp_path: Path) -> Office:
    """Give the firm with nothing scanned yet."""
    config = replace(firm.config, data_dir=tmp_path)
    return Office(firm.tenant, firm.simulator, config, Vault(TenantKey.open_or_create(config.folder, KEY)))


def killed_after(office: Office, count: int, wait_s: float) -> None:
    """Let a process of its own scan, and kill it `wait_s` after it sent `count` requests."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(
        ["scanner.reading", "scanner.transport.sdk", "scanner.transport.credentials", "simulator.server"]
    )
    seen = len(office.simulator.requests)
    process = processes.Process(target=scan_alone, args=(office.config, office.tenant.app.client_secret))
    process.start()
    until = time.monotonic() + PATIENCE_S
    while process.is_alive() and len(office.simulator.requests) < seen + count and time.monotonic() < until:
        time.sleep(0.001)
    time.sleep(wait_s)
    process.kill()
    process.join()


def finished_tables(office: Office) -> set[str]:
    """Return the tables that the journal of the interrupted scan calls finished."""
    journal = scan_folders(office.config.folder)[-1] / "journal.jsonl"
    whole, _, _ = journal.read_bytes().rpartition(b"\n") if journal.exists() else (b"", b"", b"")
    entries = [json.loads(line) for line in whole.splitlines()]
    return {entry["table"] for entry in entries if entry["event"] == "table"}


def was_asked(office: Office, table: str) -> bool:
    """Tell whether something was asked that only `table` needs."""
    patterns = [re.sub(r"\{\w+\}", "*", path) for path in ENDPOINTS[table]]
    cmdlets = [request.headers.get("x-cmdletname") for request in office.simulator.requests]
    asked = [*office.asked(), *(f"exchange/{cmdlet}" for cmdlet in cmdlets if cmdlet)]
    return any(fnmatchcase(path, pattern) for path in asked for pattern in patterns)


def rows(snapshot: Snapshot) -> dict[str, list[dict[str, object]] | None]:
    """Return the rows of every table, None where there is nothing to give: no licence, or not needed."""
    states = {name: snapshot.coverage(name).state for name in TABLES}
    return {name: snapshot.rows(name) if state.delivers_rows else None for name, state in states.items()}


def kill_and_resume(seed: int, office: Office, undisturbed: Snapshot, requests: int) -> None:
    random = Random(seed)  # noqa: S311 - repeats itself, protects nothing
    before = office.scan() if seed % 2 else None
    killed_after(office, random.randrange(1, requests), random.uniform(0, 0.05))

    newest = newest_finished(office.config.folder)
    if before is not None:
        assert SnapshotReader.open(before.reader.folder, office.vault).snapshot_hash == before.reader.snapshot_hash
        before.reader.verify()
    was_killed = newest == (before.reader.folder if before else None)
    done = finished_tables(office) if was_killed and scan_folders(office.config.folder) else set()
    office.simulator.requests.clear()

    resumed = office.scan(resume=True)

    assert rows(resumed) == rows(undisturbed)
    assert {name: resumed.states[name] for name in TABLES} == {name: undisturbed.states[name] for name in TABLES}
    assert {name: resumed.coverage(name).objects_read for name in TABLES} == {
        name: undisturbed.coverage(name).objects_read for name in TABLES
    }
    if done and was_killed:
        assert [name for name in done & set(TABLES) if was_asked(office, name)] == []
    assert all((folder / MANIFEST_FILE).exists() for folder in scan_folders(office.config.folder))


@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.deep), 1])
def test_a_killed_scan_is_resumed_to_the_same_rows(
    seed: int, office: Office, undisturbed: Snapshot, requests: int
) -> None:
    kill_and_resume(seed, office, undisturbed, requests)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(2, 23))
def test_a_scan_killed_at_any_moment_is_resumed_to_the_same_rows(
    seed: int, office: Office, undisturbed: Snapshot, requests: int
) -> None:
    kill_and_resume(seed, office, undisturbed, requests)


def test_without_resume_a_new_scan_begins_and_the_interrupted_one_goes(
    office: Office, undisturbed: Snapshot, requests: int
) -> None:
    killed_after(office, requests // 2, 0)
    [interrupted] = scan_folders(office.config.folder)

    snapshot = office.scan()

    assert rows(snapshot) == rows(undisturbed)
    assert scan_folders(office.config.folder) == [snapshot.reader.folder]
    assert not interrupted.exists()
