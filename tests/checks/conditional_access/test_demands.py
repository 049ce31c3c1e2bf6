# ruff: noqa: ANN401 - JSON of any shape
"""What gets somebody in whom one policy concerns, by its grant controls (B1)."""

from datetime import date
from typing import Any

import pytest
from builders import a_policy
from builders.policies import a_grant
from proving import a_prover, ann, standing

from checks.conditional_access.situations import OTHER, Access, Situation

MFA, BLOCKED, DEVICE, PASSWORD, UNKNOWN = (
    Access.MFA,
    Access.BLOCKED,
    Access.MANAGED_DEVICE,
    Access.PASSWORD,
    Access.UNKNOWN,
)
MULTIFACTOR = "00000000-0000-0000-0000-000000000002"
STRENGTHS = [
    {"id": "strong", "allowed_combinations": ["fido2", "password,microsoftAuthenticatorPush"]},
    {"id": "weak", "allowed_combinations": ["password", "fido2"]},
    {"id": "new", "allowed_combinations": ["fido2", "somethingNew"]},
    {"id": "unread", "allowed_combinations": None},
]


@pytest.mark.parametrize(
    ("grant", "usual", "by_code"),
    [
        pytest.param(a_grant("mfa"), MFA, MFA, id="MFA"),
        pytest.param(a_grant("block"), BLOCKED, BLOCKED, id="a block"),
        pytest.param(a_grant("compliantDevice"), DEVICE, BLOCKED, id="a managed device, which no code can show"),
        pytest.param(a_grant("mfa", "compliantDevice"), DEVICE, MFA, id="MFA or a managed device"),
        pytest.param(a_grant("mfa", "compliantDevice", operator="AND"), MFA, BLOCKED, id="both"),
        pytest.param(a_grant("mfa", "domainJoinedDevice"), DEVICE, MFA, id="MFA or a joined device"),
        pytest.param(a_grant("mfa", "compliantApplication"), DEVICE, DEVICE, id="MFA or a protected app"),
        pytest.param(a_grant("mfa", "approvedApplication"), MFA, MFA, id="MFA or an approved app is MFA"),
        pytest.param(a_grant("approvedApplication"), PASSWORD, PASSWORD, id="an approved app alone is nothing"),
        pytest.param(a_grant("mfa", termsOfUse=["t"]), PASSWORD, PASSWORD, id="MFA or accepting terms"),
        pytest.param(a_grant("mfa", termsOfUse=["t"], operator="AND"), MFA, MFA, id="MFA and accepting terms"),
        pytest.param(a_grant("passwordChange"), PASSWORD, PASSWORD, id="changing the password"),
        pytest.param(a_grant(customAuthenticationFactors=["Duo"]), UNKNOWN, UNKNOWN, id="another provider's control"),
        pytest.param(a_grant("mfa", customAuthenticationFactors=["Duo"]), UNKNOWN, UNKNOWN, id="MFA or such a one"),
        pytest.param(
            a_grant("mfa", customAuthenticationFactors=["Duo"], operator="AND"), MFA, MFA, id="MFA and such a one"
        ),
        pytest.param(a_grant("somethingNew"), UNKNOWN, UNKNOWN, id="a control that came later"),
        pytest.param(a_grant("mfa", "compliantDevice", operator=None), UNKNOWN, UNKNOWN, id="both or either"),
        pytest.param(None, PASSWORD, PASSWORD, id="a policy that controls sessions only"),
        pytest.param({"operator": "OR"}, UNKNOWN, UNKNOWN, id="controls that were not read"),
        pytest.param(a_grant(authenticationStrength={"id": MULTIFACTOR}), MFA, MFA, id="Microsoft's MFA strength"),
        pytest.param(a_grant(authenticationStrength={"id": "strong"}), MFA, MFA, id="a strength of two factors"),
        pytest.param(a_grant(authenticationStrength={"id": "weak"}), PASSWORD, PASSWORD, id="one the password meets"),
        pytest.param(a_grant(authenticationStrength={"id": "new"}), UNKNOWN, UNKNOWN, id="one with a new method"),
        pytest.param(a_grant(authenticationStrength={"id": "unread"}), UNKNOWN, UNKNOWN, id="one that was not read"),
        pytest.param(
            a_grant(authenticationStrength={"id": "own", "allowedCombinations": ["fido2"]}),
            MFA,
            MFA,
            id="one that only the policy describes",
        ),
        pytest.param(
            a_grant("compliantDevice", authenticationStrength={"id": "strong"}), DEVICE, MFA, id="it or a device"
        ),
    ],
)
def test_a_grant_lets_in_as_microsoft_documents_it(grant: Any, usual: Access, by_code: Access) -> None:
    prover = a_prover(a_policy(grant=grant), strengths=STRENGTHS)

    assert prover.access(ann(), Situation()) is usual
    assert prover.access(ann(), Situation(flow="deviceCodeFlow")) is by_code
    assert prover.proof(ann()).accesses == {usual, by_code}


