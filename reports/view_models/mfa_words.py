"""What MFA coverage calls by codes, in words; a code without words is shown as it is."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from m365_posture.texts import listed, mark
from reports.view_models.evidence import CODES, moment_text
from reports.view_models.ways_in import QUOTED
from reports.view_models.wording import UNKNOWN, Wording

PROTECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unprotected": mark("Unprotected"),
        "hole": mark("Hole"),
        "registered_not_enforced": mark("Registered, never asked"),
        "enforced_not_registered": mark("Asked, not registered"),
        "unknown": UNKNOWN,
        "managed_device": mark("Managed device instead"),
        "security_defaults": mark("Protected by security defaults"),
        "weak_method": mark("Protected, weak method only"),
        "protected": mark("Protected"),
    }
)
"""What protects a person, the worst first."""

MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unprotected": mark("Nothing ever asks for a second factor, and none is known to be registered."),
        "hole": mark("A second factor is asked somewhere; somewhere else the password alone is enough."),
        "registered_not_enforced": mark("A second factor is registered, but nothing ever asks for it."),
        "enforced_not_registered": mark(
            "A second factor is asked, but no fitting one is registered: whoever has the password first adds theirs."
        ),
        "unknown": mark("What was read does not tell whether the password alone is enough."),
        "managed_device": mark("A device that the firm manages is accepted instead of a second factor."),
        "security_defaults": mark("Microsoft decides how often it asks for the second factor."),
        "weak_method": mark("The only second factor is one that can be intercepted, such as a text message."),
        "protected": mark("A second factor is asked wherever the password is."),
    }
)

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "staff": mark("Person of the firm"),
        "guest": mark("Guest"),
        "emergency": mark("Emergency account"),
        "synchronization": mark("Account that synchronizes the directory"),
        "shared_mailbox": mark("Shared mailbox"),
        "service": mark("Account of a device or program"),
        "leaver": mark("Left the firm"),
        "external": mark("From another firm, without an account here"),
    }
)
APART: Final = frozenset({"emergency", "synchronization"})
"""Kinds of account that have a rule of their own and are not counted."""

_OUTSIDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "serviceProvider": mark("Technicians of the partner {tenant}"),
        "b2bDirectConnectUser": mark("Members of the firm {tenant} in shared channels"),
    }
)
_ANY_OUTSIDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "serviceProvider": mark("Technicians of any partner"),
        "b2bDirectConnectUser": mark("Members of any other firm in shared channels"),
    }
)
"""People without an account here, by how they come in; Graph tells only the id of their tenant."""

GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "partners": mark("Partners"),
        "staff": mark("Staff"),
        "administrators": mark("Administrators"),
        "guests": mark("Guests"),
        "others": mark("Others"),
    }
)
"""Groups of people, in the order in which they are shown."""

QUESTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "all_access": mark("A second factor for all access"),
        "remote_access": mark("A second factor from outside the offices"),
        "administrators": mark("A second factor for administrators"),
    }
)

CELLS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "mfa": mark("Second factor"),
        "blocked": mark("Blocked"),
        "managed_device": mark("Managed device"),
        "nothing": mark("Asks nothing"),
        "not_matched": mark("Does not apply"),
        "unknown": mark("Unclear"),
    }
)
"""What a policy does in a situation."""

POLICY_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "enabled": mark("On"),
        "disabled": mark("Off"),
        "enabledForReportingButNotEnforced": mark("Only reports"),
    }
)

LINKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "security_defaults": mark("Security defaults"),
        "per_user_mfa": mark("Per-user multifactor authentication"),
        "conditional_access": mark("Conditional Access policies"),
        "methods": mark("Registered sign-in methods"),
        "strength": mark("Authentication strength"),
        "federation": mark("Sign-in elsewhere"),
        "temporary_access_pass": mark("Temporary access pass"),
        "registration_campaign": mark("Call to register"),
        "inbound_trust": mark("Trust in the guest's own firm"),
        "log": mark("Sign-in log"),
    }
)
"""Links of the chain of reasons."""

STEPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "defaults_on": mark("on: Microsoft decides how often it asks"),
        "defaults_off": mark("off"),
        "defaults_unknown": mark("not known whether they are on"),
        "per_user_enforced": mark("enforced; app passwords, which cannot be read, may still open older programs"),
        "per_user_enabled": mark("enabled; older programs get in until a second factor is registered"),
        "per_user_unknown": mark("the state of this account was not read"),
        "mfa_everywhere": mark("ask for a second factor everywhere"),
        "blocked_everywhere": mark("block every sign-in"),
        "password_somewhere": mark("leave sign-ins open to the password alone"),
        "nothing_demanded": mark("never ask for a second factor"),
        "device_instead": mark("accept a managed device instead of a second factor"),
        "not_decided": mark("could not be decided"),
        "methods_strong": mark("a second factor that is more than a telephone number"),
        "methods_weak": mark("only a second factor that can be intercepted"),
        "methods_none": mark("no second factor"),
        "methods_unknown": mark("were not read"),
        "strength_satisfied": mark("what is registered is strong enough"),
        "strength_not_satisfied": mark("nothing that is registered is strong enough"),
        "strength_unknown": mark("not known whether what is registered is strong enough"),
        "federated_mfa_accepted": mark("the second factor that is asked there is accepted"),
        "federated_mfa_rejected": mark("a second factor that is asked there is not accepted"),
        "federation_unknown": mark("not known whether a second factor that is asked there is accepted"),
        "pass_registered": mark("one is registered"),
        "campaign_on": mark("people are asked to register a second factor"),
        "campaign_off": mark("nobody is asked to register a second factor"),
        "home_mfa_accepted": mark("the second factor that is asked there is accepted"),
        "home_mfa_not_accepted": mark("a second factor that is asked there is not accepted"),
        "home_mfa_unknown": mark("not known whether a second factor that is asked there is accepted"),
        "log_agrees": mark("shows what the policies say"),
        "log_contradicts": mark("shows a sign-in with the password alone where a second factor should have been asked"),
        "log_not_comparable": mark("shows nothing that can be compared with the policies"),
        "log_silent": mark("shows no sign-in"),
        "log_unread": mark("was not read"),
        "account_unknown": mark("not known whether this account can sign in"),
        "role_unknown": mark("not known whether this person is an administrator"),
    }
)
"""What a link says, by its code."""

_NAMING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "password_somewhere": mark("leave sign-ins open to the password alone (left out by the policy {details})"),
        "not_decided": mark("could not be decided, because of the policy {details}"),
    }
)
"""The same with the names that belong to it; of others the names stand behind it."""


_AUTHENTICATOR: Final = "Microsoft Authenticator"
_APP_CODE: Final = mark("a code from an app")
_HARDWARE_CODE: Final = mark("a code from a token")
_SECURITY_KEY: Final = mark("a security key")
_PASSKEY: Final = mark("a passkey")
_CERTIFICATE: Final = mark("a certificate")
_MAC: Final = mark("the secure chip of a Mac")
_ELSEWHERE: Final = mark("a second factor of another supplier")
METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "microsoftAuthenticator": _AUTHENTICATOR,
        "microsoftAuthenticatorPush": _AUTHENTICATOR,
        "microsoftAuthenticatorPasswordless": _AUTHENTICATOR,
        "passwordlessMicrosoftAuthenticator": _AUTHENTICATOR,
        "softwareOath": _APP_CODE,
        "softwareOneTimePasscode": _APP_CODE,
        "hardwareOath": _HARDWARE_CODE,
        "hardwareOneTimePasscode": _HARDWARE_CODE,
        "fido2": _SECURITY_KEY,
        "fido2SecurityKey": _SECURITY_KEY,
        "passKeyDeviceBound": _PASSKEY,
        "passKeyDeviceBoundAuthenticator": _PASSKEY,
        "passKeyDeviceBoundWindowsHello": _PASSKEY,
        "passKeySynced": _PASSKEY,
        "windowsHelloForBusiness": "Windows Hello",
        "x509Certificate": _CERTIFICATE,
        "x509CertificateMultiFactor": _CERTIFICATE,
        "certificate": _CERTIFICATE,
        "macOsSecureEnclaveKey": _MAC,
        "platformCredential": _MAC,
        "external": _ELSEWHERE,
        "externalAuthMethod": _ELSEWHERE,
        **CODES["methods"],
    }
)
"""Registered methods, as two sources of Graph call them."""


_STRENGTHS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "00000000-0000-0000-0000-000000000002": mark("multifactor authentication"),
        "00000000-0000-0000-0000-000000000003": mark("multifactor authentication without a password"),
        "00000000-0000-0000-0000-000000000004": mark("multifactor authentication that withstands phishing"),
    }
)
"""The strengths that every tenant has."""

SAYS_LITTLE: Final = frozenset({"defaults_off", "campaign_off", "log_silent", "log_not_comparable"})
"""Links that bear on no verdict; a list of many people leaves them out."""

_DETAILS: Final[Mapping[str, str]] = MappingProxyType({**METHODS, **_STRENGTHS})


_REGISTERED: Final = mark("{text}; registered: {details}")


def said(code: str, words: Mapping[str, str], wording: Wording) -> str:
    """Return the words for a code."""
    return wording.text(words[code]) if code in words else code


def outsiders(person_id: str, wording: Wording) -> str:
    """Return who comes in without an account here, given e.g. `serviceProvider:<tenant id>`; empty for an account."""
    kind, _, tenant = person_id.partition(":")
    words = _ANY_OUTSIDERS if tenant == "other" else _OUTSIDERS
    return wording.text(words[kind], tenant=tenant) if tenant and kind in words else ""


def step(code: str, details: Sequence[str], wording: Wording) -> str:
    """Return what a link of the chain says, with the names that belong to it."""
    if not details:
        return said(code, STEPS, wording)
    names = list(dict.fromkeys(_detail(each, wording) for each in details))
    if code in _NAMING:
        quoted = [wording.text(QUOTED, name=name) for name in names]
        return wording.text(_NAMING[code], details=listed(quoted, wording.language, "and"))
    text, together = said(code, STEPS, wording), listed(names, wording.language, "and")
    if code.startswith("methods_"):
        return wording.text(_REGISTERED, text=text, details=together)
    return wording.labelled(text, together)


def _detail(detail: str, wording: Wording) -> str:
    return wording.text(_DETAILS[detail]) if detail in _DETAILS else moment_text(detail, wording)
