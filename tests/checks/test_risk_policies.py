"""SI-01: what happens by itself at high risk."""

from typing import Any

import pytest
from builders import a_policy, a_user
from builders.policies import a_grant
from builders.settings import a_subscription
from judged_checks import evidence, judge, statuses

from checks.model import Verdict
from checks.results import CheckResult
from scanner.snapshot.ledger import TableState

Json = dict[str, Any]

EVERY_TIME = {"signInFrequency": {"isEnabled": True, "frequencyInterval": "everyTime"}}
NEW_PASSWORD = a_grant("mfa", "passwordChange", operator="AND")
RISKY_USERS = a_policy("users", grant=NEW_PASSWORD, userRiskLevels=["high"])
RISKY_SIGN_INS = a_policy("sign-ins", grant="block", signInRiskLevels=["high", "medium"])
MFA = a_policy("mfa")


def judged(*policies: Json, plan: str = "AAD_PREMIUM_P2", **tables: Any) -> CheckResult:  # noqa: ANN401 - any shape
    given = {
        "users": [a_user("ann"), a_user("bob")],
        "conditional_access_policies": policies,
        "subscribed_skus": [a_subscription(plan)],
        "profile": {"mfa_trusted_ips": ()},
    }
    return judge("SI-01", **(given | tables))


def test_with_a_policy_for_each_risk_it_passes() -> None:
    assert judged(RISKY_USERS, RISKY_SIGN_INS).verdict is Verdict.PASS


def test_without_a_policy_about_risk_both_fail() -> None:
    result = judged(MFA)

    assert statuses(result) == {"user_risk": "fails", "sign_in_risk": "fails"}
    assert evidence(result, "user_risk")["how_many"] == 2


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        pytest.param(RISKY_USERS, "passes", id="MFA and a new password"),
        pytest.param(a_policy("p", grant="block", userRiskLevels=["high"]), "passes", id="blocked"),
        pytest.param(
            a_policy("p", grant="riskRemediation", userRiskLevels=["high"]), "passes", id="Microsoft's remedy"
        ),
        pytest.param(
            a_policy("p", grant="block", userRiskLevels=["high", "medium", "low"]), "passes", id="at any risk"
        ),
        pytest.param(a_policy("p", grant="mfa", userRiskLevels=["high"]), "fails", id="MFA, and the old password"),
        pytest.param(a_policy("p", grant="passwordChange", userRiskLevels=["high"]), "fails", id="by the password"),
        pytest.param(
            a_policy("p", grant=a_grant("mfa", "passwordChange"), userRiskLevels=["high"]), "fails", id="either of them"
        ),
        pytest.param(a_policy("p", grant="block", userRiskLevels=["medium"]), "fails", id="at another risk"),
        pytest.param(a_policy("p", grant="block", signInRiskLevels=["high"]), "fails", id="a risk of the sign-in"),
        pytest.param(
            a_policy("p", grant="block", userRiskLevels=["high"], signInRiskLevels=["high"]), "fails", id="both at once"
        ),
        pytest.param(
            RISKY_USERS | {"state": "enabledForReportingButNotEnforced"}, "fails", id="a policy that only reports"
        ),
        pytest.param(RISKY_USERS | {"state": None}, "unknown", id="perhaps enforced"),
        pytest.param(a_policy("p", grant="block", userRiskLevels=["high", None]), "passes", id="one level unread"),
        pytest.param(a_policy("p", grant="block", userRiskLevels=[None]), "unknown", id="an unread level"),
        pytest.param(a_policy("p", grant=None, sessions=EVERY_TIME, userRiskLevels=["high"]), "fails", id="a session"),
        pytest.param(
            a_policy("p", grant=a_grant("mfa", "new", operator="AND"), userRiskLevels=["high"]),
            "fails",
            id="a stranger",
        ),
        pytest.param(
            a_policy("p", grant=NEW_PASSWORD, userRiskLevels=["high"], users={"excludeUsers": ["bob"]}),
            "fails",
            id="somebody left out",
        ),
        pytest.param(
            a_policy("p", grant="block", userRiskLevels=["high"], applications={"includeApplications": ["Office365"]}),
            "fails",
            id="to one suite",
        ),
        pytest.param(
            a_policy("p", grant="block", userRiskLevels=["high"], clientAppTypes=["browser"]), "fails", id="one client"
        ),
    ],
)
def test_a_user_at_high_risk_is_stopped(policy: Json, said: str) -> None:
    assert statuses(judged(policy, RISKY_SIGN_INS))["user_risk"] == said


