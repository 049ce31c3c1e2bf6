"""What protects somebody, decided from everything that is known of the person."""

from typing import Any

import pytest

from checks.conditional_access.situations import Access
from checks.mfa_coverage.model import Protection
from checks.mfa_coverage.verdicts import Facts, verdict

MFA, PASSWORD, DEVICE, BLOCKED, UNKNOWN = (
    Access.MFA,
    Access.PASSWORD,
    Access.MANAGED_DEVICE,
    Access.BLOCKED,
    Access.UNKNOWN,
)


def of(*accesses: Access, **given: Any) -> tuple[str, bool | None]:  # noqa: ANN401 - answers
    facts = {"demands_mfa": MFA in accesses, "by_defaults": False, "is_registered": True} | given
    said = verdict(Facts(frozenset(accesses), **facts))
    return said.protection.value, said.is_let_in


@pytest.mark.parametrize(
    ("accesses", "given", "expected"),
    [
        pytest.param([PASSWORD], {"is_registered": False}, ("unprotected", True), id="nothing at all"),
        pytest.param(
            [PASSWORD], {"is_registered": None}, ("unprotected", True), id="nothing is known to be registered"
        ),
        pytest.param([PASSWORD], {}, ("registered_not_enforced", True), id="a factor that nothing asks for"),
        pytest.param([MFA, PASSWORD], {}, ("hole", True), id="asked somewhere, and not elsewhere"),
        pytest.param([MFA, PASSWORD], {"is_registered": False}, ("hole", True), id="a hole, whatever is registered"),
        pytest.param([MFA], {"is_registered": False}, ("enforced_not_registered", False), id="nothing to answer with"),
        pytest.param([MFA], {"satisfies": False}, ("enforced_not_registered", False), id="nothing strong enough"),
        pytest.param([MFA, DEVICE], {}, ("managed_device", False), id="a managed device instead"),
        pytest.param(
            [MFA, DEVICE], {"is_registered": False}, ("enforced_not_registered", False), id="worse than a device"
        ),
        pytest.param([MFA], {"is_weak": True}, ("weak_method", False), id="text messages alone"),
        pytest.param([MFA, BLOCKED], {}, ("protected", False), id="asked or blocked"),
        pytest.param([BLOCKED], {"is_registered": False}, ("protected", False), id="blocked everywhere"),
        pytest.param([PASSWORD], {"by_defaults": True}, ("security_defaults", False), id="security defaults"),
        pytest.param(
            [PASSWORD],
            {"by_defaults": True, "is_registered": False},
            ("enforced_not_registered", False),
            id="security defaults, and nothing registered",
        ),
        pytest.param(
            [MFA], {"is_registered": False, "proves_elsewhere": True}, ("protected", False), id="proven elsewhere"
        ),
        # what is not known
        pytest.param([MFA, UNKNOWN], {}, ("unknown", None), id="a situation that could not be decided"),
        pytest.param([PASSWORD, UNKNOWN], {}, ("registered_not_enforced", True), id="a hole for sure beside it"),
        pytest.param([MFA], {"is_registered": None}, ("unknown", False), id="asked, and the methods were not read"),
        pytest.param([MFA], {"is_weak": None}, ("weak_method", False), id="nothing better is known"),
        pytest.param([PASSWORD], {"by_defaults": None}, ("unknown", None), id="security defaults were not read"),
        pytest.param([MFA], {"by_defaults": None}, ("security_defaults", False), id="they do not matter then"),
        pytest.param(
            [PASSWORD], {"asks_elsewhere": True}, ("unknown", None), id="another provider asks for the password"
        ),
        pytest.param(
            [MFA],
            {"is_registered": False, "proves_elsewhere": None},
            ("unknown", False),
            id="perhaps proven elsewhere",
        ),
    ],
)
def test_one_verdict_says_what_protects(
    accesses: list[Access], given: dict[str, Any], expected: tuple[str, bool | None]
) -> None:
    assert of(*accesses, **given) == expected


def test_the_order_of_urgency_is_that_of_the_insurers_question() -> None:
    assert [each.value for each in Protection] == [
        "unprotected",
        "hole",
        "registered_not_enforced",
        "enforced_not_registered",
        "unknown",
        "managed_device",
        "security_defaults",
        "weak_method",
        "protected",
    ]


def test_no_situation_at_all_protects_nobody() -> None:
    assert of() == ("unknown", None)
