# ruff: noqa: ANN401 - JSON of any shape
from datetime import UTC, datetime
from typing import Any

import pytest
from builders import a_policy, a_profile, a_snapshot, a_user, security_defaults
from builders.policies import a_grant

from checks.engine import evaluate
from checks.model import Verdict
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.ledger import TableState


def judge(
    *policies: dict[str, Any], users: list[dict[str, Any]] | None = None, defaults: bool | None = False, **how: Any
) -> CheckResult:
    profile = a_profile(**how.pop("profile", {}))
    source = a_snapshot(
        users=[a_user("ann")] if users is None else users,
        conditional_access_policies=policies,
        security_defaults=[security_defaults(enabled=defaults)],
        **how,
    )
    (result,) = evaluate(source, profile, CATALOGUE.only("ID-01")).results
    return result


def said(result: CheckResult) -> str:
    """What was said of the only account."""
    if result.failing:
        return "fails"
    return "unknown" if result.unknown else "passes" if result.population else "left out"


GUEST_UPN = "jo_home.example#EXT#@contoso.example"
BOB = "bob"


def external(types: str, kind: str = "all") -> dict[str, Any]:
    return {"guestOrExternalUserTypes": types, "externalTenants": {"membershipKind": kind}}


EVERY_TYPE = "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser,otherExternalUser"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param(a_policy(), "passes", id="an enabled policy for everybody and everything"),
        pytest.param(a_policy(state="disabled"), "fails", id="a disabled policy protects nobody"),
        pytest.param(a_policy(state="enabledForReportingButNotEnforced"), "fails", id="report-only protects nobody"),
        pytest.param(a_policy(state=None), "unknown", id="a policy whose state was not read"),
        pytest.param(a_policy(state="somethingNew"), "unknown", id="a policy in a state we do not know"),
        pytest.param(a_policy(raw=None), "unknown", id="a policy whose content was not read"),
        pytest.param(a_policy(raw="{"), "unknown", id="a policy whose content is damaged"),
        pytest.param(a_policy(raw="[]"), "unknown", id="a policy that is no object"),
        pytest.param(a_policy(raw="{}", state="disabled"), "fails", id="whatever a disabled policy says"),
        # whom
        pytest.param(a_policy(users={"includeUsers": ["ann"]}), "passes", id="a policy for this person"),
        pytest.param(a_policy(users={"includeUsers": [BOB]}), "fails", id="a policy for somebody else"),
        pytest.param(a_policy(users={"includeUsers": ["None"]}), "fails", id="a policy for nobody"),
        pytest.param(a_policy(users={"excludeUsers": ["ann"]}), "fails", id="a person who is left out"),
        pytest.param(a_policy(users={"excludeUsers": [BOB]}), "passes", id="somebody else is left out"),
        pytest.param(
            a_policy(users={"includeUsers": [], "includeGroups": ["g"]}), "unknown", id="a policy for a group"
        ),
        pytest.param(
            a_policy(users={"includeUsers": ["ann"], "includeGroups": ["g"]}), "passes", id="for her and a group"
        ),
        pytest.param(a_policy(users={"excludeGroups": ["g"]}), "unknown", id="a group is left out"),
        pytest.param(a_policy(users={"excludeRoles": ["r"]}), "unknown", id="a role is left out"),
        pytest.param(a_policy(users={"includeUsers": [], "includeRoles": ["r"]}), "unknown", id="a policy for a role"),
        pytest.param(
            a_policy(users={"includeUsers": [], "includeRoles": ["r"], "excludeUsers": ["ann"]}),
            "fails",
            id="for a role, and she is left out",
        ),
        pytest.param(
            a_policy(users={"excludeGuestsOrExternalUsers": external(EVERY_TYPE)}), "passes", id="guests are left out"
        ),
        pytest.param(
            a_policy(users={"includeUsers": ["GuestsOrExternalUsers"]}), "fails", id="a policy for guests only"
        ),
        # for what
        pytest.param(
            a_policy(applications={"includeApplications": ["Office365"]}), "fails", id="a policy for Office only"
        ),
        pytest.param(a_policy(applications={"excludeApplications": ["app"]}), "fails", id="one app is left out"),
        pytest.param(
            a_policy(applications={"applicationFilter": {"mode": "exclude", "rule": "x"}}), "fails", id="apps by filter"
        ),
        pytest.param(
            a_policy(applications={"includeApplications": [], "includeUserActions": ["urn:user:registersecurityinfo"]}),
            "fails",
            id="a policy for an action",
        ),
        pytest.param(a_policy(applications={"includeApplications": None}), "unknown", id="apps were not read"),
        pytest.param(a_policy(users={"includeUsers": 5}), "unknown", id="people that are no list"),
        pytest.param(a_policy(users={"includeUsers": [{}]}), "unknown", id="a person that is no id"),
        pytest.param(a_policy(users={"includeUsers": [{}, "ann"]}), "passes", id="beside her own"),
        pytest.param(a_policy(users={"excludeUsers": None}), "unknown", id="who is left out is null"),
        pytest.param(a_policy(users={"excludeGroups": None}), "unknown", id="which groups are left out is null"),
        pytest.param(a_policy(users={"excludeGuestsOrExternalUsers": 5}), "unknown", id="which guests is a number"),
        pytest.param(a_policy(applications={"excludeApplications": None}), "unknown", id="which apps is null"),
        pytest.param(a_policy(applications={"applicationFilter": {}}), "unknown", id="a filter that is empty"),
        pytest.param(a_policy(applications={"includeApplications": [{}]}), "unknown", id="an app that is no id"),
        # under which circumstances
        pytest.param(a_policy(clientAppTypes=[{}]), "unknown", id="a client that is no text"),
        pytest.param(a_policy(clientAppTypes=["unknownFutureValue"]), "unknown", id="a client Graph does not tell"),
        pytest.param(a_policy(signInRiskLevels=None), "unknown", id="risks that are null"),
        pytest.param(a_policy(signInRiskLevels=5), "unknown", id="risks that are a number"),
        pytest.param(a_policy(locations={}), "unknown", id="places that are an empty object"),
        pytest.param(a_policy(locations=["All"]), "unknown", id="places that are a list"),
        pytest.param(a_policy(platforms={"includePlatforms": ["all"]}), "unknown", id="which platforms is absent"),
        pytest.param(a_policy(devices={}), "unknown", id="devices that are an empty object"),
        pytest.param(a_policy(authenticationFlows=5), "unknown", id="flows that are a number"),
        pytest.param(
            a_policy(locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted", "office"]}),
            "fails",
            id="not at the office either",
        ),
        pytest.param(
            a_policy(locations={"includeLocations": ["All"], "excludeLocations": None}),
            "unknown",
            id="which places are left out is null",
        ),
        pytest.param(
            a_policy(
                locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
                applications={"includeApplications": ["Office365"]},
            ),
            "fails",
            id="not in trusted places, and for Office only",
        ),
        pytest.param(
            a_policy(locations={"includeLocations": ["All"], "excludeLocations": []}), "passes", id="in every place"
        ),
        pytest.param(
            a_policy(locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}),
            "unknown",
            id="not in trusted places: which those are cannot be read in full",
        ),
        pytest.param(a_policy(locations={"includeLocations": ["be"]}), "fails", id="in one place"),
        pytest.param(
            a_policy(platforms={"includePlatforms": ["all"], "excludePlatforms": []}), "passes", id="on every platform"
        ),
        pytest.param(
            a_policy(platforms={"includePlatforms": ["all"], "excludePlatforms": ["linux"]}),
            "fails",
            id="not when pretending to be Linux",
        ),
        pytest.param(a_policy(signInRiskLevels=["high"]), "fails", id="only when the risk is high"),
        pytest.param(a_policy(userRiskLevels=["high"]), "fails", id="only for users at risk"),
        pytest.param(a_policy(insiderRiskLevels="elevated"), "fails", id="only for insiders at risk"),
        pytest.param(a_policy(devices={"deviceFilter": {"rule": "x"}}), "fails", id="on some devices"),
        pytest.param(a_policy(devices={"deviceFilter": None}), "passes", id="a device filter that is not set"),
        pytest.param(
            a_policy(authenticationFlows={"transferMethods": "deviceCodeFlow"}), "fails", id="only for device codes"
        ),
        pytest.param(a_policy(authenticationFlows={"transferMethods": ""}), "passes", id="flows that are not set"),
        pytest.param(a_policy(clientApplications={"includeServicePrincipals": ["All"]}), "fails", id="for workloads"),
        pytest.param(a_policy(times={"includedRanges": ["night"]}), "unknown", id="a condition we do not know"),
        pytest.param(
            a_policy(**{"userRiskLevels@odata.type": "#Collection(microsoft.graph.riskLevel)"}),
            "passes",
            id="an annotation is no condition",
        ),
        pytest.param(
            a_policy(devices={"@odata.type": "#microsoft.graph.conditionalAccessDevices", "deviceFilter": None}),
            "passes",
            id="nor is one within a condition",
        ),
        pytest.param(a_policy(times=None), "passes", id="a condition we do not know, not set"),
        pytest.param(
            a_policy(clientAppTypes=["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"]),
            "passes",
            id="every client, one by one",
        ),
        pytest.param(
            a_policy(clientAppTypes=["browser", "mobileAppsAndDesktopClients"]),
            "unknown",
            id="older protocols are left out, and nothing tells whether they still work",
        ),
        pytest.param(a_policy(clientAppTypes=["browser"]), "fails", id="browsers only"),
        pytest.param(a_policy(clientAppTypes=None), "unknown", id="clients were not read"),
        pytest.param(
            a_policy(clientAppTypes=["browser", "mobileAppsAndDesktopClients"], signInRiskLevels=["high"]),
            "fails",
            id="what is surely narrow is not unknown",
        ),
    ],
)
def test_everyone_needs_a_policy_that_holds_always(policy: dict[str, Any], expected: str) -> None:
    assert said(judge(policy)) == expected


