"""What was seen of an object, as text."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType
from typing import Final

from checks.signins.detections import UNITS
from m365_posture.texts import country_name, mark
from reports.view_models.ways_in import sentence
from reports.view_models.wording import Wording

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accounts": mark("Accounts that are not covered, ten of them at most"),
        "administrators": mark("Global Administrators"),
        "allowed": mark("Sound for a firm of this size"),
        "began": mark("Began"),
        "country": mark("Country"),
        "detections": mark("What was seen"),
        "devices_still_try": mark("Devices still try to sign in"),
        "emergency_accounts": mark("Emergency accounts, counted apart"),
        "ended": mark("Ended"),
        "expires": mark("End date"),
        "first_seen": mark("First sign-in from there"),
        "for_senders": mark("For the senders"),
        "forwards_by": mark("Mail leaves by"),
        "has_password": mark("Has a password"),
        "held": mark("How the role is held"),
        "hides_by": mark("Hides mail by"),
        "how_many": mark("Number of accounts that are not covered"),
        "is_folder": mark("Opens a folder"),
        "is_hidden": mark("The rule is hidden"),
        "is_licensed": mark("Has a licence"),
        "lacks": mark("What is wrong or missing"),
        "kind": mark("What the account is for"),
        "last_day": mark("Last day at the firm"),
        "last_seen": mark("Last sign-in from there"),
        "last_success": mark("Last successful sign-in"),
        "mailbox": mark("Mailbox"),
        "methods": mark("Registered methods"),
        "opens": mark("Takes the password alone"),
        "other_holders": mark("Guests, partners and applications with the role, counted apart"),
        "own_administrators": mark("Number of Global Administrators"),
        "path": mark("Path"),
        "policies": mark("Policies that leave the account out"),
        "report_only": mark("Policies that only report"),
        "role": mark("Role"),
        "protection": mark("Protection"),
        "roles": mark("Roles"),
        "roles_not_hit": mark("Roles that policies about roles miss"),
        "scope": mark("Open to"),
        "seen_in": mark("Seen in"),
        "seen_using": mark("Seen signing in with"),
        "sends_to": mark("Sends to"),
        "set_to": mark("Set to"),
        "sharing_capability": mark("Sharing outside the firm"),
        "site": mark("Site"),
        "source_address": mark("From the address"),
        "stories": mark("Stories, by their ids"),
        "times": mark("Number of sign-ins"),
        "type": mark("Allows"),
        "unused_since": mark("Unused since"),
        "user_principal_name": mark("Account"),
        "user_type": mark("Kind of account"),
        "ways_in": mark("Ways in"),
    }
)
"""Evidence column to the name a reader knows; a column without one is shown by its code."""

CODES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "held": {
            "active": mark("active"),
            "eligible": mark("to be activated"),
            "through_group": mark("through a group"),
        },
        "forwards_by": {
            "policy": mark("a policy that lets mailboxes forward"),
            "mailbox": mark("a setting of the mailbox"),
            "redirectMessageTo": mark("a rule that redirects mail"),
            "blindCopyTo": mark("a rule that sends blind copies"),
            "copyTo": mark("a rule that sends copies"),
            "addToRecipients": mark("a rule that adds recipients"),
        },
        "hides_by": {
            "delete": mark("deleting it"),
            "permanentDelete": mark("deleting it for good"),
            "markAsRead": mark("marking it as read"),
            "moveToFolder": mark("moving it to another folder"),
        },
        "lacks": {
            "accounts": mark("there are too few emergency accounts"),
            "activation": mark("the role is held for good, it is not activated"),
            "approval": mark("nobody has to approve the activation"),
            "cloud_only": mark("the account is copied from a server at the office"),
            "enabled": mark("the account is blocked"),
            "exclusion": mark("no policy leaves the account out"),
            "explanation": mark("nobody named it as an emergency account"),
            "global_administrator_for_good": mark("the account is no Global Administrator for good"),
            "justification": mark("the activation asks for no reason"),
            "mailbox": mark("the account has a mailbox"),
            "named_account": mark("an account that the firm named does not exist"),
            "notification": mark("nobody is told of the activation"),
            "office_licence": mark("the account has a licence for mail, files or Office"),
            "passkey": mark("no passkey or certificate is registered"),
            "phishing_resistant_demand": mark("other methods are accepted too"),
            "phishing_resistant_method": mark("no passkey, certificate or Windows Hello is registered"),
            "second_factor": mark("the activation asks for no second factor"),
            "synchronized": mark("the account is copied from a server at the office"),
        },
        "kind": {
            "staff": mark("Person of the firm"),
            "guest": mark("Guest"),
            "shared_mailbox": mark("Shared mailbox"),
            "service": mark("Account of a device or program"),
            "leaver": mark("Left the firm"),
            "external": mark("From another firm, without an account here"),
        },
        "methods": {
            "alternateMobilePhone": mark("another mobile telephone"),
            "mobilePhone": mark("a mobile telephone"),
            "officePhone": mark("a telephone at the office"),
            "phone": mark("a telephone"),
            "email": mark("an address to reset the password with"),
            "password": mark("the password"),
            "qrCodePin": mark("a QR code with a PIN"),
            "securityQuestion": mark("questions to reset the password with"),
            "temporaryAccessPass": mark("a pass for some hours"),
        },
        "protection": {
            "unprotected": mark("Unprotected"),
            "hole": mark("Hole"),
            "registered_not_enforced": mark("Registered, never asked"),
            "unknown": mark("Could not be judged"),
        },
        "opens": {
            "sharepoint": mark("SharePoint, by older protocols"),
            "smtp": mark("the mailbox, by SMTP"),
        },
        "scope": {
            "anonymous": mark("anyone with the link"),
            "organization": mark("everyone in the organization"),
        },
        "seen_in": {
            "methods_of_the_account": mark("the methods of the account"),
            "registration_report": mark("Microsoft's registration report"),
        },
        "sharing_capability": {
            "externalUserAndGuestSharing": mark("with anyone who has the link"),
        },
        "type": {
            "view": mark("viewing"),
            "edit": mark("viewing and editing"),
            "embed": mark("viewing inside another web page"),
            "review": mark("viewing and suggesting changes"),
            "createOnly": mark("adding files, without seeing what is there"),
            "blocksDownload": mark("viewing without downloading"),
        },
        "user_type": {
            "Guest": mark("guest"),
            "Member": mark("member of the organization"),
        },
    }
)
"""Evidence column to what its codes mean; a code that is not here is shown as it is."""

ABSENT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "expires": mark("none"),
        "last_success": mark("none known"),
    }
)
"""Evidence column to what it means that nothing is there, where that says something."""

_DETECTIONS: Final = MappingProxyType({unit.id: unit.title for unit in UNITS})

_YES: Final = mark("yes")
_NO: Final = mark("no")
_NOT_STATED: Final = mark("not stated")


def evidence_text(evidence: Mapping[str, object], wording: Wording) -> str:
    """Return one line per column: what it is, and what was seen; an empty list says nothing and has no line."""
    seen = ((name, value) for name, value in evidence.items() if value != [])
    return "\n".join(wording.labelled(_label(name, wording), _value(name, value, wording)) for name, value in seen)


def _label(name: str, wording: Wording) -> str:
    return wording.text(LABELS[name]) if name in LABELS else name.replace("_", " ")


def _value(name: str, value: object, wording: Wording) -> str:
    match value:
        case None:
            return wording.text(ABSENT.get(name, _NOT_STATED))
        case bool():
            return wording.text(_YES if value else _NO)
        case list():
            between = "; " if any(isinstance(entry, dict) for entry in value) else ", "
            return between.join(_value(name, entry, wording) for entry in value)
        case dict() if "access" in value:
            return sentence(value, wording.language)
        case str():
            return _text(name, value, wording)
        case _:
            return str(value)


def _text(name: str, value: str, wording: Wording) -> str:
    if name == "country":
        return country_name(value, wording.language)
    meaning = _DETECTIONS.get(value) if name == "detections" else CODES.get(name, {}).get(value)
    return wording.text(meaning) if meaning else moment_text(value, wording)


def moment_text(text: str, wording: Wording) -> str:
    """Return a UTC timestamp on the firm's clock; any other text as it is."""
    if text.endswith("Z") and text[:4].isdigit():
        with suppress(ValueError):
            return f"{wording.local(datetime.fromisoformat(text)):%Y-%m-%d %H:%M}"
    return text
