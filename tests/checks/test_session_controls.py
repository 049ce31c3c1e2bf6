"""ID-09: limits of sessions."""

from typing import Any

import pytest
from builders import a_policy, a_user, sharepoint_settings
from builders.access import GLOBAL_ADMINISTRATOR, a_role, a_role_assignment
from builders.settings import a_subscription, a_timeout
from judged_checks import evidence, judge, statuses

from checks.model import Verdict
from checks.results import CheckResult
from scanner.snapshot.ledger import TableState

BOTH = {"transferMethods": "deviceCodeFlow,authenticationTransfer"}
BLOCK = a_policy("flows", grant="block", authenticationFlows=BOTH)
NEVER = {"isEnabled": True, "mode": "never"}


def every(hours: int | None, unit: str = "hours", **given: Any) -> dict[str, Any]:  # noqa: ANN401 - Graph's JSON
    return {"isEnabled": True, "frequencyInterval": "timeBased", "type": unit, "value": hours} | given


def for_sessions(**controls: Any) -> dict[str, Any]:  # noqa: ANN401 - Graph's JSON
    return a_policy("sessions", grant=None, sessions=controls)


LIMITED = for_sessions(signInFrequency=every(4), persistentBrowser=NEVER)


def judged(*policies: dict[str, Any], **tables: Any) -> CheckResult:  # noqa: ANN401 - tables of any shape
    given = {
        "users": [a_user("ann"), a_user("bob")],
        "role_definitions": [a_role()],
        "role_assignments": [a_role_assignment("ann")],
        "conditional_access_policies": policies,
        "activity_timeout_policies": [a_timeout()],
        "sharepoint_settings": [sharepoint_settings(idle_session_sign_out_is_enabled=False)],
        "subscribed_skus": [a_subscription("AAD_PREMIUM")],
        "profile": {"mfa_trusted_ips": ()},
    }
    return judge("ID-09", **(given | tables))


def test_with_everything_limited_it_passes() -> None:
    assert judged(BLOCK, LIMITED).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("policy", "code", "transfer"),
    [
        pytest.param(BLOCK, "passes", "passes", id="both"),
        pytest.param(
            a_policy("p", grant="block", authenticationFlows={"transferMethods": "deviceCodeFlow"}),
            "passes",
            "fails",
            id="one",
        ),
        pytest.param(a_policy("p", authenticationFlows=BOTH), "fails", "fails", id="MFA, which the right person does"),
        pytest.param(a_policy("p", grant="compliantDevice"), "passes", "fails", id="a device, which codes cannot show"),
        pytest.param(BLOCK | {"state": None}, "unknown", "unknown", id="perhaps enforced"),
        pytest.param(
            a_policy("p", grant="block", authenticationFlows=BOTH, users={"includeUsers": ["ann"]}),
            "fails",
            "fails",
            id="of one person",
        ),
        pytest.param(
            a_policy("p", grant="block", authenticationFlows=BOTH, users={"excludeUsers": ["bob"]}),
            "passes",
            "passes",
            id="but for somebody who is named",
        ),
        pytest.param(
            a_policy("p", grant="block", authenticationFlows=BOTH, applications={"includeApplications": ["Office365"]}),
            "fails",
            "fails",
            id="to one app",
        ),
    ],
)
def test_sign_ins_cannot_be_handed_over(policy: dict[str, Any], code: str, transfer: str) -> None:
    said = statuses(judged(policy, LIMITED))

    assert (said["device_code_flow"], said["authentication_transfer"]) == (code, transfer)


@pytest.mark.parametrize(
    ("frequency", "plan", "said"),
    [
        (every(4), "AAD_PREMIUM", "passes"),
        (every(5), "AAD_PREMIUM", "fails"),
        (every(24), "AAD_PREMIUM", "fails"),
        (every(None, frequencyInterval="everyTime"), "AAD_PREMIUM", "passes"),
        (every(4, isEnabled=False), "AAD_PREMIUM", "fails"),
        (every(None), "AAD_PREMIUM", "unknown"),
        (None, "AAD_PREMIUM", "fails"),
    ],
)
def test_administrators_sign_in_again_in_time(frequency: dict[str, Any] | None, plan: str, said: str) -> None:
    result = judged(BLOCK, for_sessions(signInFrequency=frequency), subscribed_skus=[a_subscription(plan)])

    assert statuses(result)["administrator_sign_in_frequency"] == said


@pytest.mark.parametrize(
    ("browser", "said"),
    [
        (NEVER, "passes"),
        (NEVER | {"mode": "always"}, "fails"),
        (NEVER | {"isEnabled": False}, "fails"),
        ({"isEnabled": True}, "unknown"),
        (None, "fails"),
    ],
)
def test_the_session_of_an_administrator_ends_with_the_browser(browser: dict[str, Any] | None, said: str) -> None:
    assert statuses(judged(BLOCK, for_sessions(persistentBrowser=browser)))["administrator_browser"] == said


def test_only_administrators_have_to_sign_in_again() -> None:
    policy = a_policy(
        "p",
        grant=None,
        sessions={"signInFrequency": every(4), "persistentBrowser": NEVER},
        users={"includeUsers": [], "includeRoles": [GLOBAL_ADMINISTRATOR]},
    )

    assert judged(BLOCK, policy).verdict is Verdict.PASS