STRENGTH = "00000000-0000-0000-0000-00000000000"


@pytest.mark.parametrize(
    ("grant", "expected", "instead"),
    [
        pytest.param(a_grant("mfa"), "passes", None, id="MFA"),
        pytest.param(a_grant("block"), "passes", None, id="nobody gets in"),
        pytest.param(a_grant("compliantDevice"), "fails", "managed_device", id="a managed device instead"),
        pytest.param(a_grant("mfa", "compliantDevice"), "fails", "managed_device", id="MFA or a managed device"),
        pytest.param(a_grant("mfa", "compliantDevice", operator="AND"), "passes", None, id="MFA and a managed device"),
        pytest.param(a_grant("mfa", "approvedApplication"), "passes", None, id="MFA or an approved app is MFA"),
        pytest.param(a_grant("approvedApplication"), "fails", "password", id="an approved app alone demands nothing"),
        pytest.param(a_grant("mfa", "compliantApplication"), "fails", "managed_device", id="MFA or a protected app"),
        pytest.param(a_grant("mfa", termsOfUse=["t"]), "fails", "password", id="MFA or accepting terms"),
        pytest.param(a_grant("mfa", termsOfUse=["t"], operator="AND"), "passes", None, id="MFA and accepting terms"),
        pytest.param(a_grant("passwordChange"), "fails", "password", id="changing the password is no second factor"),
        pytest.param(
            a_grant(customAuthenticationFactors=["Duo"]), "fails", "custom_control", id="a control of another provider"
        ),
        pytest.param(
            a_grant("mfa", customAuthenticationFactors=["Duo"]), "fails", "custom_control", id="MFA or such a control"
        ),
        pytest.param(a_grant("somethingNew"), "unknown", None, id="a control we do not know"),
        pytest.param(a_grant("mfa", "somethingNew"), "unknown", None, id="MFA or a control we do not know"),
        pytest.param(a_grant("mfa", "somethingNew", operator="AND"), "passes", None, id="MFA and such a control"),
        pytest.param(
            a_grant("somethingNew", termsOfUse=["t"]),
            "fails",
            "password",
            id="accepting terms is enough",
        ),
        pytest.param(None, "fails", "password", id="a policy that only controls sessions"),
        pytest.param({"operator": "OR"}, "unknown", None, id="controls that were not read"),
        pytest.param(5, "unknown", None, id="controls that are a number"),
        pytest.param(a_grant(builtInControls=[{}]), "unknown", None, id="a control that is no text"),
        pytest.param(a_grant(builtInControls=None), "unknown", None, id="controls that are null"),
        pytest.param(a_grant("mfa", termsOfUse=None), "unknown", None, id="MFA or terms that are null"),
        pytest.param(a_grant("mfa", termsOfUse=5, operator="AND"), "passes", None, id="MFA and whatever terms"),
        pytest.param(a_grant("mfa", "compliantDevice", operator=None), "unknown", None, id="both or either"),
        pytest.param(
            {"operator": "OR", "builtInControls": ["mfa"], "customAuthenticationFactors": [], "termsOfUse": []},
            "unknown",
            None,
            id="MFA or a strength that is absent",
        ),
        pytest.param(a_grant(authenticationStrength={"id": {}}), "unknown", None, id="a strength whose id is no text"),
        pytest.param(a_grant(authenticationStrength={"id": f"{STRENGTH}4"}), "passes", None, id="a built-in strength"),
        pytest.param(
            a_grant(authenticationStrength={"id": "own", "requirementsSatisfied": "mfa"}),
            "passes",
            None,
            id="a strength of the firm's own that satisfies MFA",
        ),
        pytest.param(
            a_grant(authenticationStrength={"id": "own", "requirementsSatisfied": "none"}),
            "unknown",
            None,
            id="a strength that satisfies nothing we know",
        ),
        pytest.param(a_grant(authenticationStrength={"id": "own"}), "unknown", None, id="a strength not read whole"),
        pytest.param(a_grant(authenticationStrength="own"), "unknown", None, id="a strength that is no object"),
    ],
)
def test_only_what_stops_a_stolen_password_counts(grant: Any, expected: str, instead: str | None) -> None:
    result = judge(a_policy(grant=grant))

    assert said(result) == expected
    assert [row.evidence["accepted_instead"] for row in (*result.failing, *result.unknown)] == (
        [] if expected == "passes" else [instead]
    )


