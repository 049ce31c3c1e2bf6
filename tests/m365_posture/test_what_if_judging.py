# ruff: noqa: ANN401 - tables hold anything
"""A scan judged as if its policies were others."""

import json
from pathlib import Path
from typing import Any

import pytest
from builders import a_policy, a_profile, a_snapshot, a_user, security_defaults
from builders.access import a_group, a_registration, members_of

from m365_posture.config import ConfigError
from m365_posture.what_if.changes import Orders
from m365_posture.what_if.comparison import Effect
from m365_posture.what_if.judging import NotJudged, WhatIf, what_if
from m365_posture.what_if.policy_file import read_policy
from scanner.snapshot.ledger import Coverage, TableState

FOR_ALL = a_policy("p1", display_name="MFA for all")
BLOCKED_BY_CODE = a_policy("p2", display_name="Block Linux", state="disabled", grant="block")


def a_firm(*policies: dict[str, Any], **tables: Any) -> Any:
    """Ann and Bob, who registered a second factor, and the group of the partners, which holds Ann."""
    defaults: dict[str, Any] = {
        "users": [a_user("ann"), a_user("bob")],
        "registration_details": [a_registration("ann"), a_registration("bob")],
        "groups": [a_group("partners"), a_group("staff")],
    }
    return a_snapshot(conditional_access_policies=policies, **(defaults | tables))


def a_file(**given: Any) -> dict[str, Any]:
    """A policy that demands MFA of everybody, as a file gives it."""
    policy: dict[str, Any] = json.loads(a_policy("p9", **given)["raw"])
    return policy | {"displayName": "New"}


def judged(source: Any, **orders: Any) -> WhatIf:
    return what_if(source, a_profile(), Orders(**orders))


def effects(told: WhatIf) -> dict[str, Effect]:
    return {person.id: person.effect for person in told.comparison.people}


@pytest.mark.parametrize(
    ("policies", "orders", "effect"),
    [
        pytest.param([FOR_ALL], {"remove": ["MFA for all"]}, Effect.LOSES, id="removed"),
        pytest.param([FOR_ALL], {"disable": ["MFA for all"]}, Effect.LOSES, id="turned off"),
        pytest.param([FOR_ALL | {"state": "disabled"}], {"enable": ["p1"]}, Effect.GAINS, id="turned on"),
        pytest.param([], {"policies": [a_file()]}, Effect.GAINS, id="added"),
    ],
)
def test_everybody_gains_or_loses_what_a_policy_for_everybody_gives(
    policies: list[dict[str, Any]], orders: dict[str, Any], effect: Effect
) -> None:
    told = judged(a_firm(*policies), **orders)

    assert effects(told) == {"ann": effect, "bob": effect}
    answer = told.comparison.answers[0]
    assert {answer.before["protected"], answer.after["protected"]} == {0, 2}


def test_who_is_left_out_loses_and_is_told_how() -> None:
    users = {"includeUsers": ["All"], "excludeUsers": ["bob"]}
    told = judged(a_firm(FOR_ALL), policies=[a_file(users=users) | {"displayName": "MFA for all"}])
    (bob,) = told.comparison.people

    assert (bob.id, bob.effect, bob.after) == ("bob", Effect.LOSES, "registered_not_enforced")
    assert bob.opens is not None
    assert bob.opens["spared_by"] == ["MFA for all"]
    assert told.comparison.unchanged == 1


def test_a_policy_that_is_not_on_changes_nothing_and_says_so() -> None:
    told = judged(a_firm(), policies=[a_file(state="enabledForReportingButNotEnforced")])

    assert told.comparison.people == ()
    assert told.notes == ("`New` is not turned on, so it changes nothing: --enable judges it as if it were.",)


@pytest.mark.parametrize(
    ("orders", "says"),
    [
        pytest.param({"enable": ["p1"]}, "`MFA for all` is on already.", id="on already"),
        pytest.param({"disable": ["p2"]}, "`Block Linux` was not on, so nothing changes by it.", id="off already"),
        pytest.param({"remove": ["p2"]}, "`Block Linux` was not on, so nothing changes by it.", id="removed"),
    ],
)
def test_an_order_that_changes_nothing_is_told(orders: dict[str, Any], says: str) -> None:
    told = judged(a_firm(FOR_ALL, BLOCKED_BY_CODE), **orders)

    assert (told.notes, told.comparison.people) == ((says,), ())


def test_whom_a_policy_locks_out_is_told_and_that_this_counts_as_protection() -> None:
    told = judged(a_firm(FOR_ALL), policies=[a_file(grant="block")])

    assert effects(told) == {"ann": Effect.LOCKED_OUT, "bob": Effect.LOCKED_OUT}
    assert told.notes == ("Who is locked out counts as protected: every sign-in is blocked.",)


def test_who_is_in_a_group_that_nothing_named_before_stays_unknown() -> None:
    users = {"includeUsers": ["All"], "excludeGroups": ["partners"]}
    told = judged(a_firm(), policies=[a_file(users=users)])

    assert {person.after for person in told.comparison.people} == {"unknown"}
    assert "`New` names 1 group that nothing named when the scan was made" in told.notes[0]
    assert told.comparison.answers[0].after["protected"] == 0


