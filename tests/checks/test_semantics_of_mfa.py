"""Where judging MFA is easily got wrong: each known mistake, each meaning that Microsoft documents, as ID-01 says it.

The letters and numbers are those of the semantics that were agreed on: B1 grants, B2 resources, B3 roles, B4 guests,
B5 locations, B6 security defaults, B7 mandatory MFA, B8 the log, B9 licences.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from builders import AS_OF, a_policy, a_profile, a_sign_in, a_snapshot, a_user, security_defaults
from builders.access import GLOBAL_ADMINISTRATOR, a_group, a_registration, a_role, a_role_assignment, members_of
from builders.policies import a_grant
from builders.rows import row
from mfa_judged import answers_in, judge, people_in, protection_in, said, says

from checks.engine import evaluate
from checks.model import Verdict
from checks.registry import CATALOGUE
from scanner.snapshot.ledger import TableState

DIRECTORY = "00000002-0000-0000-c000-000000000000"
SIX_TYPES = (
    "internalGuest",
    "b2bCollaborationGuest",
    "b2bCollaborationMember",
    "b2bDirectConnectUser",
    "otherExternalUser",
    "serviceProvider",
)
OFFICE = row(
    "named_locations",
    {},
    {
        "id": "office",
        "display_name": "Kantoor Gent",
        "location_type": "#microsoft.graph.ipNamedLocation",
        "is_trusted": True,
        "raw": json.dumps({"ipRanges": [{"cidrAddress": "192.0.2.0/24"}]}),
    },
)
NOT_AT_THE_OFFICE = {"locations": {"includeLocations": ["All"], "excludeLocations": ["office"]}}
NOT_ON_LINUX = {"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["linux"]}}
NOT_IN_TRUSTED_PLACES = {"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}}


def ways_in(*policies: dict[str, Any], **how: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - tables and states
    (ann,) = people_in(judge(*policies, **how)).values()
    return [way for way in ann["ways"] if way["access"] == "password"]


def of_types(*types: str) -> dict[str, Any]:
    return {"guestOrExternalUserTypes": ",".join(types), "externalTenants": {"membershipKind": "all"}}


# mistakes that other tools make


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param(a_policy(signInRiskLevels=["high"]), "hole", id="a policy for sign-ins at risk"),
        pytest.param(a_policy(userRiskLevels=["high"]), "hole", id="a policy for people at risk"),
        pytest.param(a_policy(**NOT_AT_THE_OFFICE), "hole", id="a policy that spares a place"),
        pytest.param(a_policy(**NOT_ON_LINUX), "hole", id="a policy that spares a platform"),
        pytest.param(a_policy(clientAppTypes=["browser"]), "hole", id="a policy for browsers"),
        pytest.param(a_policy(grant=None), "registered_not_enforced", id="a policy that only controls sessions"),
        pytest.param(
            a_policy(state="enabledForReportingButNotEnforced"), "registered_not_enforced", id="a policy that reports"
        ),
    ],
)
def test_no_such_policy_is_counted_as_full_mfa(policy: dict[str, Any], expected: str) -> None:
    result = judge(policy, named_locations=[OFFICE])

    assert (said(result), protection_in(result)) == ("fails", expected)


def test_mfa_or_a_managed_device_is_neither_a_hole_nor_counted_as_protected() -> None:
    result = judge(a_policy(grant=a_grant("mfa", "compliantDevice")))

    assert protection_in(result) == "managed_device"
    assert (answers_in(result)["all_access"]["protected"], answers_in(result)["all_access"]["managed_device"]) == (0, 1)


def test_whoever_is_in_a_group_within_an_excluded_group_is_excluded() -> None:
    # as Graph lists the members of members
    inside = [*members_of("exceptions", "inner", kind="group"), *members_of("exceptions", "ann")]

    result = judge(
        a_policy(users={"excludeGroups": ["exceptions"]}),
        groups=[a_group("exceptions"), a_group("inner")],
        group_members=[*inside, *members_of("inner", "ann")],
    )

    assert protection_in(result) == "registered_not_enforced"


@pytest.mark.parametrize("spared", SIX_TYPES)
def test_guests_of_each_of_six_kinds_are_looked_at(spared: str) -> None:
    rows = {"is_service_provider": True, "raw": _OPEN_CHANNELS, "is_mfa_accepted": True}
    home = "_home.example#EXT#@contoso.example"
    users = [
        a_user("internalGuest", user_type="Guest"),
        a_user("b2bCollaborationGuest", user_principal_name=f"a{home}", user_type="Guest"),
        a_user("b2bCollaborationMember", user_principal_name=f"b{home}", user_type="Member"),
    ]

    result = judge(
        a_policy(users={"excludeGuestsOrExternalUsers": of_types(spared)}),
        users=users,
        cross_tenant_access=[row("cross_tenant_access", {}, {"tenant_id": "partner"} | rows), _DEFAULT_TRUST],
    )
    left_out = {each for each, person in people_in(result).items() if person["protection"] not in _GOOD}

    assert {each.partition(":")[0] for each in left_out} == ({spared} if spared != "otherExternalUser" else set())


_OPEN_CHANNELS = json.dumps(
    {"b2bDirectConnectInbound": {side: {"accessType": "allowed"} for side in ("usersAndGroups", "applications")}}
)
_DEFAULT_TRUST = row("cross_tenant_access", {}, {"tenant_id": "default", "is_mfa_accepted": True})
_GOOD = {"protected", "weak_method"}


def test_security_defaults_are_not_overlooked_where_there_are_no_policies() -> None:
    assert protection_in(judge(defaults=True)) == "security_defaults"
    assert protection_in(judge(defaults=False)) == "registered_not_enforced"


@pytest.mark.parametrize("state", [state for state in TableState if not state.delivers_rows])
def test_policies_that_were_not_read_are_neither_no_mfa_nor_fine(state: TableState) -> None:
    result = judge(a_policy(), states={"conditional_access_policies": state})

    assert (result.verdict, said(result), protection_in(result)) == (Verdict.NOT_ASSESSED, "unknown", "unknown")


# B1


@pytest.mark.parametrize(
    ("grant", "day", "expected"),
    [
        pytest.param(a_grant("mfa", "approvedApplication"), 29, "managed_device", id="an app instead, until then"),
        pytest.param(a_grant("mfa", "approvedApplication"), 30, "protected", id="MFA, from then on"),
        pytest.param(a_grant("approvedApplication"), 29, "managed_device", id="alone, until then"),
        pytest.param(a_grant("approvedApplication"), 30, "registered_not_enforced", id="alone, nothing from then on"),
    ],
)
def test_b1_an_approved_app_demands_nothing_since_the_end_of_june_2026(
    grant: dict[str, Any], day: int, expected: str
) -> None:
    at = datetime(2026, 6, day, 12, tzinfo=UTC)

    assert protection_in(judge(a_policy(grant=grant), profile={"as_of": at})) == expected


def test_b1_a_control_of_another_provider_is_not_mfa_and_no_hole_either() -> None:
    assert protection_in(judge(a_policy(grant=a_grant(customAuthenticationFactors=["Duo"])))) == "unknown"


def test_b1_external_mfa_that_is_registered_answers_for_mfa() -> None:
    registered = [a_registration("ann", methods_registered=["externalAuthMethod"])]

    assert protection_in(judge(a_policy(), registration_details=registered)) == "protected"


def test_b1_hello_for_business_answers_for_mfa() -> None:
    registered = [a_registration("ann", methods_registered=["windowsHelloForBusiness"])]

    assert protection_in(judge(a_policy(), registration_details=registered)) == "protected"


# B2


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(datetime(2026, 2, 28, 12, tzinfo=UTC), "hole", id="they escaped before"),
        pytest.param(datetime(2026, 3, 1, 12, tzinfo=UTC), "protected", id="since then they do not"),
    ],
)
def test_b2_low_privilege_scopes_are_judged_as_the_directory_since_march_2026(day: datetime, expected: str) -> None:
    all_but_one = a_policy("all", applications={"excludeApplications": ["app-1"]})
    that_one = a_policy("one", applications={"includeApplications": ["app-1"]})

    result = judge(all_but_one, that_one, profile={"as_of": day})

    assert protection_in(result) == expected


def test_b2_whoever_excludes_the_directory_lets_such_scopes_through() -> None:
    policy = a_policy(applications={"excludeApplications": [DIRECTORY]})

    (way,) = ways_in(policy)

    assert way["targets"] == [DIRECTORY]


def test_b2_settings_that_were_not_read_put_only_user_actions_into_doubt() -> None:
    result = judge(a_policy(), states={"conditional_access_settings": TableState.DENIED})

    assert protection_in(result) == "protected"


# B3


def _administrator(**assignment: Any) -> tuple[str, set[str]]:  # noqa: ANN401 - columns
    """What protects whoever holds a role that is the only one with MFA; and whom ID-02 finds."""
    tables = {
        "users": [a_user("ann")],
        "conditional_access_policies": [
            a_policy(users={"includeUsers": [], "includeRoles": [GLOBAL_ADMINISTRATOR]}),
        ],
        "security_defaults": [security_defaults(enabled=False)],
        "registration_details": [a_registration("ann")],
        "role_definitions": [a_role()],
        "role_assignments": [a_role_assignment("ann", **assignment)],
    }
    first, second = evaluate(a_snapshot(**tables), a_profile(), CATALOGUE.only("ID-01", "ID-02")).results
    return protection_in(first), {found.object_id for found in second.failing}


def test_b3_a_policy_about_a_role_misses_whoever_holds_it_for_an_administrative_unit() -> None:
    assert _administrator() == ("protected", set())
    assert _administrator(directory_scope_id="/administrativeUnits/x") == ("registered_not_enforced", {"ann"})


def test_b3_a_role_that_is_only_activated_at_times_leaves_it_unknown() -> None:
    assert _administrator(assignment_type="eligible") == ("unknown", set())


# B4


def test_b4_technicians_of_a_partner_are_somebody_though_they_have_no_account() -> None:
    policy = a_policy(users={"excludeGuestsOrExternalUsers": of_types("serviceProvider")})
    partner = row("cross_tenant_access", {}, {"tenant_id": "t1", "is_service_provider": True})

    result = judge(policy, cross_tenant_access=[partner])

    assert people_in(result)["serviceProvider:t1"]["protection"] == "unprotected"
    assert said(result) == "fails"


def test_b4_where_mfa_at_home_is_trusted_our_registration_of_a_guest_proves_nothing() -> None:
    guest = a_user("guest", user_principal_name="g_home.example#EXT#@contoso.example", user_type="Guest")
    nothing = [a_registration("guest", is_mfa_registered=False, methods_registered=[])]

    trusted = judge(a_policy(), users=[guest], registration_details=nothing, cross_tenant_access=[_DEFAULT_TRUST])
    not_trusted = _DEFAULT_TRUST | {"is_mfa_accepted": False}
    here = judge(a_policy(), users=[guest], registration_details=nothing, cross_tenant_access=[not_trusted])

    said_of_her = [people_in(result)["guest"]["protection"] for result in (trusted, here)]
    assert said_of_her == ["protected", "enforced_not_registered"]


def test_b4_a_code_by_mail_is_no_second_factor() -> None:
    registered = [a_registration("ann", is_mfa_registered=False, methods_registered=["email"])]

    assert protection_in(judge(a_policy(), registration_details=registered)) == "enforced_not_registered"


# B5


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param(None, "unknown", id="nobody said which there are"),
        pytest.param((), "protected", id="the firm attests that there are none"),
        pytest.param(("203.0.113.7/32",), "hole", id="the firm states one"),
    ],
)
def test_b5_trusted_places_hold_the_addresses_of_per_user_mfa_too(stated: Any, expected: str) -> None:  # noqa: ANN401
    result = judge(a_policy(**NOT_IN_TRUSTED_PLACES), profile={"mfa_trusted_ips": stated})

    assert protection_in(result) == expected


def test_b5_a_trusted_place_that_is_spared_is_named() -> None:
    (way,) = ways_in(a_policy(**NOT_IN_TRUSTED_PLACES), named_locations=[OFFICE], profile={"mfa_trusted_ips": ()})

    assert (way["places"], way["spared_by"]) == (["Kantoor Gent"], ["MFA for everybody"])


def test_b5_a_platform_is_what_the_program_says_it_is() -> None:
    (way,) = ways_in(a_policy(**NOT_ON_LINUX))

    assert way["platforms"] == ["linux"]


# B6


def test_b6_security_defaults_protect_guests_and_shared_accounts_in_words_of_their_own() -> None:
    users = [a_user("ann"), a_user("scanner"), a_user("guest", user_type="Guest")]

    result = judge(defaults=True, users=users)

    assert (said(result), answers_in(result)["all_access"]["by_security_defaults"]) == ("passes", 3)
    assert result.note


def test_b6_enforced_per_user_mfa_leaves_app_passwords_which_cannot_be_read() -> None:
    enforced = [row("per_user_mfa", {}, {"id": "ann", "per_user_mfa_state": "enforced"})]

    assert protection_in(judge(per_user_mfa=enforced, profile={"mfa_trusted_ips": ()})) == "unknown"


# B7


def test_b7_the_portals_with_mandatory_mfa_are_no_proof_that_anything_else_is_protected() -> None:
    portals_only = a_policy(applications={"includeApplications": ["MicrosoftAdminPortals"]})

    assert protection_in(judge(portals_only)) == "registered_not_enforced"


def test_b7_a_hole_in_the_portals_is_closed_by_microsoft_itself() -> None:
    all_but_portals = a_policy(applications={"excludeApplications": ["MicrosoftAdminPortals"]})

    assert protection_in(judge(all_but_portals)) == "protected"


# B8


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        pytest.param("Password", "log_contradicts", id="the password alone contradicts the policies"),
        pytest.param("Windows Hello for Business", "log_not_comparable", id="Hello appears as a single factor"),
        pytest.param("Passkey (device-bound)", "log_not_comparable", id="so does a passkey"),
    ],
)
def test_b8_a_single_factor_in_the_log_says_what_was_required_not_what_was_shown(method: str, expected: str) -> None:
    sign_in = a_sign_in(
        user="ann",
        resource_id="mail",
        authentication_requirement="singleFactorAuthentication",
        authentication_details=json.dumps([{"authenticationMethod": method, "succeeded": True}]),
        applied_conditional_access_policies=json.dumps([{"id": "policy-1", "result": "notApplied"}]),
    )

    result = judge(a_policy(modified_date_time=AS_OF - timedelta(days=60)), sign_ins=[sign_in])

    assert protection_in(result) == "protected"
    assert says(people_in(result)["ann"])[-1] == expected


# B9


def test_b9_a_policy_holds_for_people_without_a_licence_too() -> None:
    result = judge(a_policy(), users=[a_user("ann", assigned_licenses=[])])

    assert (said(result), protection_in(result)) == ("passes", "protected")


def test_b9_only_an_empty_list_means_that_there_are_no_policies() -> None:
    nothing_there = judge()
    refused = judge(states={"conditional_access_policies": TableState.DENIED})

    assert (nothing_there.verdict, said(nothing_there)) == (Verdict.FAIL, "fails")
    assert (refused.verdict, said(refused)) == (Verdict.NOT_ASSESSED, "unknown")