def test_an_approved_app_counted_as_a_managed_one_until_microsoft_ended_it() -> None:
    policy = a_policy(grant=a_grant("mfa", "approvedApplication"))

    assert a_prover(policy, as_of=date(2026, 6, 29)).access(ann(), Situation()) is DEVICE
    assert a_prover(policy, as_of=date(2026, 6, 30)).access(ann(), Situation()) is MFA


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([a_policy("a", grant="mfa"), a_policy("b", grant="compliantDevice")], MFA),
        ([a_policy("a", grant="mfa"), a_policy("b", grant="block")], BLOCKED),
        ([a_policy("a", grant="somethingNew"), a_policy("b", grant="mfa")], MFA),
        ([a_policy("a", grant="somethingNew"), a_policy("b", grant="compliantDevice")], UNKNOWN),
        ([a_policy("a", state="enabledForReportingButNotEnforced")], PASSWORD),
        ([a_policy("a", state="disabled")], PASSWORD),
        ([a_policy("a", state=None)], UNKNOWN),
        ([a_policy("a", raw=None)], UNKNOWN),
        ([], PASSWORD),
    ],
)
def test_all_policies_that_apply_count_together(policies: list[Any], expected: Access) -> None:
    prover = a_prover(*policies)

    assert prover.access(ann(), Situation()) is expected


def test_the_strengths_that_are_demanded_are_named() -> None:
    policies = [
        a_policy("a", grant=a_grant(authenticationStrength={"id": "strong"})),
        a_policy("b", grant=a_grant("compliantDevice", authenticationStrength={"id": MULTIFACTOR})),
    ]

    assert a_prover(*policies, strengths=STRENGTHS).proof(ann()).strengths == {"strong"}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param(a_policy(grant=a_grant(authenticationStrength={"id": "new"})), {"new"}, id="of a new method"),
        pytest.param(a_policy(grant=a_grant(authenticationStrength={"id": "unread"})), {"unread"}, id="not read"),
        pytest.param(
            a_policy(state=None, grant=a_grant(authenticationStrength={"id": "strong"})), {"strong"}, id="state"
        ),
        pytest.param(
            a_policy(
                users={"includeGroups": ["g"], "includeUsers": []},
                grant=a_grant(authenticationStrength={"id": "strong"}),
            ),
            {"strong"},
            id="a group that was not read",
        ),
        pytest.param(
            a_policy(grant=a_grant("mfa", operator=None, authenticationStrength={"id": "strong"})),
            {"strong"},
            id="and or or",
        ),
        pytest.param(a_policy(raw=None), {OTHER}, id="a policy that was not read"),
        pytest.param(a_policy(grant=a_grant("mfa", operator="AND", authenticationStrength={})), {OTHER}, id="no id"),
        pytest.param(a_policy(grant=a_grant(authenticationStrength={"id": "strong"})), set(), id="surely demanded"),
        pytest.param(a_policy(grant=a_grant("somethingNew")), set(), id="no strength at all"),
    ],
)
def test_the_strengths_that_may_be_demanded_are_named(policy: Any, expected: set[str]) -> None:
    where = standing({}, {}, "g")
    proof = a_prover(policy, strengths=STRENGTHS, standing=where).proof(ann(where))

    assert proof.perhaps_strengths == expected
