"""What the sign-in examination calls by codes, in words; a code without words is shown as it is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from checks.signins.detections import UNITS
from m365_posture.texts import country_name, mark
from reports.view_models.wording import UNKNOWN, Wording

LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "high": mark("High: to examine today"),
        "medium": mark("Medium: to examine"),
        "listed": mark("Listed only"),
    }
)
FAMILIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "attempts": mark("tries"),
        "credential": mark("password"),
        "approval": mark("approval"),
        "place": mark("place"),
        "session": mark("session"),
        "client": mark("program"),
        "account": mark("kind of account"),
        "app": mark("app"),
        "workload": mark("application of the firm"),
        "risk": mark("risk seen by Microsoft"),
        "follow_on": mark("what was done afterwards"),
    }
)
_WHAT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "password_right": mark("The password was right"),
        "signed_in": mark("Signed in"),
        "approved": mark("The second factor was accepted"),
        "audit": mark("Afterwards in the directory"),
        "rule": mark("Afterwards in the mailbox"),
    }
)
_OPERATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "user registered security info": mark("a sign-in method was added"),
        "user registered all required security info": mark("all sign-in methods that were asked for were added"),
        "user deleted security info": mark("a sign-in method was removed"),
        "user changed default security info": mark("another sign-in method was made the usual one"),
        "admin registered security info": mark("an administrator added a sign-in method"),
        "admin updated security info": mark("an administrator changed a sign-in method"),
        "admin deleted security info": mark("an administrator removed a sign-in method"),
        "register device": mark("a device was registered"),
        "add registered owner to device": mark("a device was registered"),
        "consent to application": mark("an application was allowed in"),
        "add delegated permission grant": mark("an application was given a right"),
        "add app role assignment grant to user": mark("an application was opened to the account"),
        "new-inboxrule": mark("an inbox rule was made"),
        "set-inboxrule": mark("an inbox rule was changed"),
        "updateinboxrules": mark("the inbox rules were changed"),
        "set-mailbox": mark("a setting of the mailbox was changed"),
    }
)
_BECAUSE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "beta_unread": mark("only the smaller interface of Microsoft could be read"),
        "applications_unread": mark("the sign-ins of applications could not be read"),
        "table": mark("this was not read: {what}"),
        "no_licence": mark("a licence is missing"),
        "not_stated": mark("the firm did not state it in `tenants.toml`: {what}"),
        "log_too_short": mark("the log does not reach back far enough yet"),
        "field_never_filled": mark("no sign-in says anything in the property {what}"),
    }
)
_FACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "people": mark("{value} people tried"),
        "tries": mark("{value} tries"),
        "denials": mark("{value} requests refused"),
        "km": mark("{value} km apart"),
        "km_an_hour": mark("{value} km an hour"),
        "days": mark("{value} days"),
    }
)
GOT_IN: Final = mark("somebody got in")
PASSWORD_KNOWN: Final = mark("the password is known to somebody, who was stopped afterwards")
ATTEMPTS: Final = mark("attempts only")

_TITLES: Final = MappingProxyType({unit.id: unit for unit in UNITS})


def title(unit_id: str, wording: Wording) -> str:
    """Return what a detection is called."""
    unit = _TITLES.get(unit_id)
    return wording.text(unit.title) if unit else unit_id


def advice(unit_id: str, wording: Wording) -> tuple[str, str]:
    """Return what is to be examined, and what innocent thing looks the same."""
    unit = _TITLES.get(unit_id)
    return (wording.text(unit.why), wording.text(unit.false_alarms)) if unit else ("", "")


def because(code: str, wording: Wording) -> str:
    """Return why a detection was not evaluated."""
    kind, _, what = code.partition(":")
    if kind not in _BECAUSE:
        return code or wording.text(UNKNOWN)
    return wording.text(_BECAUSE[kind], what=wording.need(what) if kind == "table" else what)


def moment_words(line: Mapping[str, Any], wording: Wording) -> str:
    """Return what happened in one moment of a story."""
    if line["what"] == "detected":
        return title(str(line["unit"]), wording)
    said = wording.text(_WHAT.get(line["what"], line["what"]))
    operation = line["args"].get("operation")
    if operation:
        return wording.labelled(said, wording.text(_OPERATIONS.get(operation, operation)))
    app = line["args"].get("app")
    return wording.labelled(said, app) if app else said


def where(line: Mapping[str, Any], wording: Wording) -> str:
    """Return from where: the address and the country, as far as the log tells them."""
    country = line["country"]
    return ", ".join(filter(None, (line["address"], country and country_name(country, wording.language))))


def fact_words(facts: Mapping[str, Any], wording: Wording) -> str:
    """Return the numbers of a detection that a reader understands."""
    told = ((name, facts.get(name)) for name in _FACTS)
    return ", ".join(wording.text(_FACTS[name], value=f"{value:.0f}") for name, value in told if value)
