# ruff: noqa: ANN401 - JSON of any shape
"""Whom a policy concerns: groups, roles (B3) and people from outside (B4); of one person and of many at once."""

from typing import Any

import pytest
from builders import a_policy
from proving import a_prover, ann, standing

from checks.circles import Circle
from checks.conditional_access.people import Kind, Person
from checks.conditional_access.situations import Access, Situation

NOBODY: dict[str, Any] = {"includeUsers": []}
ROLE = "role"
PARTNER = "partner-tenant"


def guests(types: str, *tenants: str) -> dict[str, Any]:
    home: dict[str, Any] = {"membershipKind": "all"}
    if tenants:
        home = {"membershipKind": "enumerated", "members": list(tenants)}
    return {"guestOrExternalUserTypes": types, "externalTenants": home}


def for_guests(types: str, *tenants: str) -> Any:
    return a_policy(users=NOBODY | {"includeGuestsOrExternalUsers": guests(types, *tenants)})


@pytest.mark.parametrize(
    ("circle", "expected"),
    [
        pytest.param(Circle(frozenset({"ann"})), Access.MFA, id="an active, built-in role for the whole directory"),
        pytest.param(Circle(), Access.PASSWORD, id="one for a unit, or of the firm's own"),
        pytest.param(Circle(possible=frozenset({"ann"})), Access.UNKNOWN, id="one she may activate"),
    ],
)
def test_a_policy_about_roles_hits_their_holders(circle: Circle, expected: Access) -> None:
    where = standing(roles={ROLE: circle})
    prover = a_prover(a_policy(users=NOBODY | {"includeRoles": [ROLE]}), standing=where)

    assert prover.proof(ann(where)).accesses == {expected}


def test_exclusion_wins_and_a_group_that_was_not_read_leaves_it_unknown() -> None:
    policy = a_policy(users={"excludeGroups": ["g"]})
    inside, outside, unread = standing({"g": {"ann"}}), standing({"g": {"bob"}}), standing({}, {}, "g")

    assert [a_prover(policy, standing=each).proof(ann(each)).accesses for each in (inside, outside, unread)] == [
        {Access.PASSWORD},
        {Access.MFA},
        {Access.UNKNOWN},
    ]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.INTERNAL])
def test_each_kind_of_people_from_outside_is_hit_by_its_own_name_and_by_all(kind: Kind) -> None:
    person = Person.external(kind, PARTNER)

    assert a_prover(for_guests(kind.value)).access(person, Situation()) is Access.MFA
    assert a_prover(a_policy()).access(person, Situation()) is Access.MFA
    assert a_prover(for_guests("nothingOfTheKind,internal")).access(ann(), Situation()) is Access.PASSWORD


def test_technicians_of_another_partner_escape_a_policy_about_one() -> None:
    prover = a_prover(for_guests("serviceProvider", PARTNER))
    technicians = [Person.external(Kind.SERVICE_PROVIDER, tenant) for tenant in (PARTNER, "another")]

    assert [prover.access(each, Situation()) for each in technicians] == [Access.MFA, Access.PASSWORD]


def test_a_guest_whose_home_was_not_read_may_escape_a_policy_about_one_partner() -> None:
    guest = Person.of("guest", "guest_home.example#EXT#@contoso.example", "Guest", standing())

    assert a_prover(for_guests("b2bCollaborationGuest", PARTNER)).access(guest, Situation()) is Access.UNKNOWN


def test_a_policy_about_workload_identities_concerns_no_person() -> None:
    policy = a_policy(grant="block", clientApplications={"includeServicePrincipals": ["app"]})

    assert a_prover(policy).access(ann(), Situation()) is Access.PASSWORD


def test_a_condition_that_came_later_leaves_it_unknown() -> None:
    policies = [a_policy(somethingNew={"include": ["x"]}), a_policy(insiderRiskLevels="elevated")]

    assert [a_prover(each).access(ann(), Situation()) for each in policies] == [Access.UNKNOWN] * 2


def test_many_people_are_proved_as_each_of_them_alone() -> None:
    where = standing(
        {"g": {f"user-{number}" for number in range(0, 40, 3)}},
        {ROLE: Circle(frozenset({"user-5"}), frozenset({"user-6"}))},
        "unread",
    )
    policies = [
        a_policy("a", users={"excludeGroups": ["g"], "excludeUsers": ["user-2"]}),
        a_policy("b", users=NOBODY | {"includeRoles": [ROLE]}, grant="block", signInRiskLevels=["high"]),
        a_policy("c", users=NOBODY | {"includeGroups": ["unread"]}, platforms={"includePlatforms": ["windows"]}),
        for_guests("b2bCollaborationGuest,serviceProvider", PARTNER),
        a_policy("d", users={"includeUsers": ["GuestsOrExternalUsers"]}, grant="compliantDevice"),
        a_policy("e", raw="{}"),
    ]
    people = [Person.of(f"user-{number}", f"user-{number}@x", "Member", where) for number in range(40)]
    people += [Person.of("guest", None, "Guest", where), Person.of("unclear", None, None, where)]
    people += [
        Person.external(kind, tenant) for kind in (Kind.SERVICE_PROVIDER, Kind.B2B_GUEST) for tenant in (PARTNER, "x")
    ]
    for chosen in (policies[:5], policies):
        prover = a_prover(*chosen, standing=where)

        assert prover.proofs(people) == [prover.proof(person) for person in people]
