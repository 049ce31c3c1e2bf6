# ruff: noqa: ANN401 - JSON of any shape
"""What this version does not know in a policy, or what Graph does not document, never makes somebody safe."""

from typing import Any

import pytest
from builders import a_policy
from builders.policies import a_grant
from proving import a_place, a_prover, ann

from checks.conditional_access.people import Kind, Person
from checks.conditional_access.situations import Access, Place, Situation

EVERYWHERE = {"includeLocations": ["All"], "excludeLocations": []}
ANY_PLATFORM = {"includePlatforms": ["all"], "excludePlatforms": []}
PARTNERS = {"guestOrExternalUserTypes": "serviceProvider", "externalTenants": {"membershipKind": "all"}}


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(a_policy(users={"excludeAttributes": {"rule": "x"}}), id="users"),
        pytest.param(a_policy(users={"excludeUsers": ["AllMembers"]}), id="a word in excluded users"),
        pytest.param(a_policy(users={"includeUsers": ["AllMembers"]}), id="a word in included users"),
        pytest.param(a_policy(users={"excludeRoles": ["Privileged"]}), id="a word in excluded roles"),
        pytest.param(a_policy(applications={"excludeNetworks": ["x"]}), id="applications"),
        pytest.param(a_policy(locations=EVERYWHERE | {"excludeTenants": ["x"]}), id="locations"),
        pytest.param(a_policy(locations=EVERYWHERE | {"excludeLocations": ["Compliant"]}), id="a word in locations"),
        pytest.param(a_policy(platforms=ANY_PLATFORM | {"versions": ["x"]}), id="platforms"),
        pytest.param(a_policy(devices={"deviceFilter": None, "excludeDeviceStates": ["x"]}), id="devices"),
        pytest.param(a_policy(authenticationFlows={"transferMethods": "none", "more": "x"}), id="flows"),
        pytest.param(a_policy(grant=a_grant("mfa", verifiedId=["x"])), id="MFA or a control that came later"),
        pytest.param(a_policy(raw="[" * 100_000), id="a policy too deep to read"),
    ],
)
@pytest.mark.parametrize("people", [1, 40])
def test_what_came_later_leaves_a_policy_undecided(policy: Any, people: int) -> None:
    proofs = a_prover(policy).proofs([ann()] * people)

    assert {access for proof in proofs for access in proof.accesses} == {Access.UNKNOWN}


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(a_policy(users={"excludeAttributes": None}), id="users"),
        pytest.param(a_policy(applications={"x@odata.type": "#Collection(String)", "networkAccess": None}), id="apps"),
        pytest.param(a_policy(locations=EVERYWHERE | {"excludeTenants": []}), id="locations"),
        pytest.param(a_policy(grant=a_grant("mfa", verifiedId=[], **{"#microsoft.graph.x": {"a": 1}})), id="controls"),
        pytest.param(a_policy(grant=a_grant("mfa", verifiedId=["x"], operator="AND")), id="MFA and a new control"),
    ],
)
def test_what_came_later_says_nothing_where_it_is_not_set(policy: Any) -> None:
    assert a_prover(policy).proof(ann()).accesses == {Access.MFA}


def test_a_new_choice_among_people_from_outside_leaves_only_them_undecided() -> None:
    prover = a_prover(a_policy(users={"excludeGuestsOrExternalUsers": PARTNERS | {"onlyOnSundays": True}}))

    assert prover.access(ann(), Situation()) is Access.MFA
    assert prover.access(Person.external(Kind.DIRECT_CONNECT, "tenant"), Situation()) is Access.UNKNOWN


@pytest.mark.parametrize(
    ("policy", "situation"),
    [
        pytest.param(
            a_policy(locations=EVERYWHERE | {"excludeLocations": ["alltrusted"]}),
            Situation(place=Place(frozenset({"office"}))),
            id="trusted locations",
        ),
        pytest.param(a_policy(users={"excludeUsers": ["ALL"]}), Situation(), id="everybody"),
        pytest.param(a_policy(applications={"excludeApplications": ["office365"]}), Situation("Office365"), id="apps"),
        pytest.param(
            a_policy(platforms=ANY_PLATFORM | {"excludePlatforms": ["IOS"]}), Situation(platform="iOS"), id="platforms"
        ),
        pytest.param(a_policy(clientAppTypes=["Other"]), Situation(), id="clients"),
        pytest.param(a_policy(signInRiskLevels=["High"]), Situation(), id="risks"),
        pytest.param(a_policy(authenticationFlows={"transferMethods": "devicecodeflow"}), Situation(), id="flows"),
        pytest.param(a_policy(grant="PasswordChange"), Situation(), id="controls"),
    ],
)
def test_capitals_do_not_change_what_a_word_means(policy: Any, situation: Situation) -> None:
    prover = a_prover(policy, locations=[a_place("office", "192.0.2.0/24", trusted=True)])

    assert prover.access(ann(), situation) is Access.PASSWORD


def test_capitals_do_not_change_whom_an_id_means() -> None:
    user_id = "6f1c2f0e-8f6f-4f51-9d2c-6f0f3e0f7a11"
    prover = a_prover(a_policy(users={"excludeUsers": [user_id.upper()]}))

    assert prover.access(Person.of(user_id, "ann@x", "Member"), Situation()) is Access.PASSWORD
