"""What people registered to prove who they are, and whether it does for what is demanded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

import pandas as pd

from checks.frame import records
from checks.json_values import object_of
from checks.model import Gap
from checks.registered_methods import BY_TELEPHONE, NOT_READ, Registered, RegisteredMethods
from checks.registry import columns, derived
from checks.three_valued import Answer, all_of, any_of

_SECOND_FACTORS: Final = frozenset(
    {
        "external",
        "fido2",
        "hardwareOath",
        "microsoftAuthenticator",
        "passwordlessMicrosoftAuthenticator",
        "phone",
        "platformCredential",
        "softwareOath",
        "windowsHelloForBusiness",
    }
)
_FIRST_FACTORS: Final = frozenset(
    {
        "email",  # only to reset a password
        "password",
        "qrCodePin",
        "temporaryAccessPass",  # gone after some hours
    }
)
_NO_SECOND_FACTORS: Final = _FIRST_FACTORS | {"securityQuestion"}
_PASS: Final = "temporaryAccessPass"  # noqa: S105 - a kind of method, no password

_PASSKEYS: Final = frozenset(
    {
        "fido2",
        "fido2SecurityKey",
        "passKeyDeviceBound",
        "passKeyDeviceBoundAuthenticator",
        "passKeyDeviceBoundWindowsHello",
        "passKeySynced",
    }
)
_BY: Final[Mapping[str, frozenset[str]]] = {
    "windowsHelloForBusiness": frozenset({"windowsHelloForBusiness", "platformCredential", "macOsSecureEnclaveKey"}),
    "fido2": _PASSKEYS,
    "deviceBasedPush": frozenset({"microsoftAuthenticatorPasswordless", "passwordlessMicrosoftAuthenticator"}),
    "microsoftAuthenticatorPush": frozenset(
        {
            "microsoftAuthenticator",
            "microsoftAuthenticatorPush",
            "microsoftAuthenticatorPasswordless",
            "passwordlessMicrosoftAuthenticator",
        }
    ),
    "softwareOath": frozenset({"softwareOath", "softwareOneTimePasscode"}),
    "hardwareOath": frozenset({"hardwareOath", "hardwareOneTimePasscode"}),
    "sms": BY_TELEPHONE - {"officePhone"},
    "voice": BY_TELEPHONE,
}
"""Method of an authentication strength to the registered methods that are it."""
_NOT_COUNTED: Final = frozenset(
    {"temporaryAccessPassOneTime", "temporaryAccessPassMultiUse", "federatedMultiFactor", "federatedSingleFactor"}
)
"""Passes are gone after some hours; who signs in elsewhere is judged by what that provider does."""
_CERTIFICATES: Final = frozenset({"x509CertificateMultiFactor", "x509CertificateSingleFactor"})
"""No account's methods show whether somebody has one."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What one person registered."""

    has_second_factor: Answer = None
    methods: Registered = NOT_READ

    @property
    def is_by_telephone_alone(self) -> Answer:
        """Whether there is nothing better than text messages and calls; unknown where no second factor is named."""
        if self.has_second_factor and self.methods.known <= _NO_SECOND_FACTORS:
            return None
        return self.methods.is_by_telephone_alone

    @property
    def has_a_pass(self) -> bool:
        """Whether a temporary access pass is in force."""
        return _PASS in self.methods.known


@dataclass(frozen=True, slots=True)
class Registrations:
    """Everybody's registrations; whoever is missing in the source is unknown."""

    people: Mapping[str, Registration] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    by_methods: bool = False
    """Whether it comes from each account's own list: that a method exists, not that it may be used."""

    def of(self, user_id: str) -> Registration:
        """Return what somebody registered."""
        return self.people.get(user_id, _UNREAD)


_UNREAD: Final = Registration()


@derived
def registrations(
    registered_methods: RegisteredMethods,
    registration_details: Annotated[pd.DataFrame | Gap, columns("id", "is_mfa_registered")],
) -> Registrations:
    """Return what everybody registered, by Microsoft's report or, without the licence for it, by account.

    Source:
        https://learn.microsoft.com/graph/api/resources/userregistrationdetails
    """
    if not isinstance(registration_details, Gap):
        return Registrations(
            {
                row["id"]: Registration(row["is_mfa_registered"], registered_methods.of(row["id"]))
                for row in records(registration_details)
            }
        )
    people = {
        user_id: Registration(_has_second_factor(methods), methods)
        for user_id, methods in registered_methods.people.items()
    }
    return Registrations(people, registered_methods.gaps, by_methods=not registered_methods.gaps)


def _has_second_factor(methods: Registered) -> Answer:
    answers: list[Answer] = [
        True if kind in _SECOND_FACTORS else False if kind in _FIRST_FACTORS else None for kind in methods.known
    ]
    return any_of([*answers, False if methods.is_whole else None])


@dataclass(frozen=True, slots=True)
class StrengthRules:
    """What satisfies the tenant's authentication strengths."""

    combinations: Mapping[str, tuple[str, ...] | None]
    """By id; None where they were not read."""
    certificates: Answer
    """Whether certificates may be used."""

    def are_satisfied(self, strengths: Iterable[str], perhaps: Iterable[str], registration: Registration) -> Answer:
        """Whether a registered method does for every one of `strengths`, and for those that are perhaps demanded."""
        methods = registration.methods
        doubted = (None for strength in perhaps if not self._is_satisfied(strength, methods))
        return all_of([*(self._is_satisfied(strength, methods) for strength in strengths), *doubted])

    def _is_satisfied(self, strength: str, methods: Registered) -> Answer:
        combinations = self.combinations.get(strength)
        if combinations is None:
            return None
        needed = [frozenset(part.strip() for part in each.split(",")) - {"password"} for each in combinations]
        return any_of(self._has(parts, methods) for parts in needed)

    def _has(self, parts: frozenset[str], methods: Registered) -> Answer:
        return all_of(self._has_one(part, methods) for part in parts)

    def _has_one(self, part: str, methods: Registered) -> Answer:
        if part in _NOT_COUNTED or (part in _CERTIFICATES and self.certificates is False):
            return False
        if part not in _BY:
            return None
        return any_of([bool(methods.known & _BY[part]), False if methods.is_whole else None])


def strength_rules(strengths: pd.DataFrame | Gap, methods_policy: pd.DataFrame | Gap) -> StrengthRules:
    """Return what satisfies the strengths of the rows of `authentication_strengths`."""
    rows = [] if isinstance(strengths, Gap) else records(strengths)
    combinations = {row["id"]: _whole(row["allowed_combinations"]) for row in rows}
    return StrengthRules(combinations, _certificates(methods_policy))


def _whole(combinations: list[str | None] | None) -> tuple[str, ...] | None:
    if combinations is None or None in combinations:
        return None
    return tuple(each for each in combinations if each is not None)


def _certificates(methods_policy: pd.DataFrame | Gap) -> Answer:
    rows = [] if isinstance(methods_policy, Gap) else records(methods_policy)
    listed = object_of(rows[0]["raw"]).get("authenticationMethodConfigurations") if len(rows) == 1 else None
    for method in listed if isinstance(listed, list) else []:
        if isinstance(method, dict) and method.get("id") == "X509Certificate":
            state = method.get("state")
            return {"enabled": True, "disabled": False}.get(state) if isinstance(state, str) else None
    return None
