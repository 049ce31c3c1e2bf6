"""Whatever goes wrong with one table, the ledger says so, no check improves, and the other tables are read."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from builders import a_profile
from simulated_scans import KEY, Office, Snapshot, an_office
from table_faults import (
    KINDS,
    MENDS,
    NEVER_UNLICENSED,
    OF_THE_LAW_FIRM,
    PATHS,
    STATES,
    checks_of,
    fault,
    tables_of,
    touched,
)

from checks.engine import evaluate
from checks.model import Verdict
from checks.registry import CATALOGUE, Catalogue
from checks.results import CheckResult, Evaluation
from m365_posture.keys import TenantKey
from scanner.snapshot.crypto import Vault
from simulator.faults import Fault, FaultKind
from simulator.tenants import Entity, SimulatedTenant, load_sample

EXCEPTIONS = {
    ("inbox_rules", "unlicensed"): "failed",
    ("sharing_links", "unlicensed"): "failed",
    **dict.fromkeys(((table, "unlicensed") for table in NEVER_UNLICENSED), "denied"),
}
"""The licences of this tenant come with mailboxes and sites: no answer there is a gap, not a missing licence."""
SETTINGS = {
    "Get-TransportRule": [{"Guid": "t1", "Name": "Copies", "State": "Enabled", "Mode": "Enforce", "Priority": 0}],
    "Get-InboundConnector": [{"Guid": "i1", "Name": "In", "Enabled": True}],
    "Get-OutboundConnector": [{"Guid": "o1", "Name": "Out", "Enabled": True}],
    "Get-AuthenticationPolicy": [{"Guid": "a1", "Name": "Modern"}],
}
"""Of Exchange, where Microsoft puts nothing by itself."""
GOOD = {Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.ATTESTED}


def a_small_firm() -> SimulatedTenant:
    """Return the law firm with seven users, a few sign-ins and the two smallest sites that share something.

    Of its users those with the most inbox rules, and the one whose account nobody uses any more.

    Its roles are governed, which needs a licence that the firm of the sample has not.
    """
    tenant = load_sample("vermeulen")
    tenant.service_plans.add("AAD_PREMIUM_P2")
    tenant.grant("Exchange.ManageAsApp")
    tenant.exchange |= {cmdlet: rows for cmdlet, rows in SETTINGS.items() if not tenant.exchange.get(cmdlet)}
    rules = {"id": "rules", "scopeId": "/", "scopeType": "DirectoryRole", "roleDefinitionId": "r1", "policyId": "p1"}
    tenant.role_management_policy_assignments.append(rules)
    users = [user for user in tenant.users if user["id"] in tenant.inbox_rules]
    users.sort(key=lambda user: -len(tenant.inbox_rules[user["id"]]))
    unused = min(users, key=last_sign_in)
    tenant.users = [unused, *[user for user in users if user is not unused][:6]]
    tenant.registration_details += [{"id": user["id"], "isMfaCapable": True} for user in tenant.users]
    tenant.inbox_rules = {user["id"]: tenant.inbox_rules[user["id"]] for user in tenant.users}
    mailboxes = tenant.exchange["Get-Mailbox"]
    tenant.exchange["Get-Mailbox"] = [
        one for one in mailboxes if one["ExternalDirectoryObjectId"] in tenant.inbox_rules
    ]
    tenant.sign_ins = list(tenant.sign_ins)[:12]
    tenant.sites = sorted(tenant.sites, key=lambda site: (not shares(tenant, site), size(tenant, site)))[:2]
    return tenant


def last_sign_in(user: Entity) -> str:
    """Return when an account was used last; where nobody knows, as if it were in use."""
    moment: str = (user.get("signInActivity") or {}).get("lastSuccessfulSignInDateTime") or "9999"
    return moment


def shares(tenant: SimulatedTenant, site: Entity) -> bool:
    """Tell whether a link of the site opens to anyone."""
    drives = tuple(f"{drive['id']}/" for drive in tenant.drives[site["id"]])
    links = (one.get("link", {}) for key, own in tenant.permissions.items() if key.startswith(drives) for one in own)
    return any(link.get("scope") == "anonymous" for link in links)


def size(tenant: SimulatedTenant, site: Entity) -> int:
    return sum(len(tenant.drive_items[drive["id"]]) for drive in tenant.drives[site["id"]])


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(a_small_firm(), tmp_path_factory.mktemp("firm")) as office:
        yield office


@pytest.fixture(scope="module")
def undisturbed(firm: Office) -> Snapshot:
    return firm.scan()


@pytest.fixture(scope="module")
def before(undisturbed: Snapshot) -> Mapping[str, object]:
    """What is told of each table when nothing is missing."""
    return told(undisturbed)


@pytest.fixture(scope="module")
def whole(undisturbed: Snapshot) -> Evaluation:
    """What the checks say when nothing is missing."""
    return judged(undisturbed)


@pytest.fixture
def office(firm: Office, undisturbed: Snapshot, tmp_path: Path) -> Iterator[Office]:
    """Give the firm with nothing scanned yet; the faults of a test end with it."""
    assert undisturbed.reader
    config = replace(firm.config, data_dir=tmp_path)
    yield Office(firm.tenant, firm.simulator, config, Vault(TenantKey.open_or_create(config.folder, KEY)))
    firm.simulator.faults.clear()


def judged(snapshot: Snapshot, checks: Catalogue = CATALOGUE) -> Evaluation:
    return evaluate(snapshot.reader, a_profile(as_of=snapshot.reader.finished_at), checks)


def told(snapshot: Snapshot) -> dict[str, object]:
    """Return everything of each table that a check may be handed."""
    return {name: told_of(snapshot, name) for name in snapshot.manifest.tables}


def told_of(snapshot: Snapshot, table: str) -> object:
    line = snapshot.coverage(table)
    rows = snapshot.rows(table) if line.state.delivers_rows else []
    return line.state, line.basis, line.reason, line.mend, line.objects_failed, line.groups, rows


def changed(snapshot: Snapshot, before: Mapping[str, object]) -> set[str]:
    """Return the tables of which something else is told than before."""
    return {name for name, now in told(snapshot).items() if now != before[name]}


def tied(*tables: str) -> set[str]:
    """Return `tables`, and those that may not be as they were when these are not read."""
    return {"watermarks", "unread_objects"}.union(*map(touched, tables))


def open_objects(result: CheckResult) -> set[str]:
    return {row.object_id for row in (*result.failing, *result.unknown)}


def improved(before: Evaluation, after: Evaluation) -> list[str]:
    """Return the checks that say something better although less was read."""
    found = []
    said = {result.check.id: result for result in before.results}
    for holed in after.results:
        whole = said[holed.check.id]
        became_good = holed.verdict in GOOD and whole.verdict not in GOOD
        left = open_objects(whole) - open_objects(holed) if holed.population else set()
        if became_good or left:
            found.append(whole.check.id)
    return found


@pytest.mark.parametrize("table", [table for tables in OF_THE_LAW_FIRM for table in tables])
def test_undisturbed_every_table_has_rows(table: str, undisturbed: Snapshot) -> None:
    coverage = undisturbed.coverage(table)

    assert (coverage.state, coverage.rows > 0) == ("complete", True)


def test_the_firm_gives_every_check_something_to_lose(whole: Evaluation) -> None:
    verdicts = {result.check.id: result.verdict for result in whole.results}

    assert {"AC-04", "EM-05", "ID-01", "SH-06"} <= verdicts.keys()
    assert {verdicts[check] for check in ("AC-04", "EM-05", "SH-06")} == {Verdict.FAIL}


@pytest.mark.parametrize("how", KINDS)
@pytest.mark.parametrize("tables", OF_THE_LAW_FIRM, ids=["organization", "licences", "policies"])
def test_tables_that_cannot_be_read_say_so_and_improve_no_check(
    tables: tuple[str, ...], how: str, office: Office, before: Mapping[str, object], whole: Evaluation
) -> None:
    for table in tables:
        office.simulator.faults.add(fault(table, how))

    snapshot = office.scan()

    for table in tables:
        coverage = snapshot.coverage(table)
        assert (table, coverage.state) == (table, EXCEPTIONS.get((table, how), STATES[how]))
        assert (coverage.rows, coverage.parts) == (0, {})
        assert coverage.reason
        assert coverage.mend.startswith(MENDS[coverage.state])
    lost = changed(snapshot, before)
    assert set(tables) <= lost <= tied(*tables)
    assert improved(whole, judged(snapshot, checks_of(lost))) == []


RULES = "v1.0/users/*/messageRules"


@pytest.mark.parametrize(
    "holes",
    [
        {
            "inbox_rules": Fault(FaultKind.FORBIDDEN, RULES, times=5, in_batch=True),
            "sharing_links": Fault(FaultKind.FORBIDDEN, "v1.0/sites/*/drives", times=1),
        },
        {
            "inbox_rules": Fault(FaultKind.NOT_FOUND, RULES, times=5, in_batch=True),
            "sharing_links": Fault(FaultKind.FORBIDDEN, "v1.0/drives/*/root/delta", times=1),
        },
        {"sharing_links": Fault(FaultKind.FORBIDDEN, "v1.0/drives/*/permissions", times=1)},
    ],
    ids=["refused mailboxes and a site", "absent mailboxes and a drive", "an item"],
)
def test_a_table_that_is_partly_read_says_so_and_no_check_becomes_good(
    holes: dict[str, Fault], office: Office, undisturbed: Snapshot, before: Mapping[str, object], whole: Evaluation
) -> None:
    for hole in holes.values():
        office.simulator.faults.add(hole)

    snapshot = office.scan()

    unread = Counter(row["table_name"] for row in snapshot.rows("unread_objects"))
    for table in holes:
        coverage = snapshot.coverage(table)
        assert (table, coverage.state) == (table, "partial")
        assert 0 < coverage.rows < undisturbed.coverage(table).rows
        assert (table, coverage.objects_failed) == (table, unread.pop(table))
        assert (coverage.objects_expected, coverage.objects_read) != (None, None)
    assert unread == {}
    verdicts = {result.check.id: result.verdict for result in whole.results}
    after = judged(snapshot, checks_of(changed(snapshot, before))).results
    assert {table for result in after for table in tables_of(result.check)} >= holes.keys()
    assert not [r.check.id for r in after if r.verdict in GOOD and verdicts[r.check.id] not in GOOD]


LASTING = (
    FaultKind.FORBIDDEN,
    FaultKind.NOT_FOUND,
    FaultKind.UNAVAILABLE,
    FaultKind.TRUNCATED,
    FaultKind.NOT_AN_OBJECT,
)
PASSING = (
    FaultKind.THROTTLED,
    FaultKind.SERVER_ERROR,
    FaultKind.BAD_GATEWAY,
    FaultKind.UNAVAILABLE,
    FaultKind.DROPPED,
    FaultKind.UNAUTHORIZED,
)


@pytest.mark.parametrize("seed", range(2))
def test_one_fault_in_one_table_leaves_the_others_as_they_are(
    seed: int, office: Office, undisturbed: Snapshot, before: Mapping[str, object], whole: Evaluation
) -> None:
    assert_leaves_the_others(seed, office, undisturbed, before, whole)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(2, 60))
def test_many_more_faults_leave_the_others_as_they_are(
    seed: int, office: Office, undisturbed: Snapshot, before: Mapping[str, object], whole: Evaluation
) -> None:
    assert_leaves_the_others(seed, office, undisturbed, before, whole)


def assert_leaves_the_others(
    seed: int, office: Office, undisturbed: Snapshot, before: Mapping[str, object], whole: Evaluation
) -> None:
    random = Random(seed)  # noqa: S311 - repeats itself, protects nothing
    table = random.choice(sorted(table for tables in OF_THE_LAW_FIRM for table in tables))
    kind, times = random.choice([*((kind, None) for kind in LASTING), *((kind, 1) for kind in PASSING)])
    office.simulator.faults.add(Fault(kind, PATHS[table], times=times))

    snapshot = office.scan()

    lost = changed(snapshot, before)
    assert lost <= tied(table)
    if times == 1:
        assert (snapshot.coverage(table).state, snapshot.coverage(table).rows) == (
            "complete",
            undisturbed.coverage(table).rows,
        )
    else:
        assert snapshot.coverage(table).state in {"denied", "failed"}
    assert improved(whole, judged(snapshot, checks_of(lost))) == []
