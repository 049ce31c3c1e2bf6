"""ID-06: weak methods."""

from typing import Any

import pytest
from builders import a_user
from builders.access import a_registration, methods_of
from builders.settings import a_methods_policy, shown_to
from judged_checks import evidence, judge, statuses

from checks.model import Verdict
from scanner.snapshot.ledger import TableState

PLACE = "setting/displayLocationInformationRequiredState"
SOME = {"targetType": "group", "id": "some"}


def judged(policy: dict[str, Any]) -> dict[str, str]:
    return statuses(judge("ID-06", authentication_methods_policy=[policy]))


def failing(policy: dict[str, Any]) -> set[str]:
    return {name for name, said in judged(policy).items() if said == "fails"}


@pytest.mark.parametrize(
    ("policy", "fails"),
    [
        pytest.param(a_methods_policy(), set(), id="everything in order"),
        pytest.param(a_methods_policy(sms="enabled"), {"method/Sms"}, id="text messages"),
        pytest.param(a_methods_policy(voice="enabled"), {"method/Voice"}, id="calls"),
        pytest.param(a_methods_policy(email="enabled"), {"method/Email"}, id="codes by e-mail"),
        pytest.param(a_methods_policy(place=shown_to(state="default")), {PLACE}, id="left to Microsoft"),
        pytest.param(a_methods_policy(place=shown_to(target=SOME)), {PLACE}, id="shown to some"),
        pytest.param(a_methods_policy(place=shown_to(but=SOME)), {PLACE}, id="not shown to some"),
        pytest.param(
            a_methods_policy(place=shown_to(state="disabled"), authenticator="disabled"), set(), id="no authenticator"
        ),
        pytest.param(
            a_methods_policy(policy_migration_state="migrationInProgress"),
            {"setting/policyMigrationState"},
            id="the older settings still hold",
        ),
    ],
)
def test_weak_methods_are_off_and_the_authenticator_shows_what_is_approved(
    policy: dict[str, Any], fails: set[str]
) -> None:
    assert failing(policy) == fails


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(a_methods_policy(sms="someNewState"), id="a new state"),
        pytest.param(a_methods_policy() | {"raw": None}, id="nothing told"),
        pytest.param(a_methods_policy() | {"raw": '{"authenticationMethodConfigurations": []}'}, id="not listed"),
    ],
)
def test_a_method_of_which_nothing_is_known_is_unknown(policy: dict[str, Any]) -> None:
    assert judged(policy)["method/Sms"] == "unknown"


def test_a_policy_that_was_not_read_is_a_gap() -> None:
    denied = judge("ID-06", states={"authentication_methods_policy": TableState.DENIED})
    empty = judge("ID-06", authentication_methods_policy=[])

    assert (denied.verdict, empty.verdict) == (Verdict.NOT_ASSESSED, Verdict.NOT_ASSESSED)


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        (["mobilePhone"], "fails"),
        (["mobilePhone", "officePhone", "email"], "fails"),
        (["mobilePhone", "microsoftAuthenticatorPush"], "passes"),
        (["mobilePhone", "fido2SecurityKey"], "passes"),
        (["email"], "passes"),
        ([], "passes"),
        (["mobilePhone", "somethingNew"], "unknown"),
        (["mobilePhone", None], "unknown"),
        (None, "unknown"),
    ],
)
def test_whoever_has_a_telephone_alone_fails(methods: list[str | None] | None, said: str) -> None:
    registrations = [a_registration("ann", methods_registered=methods)]

    result = judge("ID-06", users=[a_user("ann")], registration_details=registrations)

    assert statuses(result) == {"user/ann": said}


def test_without_the_report_the_methods_of_each_account_tell() -> None:
    result = judge(
        "ID-06",
        users=[a_user("ann"), a_user("bob"), a_user("cas")],
        authentication_methods_policy=[a_methods_policy()],
        states={"registration_details": TableState.UNLICENSED},
        authentication_methods=[*methods_of("ann", "password", "phone"), *methods_of("bob", "password", "fido2")],
    )
    people = {name: said for name, said in statuses(result).items() if name.startswith("user/")}

    assert people == {"user/ann": "fails", "user/bob": "passes", "user/cas": "unknown"}
    assert evidence(result, "user/ann") == {"set_to": None, "methods": ["password", "phone"]}