def test_a_group_left_out_whose_members_were_not_read_may_hold_anybody() -> None:
    sparing = a_policy("p", grant=NEW_PASSWORD, userRiskLevels=["high"], users={"excludeGroups": ["g"]})
    result = judged(sparing, RISKY_SIGN_INS, states={"group_members": TableState.DENIED})

    assert statuses(result)["user_risk"] == "unknown"


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        pytest.param([RISKY_SIGN_INS], "passes", id="blocked"),
        pytest.param(
            [a_policy("p", signInRiskLevels=["high"], sessions=EVERY_TIME)], "passes", id="a second factor anew"
        ),
        pytest.param(
            [MFA, a_policy("p", grant=None, signInRiskLevels=["high"], sessions=EVERY_TIME)],
            "passes",
            id="a second factor of everybody, and anew at risk",
        ),
        pytest.param([a_policy("p", signInRiskLevels=["high"])], "fails", id="a second factor shown before"),
        pytest.param(
            [a_policy("p", grant=None, signInRiskLevels=["high"], sessions=EVERY_TIME)], "fails", id="the password anew"
        ),
        pytest.param(
            [a_policy("p", grant="compliantDevice", signInRiskLevels=["high"], sessions=EVERY_TIME)],
            "fails",
            id="a managed device",
        ),
        pytest.param([a_policy("p", grant="block", signInRiskLevels=["medium"])], "fails", id="another risk"),
        pytest.param(
            [
                a_policy("p", grant="block", signInRiskLevels=["high"], clientAppTypes=["browser"]),
                a_policy("q", grant="block", clientAppTypes=["exchangeActiveSync", "other"]),
                a_policy(
                    "r", signInRiskLevels=["high"], clientAppTypes=["mobileAppsAndDesktopClients"], sessions=EVERY_TIME
                ),
            ],
            "passes",
            id="three policies together",
        ),
        pytest.param(
            [a_policy("p", grant="block", signInRiskLevels=["high"], locations={"includeLocations": ["place"]})],
            "fails",
            id="from one place",
        ),
    ],
)
def test_a_sign_in_at_high_risk_is_stopped(policies: list[Json], said: str) -> None:
    places = [{"id": "place", "location_type": "#microsoft.graph.ipNamedLocation", "is_trusted": False, "raw": RANGES}]

    assert statuses(judged(RISKY_USERS, *policies, named_locations=places))["sign_in_risk"] == said


RANGES = '{"ipRanges": [{"cidrAddress": "192.0.2.0/24"}]}'


def test_it_names_whom_a_policy_leaves_out_and_what_only_reports() -> None:
    sparing = a_policy("p", grant="block", signInRiskLevels=["high"], users={"excludeUsers": ["bob"]})
    trial = a_policy("q", grant="block", signInRiskLevels=["high"], state="enabledForReportingButNotEnforced")
    result = judged(
        RISKY_USERS,
        sparing | {"display_name": "No risk"},
        trial | {"display_name": "Trial"},
        users=[a_user("ann"), a_user("bob", display_name="Bob")],
    )

    seen = evidence(result, "sign_in_risk")
    assert (seen["accounts"], seen["how_many"]) == (["Bob"], 1)
    assert (seen["policies"], seen["report_only"]) == (["No risk"], ["Trial"])


def test_an_emergency_account_may_be_left_out() -> None:
    sparing = [
        a_policy("p", grant="block", signInRiskLevels=["high"], users={"excludeUsers": ["bob"]}),
        a_policy("q", grant="block", userRiskLevels=["high"], users={"excludeUsers": ["bob"]}),
    ]

    profile = {"mfa_trusted_ips": (), "break_glass": ("bob@contoso.example",)}
    assert judged(*sparing, profile=profile).verdict is Verdict.PASS


def test_the_risk_of_a_guest_is_judged_at_home_and_that_of_the_sign_in_here() -> None:
    members = {"users": {"includeUsers": ["All"], "excludeUsers": ["gus"]}, "grant": "block"}
    policies = [a_policy("p", userRiskLevels=["high"], **members), a_policy("q", signInRiskLevels=["high"], **members)]
    result = judged(*policies, users=[a_user("gus", user_type="Guest")])

    assert statuses(result) == {"user_risk": "passes", "sign_in_risk": "fails"}


def test_it_tells_that_nothing_happens_at_medium_risk() -> None:
    high = a_policy("p", grant="block", signInRiskLevels=["high"])

    assert judged(RISKY_USERS, high).note
    assert not judged(RISKY_USERS, RISKY_SIGN_INS).note


def test_without_the_licence_the_question_does_not_arise() -> None:
    result = judged(plan="AAD_PREMIUM")

    assert (result.verdict, list(result.population)) == (Verdict.NOT_APPLICABLE, [])


@pytest.mark.parametrize("state", [TableState.DENIED, TableState.FAILED, TableState.UNLICENSED])
@pytest.mark.parametrize("table", ["subscribed_skus", "conditional_access_policies", "users"])
def test_what_was_not_read_is_a_gap(table: str, state: TableState) -> None:
    result = judged(MFA, states={table: state})

    assert result.verdict is Verdict.NOT_ASSESSED
    assert table in {gap.need for gap in result.gaps}


def test_of_people_who_were_not_all_read_nobody_is_said_to_be_stopped() -> None:
    result = judged(RISKY_USERS, RISKY_SIGN_INS, states={"users": TableState.PARTIAL})

    assert result.verdict is Verdict.NOT_ASSESSED
