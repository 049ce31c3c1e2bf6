"""A tenant from end to end: what a second scan, a changed rule and a crash leave behind."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from command_line import World, a_world

from checks.lines import lines
from checks.model import Verdict
from m365_posture.commands.progress import Silent
from m365_posture.config import TenantConfig
from m365_posture.config_file import load
from m365_posture.keys import read_key_file
from m365_posture.pipeline import Scanned, judge, rebuild_portfolio, scan
from m365_posture.tenant_data import TenantData
from scanner.snapshot.ledger import Basis
from store import findings
from store.decided import Attestation
from store.lifecycle import FindingState, history
from store.portfolio import Portfolio

SLUG = "lambert"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("pipeline")) as world:
        yield world


@pytest.fixture(scope="module")
def once(served: World) -> Scanned:
    """One scan that no test changes."""
    return scanned(served, load(served.config).tenant(SLUG))


@pytest.fixture
def tenant(once: Scanned, tmp_path: Path) -> TenantConfig:
    """The tenant with that scan, in a folder of the test's own."""
    own = replace(once.tenant, data_dir=tmp_path / "data")
    shutil.copytree(once.tenant.folder, own.folder)
    return own


def scanned(world: World, tenant: TenantConfig, **options: object) -> Scanned:
    return scan(tenant, read_key_file(world.key_file), Silent(), **options)  # type: ignore[arg-type]


def data_of(world: World, tenant: TenantConfig) -> TenantData:
    return TenantData.open(tenant, read_key_file(world.key_file))


def judged_lines(world: World, tenant: TenantConfig, scan_id: str) -> bytes:
    folder = tenant.folder / "scans" / scan_id
    return b"".join(lines(judge(folder, data_of(world, tenant)), SLUG))


def test_a_snapshot_judged_again_gives_the_same_bytes(served: World, tenant: TenantConfig, once: Scanned) -> None:
    first = judged_lines(served, tenant, once.manifest.scan_id)

    assert first == b"".join(lines(once.evaluation, SLUG))
    assert judged_lines(served, tenant, once.manifest.scan_id) == first


def test_a_copy_of_a_tenants_folder_is_judged_like_the_original(
    served: World, tenant: TenantConfig, once: Scanned, tmp_path: Path
) -> None:
    archive = tmp_path / "archive" / tenant.tenant_id
    shutil.copytree(tenant.folder, archive)
    before = sorted(archive.rglob("*"))
    data = TenantData.open(tenant, read_key_file(served.key_file), archive)

    evaluation = judge(archive / "scans" / once.manifest.scan_id, data)

    assert evaluation.id == once.evaluation.id
    assert sorted(archive.rglob("*")) == before


def test_what_was_judged_is_kept_with_its_scan(served: World, tenant: TenantConfig, once: Scanned) -> None:
    kept = findings.latest(tenant.folder, data_of(served, tenant).vault)

    assert kept == once.judged
    assert {c.check_id: c.verdict for c in once.judged.checks} == {
        r.check.id: r.verdict for r in once.evaluation.results
    }
    for result, check in zip(once.evaluation.results, once.judged.checks, strict=True):
        everybody = {o.object_id for o in (*check.failing, *check.unknown)} | check.passed
        assert everybody == set(result.population)


def test_a_scan_is_published_once(once: Scanned) -> None:
    with Portfolio(once.tenant.data_dir) as portfolio:
        [counts] = portfolio.scans(once.tenant.tenant_id)

    assert counts.scan_id == once.manifest.scan_id
    assert {c.check_id: c.failing for c in counts.checks} == {
        r.check.id: len(r.failing) for r in once.evaluation.results
    }


def test_the_portfolio_can_be_lost_and_built_anew(served: World, tenant: TenantConfig, once: Scanned) -> None:
    assert rebuild_portfolio(tenant.data_dir, [data_of(served, tenant)]) == 1

    with Portfolio(tenant.data_dir) as rebuilt, Portfolio(once.tenant.data_dir) as original:
        assert rebuilt.scans(tenant.tenant_id) == original.scans(tenant.tenant_id)


def test_a_second_scan_reads_only_what_is_new_and_finds_the_same(
    served: World, tenant: TenantConfig, once: Scanned
) -> None:
    before = judged_lines(served, tenant, once.manifest.scan_id)
    second = scanned(served, tenant)

    assert second.manifest.tables["sharing_links"].basis is Basis.INCREMENTAL
    assert outcome(second) == outcome(once)
    assert judged_lines(served, tenant, once.manifest.scan_id) == before
    ledger = history(findings.evaluations(tenant.folder, data_of(served, tenant).vault))
    assert {tracked.state for tracked in ledger.values()} == {FindingState.OPEN}


def outcome(result: Scanned) -> dict[str, tuple[Verdict, list[str]]]:
    return {r.check.id: (r.verdict, [row.object_id for row in r.failing]) for r in result.evaluation.results}


