"""Nobody is called protected because less was read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import pytest
from builders.disturbances import with_gap, with_nulls, with_spoilt_json
from builders.mail_strategies import NULL_IS_UNSET
from builders.raw_tenants import snapshot_of
from builders.snapshot import MemorySource
from builders.strategies import Tenant, tenants
from builders.tenant_strategies import raw_tenants
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mfa_judged import shown

from checks.engine import evaluate
from checks.mfa_coverage.model import Protection
from checks.model import Verdict
from checks.parameters import Kind, Parameter
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.tables import TABLES

JUDGED: Final = CATALOGUE.only("ID-01", "ID-02")
GOOD: Final = frozenset({Protection.PROTECTED, Protection.WEAK_METHOD, Protection.SECURITY_DEFAULTS})
PASSED: Final = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE})

normal = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
deep = settings(normal, max_examples=1500)


def _tables() -> tuple[str, ...]:
    """Every table that the two checks read, directly or through derived inputs."""
    found: dict[str, None] = {}

    def walk(parameters: tuple[Parameter, ...]) -> None:
        for parameter in parameters:
            if parameter.kind is Kind.DERIVED:
                walk(JUDGED.derived_inputs[parameter.name].parameters)
            elif parameter.kind is not Kind.PROFILE:
                found[parameter.name] = None

    for check in JUDGED:
        walk(check.parameters)
    return tuple(found)


READ: Final = _tables()
COLUMNS: Final = tuple(
    (name, column.name)
    for name in READ
    for column in TABLES[name].columns
    if column.name not in {*TABLES[name].key, *NULL_IS_UNSET.get(name, ())}
)


@st.composite
def firms(draw: st.DrawFn) -> Tenant:
    """A tenant with policies of every kind, and with everything else that the chain looks at."""
    tenant, raw = draw(tenants(READ)), draw(raw_tenants())
    source = snapshot_of(raw)
    given = {name: rows for name, rows in source.tables.items() if name in READ and name not in _KEPT}
    lacking = {name: line for name, line in source.coverages.items() if name in given or name in _DENIABLE}
    merged = replace(
        tenant.source, tables={**tenant.source.tables, **given}, coverages={**tenant.source.coverages, **lacking}
    )
    return Tenant(merged, replace(tenant.profile, mfa_trusted_ips=raw.mfa_trusted_ips))


_KEPT: Final = frozenset({"domains", "organization", "security_defaults"})
_DENIABLE: Final = frozenset({"named_locations", "authentication_strengths", "conditional_access_settings"})


def _without(source: MemorySource, name: str, column: str) -> MemorySource:
    rows = [dict(row) | {column: None} for row in source.tables.get(name, ())]
    return replace(source, tables={**source.tables, name: rows})


Results = Mapping[str, CheckResult]
Hole = Callable[[MemorySource], st.SearchStrategy[MemorySource]]

HOLES: Final[Mapping[str, Hole]] = {
    "a table or group of columns that was not read, or in part": lambda source: with_gap(source, READ),
    "a column without a value": lambda source: st.sampled_from(COLUMNS).map(lambda spot: _without(source, *spot)),
    "some values that are null": lambda source: with_nulls(source, READ),
    "a member of JSON that is absent or of another shape": lambda source: with_spoilt_json(source, READ),
}


def protects_nobody_more(before: Results, after: Results, hole: str) -> None:
    """Whoever was judged both times; and neither check passes that did not."""
    known, said = _protections(before["ID-01"]), _protections(after["ID-01"])
    for person in known.keys() & said.keys():
        for was, becomes in zip(known[person], said[person], strict=True):
            assert becomes not in GOOD or was in GOOD, (hole, person, was, becomes)
            assert becomes is not Protection.PROTECTED or was is Protection.PROTECTED, (hole, person, was, becomes)
    for check_id, result in after.items():
        assert result.verdict not in PASSED or before[check_id].verdict in PASSED, (hole, check_id)


def _results(tenant: Tenant) -> Results:
    return {result.check.id: result for result in evaluate(tenant.source, tenant.profile, JUDGED).results}


def _protections(result: CheckResult) -> dict[str, tuple[Protection, Protection]]:
    """What protects everybody, anywhere and outside the offices; nobody where nothing could be judged."""
    if result.exhibit is None:
        return {}
    people = shown(result)["people"]
    return {person["id"]: (Protection(person["protection"]), Protection(person["remote"])) for person in people}


def _hold(firm: Tenant, data: st.DataObject) -> None:
    whole = _results(firm)
    for hole, befall in HOLES.items():
        holed = data.draw(befall(firm.source))
        protects_nobody_more(whole, _results(replace(firm, source=holed)), hole)
    if firm.profile.mfa_trusted_ips is not None:
        silent = replace(firm.profile, mfa_trusted_ips=None)
        protects_nobody_more(whole, _results(replace(firm, profile=silent)), "addresses the firm does not state")


@normal
@given(firms(), st.data())
def test_what_was_not_read_protects_nobody(firm: Tenant, data: st.DataObject) -> None:
    _hold(firm, data)


@pytest.mark.deep
@deep
@given(firms(), st.data())
def test_what_was_not_read_protects_nobody_in_thousands_of_firms(firm: Tenant, data: st.DataObject) -> None:
    _hold(firm, data)
