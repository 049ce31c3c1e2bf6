"""Authentication strengths: whether whoever satisfies one has shown two factors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from checks.json_values import Texts
from checks.model import Gap
from checks.three_valued import Answer, all_of

_BUILT_IN: Final = frozenset(f"00000000-0000-0000-0000-00000000000{n}" for n in (2, 3, 4))
"""Multifactor, passwordless and phishing-resistant MFA: what they allow is Microsoft's, and is MFA."""

_TWO_FACTORS: Final = frozenset(
    {
        "fido2",
        "windowsHelloForBusiness",
        "deviceBasedPush",
        "temporaryAccessPassOneTime",
        "temporaryAccessPassMultiUse",
        "x509CertificateMultiFactor",
        "federatedMultiFactor",
    }
)
"""Methods that are MFA by themselves."""

_FIRST_FACTORS: Final = frozenset(
    {"password", "sms", "email", "qrCodePin", "federatedSingleFactor", "x509CertificateSingleFactor"}
)
"""Methods by which one can begin a sign-in, and which are one factor."""

_SECOND_FACTORS: Final = frozenset({"microsoftAuthenticatorPush", "softwareOath", "hardwareOath", "sms", "voice"})


@dataclass(frozen=True, slots=True)
class Strengths:
    """The tenant's authentication strengths, by id."""

    combinations: Mapping[str, object]
    """Graph's `allowedCombinations`; empty where the table was not read."""

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]] | Gap) -> Self:
        """Return those of the rows of `authentication_strengths`."""
        known = () if isinstance(rows, Gap) else rows
        return cls({row["id"]: row["allowed_combinations"] for row in known})

    def is_mfa(self, strength: Mapping[str, Any]) -> Answer:
        """Whether every combination that a strength allows is MFA, given the object in a policy.

        No only where one factor, with which one can begin, is surely enough.

        Source:
            https://learn.microsoft.com/entra/identity/authentication/concept-authentication-strengths
        """
        strength_id = strength.get("id")
        listed = self.combinations.get(strength_id) if isinstance(strength_id, str) else None
        allowed = strength.get("allowedCombinations") if listed is None else listed
        if allowed is None:
            return True if isinstance(strength_id, str) and strength_id in _BUILT_IN else None
        texts = Texts.of(allowed)
        answers = [_is_mfa(combination) for combination in texts.known]
        return all_of([*answers, True if texts.is_whole and texts.known else None])


def _is_mfa(combination: str) -> Answer:
    methods = frozenset(method.strip() for method in combination.split(","))
    if methods & _TWO_FACTORS:
        return True
    firsts, seconds = methods & _FIRST_FACTORS, methods & _SECOND_FACTORS
    if len(methods) == 1:
        return False if firsts else None
    return True if seconds and firsts - seconds else None
