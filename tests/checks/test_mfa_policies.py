# ruff: noqa: ANN401 - JSON of any shape
from datetime import UTC, datetime
from typing import Any

import pytest
from builders import a_policy
from builders.access import unread
from builders.policies import a_grant
from mfa_judged import BOB, judge, protection_in, said

STRENGTH = "00000000-0000-0000-0000-00000000000"


@pytest.mark.parametrize(
    ("grant", "expected", "protection"),
    [
        pytest.param(a_grant("mfa"), "passes", "protected", id="MFA"),
        pytest.param(a_grant("block"), "passes", "protected", id="nobody gets in"),
        pytest.param(a_grant("compliantDevice"), "passes", "managed_device", id="a managed device instead"),
        pytest.param(a_grant("mfa", "compliantDevice"), "passes", "managed_device", id="MFA or a managed device"),
        pytest.param(
            a_grant("mfa", "compliantDevice", operator="AND"), "passes", "protected", id="MFA and a managed device"
        ),
        pytest.param(a_grant("mfa", "approvedApplication"), "passes", "protected", id="MFA or an approved app is MFA"),
        pytest.param(
            a_grant("approvedApplication"),
            "fails",
            "registered_not_enforced",
            id="an approved app alone demands nothing",
        ),
        pytest.param(a_grant("mfa", "compliantApplication"), "passes", "managed_device", id="MFA or a protected app"),
        pytest.param(a_grant("mfa", termsOfUse=["t"]), "fails", "registered_not_enforced", id="MFA or accepting terms"),
        pytest.param(
            a_grant("mfa", termsOfUse=["t"], operator="AND"), "passes", "protected", id="MFA and accepting terms"
        ),
        pytest.param(
            a_grant("passwordChange"),
            "fails",
            "registered_not_enforced",
            id="changing the password is no second factor",
        ),
        pytest.param(
            a_grant(customAuthenticationFactors=["Duo"]), "unknown", "unknown", id="a control of another provider"
        ),
        pytest.param(
            a_grant("mfa", customAuthenticationFactors=["Duo"]), "unknown", "unknown", id="MFA or such a control"
        ),
        pytest.param(a_grant("somethingNew"), "unknown", "unknown", id="a control we do not know"),
        pytest.param(a_grant("mfa", "somethingNew"), "unknown", "unknown", id="MFA or a control we do not know"),
        pytest.param(
            a_grant("mfa", "somethingNew", operator="AND"), "passes", "protected", id="MFA and such a control"
        ),
        pytest.param(
            a_grant("somethingNew", termsOfUse=["t"]),
            "fails",
            "registered_not_enforced",
            id="accepting terms is enough",
        ),
        pytest.param(None, "fails", "registered_not_enforced", id="a policy that only controls sessions"),
        pytest.param({"operator": "OR"}, "unknown", "unknown", id="controls that were not read"),
        pytest.param(5, "unknown", "unknown", marks=pytest.mark.deep, id="controls that are a number"),
        pytest.param(
            a_grant(builtInControls=[{}]), "unknown", "unknown", marks=pytest.mark.deep, id="a control that is no text"
        ),
        pytest.param(
            a_grant(builtInControls=None), "unknown", "unknown", marks=pytest.mark.deep, id="controls that are null"
        ),
        pytest.param(
            a_grant("mfa", termsOfUse=None),
            "unknown",
            "unknown",
            marks=pytest.mark.deep,
            id="MFA or terms that are null",
        ),
        pytest.param(a_grant("mfa", termsOfUse=5, operator="AND"), "passes", "protected", id="MFA and whatever terms"),
        pytest.param(a_grant("mfa", "compliantDevice", operator=None), "unknown", "unknown", id="both or either"),
        pytest.param(
            {"operator": "OR", "builtInControls": ["mfa"], "customAuthenticationFactors": [], "termsOfUse": []},
            "unknown",
            "unknown",
            id="MFA or a strength that is absent",
        ),
        pytest.param(
            a_grant(authenticationStrength={"id": {}}),
            "unknown",
            "unknown",
            marks=pytest.mark.deep,
            id="a strength whose id is no text",
        ),
        pytest.param(
            a_grant(authenticationStrength={"id": f"{STRENGTH}4"}), "passes", "unknown", id="a built-in strength"
        ),
        pytest.param(
            a_grant(authenticationStrength={"id": "own", "requirementsSatisfied": "mfa"}),
            "unknown",
            "unknown",
            id="a strength of the firm's own: what it allows was not read",
        ),
        pytest.param(
            a_grant(authenticationStrength={"id": "own", "requirementsSatisfied": "none"}),
            "unknown",
            "unknown",
            id="a strength that satisfies nothing we know",
        ),
        pytest.param(
            a_grant(authenticationStrength={"id": "own"}), "unknown", "unknown", id="a strength not read whole"
        ),
        pytest.param(
            a_grant(authenticationStrength="own"),
            "unknown",
            "unknown",
            marks=pytest.mark.deep,
            id="a strength that is no object",
        ),
    ],
)
def test_only_what_stops_a_stolen_password_counts(grant: Any, expected: str, protection: str) -> None:
    result = judge(a_policy(grant=grant))

    assert (said(result), protection_in(result)) == (expected, protection)


def test_an_approved_app_counted_as_a_managed_one_until_microsoft_ended_it() -> None:
    result = judge(
        a_policy(grant=a_grant("mfa", "approvedApplication")),
        profile={"as_of": datetime(2026, 6, 29, tzinfo=UTC)},
    )

    assert protection_in(result) == "managed_device"


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
        # narrow ones, which may be whole together
        pytest.param([NOT_ON_LINUX, ONLY_LINUX], "passes", id="on Linux, and on everything else"),
        pytest.param([NOT_THIS_APP, ONLY_THIS_APP], "passes", id="for one app, and for all others"),
        pytest.param(
            [NOT_THIS_APP, NOT_ON_LINUX], "fails", id="two that leave different things out: the app, on Linux"
        ),
        pytest.param([NOT_ON_LINUX, ONLY_THIS_APP], "fails", id="from Linux, into any other app"),
        pytest.param([NOT_ON_LINUX, ONLY_THIS_APP, ONLY_LINUX], "passes", id="whole on every platform"),
        pytest.param([ONLY_LINUX, ONLY_THIS_APP, OLD_CLIENTS], "fails", id="an ordinary sign-in escapes them all"),
        pytest.param([ONLY_THIS_APP, a_policy("b", signInRiskLevels=["high"])], "fails", id="without risk, elsewhere"),
        pytest.param(
            [a_policy("a", signInRiskLevels=["none"]), a_policy("b", signInRiskLevels=["low", "medium", "high"])],
            "passes",
            id="with risk, and without",
        ),
        pytest.param(
            [
                a_policy("a", locations={"includeLocations": ["be"], "excludeLocations": []}),
                a_policy("b", locations={"includeLocations": ["All"], "excludeLocations": ["be"]}),
            ],
            "unknown",
            id="in a place that is not listed, and in all others",
        ),
        pytest.param(
            [NOT_ON_LINUX, a_policy("b", grant="compliantDevice")],
            "passes",
            id="a managed device on Linux, MFA elsewhere",
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
    assert said(judge(*policies, unread_objects=[unread("group_members", "g")])) == expected