def test_an_approved_app_counted_as_a_managed_one_until_microsoft_ended_it() -> None:
    result = judge(
        a_policy(grant=a_grant("mfa", "approvedApplication")),
        profile={"as_of": datetime(2026, 6, 29, tzinfo=UTC)},
    )

    assert [row.evidence["accepted_instead"] for row in result.failing] == ["managed_device"]


LINUX = {"includePlatforms": ["linux"], "excludePlatforms": []}
NOT_ON_LINUX = a_policy("not-on-linux", platforms={"includePlatforms": ["all"], "excludePlatforms": ["linux"]})
ONLY_LINUX = a_policy("only-linux", platforms=LINUX)
NOT_THIS_APP = a_policy("not-this-app", applications={"excludeApplications": ["app"]})
NOT_THIS_APP_FOR_BOB = a_policy("for-bob", users={"includeUsers": [BOB]}, applications={"excludeApplications": ["app"]})
ONLY_THIS_APP = a_policy("only-this-app", applications={"includeApplications": ["app"]})
OLD_CLIENTS = a_policy("old-clients", grant="block", clientAppTypes=["exchangeActiveSync", "other"])


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        pytest.param([], "fails", id="no policy at all"),
        pytest.param([a_policy("a", state="disabled"), a_policy("b")], "passes", id="one of two is enough"),
        pytest.param(
            [a_policy("a", users={"excludeUsers": ["ann"]}), a_policy("b", users={"includeUsers": ["ann"]})],
            "passes",
            id="left out of one and hit by another",
        ),
        pytest.param(
            [a_policy("a", users={"excludeGroups": ["g"]}), a_policy("b", state="disabled")],
            "unknown",
            id="perhaps hit by one and surely not by the other",
        ),
        # narrow ones: only a way in that surely escapes all of them is told
        pytest.param([NOT_ON_LINUX, ONLY_LINUX], "unknown", id="on Linux, and on everything else"),
        pytest.param([NOT_THIS_APP, ONLY_THIS_APP], "unknown", id="for one app, and for all others"),
        pytest.param([NOT_THIS_APP, NOT_ON_LINUX], "unknown", id="two that leave different things out"),
        pytest.param([NOT_ON_LINUX, ONLY_THIS_APP], "fails", id="from Linux, into any other app"),
        pytest.param([NOT_ON_LINUX, ONLY_THIS_APP, ONLY_LINUX], "unknown", id="whole on every platform"),
        pytest.param([ONLY_LINUX, ONLY_THIS_APP, OLD_CLIENTS], "fails", id="an ordinary sign-in escapes them all"),
        pytest.param([ONLY_THIS_APP, a_policy("b", signInRiskLevels=["high"])], "fails", id="without risk, elsewhere"),
        pytest.param(
            [a_policy("a", signInRiskLevels=["none"]), a_policy("b", signInRiskLevels=["low", "medium", "high"])],
            "unknown",
            id="with risk, and without",
        ),
        pytest.param(
            [
                a_policy("a", locations={"includeLocations": ["be"], "excludeLocations": []}),
                a_policy("b", locations={"includeLocations": ["All"], "excludeLocations": ["be"]}),
            ],
            "unknown",
            id="in one country, and in all others",
        ),
        pytest.param(
            [NOT_ON_LINUX, a_policy("b", grant="compliantDevice")], "fails", id="a managed device completes nothing"
        ),
        pytest.param(
            [NOT_ON_LINUX, a_policy("b", state="enabledForReportingButNotEnforced", users={"excludeRoles": ["r"]})],
            "fails",
            id="nor does a report",
        ),
        pytest.param([NOT_ON_LINUX, NOT_THIS_APP_FOR_BOB], "fails", id="nor does a policy for somebody else"),
        pytest.param(
            [
                NOT_ON_LINUX,
                a_policy("b", users={"includeUsers": [], "includeGroups": ["g"]}, signInRiskLevels=["high"]),
            ],
            "fails",
            id="nor does one that perhaps concerns her, and spares sign-ins without risk",
        ),
    ],
)
def test_policies_add_up(policies: list[dict[str, Any]], expected: str) -> None:
    assert said(judge(*policies)) == expected