def test_a_group_that_a_policy_of_the_scan_names_is_known() -> None:
    users = {"includeUsers": ["All"], "excludeGroups": ["partners"]}
    named = a_policy("p1", display_name="Report", state="disabled", users=users)
    told = judged(a_firm(named, group_members=members_of("partners", "ann")), enable=["Report"])

    assert effects(told) == {"bob": Effect.GAINS}
    assert told.notes == ()


def test_what_this_tenant_does_not_have_is_named() -> None:
    users = {"includeUsers": ["All", "carl"], "excludeGroups": [f"g{number}" for number in range(5)]}
    told = judged(a_firm(), policies=[a_file(users=users, locations={"includeLocations": ["All", "l9"]})])

    assert told.notes == (
        "`New` names `g0`, `g1`, `g2` and 2 more, which this tenant does not have among its groups.",
        "`New` names `carl`, which this tenant does not have among its accounts.",
        "`New` names `l9`, which this tenant does not have among its named locations.",
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"users": {"includeUsers": [], "excludeUsers": ["ann"]}}, "`New` includes no users, so it does nothing."),
        ({"users": {"includeUsers": ["None"]}}, "`New` includes no users, so it does nothing."),
        (
            {"applications": {"includeApplications": ["None"]}},
            "`New` is about no application, so it does nothing.",
        ),
    ],
)
def test_a_policy_that_concerns_nobody_does_nothing_and_says_so(given: dict[str, Any], says: str) -> None:
    told = judged(a_firm(), policies=[a_file(**given)])

    assert (told.notes, told.comparison.people) == ((says,), ())


def test_a_condition_of_a_file_that_leaves_out_lists_is_judged_like_the_full_one(tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    given = a_file(locations={"includeLocations": ["All"]}, platforms={"includePlatforms": ["all"]})
    file.write_text(json.dumps(given), encoding="utf-8")

    assert effects(judged(a_firm(), policies=[read_policy(file)])) == {"ann": Effect.GAINS, "bob": Effect.GAINS}


def platforms(*excluded: str) -> dict[str, list[str]]:
    return {"includePlatforms": ["all"], "excludePlatforms": list(excluded)}


def holes(number: int) -> list[dict[str, Any]]:
    """Return policies that leave out, of as many applications, each a platform of its own."""
    systems = ("android", "iOS", "windows", "macOS", "linux", "windowsPhone")[:number]
    apps = [f"app{each}" for each in range(number)]
    rest = {"includeApplications": ["All"], "excludeApplications": apps}
    return [
        a_policy("rest", applications=rest),
        *(
            a_policy(app, applications={"includeApplications": [app]}, platforms=platforms(system))
            for app, system in zip(apps, systems, strict=True)
        ),
    ]


@pytest.mark.parametrize(
    "new", [{}, {"applications": {"includeApplications": ["app0"]}}, {"platforms": platforms("iOS")}]
)
@pytest.mark.parametrize(
    "number", [pytest.param(1, marks=pytest.mark.deep), pytest.param(3, marks=pytest.mark.deep), 6]
)
def test_one_policy_more_opens_nothing_and_one_less_closes_nothing(number: int, new: dict[str, Any]) -> None:
    more = judged(a_firm(*holes(number)), policies=[a_file(**new)])
    added = a_policy("p9", display_name="New", **new)
    less = judged(a_firm(*holes(number), added), remove=["p9"])

    assert [person.opens for person in more.comparison.people if person.opens] == []
    assert [person.closes for person in less.comparison.people if person.closes] == []


def test_turning_a_policy_on_takes_turning_security_defaults_off() -> None:
    only_ann = a_file(users={"includeUsers": ["ann"]})
    told = judged(a_firm(security_defaults=[security_defaults()]), policies=[only_ann])

    assert {person.before for person in told.comparison.people} == {"security_defaults"}
    assert effects(told) == {"ann": Effect.GAINS, "bob": Effect.LOSES}
    assert "they are judged as off" in told.notes[0]


def test_security_defaults_stay_where_no_policy_is_turned_on() -> None:
    told = judged(a_firm(security_defaults=[security_defaults()]), policies=[a_file(state="disabled")])

    assert told.comparison.people == ()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        pytest.param(
            "conditional_access_policies",
            "There are no policies in this scan to change: conditional_access_policies could not be read: access was "
            "refused (Authorization_RequestDenied, grant the permission Policy.Read.All).",
            id="policies",
        ),
        pytest.param("users", "This scan does not tell who is protected by MFA: users could not be read", id="users"),
    ],
)
def test_a_scan_that_lacks_what_it_takes_is_told_in_one_sentence(table: str, says: str) -> None:
    denied = Coverage(TableState.DENIED, reason="Authorization_RequestDenied", mend="grant:Policy.Read.All")
    with pytest.raises(NotJudged) as told:
        judged(a_firm(states={table: denied}), policies=[a_file()])

    assert str(told.value).startswith(says)


def test_what_cannot_be_followed_is_told_before_anything_is_judged() -> None:
    with pytest.raises(ConfigError, match="There is no policy `MFA`"):
        judged(a_firm(FOR_ALL, states={"users": TableState.DENIED}), remove=["MFA"])
