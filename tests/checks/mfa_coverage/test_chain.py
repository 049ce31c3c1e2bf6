"""Every link of the chain, as ID-01 judges and shows it."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from builders import AS_OF, a_domain, a_policy, a_sign_in, a_user
from builders.access import GLOBAL_ADMINISTRATOR, a_registration, a_role, a_role_assignment, methods_of
from builders.mail import a_mailbox
from builders.policies import a_grant
from builders.rows import row
from builders.settings import a_subscription
from mfa_judged import answers_in, judge, people_in, protection_in, said, says, shown

from scanner.snapshot.ledger import TableState

SYNCHRONIZES = "d29b2b05-8046-44ba-8758-1e26182fcf32"
NO_TRUSTED_IPS = {"mfa_trusted_ips": ()}
NO_OLD_CLIENTS = a_policy("old", grant="block", clientAppTypes=["exchangeActiveSync", "other"])
GUEST = a_user("guest", user_principal_name="guest_home.example#EXT#@contoso.example", user_type="Guest")
UNREGISTERED = {"is_mfa_registered": False, "methods_registered": []}


def per_user(state: str | None) -> dict[str, Any]:
    return row("per_user_mfa", {}, {"id": "ann", "per_user_mfa_state": state})


def trust(*, accepted: bool | None, tenant: str = "default", **given: Any) -> dict[str, Any]:  # noqa: ANN401 - cells
    return row("cross_tenant_access", given, {"tenant_id": tenant, "is_mfa_accepted": accepted})


def test_security_defaults_include_guests_and_leave_the_frequency_to_microsoft() -> None:
    result = judge(defaults=True, users=[a_user("ann"), GUEST])

    assert {person["protection"] for person in people_in(result).values()} == {"security_defaults"}
    assert answers_in(result)["all_access"]["by_security_defaults"] == 2


@pytest.mark.parametrize(
    ("state", "policies", "profile", "expected"),
    [
        pytest.param("enforced", [NO_OLD_CLIENTS], NO_TRUSTED_IPS, "protected", id="enforced, old clients blocked"),
        pytest.param("enforced", [], NO_TRUSTED_IPS, "unknown", id="app passwords cannot be read"),
        pytest.param("enforced", [NO_OLD_CLIENTS], {}, "unknown", id="nor can trusted addresses"),
        pytest.param("enabled", [NO_OLD_CLIENTS], NO_TRUSTED_IPS, "protected", id="enabled and registered"),
        pytest.param("disabled", [NO_OLD_CLIENTS], NO_TRUSTED_IPS, "registered_not_enforced", id="switched off"),
        pytest.param(None, [NO_OLD_CLIENTS], NO_TRUSTED_IPS, "unknown", id="the switch was not returned"),
        pytest.param(
            "enforced",
            [NO_OLD_CLIENTS, a_policy(users={"excludeUsers": ["ann"]})],
            NO_TRUSTED_IPS,
            "protected",
            id="it holds beside policies, whatever they leave out",
        ),
    ],
)
def test_per_user_mfa_is_one_more_policy_of_the_person(
    state: str | None, policies: list[dict[str, Any]], profile: dict[str, Any], expected: str
) -> None:
    assert protection_in(judge(*policies, per_user_mfa=[per_user(state)], profile=profile)) == expected


def test_enabled_per_user_mfa_leaves_old_programs_open_until_somebody_registers() -> None:
    result = judge(
        per_user_mfa=[per_user("enabled")],
        registration_details=[a_registration("ann", **UNREGISTERED)],
        profile=NO_TRUSTED_IPS,
    )

    (ann,) = people_in(result).values()

    assert (ann["protection"], ann["ways"][0]["clients"]) == ("hole", ["exchangeActiveSync", "other"])
    assert ann["ways"][0]["spared_by"] == []


def test_switches_that_were_not_read_leave_open_what_policies_leave_open() -> None:
    states = {"per_user_mfa": TableState.DENIED}

    assert said(judge(states=states)) == "unknown"
    assert protection_in(judge(a_policy(), states=states)) == "protected"


@pytest.mark.parametrize(
    ("methods", "expected", "link"),
    [
        pytest.param(["mobilePhone"], "weak_method", "methods_weak", id="a telephone alone"),
        pytest.param(["mobilePhone", "fido2SecurityKey"], "protected", "methods_strong", id="and a key"),
    ],
)
def test_text_messages_and_calls_alone_are_weak(methods: list[str], expected: str, link: str) -> None:
    result = judge(a_policy(), registration_details=[a_registration("ann", methods_registered=methods)])

    (ann,) = people_in(result).values()

    assert (ann["protection"], link in says(ann)) == (expected, True)


def test_a_pass_for_some_hours_is_no_second_factor() -> None:
    methods = a_registration("ann", is_mfa_registered=False, methods_registered=["temporaryAccessPass"])

    (ann,) = people_in(judge(a_policy(), registration_details=[methods])).values()

    assert ann["protection"] == "enforced_not_registered"
    assert {"methods_none", "pass_registered"} <= set(says(ann))


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        pytest.param(["microsoftAuthenticatorPush"], "enforced_not_registered", id="nothing strong enough"),
        pytest.param(["passKeyDeviceBound"], "protected", id="a passkey"),
    ],
)
def test_a_method_has_to_do_for_the_strength_that_is_demanded(methods: list[str], expected: str) -> None:
    allowed = ["fido2", "windowsHelloForBusiness"]
    strength = row("authentication_strengths", {}, {"id": "s", "allowed_combinations": allowed})

    result = judge(
        a_policy(grant=a_grant(authenticationStrength={"id": "s"})),
        authentication_strengths=[strength],
        registration_details=[a_registration("ann", methods_registered=methods)],
    )

    assert (said(result), protection_in(result)) == ("passes", expected)


@pytest.mark.parametrize(
    ("behavior", "policies", "expected"),
    [
        pytest.param("enforceMfaByFederatedIdp", [a_policy()], "protected", id="MFA there is accepted"),
        pytest.param("rejectMfaByFederatedIdp", [a_policy()], "enforced_not_registered", id="and where it is not"),
        pytest.param(None, [a_policy()], "unknown", id="and where that was not told"),
        pytest.param("enforceMfaByFederatedIdp", [], "unknown", id="nobody knows what is asked there"),
    ],
)
def test_the_provider_of_a_federated_domain_may_do_mfa(
    behavior: str | None, policies: list[dict[str, Any]], expected: str
) -> None:
    setting = {"domain_id": "contoso.example", "id": "f", "federated_idp_mfa_behavior": behavior}

    result = judge(
        *policies,
        domains=[a_domain(authentication_type="Federated")],
        domain_federation=[row("domain_federation", {}, setting)],
        registration_details=[a_registration("ann", **UNREGISTERED)],
    )

    assert protection_in(result) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [trust(accepted=True)], "protected", id="MFA at home counts: what is registered here proves nothing"
        ),
        pytest.param([trust(accepted=False)], "enforced_not_registered", id="it has to be registered here"),
        pytest.param(
            [trust(accepted=False), trust(accepted=True, tenant="t1")], "unknown", id="it depends on which home"
        ),
        pytest.param([], "unknown", id="it was not told"),
    ],
)
def test_inbound_trust_decides_where_a_guest_registers(rows: list[dict[str, Any]], expected: str) -> None:
    result = judge(
        a_policy(),
        users=[GUEST],
        cross_tenant_access=rows,
        registration_details=[a_registration("guest", **UNREGISTERED)],
    )

    assert people_in(result)["guest"]["protection"] == expected


def test_people_without_an_account_are_judged_too() -> None:
    inbound = {side: {"accessType": "allowed"} for side in ("usersAndGroups", "applications")}
    partner = trust(
        accepted=None, tenant="t1", is_service_provider=True, raw=json.dumps({"b2bDirectConnectInbound": inbound})
    )
    types = {"guestOrExternalUserTypes": "serviceProvider", "externalTenants": {"membershipKind": "all"}}

    result = judge(a_policy(users={"excludeGuestsOrExternalUsers": types}), cross_tenant_access=[partner])

    assert {each: person["protection"] for each, person in people_in(result).items()} == {
        "ann": "protected",
        "b2bDirectConnectUser:t1": "protected",
        "serviceProvider:t1": "unprotected",
    }


def test_it_never_passes_where_people_without_an_account_may_be_hidden() -> None:
    result = judge(a_policy(), states={"cross_tenant_access": TableState.DENIED})

    assert (result.verdict.value, [gap.need for gap in result.gaps]) == ("not_assessed", ["cross_tenant_access"])


PASSWORD_ONLY = json.dumps([{"authenticationMethod": "Password", "succeeded": True}])
BY_CLAIM = json.dumps(
    [
        {
            "authenticationMethod": "Password",
            "authenticationStepResultDetail": "MFA requirement satisfied by claim in the token",
        }
    ]
)
ON_THE_ROW = json.dumps([{"id": "policy-1", "result": "notApplied"}])
CONTRADICTS = {
    "resource_id": "mail",
    "authentication_requirement": "singleFactorAuthentication",
    "authentication_details": PASSWORD_ONLY,
    "applied_conditional_access_policies": ON_THE_ROW,
}
OLD = AS_OF - timedelta(days=60)


@pytest.mark.parametrize(
    ("sign_in", "changed", "expected"),
    [
        pytest.param({}, OLD, "log_contradicts", id="the password alone, and the policy was looked at"),
        pytest.param({}, AS_OF, "log_not_comparable", id="the policy was changed since"),
        pytest.param({}, None, "log_not_comparable", id="nobody knows when it was changed"),
        pytest.param({"error_code": 50076}, OLD, "log_silent", id="it did not succeed"),
        pytest.param({"authentication_details": BY_CLAIM}, OLD, "log_agrees", id="MFA by a claim in the token"),
        pytest.param(
            {"authentication_requirement": "multiFactorAuthentication"}, OLD, "log_agrees", id="MFA was required"
        ),
        pytest.param(
            {"applied_conditional_access_policies": "[]"}, OLD, "log_not_comparable", id="no policy on the row"
        ),
        pytest.param(
            {"authentication_details": PASSWORD_ONLY.replace("Password", "Windows Hello for Business")},
            OLD,
            "log_not_comparable",
            id="no password was used",
        ),
        pytest.param(
            {"app_id": "38aa3b87-a06d-4817-b275-7a389988d93b"}, OLD, "log_not_comparable", id="a sign-in to Windows"
        ),
    ],
)
def test_the_log_contradicts_only_where_it_says_everything(
    sign_in: dict[str, Any],
    changed: datetime | None,
    expected: str,
) -> None:
    result = judge(a_policy(modified_date_time=changed), sign_ins=[a_sign_in(user="ann", **(CONTRADICTS | sign_in))])

    (ann,) = people_in(result).values()

    assert says(ann)[-1] == expected
    assert (ann["protection"], said(result)) == ("protected", "passes")
    # what the policies prove stays proven, and nobody is told yes before the sign-in is explained
    contradicted = {tuple(each["id"] for each in answer["contradicted"]) for answer in shown(result)["answers"][:2]}
    assert contradicted == {("ann",) if expected == "log_contradicts" else ()}
    assert ("password alone" in result.note) == (expected == "log_contradicts")


@pytest.mark.parametrize(
    ("state", "column"),
    [
        *(pytest.param(state, "risk_state", id=f"the log was {state}") for state in TableState),
        *(pytest.param(TableState.COMPLETE, name, id=f"without {name}") for name in ("user_id", *sorted(CONTRADICTS))),
    ],
)
def test_losing_the_log_or_a_part_of_it_changes_nobody_s_protection(state: TableState, column: str) -> None:
    policy = a_policy(modified_date_time=OLD)
    whole = a_sign_in(user="ann", **CONTRADICTS)

    before = judge(policy, sign_ins=[whole])
    after = judge(policy, sign_ins=[whole | {column: None}], states={"sign_ins": state})

    assert protection_in(before) == protection_in(after) == "protected"
    assert said(before) == said(after) == "passes"


def test_accounts_are_told_apart_and_only_some_have_rules_of_their_own() -> None:
    ids = ("ann", "bg", "sync-admin", "shared", "gone", "svc-scan")
    result = judge(
        users=[*map(a_user, ids), a_user("sync", user_principal_name="Sync_DC1_0a1b@contoso.example"), GUEST],
        role_definitions=[a_role(), a_role(SYNCHRONIZES)],
        role_assignments=[
            a_role_assignment("sync", SYNCHRONIZES),
            a_role_assignment("sync-admin", SYNCHRONIZES),
            a_role_assignment("sync-admin"),
        ],
        mailboxes=[a_mailbox("shared", recipient_type_details="SharedMailbox")],
        profile={"break_glass": ("bg@contoso.example",), "leavers": {"gone@contoso.example": OLD.date()}},
    )

    assert {each: person["kind"] for each, person in people_in(result).items()} == {
        "ann": "staff",
        "bg": "emergency",
        "gone": "leaver",
        "guest": "guest",
        "shared": "shared_mailbox",
        "svc-scan": "service",
        "sync": "synchronization",
        "sync-admin": "staff",
    }
    assert set(people_in(result)) - set(result.population) == {"bg", "sync"}
    assert people_in(result)["sync-admin"]["groups"] == ["staff", "administrators"]


def test_remote_access_is_answered_for_places_outside_the_offices() -> None:
    office = row(
        "named_locations",
        {},
        {
            "id": "office",
            "display_name": "Gent",
            "location_type": "#microsoft.graph.ipNamedLocation",
            "is_trusted": True,
            "raw": json.dumps({"ipRanges": [{"cidrAddress": "203.0.113.0/24"}]}),
        },
    )

    result = judge(
        a_policy(locations={"includeLocations": ["All"], "excludeLocations": ["office"]}),
        named_locations=[office],
        profile=NO_TRUSTED_IPS | {"office_locations": ("gent",)},
    )
    answers = answers_in(result)

    assert (answers["all_access"]["protected"], answers["remote_access"]["protected"]) == (0, 1)
    assert [way["places"] for way in answers["all_access"]["exceptions"][0]["ways"]] == [["Gent"]]


def test_a_managed_device_is_never_counted_as_protected() -> None:
    result = judge(a_policy(grant=a_grant("mfa", "compliantDevice")), role_assignments=[a_role_assignment("ann")])
    answer = answers_in(result)["administrators"]

    assert (said(result), answer["protected"], answer["managed_device"], answer["of"]) == ("passes", 0, 1, 1)


def test_without_the_report_the_methods_of_each_account_are_what_is_registered() -> None:
    result = judge(
        a_policy(),
        states={"registration_details": TableState.UNLICENSED},
        authentication_methods=methods_of("ann", "password", "fido2"),
    )

    assert protection_in(result) == "protected"


def test_the_matrix_says_what_each_policy_does_whatever_its_state() -> None:
    for_admins = a_policy(
        "admins", state="disabled", users={"includeUsers": [], "includeRoles": [GLOBAL_ADMINISTRATOR]}
    )
    matrix = shown(judge(a_policy("all", grant="compliantDevice"), for_admins))["matrix"]
    keys = [situation["key"] for situation in matrix["situations"]]

    cells = {policy["id"]: dict(zip(keys, policy["cells"], strict=True)) for policy in matrix["policies"]}

    assert (cells["all"]["browser"], cells["all"]["device_code"]) == ("managed_device", "blocked")
    assert (cells["admins"]["browser"], cells["admins"]["administrator"]) == ("not_matched", "mfa")


def test_whoever_is_under_policies_without_the_licence_is_counted_apart_from_what_protects() -> None:
    licensed = a_user("lic", assigned_licenses=[{"sku_id": "p1", "disabled_plans": []}])
    switched_off = a_user("off", assigned_licenses=[{"sku_id": "p1", "disabled_plans": ["plan-AAD_PREMIUM"]}])
    unread = a_user("unread", assigned_licenses=None)
    users = [a_user("ann", assigned_licenses=[]), licensed, switched_off, unread, GUEST | {"assigned_licenses": []}]
    given = {"users": users, "subscribed_skus": [a_subscription("AAD_PREMIUM", sku_id="p1")]}

    result = judge(a_policy(), **given)
    without = judge(a_policy(), **given, states={"subscribed_skus": TableState.DENIED})

    assert (said(result), result.note.splitlines()[-1].rpartition(": ")[2]) == ("passes", "2")
    assert without.note == ""
