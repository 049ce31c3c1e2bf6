"""The prover over tenants that are given as Graph's own JSON."""

from collections.abc import Sequence

from builders.raw_tenants import profile_of, snapshot_of
from builders.rows import Row
from builders.snapshot import MemorySource
from mfa_brute_force import RawPerson, RawTenant

from checks.access import eligible_assignments, holdings, memberships, roles
from checks.conditional_access.people import Kind, Person, Standing
from checks.conditional_access.prover import Prover
from checks.model import Gap
from scanner.snapshot.ledger import TableState


def prover_of(tenant: RawTenant, standing: Standing) -> Prover:
    """The prover of a tenant, which sees only what a scan stored."""
    source = snapshot_of(tenant)
    return Prover(
        _rows(source, "conditional_access_policies"),
        _rows(source, "named_locations"),
        _rows(source, "authentication_strengths"),
        _rows(source, "conditional_access_settings"),
        standing,
        tenant.as_of,
        profile_of(tenant).mfa_trusted_ips,
    )


def standing_of(tenant: RawTenant) -> Standing:
    """Who is in which group and holds which role, as the checks derive it."""
    source = snapshot_of(tenant)
    users, groups, assignments = (source.frame(name) for name in ("users", "groups", "role_assignments"))
    inside = memberships(source.frame("group_members"), source.frame("unread_objects"))
    held = holdings(assignments, eligible_assignments(assignments), inside, groups, users)
    return Standing(inside, roles(held, source.frame("role_definitions")))


def person_of(person: RawPerson, standing: Standing) -> Person:
    """The same person as the prover knows them."""
    if person.external is None:
        return Person.of(person.id, person.user_principal_name, person.user_type, standing)
    kind, tenant = person.external
    return Person.external(Kind(kind), tenant)


def _rows(source: MemorySource, table: str) -> Sequence[Row] | Gap:
    is_read = source.coverage(table).state.delivers_rows
    return source.tables.get(table, ()) if is_read else Gap(table, TableState.DENIED, "denied")