GUEST = {"user_principal_name": GUEST_UPN, "user_type": "Guest"}
ONLY_GUESTS = {"includeUsers": []}


@pytest.mark.parametrize(
    ("user", "users", "expected"),
    [
        pytest.param(GUEST, {}, "passes", id="a guest is part of everybody"),
        pytest.param(GUEST, {"excludeUsers": ["GuestsOrExternalUsers"]}, "fails", id="guests are left out"),
        pytest.param(
            GUEST,
            {"excludeGuestsOrExternalUsers": external("b2bCollaborationGuest")},
            "fails",
            id="guests of this type are left out",
        ),
        pytest.param(
            GUEST,
            {"excludeGuestsOrExternalUsers": external("serviceProvider")},
            "passes",
            id="service providers are left out: they have no account here",
        ),
        pytest.param(
            GUEST,
            {"excludeGuestsOrExternalUsers": external("b2bCollaborationGuest", "enumerated")},
            "unknown",
            id="guests of some firms are left out",
        ),
        pytest.param(
            GUEST,
            ONLY_GUESTS | {"includeGuestsOrExternalUsers": external("b2bCollaborationGuest, internalGuest")},
            "passes",
            id="a policy for such guests",
        ),
        pytest.param(
            GUEST, {"excludeGuestsOrExternalUsers": {"externalTenants": None}}, "unknown", id="types were not read"
        ),
        pytest.param(
            {"user_principal_name": GUEST_UPN, "user_type": "Member"},
            {"excludeGuestsOrExternalUsers": external("b2bCollaborationMember")},
            "fails",
            id="an outsider made a member",
        ),
        pytest.param(
            {"user_type": "Guest"},
            {"excludeGuestsOrExternalUsers": external("internalGuest", "enumerated")},
            "fails",
            id="a guest with a password of this tenant has no other home",
        ),
        pytest.param(
            {"user_principal_name": GUEST_UPN, "user_type": None},
            {"excludeGuestsOrExternalUsers": external("b2bCollaborationGuest")},
            "unknown",
            id="a type that was not read",
        ),
        pytest.param(
            {"user_principal_name": None},
            {"excludeGuestsOrExternalUsers": external("b2bCollaborationMember")},
            "unknown",
            id="a name that was not read",
        ),
        pytest.param({"account_enabled": None}, {}, "passes", id="perhaps blocked, and hit anyway"),
        pytest.param({"account_enabled": None}, {"excludeUsers": ["ann"]}, "unknown", id="perhaps blocked, not hit"),
        pytest.param({"account_enabled": False}, {"excludeUsers": ["ann"]}, "left out", id="blocked"),
    ],
)
def test_every_kind_of_account_counts(user: dict[str, Any], users: dict[str, Any], expected: str) -> None:
    assert said(judge(a_policy(users=users), users=[a_user("ann", **user)])) == expected


