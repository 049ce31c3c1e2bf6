"""ID-05: what still takes a password from older programs."""

from typing import Any

import pytest
from builders import a_policy, a_sign_in, a_user, security_defaults, sharepoint_settings
from builders.settings import (
    an_authentication_policy,
    organization_config,
    per_user_mfa,
    protocols_of,
    transport_config,
)
from judged_checks import evidence, judge, statuses

from checks.model import Verdict
from checks.results import CheckResult
from scanner.snapshot.ledger import TableState

SMTP = "setting/SmtpClientAuthenticationDisabled"
NOBODY_STOPPED = "setting/clientAppTypes"
ANN = "user/ann"
OPEN = {"smtp_client_authentication_disabled": False}
BLOCK = a_policy("block", grant="block", clientAppTypes=["exchangeActiveSync", "other"])


def judged(*policies: dict[str, Any], **tables: Any) -> CheckResult:  # noqa: ANN401 - tables of any shape
    given = {
        "users": [a_user("ann"), a_user("bob")],
        "conditional_access_policies": policies,
        "transport_config": [transport_config()],
        "cas_mailboxes": [protocols_of("ann"), protocols_of("bob")],
        "organization_config": [organization_config()],
        "sharepoint_settings": [sharepoint_settings(is_legacy_auth_protocols_enabled=False)],
        "profile": {"mfa_trusted_ips": ()},
    }
    return judge("ID-05", **(given | tables))


def failing(result: CheckResult) -> set[str]:
    return {row.object_id for row in result.failing}


def test_with_everything_off_and_blocked_nothing_fails() -> None:
    assert judged(BLOCK).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("policies", "stopped"),
    [
        pytest.param([BLOCK], True, id="blocked"),
        pytest.param([a_policy()], True, id="MFA of every client, which they cannot do"),
        pytest.param([a_policy(clientAppTypes=["browser", "mobileAppsAndDesktopClients"])], False, id="MFA of others"),
        pytest.param([a_policy("p", grant="block", clientAppTypes=["exchangeActiveSync"])], False, id="one of two"),
        pytest.param([BLOCK | {"state": "disabled"}], False, id="not enforced"),
        pytest.param([BLOCK | {"state": None}], None, id="perhaps enforced"),
        pytest.param([], False, id="no policy"),
    ],
)
def test_an_account_fails_that_nothing_stops_and_whose_mailbox_takes_a_password(
    policies: list[dict[str, Any]],
    stopped: bool | None,  # noqa: FBT001 - a case
) -> None:
    said = {True: "passes", False: "fails", None: "unknown"}[stopped]

    result = judged(*policies, cas_mailboxes=[protocols_of("ann", **OPEN)])

    assert (statuses(result)[ANN], statuses(result)["user/bob"]) == (said, "passes")


def test_security_defaults_stop_older_programs() -> None:
    result = judged(security_defaults=[security_defaults()], cas_mailboxes=[protocols_of("ann", **OPEN)])

    assert result.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("tenant", "own", "said"),
    [
        pytest.param(True, None, "passes", id="off, and the mailbox follows"),
        pytest.param(False, None, "fails", id="on, and the mailbox follows"),
        pytest.param(True, False, "fails", id="off, and the mailbox has it on"),
        pytest.param(False, True, "passes", id="on, and the mailbox has it off"),
        pytest.param(None, None, "unknown", id="we do not know"),
    ],
)
def test_a_mailbox_may_decide_otherwise_than_the_tenant(tenant: bool | None, own: bool | None, said: str) -> None:  # noqa: FBT001 - a case
    result = judged(
        transport_config=[transport_config(smtp_client_authentication_disabled=tenant)],
        cas_mailboxes=[protocols_of("ann", smtp_client_authentication_disabled=own)],
    )

    assert statuses(result)[ANN] == said
    everybody_decides = own is not None
    assert statuses(result)[SMTP] == ("passes" if tenant or everybody_decides else said)


