"""Everything a report about one tenant is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reports.view_models.wording import Wording
from scanner.snapshot.ledger import Coverage
from store.queries import CheckRow, FindingRow


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What a person concluded of a story of the sign-in log."""

    conclusion: str
    """A code."""
    by: str
    """Empty for whoever may not see accounts; so the note."""
    note: str
    at: datetime
    """UTC."""
    has_grown: bool
    """Whether the story went on since."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a viewer may know of the newest scan of a tenant, and how to say it."""

    firm: str
    finished_at: datetime
    """When the scan finished, UTC."""
    checks: tuple[CheckRow, ...]
    findings: tuple[FindingRow, ...]
    coverage: Mapping[str, Coverage]
    """Ledger by table."""
    wording: Wording
    exhibits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What a check shows besides its verdict, by check id: plain JSON."""
    acknowledged: Mapping[str, Acknowledged] = field(default_factory=dict)
    """By id of the story."""
