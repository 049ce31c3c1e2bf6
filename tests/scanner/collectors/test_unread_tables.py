"""A table of the directory that cannot be read says why, keeps no row, and the others are read."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from simulated_scans import Office, Snapshot, an_office
from table_faults import (
    DEPENDING,
    INDEPENDENT,
    KINDS,
    MADE_OF_OTHERS,
    MENDS,
    OF_SHAREPOINT_ADMIN,
    OF_THE_DNS,
    OF_THE_LAW_FIRM,
    PATHS,
    STATES,
    fault,
    touched,
)

from scanner.collectors.catalogue import COLLECTORS
from simulator.tenants import SimulatedTenant, blank_tenant

AREAS = ("directory", "roles", "policies", "authentication", "sharing", "audits", "applications", "usage")


def a_firm() -> SimulatedTenant:
    """Return a firm without premium licences: so that the lesser source of methods is read too."""
    tenant = blank_tenant("kantoor", plans=("SHAREPOINTSTANDARD",))
    user, group = {"id": "u1", "userPrincipalName": "u1@kantoor.example", "accountEnabled": True}, {"id": "g1"}
    tenant.users.append(user)
    tenant.groups.append(group)
    tenant.group_members["g1"] = [{"@odata.type": "#microsoft.graph.user", "id": "u1"}]
    tenant.deleted_users.append({"id": "u0", "deletedDateTime": "2026-11-10T08:00:00Z"})
    tenant.domains.append({"id": "federated.example", "authenticationType": "Federated"})
    tenant.domain_federation["federated.example"] = [{"id": "f1", "federatedIdpMfaBehavior": "rejectMfaByFederatedIdp"}]
    tenant.activity_timeout_policies.append({"id": "t1", "definition": ["{}"]})
    tenant.role_definitions.append({"id": "r1"})
    tenant.role_assignments.append({"id": "a1", "principalId": "g1", "roleDefinitionId": "r1", "directoryScopeId": "/"})
    tenant.named_locations.append({"@odata.type": "#microsoft.graph.ipNamedLocation", "id": "l1"})
    tenant.authentication_strengths.append({"id": "s1"})
    tenant.directory_audits.append({"id": "e1", "activityDateTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"})
    tenant.applications.append({"id": "app1", "appId": "c1"})
    tenant.service_principals.append({"id": "sp1", "appId": "c1", "appRoles": [{"id": "role1", "value": "Do.All"}]})
    tenant.app_role_assignments["sp1"] = [{"id": "aa1", "principalId": "sp1", "resourceId": "sp1"}]
    tenant.oauth2_permission_grants.append({"id": "o1"})
    tenant.active_user_detail.append({"userPrincipalName": "u1@kantoor.example"})
    tenant.authentication_methods["u1"] = [{"@odata.type": "#microsoft.graph.passwordAuthenticationMethod", "id": "m1"}]
    return tenant


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(a_firm(), tmp_path_factory.mktemp("firm"), packs=["base"]) as office:
        yield office


@pytest.fixture(scope="module")
def undisturbed(firm: Office) -> Snapshot:
    return firm.scan(only=AREAS)


@pytest.fixture
def office(firm: Office, undisturbed: Snapshot) -> Iterator[Office]:
    """Give the firm; the faults of a test end with it."""
    assert undisturbed.manifest
    yield firm
    firm.simulator.faults.clear()


def test_every_table_is_kept_from_being_read_here_or_in_the_scan_of_the_law_firm() -> None:
    of_the_law_firm = [table for tables in OF_THE_LAW_FIRM for table in tables]

    elsewhere = OF_THE_DNS | OF_SHAREPOINT_ADMIN
    assert sorted((*INDEPENDENT, *DEPENDING, *of_the_law_firm, *elsewhere)) == sorted(PATHS)
    assert PATHS.keys() | MADE_OF_OTHERS == {collector.table.name for collector in COLLECTORS}


def test_undisturbed_every_table_has_rows(undisturbed: Snapshot) -> None:
    coverages = [undisturbed.coverage(name) for name in (*INDEPENDENT, *DEPENDING)]

    assert {(coverage.state, coverage.rows > 0) for coverage in coverages} == {("complete", True)}


@pytest.mark.parametrize("how", KINDS)
@pytest.mark.parametrize("tables", [DEPENDING, INDEPENDENT], ids=["depending", "independent"])
def test_a_table_that_cannot_be_read_says_why_and_leaves_the_others_alone(
    tables: tuple[str, ...], how: str, office: Office, undisturbed: Snapshot
) -> None:
    for table in tables:
        office.simulator.faults.add(fault(table, how))

    snapshot = office.scan(only=AREAS)

    for table in tables:
        coverage = snapshot.coverage(table)
        assert (table, coverage.state, coverage.rows, coverage.parts) == (table, STATES[how], 0, {})
        assert coverage.reason
        assert coverage.mend.startswith(MENDS[STATES[how]])
    assert others(snapshot, tables) == others(undisturbed, tables)


def others(snapshot: Snapshot, tables: tuple[str, ...]) -> dict[str, tuple[str, int]]:
    """Return state and rows of the tables that have nothing to do with `tables`."""
    tied = {"watermarks", "unread_objects"}.union(*map(touched, tables))
    return {n: (str(c.state), c.rows) for n, c in snapshot.manifest.tables.items() if n not in tied}


@pytest.mark.parametrize("how", KINDS)
def test_secrets_of_applications_that_cannot_be_read_are_not_known(how: str, office: Office) -> None:
    for table in ("applications", "service_principals"):
        office.simulator.faults.add(fault(table, how))

    coverage = office.scan(only=["applications"]).coverage("app_credentials")

    assert (coverage.state, coverage.rows) == ("failed", 0)
    assert coverage.mend.startswith(MENDS[STATES[how]])