def test_a_scan_of_one_area_never_becomes_the_newest(served: World, tenant: TenantConfig, once: Scanned) -> None:
    partial = scanned(served, tenant, only=("mail",))

    kept = findings.latest(tenant.folder, data_of(served, tenant).vault)
    assert kept is not None
    assert kept.scan_id == once.manifest.scan_id
    assert not partial.judged.whole
    with Portfolio(tenant.data_dir) as portfolio:
        assert portfolio.latest(tenant.tenant_id) is None


def test_a_scan_that_was_read_but_never_judged_is_judged_by_the_next(
    served: World, tenant: TenantConfig, once: Scanned
) -> None:
    shutil.rmtree(tenant.folder / "scans" / once.manifest.scan_id / "findings")
    second = scanned(served, tenant, only=("policies",))

    kept = findings.evaluations(tenant.folder, data_of(served, tenant).vault)
    assert [judged.scan_id for judged in kept] == [once.manifest.scan_id, second.manifest.scan_id]
    assert kept[0].evaluation_id == once.evaluation.id


def test_what_a_changed_rule_did_is_told_apart_from_what_the_tenant_did(
    served: World, tenant: TenantConfig, once: Scanned
) -> None:
    """As if an older version had judged the first scan, without one of the findings."""
    data = data_of(served, tenant)
    folder = tenant.folder / "scans" / once.manifest.scan_id
    shutil.rmtree(folder / "findings")
    sharing = next(check for check in once.judged.checks if check.check_id == "SH-06")
    newly_found = sharing.failing[0].object_id
    older = replace(sharing, failing=sharing.failing[1:], passed=sharing.passed | {newly_found})
    checks = tuple(older if check is sharing else check for check in once.judged.checks)
    early = once.judged.judged_at - timedelta(days=1)
    findings.save(
        folder,
        data.vault,
        replace(once.judged, evaluation_id="older", catalogue_version="old", checks=checks, judged_at=early),
    )

    scanned(served, tenant)

    ledger = history(findings.evaluations(tenant.folder, data.vault))
    assert ledger["SH-06", newly_found].state is FindingState.OPEN
    assert ledger["SH-06", newly_found].first_seen == once.manifest.scan_id
    assert {tracked.state for tracked in ledger.values()} == {FindingState.OPEN}


def test_what_a_changed_statement_did_is_told_apart_from_what_the_tenant_did(
    served: World, tenant: TenantConfig, once: Scanned
) -> None:
    second = scanned(served, replace(tenant, link_max_days=36_500))

    kept = findings.evaluations(tenant.folder, data_of(served, tenant).vault)
    assert [judged.scan_id for judged in kept] == [once.judged.scan_id] * 2 + [second.judged.scan_id]
    short_enough_now = failing(once) - failing(second)
    assert short_enough_now
    ledger = history(kept)
    assert {
        key for key, tracked in ledger.items() if tracked.state is FindingState.STATEMENT_CHANGED
    } == short_enough_now
    assert {tracked.state for key, tracked in ledger.items() if key not in short_enough_now} == {FindingState.OPEN}


def failing(result: Scanned) -> set[tuple[str, str]]:
    return {(check.check_id, found.object_id) for check in result.judged.checks for found in check.failing}


def test_findings_that_cannot_be_read_any_more_keep_no_tenant_from_being_scanned(
    served: World, tenant: TenantConfig, once: Scanned, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tenant.folder / "scans" / once.manifest.scan_id
    damaged = next((folder / "findings").glob("*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-20])

    second = scanned(served, tenant)

    assert outcome(second) == outcome(once)
    warned = [record for record in caplog.records if record.name == "m365_posture.pipeline"]
    [told] = [record.getMessage() for record in warned if record.levelname == "WARNING"]
    assert told == f"previous scan {once.manifest.scan_id} of tenant {tenant.tenant_id}: Truncated"


def test_an_attestation_counts_at_the_moment_that_is_judged(served: World, tenant: TenantConfig, once: Scanned) -> None:
    data = data_of(served, tenant)
    folder = tenant.folder / "scans" / once.manifest.scan_id
    finished = once.manifest.finished_at
    with data.decisions() as decisions:
        decisions.attest(Attestation("ID-07", "safe 12", "partner", finished, finished.date()))

    assert judge(folder, data).profile_hash != once.evaluation.profile_hash
    assert data.attestations(finished.date() + timedelta(days=1)) == []


def test_a_moment_may_be_chosen_for_judging(served: World, tenant: TenantConfig, once: Scanned) -> None:
    moment = once.manifest.finished_at + timedelta(days=400)
    evaluation = judge(tenant.folder / "scans" / once.manifest.scan_id, data_of(served, tenant), moment)

    assert evaluation.as_of == moment
    assert evaluation.id != once.evaluation.id