def test_an_account_without_a_mailbox_sends_nothing() -> None:
    assert statuses(judged(transport_config=[transport_config(**OPEN)], cas_mailboxes=[]))[ANN] == "passes"


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        pytest.param([an_authentication_policy("strict")], "passes", id="nobody may"),
        pytest.param(
            [an_authentication_policy("strict"), an_authentication_policy("scanner", allow_basic_auth_smtp=True)],
            "unknown",
            id="somebody may, we do not know who",
        ),
        pytest.param([an_authentication_policy("strict", allow_basic_auth_smtp=True)], "fails", id="everybody may"),
        pytest.param([], "unknown", id="it is not there"),
    ],
)
def test_an_authentication_policy_of_exchange_may_stop_it(policies: list[dict[str, Any]], said: str) -> None:
    result = judged(
        cas_mailboxes=[protocols_of("ann", **OPEN)],
        organization_config=[organization_config(default_authentication_policy="strict")],
        authentication_policies=policies,
    )

    assert statuses(result)[ANN] == said


def test_older_protocols_of_sharepoint_alone_let_nobody_in() -> None:
    shipped = [sharepoint_settings(is_legacy_auth_protocols_enabled=True)]

    assert judged(sharepoint_settings=shipped).verdict is Verdict.PASS
    result = judged(sharepoint_settings=shipped, cas_mailboxes=[protocols_of("ann", **OPEN)])
    assert failing(result) == {NOBODY_STOPPED, ANN}
    assert evidence(result, ANN)["opens"] == ["smtp", "sharepoint"]


def test_a_setting_counts_where_somebody_gets_in_by_it() -> None:
    tenant = [transport_config(**OPEN)]
    own = [protocols_of(each, smtp_client_authentication_disabled=True) for each in ("ann", "bob")]

    assert judged(transport_config=tenant, cas_mailboxes=own).verdict is Verdict.PASS
    assert judged(BLOCK, transport_config=tenant).verdict is Verdict.PASS
    assert failing(judged(transport_config=tenant)) == {SMTP, NOBODY_STOPPED, ANN, "user/bob"}


def test_security_defaults_without_a_row_are_unknown() -> None:
    result = judged(security_defaults=[], cas_mailboxes=[protocols_of("ann", **OPEN)])

    assert statuses(result)[ANN] == "unknown"
    assert "security_defaults" in {gap.need for gap in result.gaps}


def test_where_somebody_is_stopped_those_who_are_not_are_named_with_the_policy() -> None:
    policy = BLOCK | a_policy("block", grant="block", users={"excludeUsers": ["ann"]}, display_name="Older programs")
    sign_ins = [
        a_sign_in(user="ann", client_app_used="Authenticated SMTP"),
        a_sign_in(user="ann", client_app_used="Browser"),
        a_sign_in(user="ann", client_app_used="IMAP4", error_code=50126),
    ]

    result = judged(policy, cas_mailboxes=[protocols_of("ann", **OPEN)], sign_ins=sign_ins)

    assert failing(result) == {ANN}
    assert evidence(result, ANN) == {
        "set_to": None,
        "opens": ["smtp"],
        "policies": ["Older programs"],
        "seen_using": ["Authenticated SMTP"],
    }


@pytest.mark.parametrize(("state", "said"), [("disabled", "fails"), ("enabled", "fails"), ("enforced", "unknown")])
def test_app_passwords_of_per_user_mfa_cannot_be_read(state: str, said: str) -> None:
    result = judged(cas_mailboxes=[protocols_of("ann", **OPEN)], per_user_mfa=[per_user_mfa("ann", state)])

    assert statuses(result)[ANN] == said


def test_guests_emergency_and_blocked_accounts_are_left_out() -> None:
    people = [
        a_user("guest", user_type="Guest"),
        a_user("gone", account_enabled=False),
        a_user("bg", user_principal_name="bg@contoso.example"),
        a_user("ann"),
    ]

    result = judged(BLOCK, users=people, profile={"break_glass": ("bg@contoso.example",)})

    assert {each for each in result.population if each.startswith("user/")} == {ANN}


def test_the_log_decides_nothing_and_is_named_where_it_was_not_seen() -> None:
    result = judged(BLOCK, states={"sign_ins": TableState.UNLICENSED})

    assert result.verdict is Verdict.PASS
    assert "sign-in log" in result.note


@pytest.mark.parametrize("table", ["transport_config", "cas_mailboxes", "organization_config"])
def test_what_was_not_read_never_passes(table: str) -> None:
    result = judged(BLOCK, states={table: TableState.DENIED})

    assert result.verdict is Verdict.NOT_ASSESSED
    assert table in {gap.need for gap in result.gaps}
