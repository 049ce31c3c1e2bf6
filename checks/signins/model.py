"""What an examination of the sign-in log is given, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from checks.signins.units import Family, Level

LOOK_BACK: Final = timedelta(days=30)
HOLE: Final = timedelta(days=5)
"""So long without one sign-in of anybody is a hole in the log, and no long weekend."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the log is judged with."""

    as_of: datetime
    """UTC; later rows are not looked at."""
    look_back: timedelta = LOOK_BACK
    break_glass: frozenset[str] = frozenset()
    """User principal names of emergency accounts, lower case; empty when the firm stated none."""
    trusted_networks: tuple[str, ...] = ()
    """The firm's own networks, in CIDR notation."""
    log_since: datetime | None = None
    """Since when the log is without a hole; None when that is not known."""


@dataclass(frozen=True, slots=True)
class Detection:
    """Rows of the log that together look like something to examine."""

    unit: str
    user_id: str | None
    """Account, or `sp:` and the id of a service principal; None where the source alone is known."""
    name: str | None
    user_principal_name: str | None
    source: str | None
    """Address, IPv6 as its /64."""
    first: datetime
    last: datetime
    times: int
    succeeded: bool
    """A password was right."""
    approved: bool
    """MFA was accepted, or a token used."""
    level: Level
    record_ids: tuple[str, ...]
    """Ids of sign-ins, earliest first, at most 50."""
    addresses: tuple[str, ...]
    countries: tuple[str, ...]
    asns: tuple[int, ...]
    apps: tuple[str, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Numbers and texts of the detection's own."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a story's timeline."""

    at: datetime
    what: str
    """Code: `detected`, `password_right`, `signed_in`, `approved`, or `audit`."""
    unit: str | None = None
    address: str | None = None
    country: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)
    """E.g. `operation` of an audit event."""


@dataclass(frozen=True, slots=True)
class Story:
    """Detections of one person or one source that belong together, to be examined as one thing."""

    id: str
    """The same in every examination that sees its first detection."""
    user_id: str | None
    name: str | None
    user_principal_name: str | None
    source: str | None
    level: Level
    score: int
    began: datetime
    ended: datetime
    succeeded: bool
    approved: bool
    families: tuple[Family, ...]
    detections: tuple[Detection, ...]
    timeline: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class UnitState:
    """Whether a detection was evaluated, and why not."""

    id: str
    evaluated: bool
    because: str
    """Empty, or `beta_unread`, `applications_unread`, `table:<name>`, `no_licence`, `not_stated:<what>`,
    `log_too_short`, `field_never_filled:<column>`."""
    hits: int


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Rows of the time looked at, and those that do not say what every row should."""

    read: int
    without_time: int
    """In the whole log."""
    without_user: int
    malformed: int
    """With an address that is none, or with members of another shape than Microsoft's."""
    repeated: int
    """Ids that were there more than once; each counts once."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody of the log."""

    user_id: str
    name: str | None
    user_principal_name: str | None


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything that was found, and everything that could not be told."""

    detections: tuple[Detection, ...]
    """By first moment."""
    stories: tuple[Story, ...]
    """By level, the gravest first, then by score and time."""
    units: tuple[UnitState, ...]
    doubts: Mapping[str | None, frozenset[str]]
    """Account to the detections that rows do not say enough for; None: rows that may be about anybody."""
    unlearned: Mapping[str | None, frozenset[str]]
    """Account to the detections that tell nothing of it, as its ordinary behaviour is not known yet."""
    accounts: tuple[Account, ...]
    """Everybody that the log of the time looked at names, by id."""
    rows: RowCounts
