# ruff: noqa: ANN401 - tables of any shape
"""SI-03: named locations, and countries where nobody is expected."""

from datetime import timedelta
from typing import Any

import pytest
from builders import AS_OF, a_policy, a_sign_in, a_user
from builders.rows import an_organization
from builders.settings import a_location, a_subscription, countries
from judged_checks import evidence, judge, statuses

from checks.model import Verdict
from checks.results import CheckResult
from checks.signins.codes import NOBODY
from scanner.snapshot.ledger import TableState

Json = dict[str, Any]

SET, USED = "setting/namedLocations", "setting/conditions.locations"


def about(included: str, *excluded: str, grant: str = "block", **given: Any) -> Json:
    places = {"includeLocations": [included], "excludeLocations": list(excluded)}
    return a_policy("places", grant=grant, locations=places, **given)


ELSEWHERE_BLOCKED = about("All", "countries")


def seen(country: str | None, user: str = "ann", code: int | None = 0, **given: Any) -> Json:
    return a_sign_in(user=user, country_or_region=country, error_code=code, **given)


def judged(*log: Json, plan: str = "AAD_PREMIUM", **tables: Any) -> CheckResult:
    given = {
        "organization": [an_organization(country_letter_code="BE")],
        "users": [a_user("ann"), a_user("gus", user_type="Guest")],
        "named_locations": [a_location(), countries("be", "NL")],
        "conditional_access_policies": [ELSEWHERE_BLOCKED],
        "subscribed_skus": [a_subscription(plan)],
        "sign_ins": log,
    }
    return judge("SI-03", **(given | tables))


def test_it_passes_where_everybody_is_where_they_are_expected() -> None:
    assert judged(seen("BE"), seen("NL")).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("log", "said"),
    [
        pytest.param([seen("BE"), seen("RO")], {"ann/BE": "passes", "ann/RO": "fails"}, id="a success from elsewhere"),
        pytest.param([seen("ro"), seen("RO")], {"ann/RO": "fails"}, id="however the country is written"),
        pytest.param([seen("RO", code=50126)], {}, id="a wrong password"),
        pytest.param([seen("RO", code=53003)], {}, id="a sign-in that a policy stopped"),
        pytest.param([seen("RO", code=None)], {"ann/RO": "unknown"}, id="perhaps a success"),
        pytest.param([seen("RO", code=None), seen("RO")], {"ann/RO": "fails"}, id="perhaps one, and surely another"),
        pytest.param([seen(None)], {"ann/%3F": "unknown"}, id="from nobody knows where"),
        pytest.param([seen("RO", created_date_time=None)], {"ann/RO": "unknown"}, id="nobody knows when"),
        pytest.param([seen("RO", created_date_time=AS_OF - timedelta(days=30))], {}, id="a month ago"),
        pytest.param([seen("RO", user="gus")], {}, id="a guest"),
        pytest.param([seen("RO", user="eve")], {"eve/RO": "fails"}, id="somebody who is gone"),
        pytest.param([seen("RO", user="", service_principal_id="app")], {}, id="an application"),
    ],
)
def test_who_signed_in_from_which_country(log: list[Json], said: dict[str, str]) -> None:
    assert statuses(judged(*log)) == {SET: "passes", USED: "passes"} | said