def test_security_defaults_protect_everybody_and_the_note_says_how() -> None:
    result = judge(defaults=True, users=[a_user("ann"), a_user("guest", **GUEST)])

    assert (result.verdict, result.assessed) == (Verdict.PASS, 2)
    assert "when Microsoft finds it necessary" in result.reason


@pytest.mark.parametrize(
    ("how", "policies", "verdict", "needs"),
    [
        pytest.param({"defaults": None}, [], Verdict.NOT_ASSESSED, [], id="the switch was not returned"),
        pytest.param({"defaults": None}, [a_policy()], Verdict.PASS, [], id="and a policy does it"),
        pytest.param(
            {"states": {"security_defaults": TableState.DENIED}},
            [],
            Verdict.NOT_ASSESSED,
            ["security_defaults"],
            id="security defaults were not read",
        ),
        pytest.param(
            {"states": {"security_defaults": TableState.DENIED}},
            [a_policy()],
            Verdict.PASS,
            [],
            id="and a policy does it, so they do not matter",
        ),
        pytest.param(
            {"states": {"conditional_access_policies": TableState.DENIED}},
            [],
            Verdict.NOT_ASSESSED,
            ["conditional_access_policies"],
            id="policies were refused: a gap, never no policies",
        ),
        pytest.param(
            {"states": {"conditional_access_policies": TableState.DENIED}, "defaults": True},
            [],
            Verdict.PASS,
            [],
            id="and security defaults do it",
        ),
        pytest.param(
            {"states": {"conditional_access_policies": TableState.PARTIAL}},
            [],
            Verdict.NOT_ASSESSED,
            ["conditional_access_policies"],
            id="some policies were read and none does it: another may",
        ),
        pytest.param(
            {"states": {"users": TableState.FAILED}}, [a_policy()], Verdict.NOT_ASSESSED, ["users"], id="people"
        ),
    ],
)
def test_what_was_not_read_counts_where_it_matters(
    how: dict[str, Any], policies: list[dict[str, Any]], verdict: Verdict, needs: list[str]
) -> None:
    result = judge(*policies, **how)

    assert (result.verdict, [gap.need for gap in result.gaps]) == (verdict, needs)


def test_emergency_accounts_are_left_to_their_own_check() -> None:
    users = [a_user("ann"), a_user("bg1")]

    result = judge(
        a_policy(users={"excludeUsers": ["bg1"]}), users=users, profile={"break_glass": ("bg1@contoso.example",)}
    )

    assert (result.verdict, result.population) == (Verdict.PASS, ("ann",))


def test_an_account_that_is_left_out_and_is_no_emergency_account_fails() -> None:
    result = judge(a_policy(users={"excludeUsers": ["ann"]}), profile={"break_glass": ("bg1@contoso.example",)})

    assert said(result) == "fails"
