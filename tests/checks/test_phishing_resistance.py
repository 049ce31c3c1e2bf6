"""ID-03: phishing-resistant MFA of administrators."""

from typing import Any

import pytest
from builders import a_policy, a_user, security_defaults
from builders.access import GLOBAL_ADMINISTRATOR, a_group, a_registration, a_role, a_role_assignment, members_of
from builders.policies import a_grant
from builders.settings import a_strength, a_subscription
from judged_checks import evidence, judge, statuses

from checks.model import Verdict
from checks.results import CheckResult
from scanner.snapshot.ledger import TableState

RESISTANT = {"id": "00000000-0000-0000-0000-000000000004"}
MULTIFACTOR = {"id": "00000000-0000-0000-0000-000000000002"}
KEY = a_registration("ann", methods_registered=["fido2SecurityKey", "mobilePhone"])
ELIGIBLE = {"assignment_type": "eligible"}


def demanding(strength: dict[str, Any] | None, *controls: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401
    operator = given.pop("operator", "OR")
    grant = a_grant(*controls, operator=operator, authenticationStrength=strength)
    return a_policy(given.pop("policy_id", "strong"), grant=grant, **given)


def judged(*policies: dict[str, Any], **tables: Any) -> CheckResult:  # noqa: ANN401 - tables of any shape
    given = {
        "users": [a_user("ann")],
        "groups": [a_group("admins")],
        "role_definitions": [a_role()],
        "role_assignments": [a_role_assignment("ann")],
        "registration_details": [KEY],
        "conditional_access_policies": policies,
        "subscribed_skus": [a_subscription("AAD_PREMIUM")],
        "profile": {"mfa_trusted_ips": ()},
    }
    return judge("ID-03", **(given | tables))


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        pytest.param([demanding(RESISTANT)], "passes", id="the strength of Microsoft's"),
        pytest.param([demanding({"id": "strength-1"})], "passes", id="one of the firm's own, as strong"),
        pytest.param([demanding({"id": "weaker"})], "fails", id="one of the firm's own that takes a text message"),
        pytest.param([demanding({"id": "new"})], "unknown", id="one that takes something new"),
        pytest.param([demanding(MULTIFACTOR)], "fails", id="any MFA"),
        pytest.param([a_policy()], "fails", id="MFA without a strength"),
        pytest.param([a_policy(), demanding(RESISTANT)], "passes", id="the stronger of two"),
        pytest.param([demanding(RESISTANT, "mfa")], "fails", id="any MFA instead"),
        pytest.param([demanding(RESISTANT, "mfa", operator="AND")], "passes", id="any MFA too"),
        pytest.param([demanding(RESISTANT, "compliantDevice")], "fails", id="a managed device instead"),
        pytest.param([demanding(RESISTANT, state="enabledForReportingButNotEnforced")], "fails", id="only reported"),
        pytest.param(
            [demanding(RESISTANT, applications={"includeApplications": ["Office365"]})], "fails", id="one app alone"
        ),
        pytest.param([demanding(RESISTANT, clientAppTypes=["browser"])], "fails", id="browsers alone"),
        pytest.param(
            [
                demanding(RESISTANT, platforms={"includePlatforms": ["all"], "excludePlatforms": ["linux"]}),
                a_policy("p2", grant="block", platforms={"includePlatforms": ["linux"], "excludePlatforms": []}),
            ],
            "passes",
            id="the rest is blocked",
        ),
        pytest.param([demanding(RESISTANT, state=None)], "unknown", id="perhaps enforced"),
        pytest.param([], "fails", id="nothing"),
    ],
)
def test_nothing_less_than_a_phishing_resistant_method_is_accepted(policies: list[dict[str, Any]], said: str) -> None:
    strengths = [
        a_strength(),
        a_strength("weaker", "fido2", "password,sms"),
        a_strength("new", "fido2", "somethingNew"),
    ]

    assert statuses(judged(*policies, authentication_strengths=strengths)) == {"ann": said}


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        (["microsoftAuthenticatorPush", "mobilePhone"], "fails"),
        (["windowsHelloForBusiness"], "passes"),
        (["passKeyDeviceBoundAuthenticator"], "passes"),
        ([], "fails"),
        (["somethingNew"], "unknown"),
        (None, "unknown"),
    ],
)
def test_a_phishing_resistant_method_is_registered(methods: list[str] | None, said: str) -> None:
    registrations = [a_registration("ann", methods_registered=methods)]

    assert statuses(judged(demanding(RESISTANT), registration_details=registrations)) == {"ann": said}


def test_without_registrations_nobody_passes() -> None:
    missing = judged(demanding(RESISTANT), registration_details=[])
    states = {"registration_details": TableState.DENIED, "authentication_methods": TableState.SKIPPED}
    unread = judged(demanding(RESISTANT), states=states)

    assert statuses(missing) == statuses(unread) == {"ann": "unknown"}
    assert "registration_details" in {gap.need for gap in unread.gaps}


def test_a_role_that_may_be_activated_counts_as_active_for_the_policy_about_it() -> None:
    policy = demanding(RESISTANT, users={"includeUsers": [], "includeRoles": [GLOBAL_ADMINISTRATOR]})

    result = judged(policy, role_assignments=[a_role_assignment("ann", **ELIGIBLE)])

    assert statuses(result) == {"ann": "passes"}


def test_a_policy_about_a_role_misses_whoever_holds_it_for_a_unit() -> None:
    policy = demanding(RESISTANT, users={"includeUsers": [], "includeRoles": [GLOBAL_ADMINISTRATOR]})
    assignment = a_role_assignment("ann", directory_scope_id="/administrativeUnits/x")

    assert statuses(judged(policy, role_assignments=[assignment])) == {"ann": "fails"}


def test_the_policy_that_spares_somebody_is_named() -> None:
    policy = demanding(RESISTANT, users={"excludeGroups": ["admins"]}, display_name="Keys for administrators")

    result = judged(policy, a_policy("other"), group_members=members_of("admins", "ann"))

    assert evidence(result, "ann") == {
        "roles": [f"Name of {GLOBAL_ADMINISTRATOR}"],
        "held": ["active"],
        "methods": ["fido2SecurityKey", "mobilePhone"],
        "lacks": ["phishing_resistant_demand"],
        "policies": ["Keys for administrators"],
    }


def test_whoever_comes_from_outside_registers_there() -> None:
    guest = a_user("ann", user_principal_name="ann_home.example#EXT#@contoso.example", user_type="Guest")

    assert statuses(judged(demanding(RESISTANT), users=[guest], registration_details=[])) == {"ann": "passes"}


def test_where_no_licence_brings_policies_the_question_does_not_arise() -> None:
    result = judged(subscribed_skus=[a_subscription("EXCHANGE_S_STANDARD")], security_defaults=[security_defaults()])

    assert (result.verdict, result.population) == (Verdict.NOT_APPLICABLE, ())
