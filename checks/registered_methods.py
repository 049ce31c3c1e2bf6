"""Which methods people registered, and how much each is worth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import pandas as pd

from checks.frame import records
from checks.model import Gap
from checks.registry import columns, derived
from checks.three_valued import Answer, any_of
from scanner.snapshot.ledger import TableState

_PREFIX: Final = "#microsoft.graph."
_SUFFIX: Final = "AuthenticationMethod"

PHISHING_RESISTANT: Final = frozenset(
    {
        "certificate",
        "fido2",
        "fido2SecurityKey",
        "macOsSecureEnclaveKey",
        "passKeyDeviceBound",
        "passKeyDeviceBoundAuthenticator",
        "passKeyDeviceBoundWindowsHello",
        "passKeySynced",
        "platformCredential",
        "windowsHelloForBusiness",
        "x509Certificate",
        "x509CertificateMultiFactor",
    }
)
"""Methods that only answer the real sign-in page."""
TIED_TO_ONE_COMPUTER: Final = frozenset(
    {
        "macOsSecureEnclaveKey",
        "passKeyDeviceBoundWindowsHello",
        "platformCredential",
        "windowsHelloForBusiness",
    }
)
"""Of those, what is of no use on any other computer."""
BY_TELEPHONE: Final = frozenset(
    {"alternateMobilePhone", "mobilePhone", "mobileSMS", "officePhone", "phone", "sms", "voice"}
)
"""Text messages and calls: numbers can be taken over."""
_OTHERS: Final = frozenset(
    {
        "external",
        "externalAuthMethod",
        "hardwareOath",
        "hardwareOneTimePasscode",
        "microsoftAuthenticator",
        "microsoftAuthenticatorPasswordless",
        "microsoftAuthenticatorPush",
        "passwordlessMicrosoftAuthenticator",
        "softwareOath",
        "softwareOneTimePasscode",
    }
)
_NO_SECOND_FACTORS: Final = frozenset({"email", "password", "qrCodePin", "securityQuestion", "temporaryAccessPass"})


@dataclass(frozen=True, slots=True)
class Registered:
    """The methods of one person, as far as they were read."""

    known: frozenset[str] = frozenset()
    is_whole: bool = False
    """Whether there are surely no others."""

    @property
    def names(self) -> list[str]:
        """The methods that were read, sorted."""
        return sorted(self.known)

    @property
    def resists_phishing(self) -> Answer:
        """Whether one of the methods is phishing-resistant; a method that is new to us may be."""
        return any_of([bool(self.known & PHISHING_RESISTANT), False if self._is_understood else None])

    @property
    def resists_phishing_anywhere(self) -> Answer:
        """Whether one of the methods is phishing-resistant on any computer: a passkey or a certificate."""
        lasting = bool(self.known & (PHISHING_RESISTANT - TIED_TO_ONE_COMPUTER))
        return any_of([lasting, False if self._is_understood else None])

    @property
    def is_by_telephone_alone(self) -> Answer:
        """Whether text messages and calls are the only second factor."""
        if self.known & (PHISHING_RESISTANT | _OTHERS):
            return False
        by_telephone = bool(self.known & BY_TELEPHONE)
        return by_telephone if self._is_understood else None

    @property
    def _is_understood(self) -> bool:
        return self.is_whole and self.known <= PHISHING_RESISTANT | BY_TELEPHONE | _OTHERS | _NO_SECOND_FACTORS


NOT_READ: Final = Registered()


@dataclass(frozen=True, slots=True)
class RegisteredMethods:
    """Everybody's methods; whoever is missing in the source is unknown."""

    people: Mapping[str, Registered]
    gaps: tuple[Gap, ...] = ()

    def of(self, user_id: str) -> Registered:
        """Return the methods of one person."""
        return self.people.get(user_id, NOT_READ)


@derived
def registered_methods(
    registration_details: Annotated[pd.DataFrame | Gap, columns("id", "methods_registered")],
    authentication_methods: Annotated[pd.DataFrame | Gap, columns("user_id", "method_type")],
) -> RegisteredMethods:
    """Return the methods by the report of registrations or, without the licence for it, by each account's own list.

    Source:
        https://learn.microsoft.com/graph/api/resources/userregistrationdetails
    """
    if not isinstance(registration_details, Gap):
        rows = records(registration_details)
        return RegisteredMethods({row["id"]: _of(row["methods_registered"]) for row in rows})
    if isinstance(authentication_methods, Gap):
        # without the report being unlicensed nobody asked for the other source
        unlicensed = registration_details.state is TableState.UNLICENSED
        return RegisteredMethods({}, (registration_details, *([authentication_methods] if unlicensed else [])))
    kinds: dict[str, list[str | None]] = {}
    for row in records(authentication_methods):
        kinds.setdefault(row["user_id"], []).append(_kind_of(row["method_type"]))
    return RegisteredMethods({user_id: _of(some) for user_id, some in kinds.items()})


def _of(methods: Iterable[str | None] | None) -> Registered:
    if methods is None:
        return NOT_READ
    named = list(methods)
    return Registered(frozenset(filter(None, named)), is_whole=None not in named)


def _kind_of(method_type: str | None) -> str | None:
    """Return the kind of a method by its `@odata.type`; a type of another form stays as it is."""
    return method_type.removeprefix(_PREFIX).removesuffix(_SUFFIX) if method_type else None
