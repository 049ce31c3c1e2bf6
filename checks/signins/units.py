"""What a detection over the sign-in log declares of itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

_TABLES: Final = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)", re.IGNORECASE)


class Family(StrEnum):
    """What kind of thing a detection sees; two kinds together say more than one of them twice."""

    ATTEMPTS = "attempts"
    CREDENTIAL = "credential"
    APPROVAL = "approval"
    PLACE = "place"
    SESSION = "session"
    CLIENT = "client"
    ACCOUNT = "account"
    APP = "app"
    WORKLOAD = "workload"
    RISK = "risk"
    FOLLOW_ON = "follow_on"
    """What somebody does once inside: another sign-in method, a device, a consent. Never a unit's own family."""


class Level(StrEnum):
    """What a detection or a story is worth to whoever reads it; the order of declaration is the order of weight."""

    LISTED = "listed"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for listed, 2 for high."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Unit:
    """One detection: what it asks of the log, with which numbers, and what it needs for that."""

    id: str
    """As in the reference, e.g. `D01`."""
    title: str
    """Neutral, marked for translation."""
    family: Family
    level: Level
    """What a hit alone is worth; the query's column `level` may say more or less of one hit."""
    technique: tuple[str, ...]
    """MITRE ATT&CK ids."""
    window: timedelta
    """How far apart in time rows may be that together make a hit."""
    threshold: Mapping[str, int | float]
    """The numbers that the query uses, by name."""
    fields: tuple[str, ...]
    """Columns of `sign_ins` without which nothing can be said of a row."""
    false_alarms: str
    """What ordinary behaviour looks the same; marked for translation."""
    why: str
    """What is to be examined, and how; marked for translation."""
    query: str
    """SQL over the tables of `checks.signins.seen`, made of constants only. It returns hits with the columns

    `who` UBIGINT or null, `address` UBIGINT or null, `first`, `last` TIMESTAMP, `times` integer,
    `succeeded` BOOLEAN (a password was right), `approved` BOOLEAN (MFA was accepted, or a token used),
    `level` VARCHAR or null, `rows` UBIGINT[] (earliest first, at most 50), `facts` STRUCT of small scalars or null.
    """
    tables: tuple[str, ...] = ()
    """Tables of the snapshot besides `sign_ins` that it cannot do without."""
    is_crowd: bool = False
    """Whether rows of other people decide about one person."""
    needs_learning: bool = False
    """Whether it tells nothing of people whose ordinary behaviour is not known yet."""
    scope: str = "TRUE"
    """SQL over `seen`: the rows it may be about; null counts as yes."""
    family_when_listed: Family | None = None
    """The family of a hit that is only listed, where that is another one."""
    starts_from: str = ""
    """SQL over `seen`: without a row of which this is true there is no hit, and the query need not be asked.

    Empty where hits may start from any row, or from none of `seen`.
    """
    statements: tuple[str, ...] = ()
    """What the firm must have stated: `break_glass`."""

    needs_days: int = 0
    """How far back it must be known, without a hole, who signed in."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"D\d\d", self.id):
            raise ValueError(f"{self.id!r} is no id of a detection: D and two digits.")
        if self.family is Family.FOLLOW_ON:
            raise ValueError(f"{self.id}: follow_on is for what the audit log tells.")

    def family_of(self, level: Level) -> Family:
        """Return the family of a hit of some level."""
        return self.family_when_listed if self.family_when_listed and level is Level.LISTED else self.family

    def asks(self, table: str) -> bool:
        """Whether the query reads one of the engine's tables."""
        return table in _TABLES.findall(self.query)
