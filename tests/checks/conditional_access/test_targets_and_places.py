# ruff: noqa: ANN401 - JSON of any shape
"""Which sign-ins a policy reaches: resources (B2), places (B5), portals (B7), and every narrow condition."""

from datetime import date
from time import perf_counter
from typing import Any

import pytest
from builders import a_policy
from proving import REACHES_ACTIONS, UNREAD, a_country, a_place, a_prover, ann

from checks.conditional_access.prover import remote
from checks.conditional_access.situations import Access, Place, Situation

DIRECTORY = "00000002-0000-0000-c000-000000000000"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
PORTALS = "MicrosoftAdminPortals"
MANY_SECONDS = 5
"""It took half a minute when each location was looked at once for each combination of places."""
REGISTER = "urn:user:registersecurityinfo"
NOT_THIS_APP = a_policy(applications={"excludeApplications": ["app"]})
NOT_TRUSTED = a_policy(locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]})


@pytest.mark.parametrize(
    ("applications", "target", "expected"),
    [
        ({"excludeApplications": ["app"]}, "app", Access.PASSWORD),
        ({"excludeApplications": ["app"]}, "other", Access.MFA),
        ({"excludeApplications": ["Office365"]}, EXCHANGE, Access.PASSWORD),
        ({"includeApplications": ["Office365"]}, EXCHANGE, Access.MFA),
        ({"includeApplications": ["None"]}, "other", Access.PASSWORD),
        ({"includeApplications": [], "includeAuthenticationContextClassReferences": ["c1"]}, "other", Access.PASSWORD),
        ({"applicationFilter": {"mode": "include", "rule": "x"}}, "other", Access.UNKNOWN),
        ({"includeApplications": ["AllSomethingNew"]}, "other", Access.UNKNOWN),
        ({"includeApplications": [], "includeUserActions": [REGISTER]}, "other", Access.PASSWORD),
        ({"includeApplications": [], "includeUserActions": [REGISTER]}, REGISTER, Access.MFA),
        ({"includeApplications": ["app"]}, PORTALS, Access.MFA),
    ],
)
def test_a_policy_reaches_the_resources_that_it_names(applications: Any, target: str, expected: Access) -> None:
    assert a_prover(a_policy(applications=applications)).access(ann(), Situation(target=target)) is expected


@pytest.mark.parametrize(("as_of", "expected"), [(date(2026, 2, 28), Access.PASSWORD), (date(2026, 3, 1), Access.MFA)])
def test_low_privilege_permissions_escaped_policies_with_excluded_resources_until_march_2026(
    as_of: date, expected: Access
) -> None:
    assert a_prover(NOT_THIS_APP, as_of=as_of).access(ann(), Situation(target=DIRECTORY)) is expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (REACHES_ACTIONS, Access.MFA),
        ({"exclusions": {"allResourcesExclusions": {"userActionExclusions": [REGISTER]}}}, Access.PASSWORD),
        ({"exclusions": {"allResourcesExclusions": {"userActionExclusions": ["new"]}}}, Access.UNKNOWN),
        (UNREAD, Access.UNKNOWN),
    ],
)
def test_policies_for_all_resources_reach_user_actions_unless_the_tenant_says_otherwise(
    settings: Any, expected: Access
) -> None:
    proof = a_prover(a_policy(), settings=settings).proof(ann())

    assert proof.user_actions[REGISTER] == {expected}
    assert proof.accesses == {Access.MFA}