def test_it_names_whom_nothing_covers() -> None:
    result = judged(LIMITED, users=[a_user("ann"), *(a_user(f"u{number}") for number in range(11))])

    seen = evidence(result, "device_code_flow")
    assert (len(seen["accounts"]), seen["how_many"]) == (10, 12)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        pytest.param({"activity_timeout_policies": [a_timeout("03:00:00")]}, "passes", id="three hours"),
        pytest.param({"activity_timeout_policies": [a_timeout("03:00:01")]}, "fails", id="longer"),
        pytest.param({"activity_timeout_policies": [a_timeout("1.00:00:00")]}, "fails", id="a day"),
        pytest.param({"activity_timeout_policies": [a_timeout("00:00:00")]}, "fails", id="no time at all"),
        pytest.param({"activity_timeout_policies": [a_timeout("soon")]}, "unknown", id="no time"),
        pytest.param({"activity_timeout_policies": [a_timeout(application="app-1")]}, "fails", id="of one app"),
        pytest.param({"activity_timeout_policies": [a_timeout(is_organization_default=False)]}, "fails", id="of some"),
        pytest.param({"activity_timeout_policies": []}, "fails", id="none"),
        pytest.param(
            {
                "activity_timeout_policies": [],
                "sharepoint_settings": [
                    sharepoint_settings(
                        idle_session_sign_out_is_enabled=True, idle_session_sign_out_after_in_seconds=3600
                    )
                ],
            },
            "passes",
            id="of SharePoint",
        ),
        pytest.param(
            {"activity_timeout_policies": [], "states": {"sharepoint_settings": TableState.DENIED}},
            "unknown",
            id="perhaps of SharePoint",
        ),
    ],
)
def test_idle_sessions_end_within_three_hours(tables: dict[str, Any], said: str) -> None:
    assert statuses(judged(BLOCK, LIMITED, **tables))["idle_session"] == said


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        pytest.param({"assignment_type": "eligible"}, "passes", id="eligible"),
        pytest.param({"activation": "Activated"}, "passes", id="activated"),
        pytest.param({"activation": "Assigned"}, "fails", id="for good"),
        pytest.param({"activation": None}, "unknown", id="not known"),
    ],
)
def test_once_a_day_is_enough_for_whoever_activates_every_role(assignment: dict[str, Any], said: str) -> None:
    result = judged(
        BLOCK,
        for_sessions(signInFrequency=every(24)),
        subscribed_skus=[a_subscription("AAD_PREMIUM_P2")],
        role_assignments=[a_role_assignment("ann", **assignment)],
    )

    assert statuses(result)["administrator_sign_in_frequency"] == said


def test_a_session_that_cannot_begin_needs_no_limit() -> None:
    legacy = a_policy("legacy", grant="block", clientAppTypes=["exchangeActiveSync", "other"])
    modern = {"clientAppTypes": ["browser", "mobileAppsAndDesktopClients"]}
    sessions = a_policy("p", grant=None, sessions={"signInFrequency": every(4), "persistentBrowser": NEVER}, **modern)

    assert judged(BLOCK, legacy, sessions).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(
            a_policy("p", grant="block", authenticationFlows=BOTH, users={"excludeUsers": ["ann"]}), id="admin"
        ),
        pytest.param(a_policy("p", authenticationFlows=BOTH, users={"excludeUsers": ["ann", "bob"]}), id="no block"),
        pytest.param(
            a_policy(
                "p",
                grant="block",
                authenticationFlows=BOTH,
                users={"includeUsers": ["zed"], "excludeUsers": ["ann", "bob"]},
            ),
            id="of somebody else",
        ),
    ],
)
def test_only_a_block_that_would_concern_an_ordinary_account_has_exceptions(policy: dict[str, Any]) -> None:
    assert statuses(judged(policy, LIMITED))["device_code_flow"] == "fails"


@pytest.mark.parametrize(("count", "said"), [(5, "passes"), (6, "fails")])
def test_only_a_few_accounts_are_exceptions(count: int, said: str) -> None:
    rooms = [f"room{number}" for number in range(count)]
    policy = a_policy("p", grant="block", authenticationFlows=BOTH, users={"excludeUsers": rooms})

    result = judged(policy, LIMITED, users=[a_user("ann"), *map(a_user, rooms)])

    assert statuses(result)["device_code_flow"] == said


UNLICENSED = {"subscribed_skus": [a_subscription("EXCHANGE_S_STANDARD")]}


def test_without_conditional_access_a_good_idle_session_is_no_pass() -> None:
    result = judged(**UNLICENSED)

    assert (result.verdict, result.population) == (Verdict.NOT_APPLICABLE, ())


def test_without_conditional_access_a_bad_idle_session_fails() -> None:
    result = judged(**UNLICENSED, activity_timeout_policies=[])

    assert (result.verdict, result.population) == (Verdict.FAIL, ("idle_session",))
    assert "Entra ID P1" in result.note


def test_policies_in_force_are_judged_whatever_the_licence_says() -> None:
    assert judged(BLOCK, LIMITED, **UNLICENSED).verdict is Verdict.PASS
    assert statuses(judged(LIMITED, **UNLICENSED))["device_code_flow"] == "fails"


@pytest.mark.parametrize("table", ["conditional_access_policies", "users", "role_assignments", "subscribed_skus"])
def test_what_was_not_read_never_passes(table: str) -> None:
    assert judged(BLOCK, LIMITED, states={table: TableState.DENIED}).verdict is Verdict.NOT_ASSESSED
