from typing import Any

import pytest
from builders import a_policy, a_user
from mfa_judged import BOB, judge, said

from checks.model import Verdict
from scanner.snapshot.ledger import TableState

GUEST_UPN = "jo_home.example#EXT#@contoso.example"


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
            a_policy(users={"includeUsers": [], "includeGroups": ["g"]}), "fails", id="a policy for an empty group"
        ),
        pytest.param(
            a_policy(users={"includeUsers": ["ann"], "includeGroups": ["g"]}), "passes", id="for her and a group"
        ),
        pytest.param(a_policy(users={"excludeGroups": ["g"]}), "passes", id="an empty group is left out"),
        pytest.param(a_policy(users={"excludeRoles": ["r"]}), "passes", id="a role nobody holds is left out"),
        pytest.param(
            a_policy(users={"includeUsers": [], "includeRoles": ["r"]}), "fails", id="for a role nobody holds"
        ),
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
            a_policy(applications={"applicationFilter": {"mode": "exclude", "rule": "x"}}),
            "unknown",
            id="apps by filter",
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
        pytest.param(
            a_policy(users={"excludeUsers": None}), "unknown", marks=pytest.mark.deep, id="who is left out is null"
        ),
        pytest.param(
            a_policy(users={"excludeGroups": None}),
            "unknown",
            marks=pytest.mark.deep,
            id="which groups are left out is null",
        ),
        pytest.param(
            a_policy(users={"excludeGuestsOrExternalUsers": 5}),
            "unknown",
            marks=pytest.mark.deep,
            id="which guests is a number",
        ),
        pytest.param(
            a_policy(applications={"excludeApplications": None}),
            "unknown",
            marks=pytest.mark.deep,
            id="which apps is null",
        ),
        pytest.param(
            a_policy(applications={"applicationFilter": {}}),
            "unknown",
            marks=pytest.mark.deep,
            id="a filter that is empty",
        ),
        pytest.param(
            a_policy(applications={"includeApplications": [{}]}),
            "unknown",
            marks=pytest.mark.deep,
            id="an app that is no id",
        ),
        # under which circumstances
        pytest.param(a_policy(clientAppTypes=[{}]), "unknown", id="a client that is no text"),
        pytest.param(a_policy(clientAppTypes=["unknownFutureValue"]), "unknown", id="a client Graph does not tell"),
        pytest.param(a_policy(signInRiskLevels=None), "unknown", marks=pytest.mark.deep, id="risks that are null"),
        pytest.param(a_policy(signInRiskLevels=5), "unknown", marks=pytest.mark.deep, id="risks that are a number"),
        pytest.param(a_policy(locations={}), "unknown", marks=pytest.mark.deep, id="places that are an empty object"),
        pytest.param(a_policy(locations=["All"]), "unknown", marks=pytest.mark.deep, id="places that are a list"),
        pytest.param(
            a_policy(platforms={"includePlatforms": ["all"]}),
            "unknown",
            marks=pytest.mark.deep,
            id="which platforms is absent",
        ),
        pytest.param(a_policy(devices={}), "unknown", marks=pytest.mark.deep, id="devices that are an empty object"),
        pytest.param(a_policy(authenticationFlows=5), "unknown", marks=pytest.mark.deep, id="flows that are a number"),
        pytest.param(
            a_policy(locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted", "office"]}),
            "unknown",
            id="nor at a place that was deleted",
        ),
        pytest.param(
            a_policy(locations={"includeLocations": ["All"], "excludeLocations": None}),
            "unknown",
            marks=pytest.mark.deep,
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
        pytest.param(a_policy(locations={"includeLocations": ["be"]}), "unknown", id="in a place that is not listed"),
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
        pytest.param(a_policy(insiderRiskLevels="elevated"), "unknown", id="only for insiders at risk"),
        pytest.param(
            a_policy(devices={"deviceFilter": {"rule": "x"}}), "unknown", id="on devices that a filter chooses"
        ),
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
            "fails",
            id="older protocols are left out",
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
