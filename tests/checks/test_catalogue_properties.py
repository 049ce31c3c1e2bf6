"""What holds for every check, from the moment it is registered."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import pandas as pd
import pytest
from builders.disturbances import JSON_COLUMNS, renamed, shuffled, with_gap, with_nulls, with_spoilt_json
from builders.strategies import Tenant, tenants
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from checks.engine import evaluate
from checks.frame import each, judged, objects
from checks.lines import lines
from checks.model import EvidenceKind, Gap, Outcome, Severity, Verdict
from checks.parameters import Kind, Parameter
from checks.registry import CATALOGUE, Catalogue, columns
from checks.results import CheckResult

GOOD = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.ATTESTED})
CHECKS = [check.id for check in CATALOGUE]

normal = settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
deep = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
search = settings(deep, max_examples=500, phases=[Phase.generate])

Case = tuple[Tenant, Tenant]


def tables_of(catalogue: Catalogue) -> list[str]:
    """Tables that the checks read, directly or through derived inputs."""
    found: dict[str, None] = {}

    def walk(parameters: tuple[Parameter, ...]) -> None:
        for parameter in parameters:
            if parameter.kind is Kind.DERIVED:
                walk(catalogue.derived_inputs[parameter.name].parameters)
            elif parameter.kind is not Kind.PROFILE:
                found[parameter.name] = None

    for check in catalogue:
        walk(check.parameters)
    return list(found)


def judge(catalogue: Catalogue, tenant: Tenant) -> CheckResult:
    (result,) = evaluate(tenant.source, tenant.profile, catalogue).results
    return result


def open_objects(result: CheckResult) -> set[str]:
    return {row.object_id for row in (*result.failing, *result.unknown)}


def never_improves(catalogue: Catalogue, whole: Tenant, holed: Tenant) -> bool:
    """Whether the hole left the verdict no better, and no failing or unknown object passed or vanished."""
    before, after = judge(catalogue, whole), judge(catalogue, holed)
    if after.verdict in GOOD and before.verdict not in GOOD:
        return False
    closed = open_objects(before) - open_objects(after)
    passed = closed & set(after.population)
    return not passed and (not closed or not after.complete)


def says_the_same_in_any_order(catalogue: Catalogue, whole: Tenant, other: Tenant) -> bool:
    first, second = (evaluate(tenant.source, tenant.profile, catalogue) for tenant in (whole, other))
    return list(lines(first, "contoso")) == list(lines(second, "contoso"))


def says_the_same_of_other_names(catalogue: Catalogue, whole: Tenant, other: Tenant) -> bool:
    first, second = judge(catalogue, whole), judge(catalogue, other)
    return identities(first) == identities(second)


def identities(result: CheckResult) -> tuple[Any, ...]:
    rows = [[(row.object_id, row.fingerprint) for row in some] for some in (result.failing, result.unknown)]
    return (result.verdict, result.population, rows, result.gaps)


@st.composite
def with_a_null(draw: st.DrawFn, catalogue: Catalogue) -> Case:
    tenant = draw(tenants(tables_of(catalogue)))
    return tenant, Tenant(draw(with_nulls(tenant.source, tables_of(catalogue))), tenant.profile)


@st.composite
def with_a_spoilt_member(draw: st.DrawFn, catalogue: Catalogue) -> Case:
    tenant = draw(tenants(tables_of(catalogue)))
    return tenant, Tenant(draw(with_spoilt_json(tenant.source, tables_of(catalogue))), tenant.profile)


@st.composite
def with_something_unread(draw: st.DrawFn, catalogue: Catalogue) -> Case:
    tenant = draw(tenants(tables_of(catalogue)))
    return tenant, Tenant(draw(with_gap(tenant.source, tables_of(catalogue))), tenant.profile)


@st.composite
def in_another_order(draw: st.DrawFn, catalogue: Catalogue) -> Case:
    tenant = draw(tenants(tables_of(catalogue)))
    return tenant, Tenant(draw(shuffled(tenant.source)), tenant.profile)


@st.composite
def under_other_names(draw: st.DrawFn, catalogue: Catalogue) -> Case:
    tenant = draw(tenants(tables_of(catalogue)))
    return tenant, renamed(tenant)


Cases = Callable[[Catalogue], st.SearchStrategy[Case]]
Holds = Callable[[Catalogue, Tenant, Tenant], bool]

PROPERTIES: dict[str, tuple[Cases, Holds]]
PROPERTIES = {
    "a null never improves a verdict": (with_a_null, never_improves),
    "a member of another shape never improves a verdict": (with_a_spoilt_member, never_improves),
    "a gap never improves a verdict": (with_something_unread, never_improves),
    "the order of rows is irrelevant": (in_another_order, says_the_same_in_any_order),
    "renaming changes nothing": (under_other_names, says_the_same_of_other_names),
}


def promises() -> list[tuple[str, str]]:
    """Every check with every promise; one about members of JSON is about the checks that read some."""
    without_json = {
        check_id for check_id in CHECKS if JSON_COLUMNS.keys().isdisjoint(tables_of(CATALOGUE.only(check_id)))
    }
    return [
        (check_id, name)
        for name, (cases, _) in PROPERTIES.items()
        for check_id in CHECKS
        if cases is not with_a_spoilt_member or check_id not in without_json
    ]


every_promise = pytest.mark.parametrize(("check_id", "name"), promises())


def hold(check_id: str, name: str, how: settings) -> None:
    catalogue = CATALOGUE.only(check_id)
    cases, holds = PROPERTIES[name]
    # the promises about what was not read are the dear ones; a database is opened anew for each example
    tables = tables_of(catalogue)
    # an examination of the whole log asks it a hundred questions
    asked = 4 if "sign_in_baselines" in tables else 2 if "sign_ins" in tables else 1
    cost = (1 if holds is never_improves else 2) * asked

    @settings(how, max_examples=max(1, how.max_examples // cost))
    @given(cases(catalogue))
    def property_holds(case: Case) -> None:
        assert holds(catalogue, *case)

    property_holds()


@every_promise
def test_every_check_keeps_the_promises_of_the_catalogue(check_id: str, name: str) -> None:
    hold(check_id, name, normal)


@pytest.mark.deep
@every_promise
def test_every_check_keeps_the_promises_of_the_catalogue_over_thousands_of_tenants(check_id: str, name: str) -> None:
    hold(check_id, name, deep)


def a_bad_check(function: Callable[..., Outcome]) -> Catalogue:
    catalogue = Catalogue()
    catalogue.check(
        "AC-04",
        title="Breaks a promise",
        severity=Severity.HIGH,
        object_type="user",
        evidence={"user_type": EvidenceKind.CONDITION},
        remedy="None",
        source="https://learn.microsoft.com/",
    )(function)
    return catalogue


Users = Annotated[pd.DataFrame, columns("id", "display_name", "user_type", "account_enabled")]


def outcome(users: pd.DataFrame, failing: "pd.Series[Any]") -> Outcome:
    return judged(objects(users, ["id"], ["id"], {"user_type": users["user_type"]}), failing)


def takes_null_for_no(users: Users) -> Outcome:
    """An account of which it is not known whether it is enabled passes."""
    return outcome(users, users["account_enabled"].fillna(value=False))


def leaves_out_the_unknown(users: Users) -> Outcome:
    """An account of unknown type is not looked at."""
    known = users[users["user_type"].notna()]
    return outcome(known, known["user_type"] == "Guest")


def takes_unread_for_nothing(
    users: Users, security_defaults: Annotated[pd.DataFrame | Gap, columns("is_enabled")]
) -> Outcome:
    """Security defaults that were not read are taken for good."""
    fine = isinstance(security_defaults, Gap) or bool(security_defaults["is_enabled"].any())
    return outcome(users, users["account_enabled"].isna() & (not fine))


def judges_only_the_first(users: Users) -> Outcome:
    """Only the first two accounts that were read are judged."""
    first = users.head(2)
    return outcome(first, first["user_type"] == "Guest")


def goes_by_the_name(users: Users) -> Outcome:
    """An account fails because of what it is called."""
    return outcome(users, users["display_name"] == "Name of u1")


def takes_an_absent_member_for_an_empty_one(
    conditional_access_policies: Annotated[pd.DataFrame, columns("id", "raw")],
) -> Outcome:
    """A policy that says whom it is about in no way, or in one nobody documents, is about nobody."""
    rows = conditional_access_policies.assign(user_type=conditional_access_policies["id"])

    def includes(raw: str) -> bool:
        members = json.loads(raw)
        for name in ("conditions", "users", "includeUsers"):
            members = members.get(name) if isinstance(members, dict) else None
        return isinstance(members, list) and bool(members)

    return outcome(rows, each(rows["raw"], includes))


def reads_members_that_may_be_absent(
    conditional_access_policies: Annotated[pd.DataFrame, columns("id", "raw")],
) -> Outcome:
    """Crashes where a member is absent."""
    rows = conditional_access_policies.assign(user_type=conditional_access_policies["id"])

    def excludes(raw: str) -> bool:
        users = json.loads(raw)["conditions"]["users"]
        return any(len(users[f"{side}{kind}"]) > 1 for side in ("include", "exclude") for kind in ("Users", "Roles"))

    return outcome(rows, each(rows["raw"], excludes))


@pytest.mark.parametrize(
    ("bad", "name"),
    [
        pytest.param(takes_null_for_no, "a null never improves a verdict", marks=pytest.mark.deep),
        pytest.param(
            takes_an_absent_member_for_an_empty_one,
            "a member of another shape never improves a verdict",
            marks=pytest.mark.deep,
        ),
        (leaves_out_the_unknown, "a null never improves a verdict"),
        (takes_unread_for_nothing, "a gap never improves a verdict"),
        (judges_only_the_first, "the order of rows is irrelevant"),
        (goes_by_the_name, "renaming changes nothing"),
    ],
)
def test_a_check_that_breaks_a_promise_is_found_out(bad: Callable[..., Outcome], name: str) -> None:
    catalogue = a_bad_check(bad)
    cases, holds = PROPERTIES[name]

    broken = find(cases(catalogue), lambda case: not holds(catalogue, *case), settings=search)

    assert not holds(catalogue, *broken)


def test_a_check_that_crashes_on_an_absent_member_is_found_out() -> None:
    catalogue = a_bad_check(reads_members_that_may_be_absent)

    def crashes(case: Case) -> bool:
        try:
            judge(catalogue, case[1])
        except (KeyError, TypeError):
            return True
        return False

    assert find(with_a_spoilt_member(catalogue), crashes, settings=search)
