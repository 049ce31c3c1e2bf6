"""What was read less of protects nobody more: strengths, registrations, providers, roles and accounts."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from builders import a_domain, a_policy, a_profile, a_snapshot, a_user
from builders.access import (
    GLOBAL_ADMINISTRATOR,
    a_group,
    a_registration,
    a_role,
    a_role_assignment,
    unread,
)
from builders.policies import a_grant
from builders.rows import row
from mfa_judged import answers_in, judge, people_in, protection_in, said, says

from checks.engine import evaluate
from checks.registry import CATALOGUE
from scanner.snapshot.ledger import TableState

SYNCHRONIZES = "d29b2b05-8046-44ba-8758-1e26182fcf32"
RESISTANT = "00000000-0000-0000-0000-000000000004"
BY_TEXT_MESSAGE = [a_registration("ann", methods_registered=["mobilePhone"])]
UNREGISTERED = {"is_mfa_registered": False, "methods_registered": []}
ALLOWED = {"accessType": "allowed", "targets": [{"target": "AllUsers"}]}


def a_strength(strength_id: str, *combinations: str) -> dict[str, Any]:
    return row("authentication_strengths", {}, {"id": strength_id, "allowed_combinations": list(combinations)})


def demanding(strength_id: str, *combinations: str) -> dict[str, Any]:
    return a_grant(authenticationStrength={"id": strength_id, "allowedCombinations": list(combinations)})


OF_ADMINISTRATORS = a_policy(
    "second",
    users={"includeUsers": [], "includeRoles": [GLOBAL_ADMINISTRATOR]},
    grant=demanding(RESISTANT, "fido2"),
)
OF_A_GROUP = a_policy("second", users={"includeUsers": [], "includeGroups": ["g"]}, grant=demanding(RESISTANT, "fido2"))


@pytest.mark.parametrize(
    ("policy", "given", "unseen"),
    [
        pytest.param(
            OF_ADMINISTRATORS,
            {"states": {"role_assignments": TableState.DENIED}},
            {"role_assignments"},
            id="who holds the role was not read",
        ),
        pytest.param(
            OF_ADMINISTRATORS,
            {"role_assignments": [a_role_assignment("ann", assignment_type="eligible")]},
            set(),
            id="the role is held once it is activated",
        ),
        pytest.param(
            a_policy("second", state=None, grant=demanding(RESISTANT, "fido2")), {}, set(), id="whether it is enforced"
        ),
        pytest.param(a_policy("second", raw=None), {}, set(), id="nothing of the policy was read"),
        pytest.param(
            a_policy("second", grant=a_grant(authenticationStrength={"id": "custom"})),
            {"states": {"authentication_strengths": TableState.DENIED}},
            {"authentication_strengths"},
            id="what the strength allows",
        ),
        pytest.param(
            a_policy("second", grant=demanding("custom", "fido2", "new")),
            {"authentication_strengths": [a_strength("custom", "fido2", "new")]},
            set(),
            id="it allows what is new to us",
        ),
        pytest.param(
            OF_A_GROUP,
            {"groups": [a_group("g")], "unread_objects": [unread("group_members", "g")]},
            set(),
            id="who is in the group was not read",
        ),
    ],
)
def test_a_strength_that_may_be_demanded_leaves_unknown_whoever_may_not_satisfy_it(
    policy: dict[str, Any], given: Mapping[str, Any], unseen: set[str]
) -> None:
    strengths = {"authentication_strengths": [a_strength(RESISTANT, "fido2")]}

    result = judge(a_policy(), policy, **{"registration_details": BY_TEXT_MESSAGE, **strengths, **given})

    (ann,) = people_in(result).values()
    answer = answers_in(result)["all_access"]
    assert (ann["protection"], answer["protected"], answer["of"]) == ("unknown", 0, 1)
    assert "strength_unknown" in says(ann)
    assert unseen <= set(answer["unseen"])


def test_whoever_satisfies_a_strength_that_may_be_demanded_stays_protected() -> None:
    result = judge(
        a_policy(),
        OF_ADMINISTRATORS,
        states={"role_assignments": TableState.DENIED},
        authentication_strengths=[a_strength(RESISTANT, "fido2")],
        registration_details=[a_registration("ann", methods_registered=["passKeyDeviceBound"])],
    )

    assert protection_in(result) == "protected"


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        pytest.param([], ("weak_method", True), id="none is named"),
        pytest.param(["email"], ("weak_method", True), id="only what resets a password"),
        pytest.param(["securityQuestion"], ("weak_method", True), id="questions"),
        pytest.param(["softwareOneTimePasscode"], ("protected", False), id="a second factor"),
    ],
)
def test_a_second_factor_that_is_not_named_is_not_called_strong(methods: list[str], expected: tuple[str, bool]) -> None:
    result = judge(a_policy(), registration_details=[a_registration("ann", methods_registered=methods)])

    (ann,) = people_in(result).values()

    assert (ann["protection"], "methods_strong" not in says(ann)) == expected


@pytest.mark.parametrize(
    ("registered", "expected"),
    [
        pytest.param({}, "protected", id="registered here"),
        pytest.param(UNREGISTERED, "unknown", id="whoever has the password may register here"),
    ],
)
def test_a_provider_whose_mfa_is_only_accepted_may_have_done_none(registered: dict[str, Any], expected: str) -> None:
    setting = {"domain_id": "contoso.example", "federated_idp_mfa_behavior": "acceptIfMfaDoneByFederatedIdp"}

    result = judge(
        a_policy(),
        domains=[a_domain(authentication_type="Federated")],
        domain_federation=[row("domain_federation", {}, setting)],
        registration_details=[a_registration("ann", **registered)],
    )

    assert protection_in(result) == expected


def test_enabled_per_user_mfa_is_no_sure_hole_where_registrations_were_not_read() -> None:
    denied = dict.fromkeys(("registration_details", "authentication_methods"), TableState.DENIED)

    result = judge(
        per_user_mfa=[row("per_user_mfa", {}, {"id": "ann", "per_user_mfa_state": "enabled"})],
        states=denied,
        profile={"mfa_trusted_ips": ()},
    )

    assert (said(result), protection_in(result)) == ("unknown", "unknown")


def a_tenant(tenant_id: str, raw: Mapping[str, Any], *, is_service_provider: bool = False) -> dict[str, Any]:
    told = {"tenant_id": tenant_id, "is_service_provider": is_service_provider, "is_mfa_accepted": False}
    return row("cross_tenant_access", {}, {**told, "raw": json.dumps(raw)})


def inbound(part: object) -> dict[str, Any]:
    return {"b2bDirectConnectInbound": {"usersAndGroups": part, "applications": part}}


@pytest.mark.parametrize(
    ("by_default", "expected"),
    [
        pytest.param(
            [a_tenant("default", inbound(ALLOWED))],
            {"b2bDirectConnectUser:T1": "unprotected", "b2bDirectConnectUser:other": "protected"},
            id="everybody is let in",
        ),
        pytest.param([], {"b2bDirectConnectUser:T1": "unprotected"}, id="no row says it"),
    ],
)
def test_a_tenant_that_inherits_who_enters_shared_channels_is_judged_too(
    by_default: list[dict[str, Any]], expected: dict[str, str]
) -> None:
    tenants = {"membershipKind": "enumerated", "members": ["T1"]}
    left_out = {"guestOrExternalUserTypes": "b2bDirectConnectUser", "externalTenants": tenants}

    result = judge(
        a_policy(users={"excludeGuestsOrExternalUsers": left_out}),
        users=[],
        cross_tenant_access=[*by_default, a_tenant("T1", {"b2bDirectConnectInbound": None})],
    )

    assert {each: person["protection"] for each, person in people_in(result).items()} == expected
    assert result.verdict.value != "pass"


def test_inbound_access_and_controls_of_another_shape_leave_unknown() -> None:
    part = {"accessType": "blocked", "targets": 5}

    result = judge(
        a_policy(grant={"operator": "OR", "builtInControls": 5}),
        users=[a_user("ann")],
        cross_tenant_access=[a_tenant("default", inbound(part))],
    )

    assert set(people_in(result)) == {"ann", "b2bDirectConnectUser:other"}
    assert said(result) == "unknown"


def test_a_partner_s_technicians_are_named_among_the_administrators() -> None:
    left_out = {"guestOrExternalUserTypes": "serviceProvider", "externalTenants": {"membershipKind": "all"}}

    result = judge(
        a_policy(users={"excludeGuestsOrExternalUsers": left_out}),
        cross_tenant_access=[a_tenant("T1", inbound({"accessType": "blocked"}), is_service_provider=True)],
    )
    answer = answers_in(result)["administrators"]

    assert (answer["protected"], answer["of"]) == (0, 1)
    assert [(each["id"], each["why"]) for each in answer["unknown"]] == [("serviceProvider:T1", ["role_unknown"])]


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [
        pytest.param([], (1, 1, []), id="protected whatever the role is"),
        pytest.param(["ann"], (0, 1, ["ann"]), id="with a way in, as an administrator or not"),
    ],
)
def test_whoever_holds_a_role_that_was_not_read_may_be_an_administrator(
    excluded: list[str], expected: tuple[int, int, list[str]]
) -> None:
    assignments = [a_role_assignment("ann", None)]

    result = judge(a_policy(users={"excludeUsers": excluded}), role_assignments=assignments)
    answer = answers_in(result)["administrators"]

    assert (answer["protected"], answer["of"], [each["id"] for each in answer["unknown"]]) == expected
    assert answer["unseen"] == ["role_assignments"]


@pytest.mark.parametrize(
    ("account", "assignment", "expected"),
    [
        pytest.param({}, {}, "staff", id="the role alone"),
        pytest.param({"display_name": "Sync_ann"}, {"role_definition_id": "x"}, "staff", id="a name alone"),
        pytest.param(
            {"display_name": "On-Premises Directory Synchronization Service Account"}, {}, "synchronization", id="both"
        ),
        pytest.param(
            {"user_principal_name": "Sync_DC1_0a@contoso.example"},
            {"directory_scope_id": "/administrativeUnits/x"},
            "staff",
            id="the role for one unit",
        ),
    ],
)
def test_the_role_and_a_second_sign_make_a_synchronizing_account(
    account: dict[str, Any], assignment: dict[str, Any], expected: str
) -> None:
    held = a_role_assignment("ann", assignment.pop("role_definition_id", SYNCHRONIZES), **assignment)

    result = judge(users=[a_user("ann", **account)], role_definitions=[a_role(SYNCHRONIZES)], role_assignments=[held])

    assert people_in(result)["ann"]["kind"] == expected


def test_an_account_without_licence_and_methods_synchronizes_where_it_has_the_role() -> None:
    result = judge(
        users=[a_user("ann", assigned_licenses=[])],
        registration_details=[a_registration("ann", **UNREGISTERED)],
        role_definitions=[a_role(SYNCHRONIZES)],
        role_assignments=[a_role_assignment("ann", SYNCHRONIZES)],
    )

    assert people_in(result)["ann"]["kind"] == "synchronization"


def test_accounts_that_were_not_read_are_named_beside_every_answer() -> None:
    result = judge(a_policy(), states={"users": TableState.PARTIAL})

    assert [answer["unseen"] for answer in answers_in(result).values()] == [["users"]] * 3


def test_offices_that_no_named_location_is_called_are_named() -> None:
    result = judge(a_policy(), profile={"office_locations": ("Ofice", "Gent")})

    assert result.note.endswith(': "Ofice", "Gent"')


def test_it_is_said_that_nobody_saw_what_the_own_firm_of_guests_asks() -> None:
    guest = a_user("guest", user_principal_name="guest_home.example#EXT#@contoso.example", user_type="Guest")
    trusted = row("cross_tenant_access", {}, {"tenant_id": "default", "is_mfa_accepted": True})

    result = judge(a_policy(), users=[guest], cross_tenant_access=[trusted])

    assert result.note.endswith("Whether it asked for one was not seen.")


def test_a_partner_s_technicians_are_unknown_among_administrators_unless_mfa_stops_them() -> None:
    partner = a_tenant("T1", inbound({"accessType": "blocked"}), is_service_provider=True)

    def judged(*policies: dict[str, Any]) -> tuple[str, list[str], int]:
        given = a_snapshot(users=[a_user("ann")], conditional_access_policies=policies, cross_tenant_access=[partner])
        (result,) = evaluate(given, a_profile(), CATALOGUE.only("ID-02")).results
        return result.verdict.value, [each.object_name for each in result.unknown], len(result.population)

    assert judged() == ("not_assessed", ["serviceProvider:T1"], 1)
    assert judged(a_policy()) == ("pass", [], 1)