def test_the_portals_where_microsoft_demands_mfa_are_no_part_of_a_hole() -> None:
    prover = a_prover()

    assert prover.access(ann(), Situation(target=PORTALS)) is Access.MFA
    assert prover.proof(ann()).accesses == {Access.PASSWORD}


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param({"signInRiskLevels": ["high"]}, id="only at risk"),
        pytest.param({"userRiskLevels": ["high"]}, id="only accounts at risk"),
        pytest.param({"platforms": {"includePlatforms": ["windows"], "excludePlatforms": []}}, id="only Windows"),
        pytest.param({"clientAppTypes": ["mobileAppsAndDesktopClients"]}, id="no browsers"),
        pytest.param({"locations": {"includeLocations": ["office"], "excludeLocations": []}}, id="only one place"),
        pytest.param({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}, id="only device codes"),
    ],
)
def test_a_policy_with_a_narrow_condition_is_not_mfa_for_everything(condition: dict[str, Any]) -> None:
    proof = a_prover(a_policy(**condition), locations=[a_place("office", "192.0.2.0/24")]).proof(ann())

    assert proof.accesses == {Access.MFA, Access.PASSWORD}


def test_a_device_filter_is_never_decided() -> None:
    policy = a_policy(devices={"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}})

    assert a_prover(policy).proof(ann()).accesses == {Access.UNKNOWN}


@pytest.mark.parametrize(
    ("trusted_ips", "legacy"),
    [
        pytest.param(None, {Access.MFA, Access.UNKNOWN}, id="nobody stated them"),
        pytest.param((), {Access.MFA}, id="there are none"),
        pytest.param(("203.0.113.0/24",), {Access.MFA, Access.PASSWORD}, id="there are some"),
    ],
)
def test_all_trusted_places_include_addresses_that_only_the_firm_can_state(
    trusted_ips: Any, legacy: set[Access]
) -> None:
    assert a_prover(NOT_TRUSTED, trusted_ips=trusted_ips).proof(ann()).accesses == legacy


def test_a_trusted_office_is_a_way_in_by_its_name() -> None:
    locations = [a_place("kantoor", "192.0.2.0/24", trusted=True), a_place("elsewhere", "198.51.100.0/24")]
    (way,) = a_prover(NOT_TRUSTED, locations=locations).proof(ann()).ways

    assert (way.access, way.targets, way.places, way.platforms) == (Access.PASSWORD, None, ("kantoor",), None)
    assert way.spared_by == ("policy-1",)
    assert way.as_json({"kantoor": "Kantoor Gent"})["places"] == ["Kantoor Gent"]


def test_places_overlap_only_where_their_addresses_do() -> None:
    locations = [a_place("a", "192.0.2.0/24"), a_place("b", "192.0.2.128/25"), a_place("c", "198.51.100.0/24")]
    named = {"includeLocations": ["a", "b", "c"], "excludeLocations": []}
    prover = a_prover(a_policy(locations=named), locations=locations)
    excluding = a_prover(
        a_policy("x", locations={"includeLocations": ["All"], "excludeLocations": ["a"]}),
        a_policy("y", locations={"includeLocations": ["b"], "excludeLocations": []}),
        a_policy("z", locations={"includeLocations": ["c"], "excludeLocations": []}),
        locations=locations,
    )

    assert prover.proof(ann()).accesses == {Access.MFA, Access.PASSWORD}
    places = {situation.place.locations for situation in excluding.situations(ann())}
    assert frozenset({"a", "b"}) in places
    assert frozenset({"a", "b", "c"}) not in places
    assert frozenset({"a", "c"}) not in places


@pytest.mark.parametrize(
    ("country", "expected"), [("BE", Access.PASSWORD), ("unknown", Access.MFA), ("other", Access.MFA)]
)
def test_a_country_is_told_by_the_address(country: str, expected: Access) -> None:
    policy = a_policy(locations={"includeLocations": ["All"], "excludeLocations": ["be"]})
    prover = a_prover(policy, locations=[a_country("be", "BE")])

    assert prover.access(ann(), Situation(place=Place(country=country))) is expected


@pytest.mark.parametrize(
    ("locations", "expected"),
    [
        pytest.param([a_country("be", "BE", by="authenticatorAppGps")], Access.UNKNOWN, id="by telephone"),
        pytest.param(UNREAD, Access.UNKNOWN, id="not read"),
        pytest.param([], Access.UNKNOWN, id="deleted, or a compliant network, which v1.0 does not list"),
        pytest.param([a_place("be", "nonsense")], Access.UNKNOWN, id="of addresses nobody can read"),
        pytest.param([a_place("be", 5)], Access.UNKNOWN, id="of numbers"),
        pytest.param([a_country("be", "BE", by=[])], Access.UNKNOWN, id="by what is no text"),
    ],
)
def test_a_place_that_cannot_be_told_is_unknown(locations: Any, expected: Access) -> None:
    policy = a_policy(locations={"includeLocations": ["All"], "excludeLocations": ["be"]})

    assert a_prover(policy, locations=locations).access(ann(), Situation()) is expected


def test_remote_access_is_what_happens_outside_of_the_offices() -> None:
    policy = a_policy(locations={"includeLocations": ["All"], "excludeLocations": ["kantoor"]})
    prover = a_prover(policy, locations=[a_place("kantoor", "192.0.2.0/24")])

    assert prover.proof(ann()).accesses == {Access.MFA, Access.PASSWORD}
    assert prover.proof(ann(), remote(["kantoor"])).accesses == {Access.MFA}


def test_policies_that_are_narrow_alone_may_be_whole_together() -> None:
    without = a_policy("a", platforms={"includePlatforms": ["all"], "excludePlatforms": ["linux"]})
    only = a_policy("b", platforms={"includePlatforms": ["linux"], "excludePlatforms": []})

    assert a_prover(without, only).proof(ann()).accesses == {Access.MFA}
    assert a_prover(without).proof(ann()).ways[0].platforms == ("linux",)


def test_policies_that_were_not_read_leave_everything_unknown() -> None:
    prover = a_prover()
    unread = type(prover)(UNREAD, [], [], UNREAD, ann().standing, date(2026, 11, 23), ())

    assert unread.proof(ann()).accesses == {Access.UNKNOWN}


@pytest.mark.parametrize(
    ("trusted_ips", "expected"),
    [
        pytest.param(("203.0.113.0/24",), {Access.MFA}, id="those of the office"),
        pytest.param(("203.0.113.7", "203.0.113.128/25"), {Access.MFA}, id="some of the office"),
        pytest.param(("203.0.112.0/23",), {Access.MFA, Access.PASSWORD}, id="more than the office"),
        pytest.param(("nonsense",), {Access.MFA, Access.PASSWORD}, id="addresses nobody can read"),
        pytest.param(None, {Access.MFA, Access.UNKNOWN}, id="nobody stated them"),
    ],
)
def test_trusted_addresses_of_an_office_are_no_hole_outside_of_it(trusted_ips: Any, expected: set[Access]) -> None:
    locations = [a_place("office", "203.0.113.0/24", trusted=True)]
    prover = a_prover(NOT_TRUSTED, locations=locations, trusted_ips=trusted_ips)

    assert prover.proof(ann(), remote(["office"])).accesses == expected


def test_offices_that_leave_no_place_outside_prove_nothing() -> None:
    prover = a_prover(a_policy(), locations=[a_place("office", "0.0.0.0/0", "::/0")])
    proof = prover.proof(ann(), remote(["office"]))

    assert proof.accesses == {Access.UNKNOWN}
    assert proof.user_actions[REGISTER] == {Access.UNKNOWN}
    assert not proof.demands_mfa
    assert proof.ways == ()


def test_a_hundred_trusted_places_and_thirty_countries_take_no_time() -> None:
    networks = [a_place(f"place-{number}", f"10.{number}.0.0/16", trusted=True) for number in range(100)]
    codes = [f"{first}{second}" for first in "ABCDEF" for second in "VWXYZ"]
    countries = [a_country(code, code) for code in codes]
    policies = [
        a_policy(
            f"policy-{code}",
            applications={"includeApplications": [f"app-{code}"]},
            locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted", code]},
        )
        for code in codes[:20]
    ]
    started = perf_counter()
    proof = a_prover(*policies, locations=[*networks, *countries]).proof(ann())

    assert perf_counter() - started < MANY_SECONDS
    assert proof.accesses == {Access.MFA, Access.PASSWORD}
