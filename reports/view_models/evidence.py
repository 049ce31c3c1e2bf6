"""What was seen of an object, as text."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType
from typing import Final

from m365_posture.texts import mark
from reports.view_models.wording import Wording

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accepted_instead": mark("Accepted instead of a second factor"),
        "devices_still_try": mark("Devices still try to sign in"),
        "expires": mark("Ends on"),
        "has_password": mark("Has a password"),
        "hides_by": mark("Hides mail by"),
        "is_folder": mark("Opens a folder"),
        "is_hidden": mark("Is hidden itself"),
        "is_licensed": mark("Has a licence"),
        "last_success": mark("Last successful sign-in"),
        "mailbox": mark("Mailbox"),
        "path": mark("Path"),
        "scope": mark("Open to"),
        "sends_to": mark("Sends to"),
        "site": mark("Site"),
        "type": mark("Allows"),
        "unused_since": mark("Unused since"),
        "user_type": mark("Kind of account"),
    }
)
"""Evidence column to the name a reader knows; a column without one is shown by its code."""

_YES: Final = mark("yes")
_NO: Final = mark("no")
_NOT_STATED: Final = mark("not stated")


def evidence_text(evidence: Mapping[str, object], wording: Wording) -> str:
    """Return one line per column: what it is, and what was seen."""
    return "\n".join(f"{_label(name, wording)}: {_value(value, wording)}" for name, value in evidence.items())


def _label(name: str, wording: Wording) -> str:
    return wording.text(LABELS[name]) if name in LABELS else name.replace("_", " ")


def _value(value: object, wording: Wording) -> str:
    match value:
        case None:
            return wording.text(_NOT_STATED)
        case bool():
            return wording.text(_YES if value else _NO)
        case list():
            return ", ".join(_value(entry, wording) for entry in value) or "-"
        case str():
            return _moment(value, wording)
        case _:
            return str(value)


def _moment(text: str, wording: Wording) -> str:
    """Return a UTC timestamp on the firm's clock; any other text as it is."""
    if text.endswith("Z") and text[:4].isdigit():
        with suppress(ValueError):
            return f"{wording.local(datetime.fromisoformat(text)):%Y-%m-%d %H:%M}"
    return text