def test_it_tells_when_and_how_often() -> None:
    first, last = AS_OF - timedelta(days=9), AS_OF - timedelta(days=2)
    result = judged(seen("RO", created_date_time=last), seen("RO", created_date_time=first))

    assert evidence(result, "ann/RO") == {
        "country": ["RO"],
        "user_principal_name": ["ann@contoso.example"],
        "first_seen": ["2026-11-14T06:00:00Z"],
        "last_seen": ["2026-11-21T06:00:00Z"],
        "times": [2],
    }
    assert [row.object_name for row in result.failing] == ["Name of ann (RO)"]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        pytest.param({"conditional_access_policies": []}, "passes", id="a list that no policy names"),
        pytest.param({"conditional_access_policies": [about("countries")]}, "fails", id="a list that is blocked"),
        pytest.param(
            {"conditional_access_policies": [about("countries", state="disabled")]}, "fails", id="or was to be blocked"
        ),
        pytest.param(
            {"conditional_access_policies": [ELSEWHERE_BLOCKED | {"raw": None}]}, "unknown", id="an unread policy"
        ),
        pytest.param(
            {"states": {"conditional_access_policies": TableState.DENIED}}, "unknown", id="no policy was read"
        ),
        pytest.param({"named_locations": [a_location(), countries("BE")]}, "fails", id="a list without the country"),
        pytest.param({"named_locations": [a_location(), countries("BE", None)]}, "unknown", id="an unread country"),
        pytest.param({"named_locations": []}, "fails", id="no list"),
        pytest.param({"states": {"named_locations": TableState.FAILED}}, "unknown", id="no list was read"),
        pytest.param({"organization": [an_organization(country_letter_code="NL")]}, "passes", id="the firm's own"),
        pytest.param(
            {"organization": [an_organization()], "named_locations": []}, "unknown", id="the firm's own was not told"
        ),
    ],
)
def test_where_people_are_expected(tables: Json, said: str) -> None:
    assert statuses(judged(seen("NL"), **tables))["ann/NL"] == said


@pytest.mark.parametrize(
    ("tables", "is_set", "used"),
    [
        pytest.param({"named_locations": [], "conditional_access_policies": []}, "fails", "fails", id="nothing"),
        pytest.param({"conditional_access_policies": [a_policy()]}, "passes", "fails", id="no policy uses one"),
        pytest.param({"conditional_access_policies": [about("All")]}, "passes", "fails", id="everywhere is no place"),
        pytest.param({"conditional_access_policies": [about("All", "AllTrusted")]}, "passes", "passes", id="trusted"),
        pytest.param(
            {
                "conditional_access_policies": [about("All", "AllTrusted")],
                "named_locations": [a_location(trusted=False)],
            },
            "passes",
            "fails",
            id="trusted, and none is",
        ),
        pytest.param(
            {"conditional_access_policies": [ELSEWHERE_BLOCKED | {"state": "enabledForReportingButNotEnforced"}]},
            "passes",
            "fails",
            id="a policy that only reports",
        ),
        pytest.param(
            {"conditional_access_policies": [ELSEWHERE_BLOCKED | {"state": None}]}, "passes", "unknown", id="perhaps"
        ),
        pytest.param({"conditional_access_policies": [about("gone")]}, "passes", "unknown", id="one that is gone"),
    ],
)
def test_named_locations_are_set_and_used(tables: Json, is_set: str, used: str) -> None:
    said = statuses(judged(**tables))

    assert (said[SET], said[USED]) == (is_set, used)


def test_without_conditional_access_only_the_log_is_looked_at() -> None:
    tables = {"named_locations": [], "conditional_access_policies": []}

    assert statuses(judged(seen("RO"), plan="EXCHANGE_S_STANDARD", **tables)) == {"ann/RO": "fails"}


@pytest.mark.parametrize(
    "table", ["sign_ins", "named_locations", "conditional_access_policies", "organization", "subscribed_skus"]
)
def test_what_was_not_read_is_a_gap(table: str) -> None:
    result = judged(seen("BE"), states={table: TableState.UNLICENSED})

    assert result.verdict is Verdict.NOT_ASSESSED
    assert table in {gap.need for gap in result.gaps}


def test_a_success_of_nobody_knows_whom_is_a_gap_where_nobody_is_expected() -> None:
    assert judged(seen("BE", user_id=None)).verdict is Verdict.PASS
    assert judged(seen("RO", user_id=None)).verdict is Verdict.NOT_ASSESSED


@pytest.mark.parametrize("user_id", [None, "", NOBODY])
def test_an_application_is_no_person_that_is_not_named_however_its_row_says_nobody(user_id: str | None) -> None:
    application = seen("RO", user_id=user_id, service_principal_id="app")
    stranger = seen("RO", user_id=user_id)

    result = judged(seen("BE"), application)
    assert (result.verdict, result.gaps) == (Verdict.PASS, ())
    assert statuses(result) == {SET: "passes", USED: "passes", "ann/BE": "passes"}
    assert judged(seen("BE"), stranger).verdict is Verdict.NOT_ASSESSED
