"""What each Conditional Access policy does in the situations that matter most."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from m365_posture.texts import mark
from reports.view_models.mfa_coverage import CHECK
from reports.view_models.mfa_words import CELLS, POLICY_STATES, said
from reports.view_models.report import Report
from reports.view_models.wording import Wording

_Json = Mapping[str, Any]

SITUATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "browser": mark("In a browser"),
        "app": mark("In a mobile app"),
        "office365": mark("Apps of Microsoft 365"),
        "legacy_client": mark("In an older mail program"),
        "device_code": mark("By a code from another device"),
        "unknown_platform": mark("Unknown kind of device"),
        "risky_sign_in": mark("Risky sign-in"),
        "risky_user": mark("Account at risk"),
        "admin_portal": mark("Administrator in a portal"),
        "registering": mark("Registering sign-in methods"),
        "administrator": mark("Administrator in a browser"),
        "guest": mark("Guest in a browser"),
        "other_country": mark("From another country"),
        "office": mark("In a browser at {place}"),
    }
)
"""Situations of the matrix, by what they are called in the exhibit."""

SOME_OFFICE: Final = mark("In a browser at an office")
"""A place that a viewer may not know the name of."""
NO_POLICIES: Final = mark("There are no Conditional Access policies.")
ABOUT: Final = mark(
    "What each policy, taken alone, does for somebody whom no policy names. Only policies that are on protect anybody."
)
_PLACE: Final = "{place}"
_NO_STATE: Final = mark("not stated")


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One policy."""

    id: str
    name: str
    state: str
    """Graph's code."""
    state_text: str
    cells: tuple[tuple[str, str], ...]
    """Code and words, one per situation."""

    @property
    def is_enforced(self) -> bool:
        """Whether it is in force."""
        return self.state == "enabled"


@dataclass(frozen=True, slots=True)
class MatrixView:
    """Policies by situations."""

    situations: tuple[str, ...]
    """Each different from the others."""
    rows: tuple[MatrixRow, ...]
    """Policies in force first, then by name."""


def mfa_matrix(report: Report) -> MatrixView | None:
    """Return the matrix; None where it was not worked out."""
    exhibit = report.exhibits.get(CHECK)
    if not exhibit:
        return None
    matrix, wording = exhibit["matrix"], report.wording
    rows = (
        MatrixRow(
            id=policy["id"],
            name=policy["name"] or policy["id"],
            state=policy["state"] or "",
            state_text=said(policy["state"] or wording.text(_NO_STATE), POLICY_STATES, wording),
            cells=tuple((cell, said(cell, CELLS, wording)) for cell in policy["cells"]),
        )
        for policy in matrix["policies"]
    )
    return MatrixView(
        situations=tuple(_distinct(_heading(each, wording) for each in matrix["situations"])),
        rows=tuple(sorted(rows, key=lambda row: (not row.is_enforced, row.name.casefold(), row.id))),
    )


def _heading(situation: _Json, wording: Wording) -> str:
    text = said(situation["key"], SITUATIONS, wording)
    if _PLACE not in text:
        return text
    places = " / ".join(situation.get("labels", ()))
    return text.replace(_PLACE, places) if places else wording.text(SOME_OFFICE)


def _distinct(headings: Iterable[str]) -> Iterator[str]:
    """Yield headings, numbered where two places have the same name."""
    seen = Counter[str]()
    for heading in headings:
        seen[heading] += 1
        yield f"{heading} ({seen[heading]})" if seen[heading] > 1 else heading
