"""What each Conditional Access policy does in the situations that matter most."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from m365_posture.texts import mark
from reports.view_models.mfa_coverage import CHECK
from reports.view_models.mfa_words import CELLS, POLICY_STATES, said
from reports.view_models.report import Report

_Json = Mapping[str, Any]

SITUATIONS: Final[Mapping[str, str]] = MappingProxyType({})
"""Situations of the matrix, by what they are called in the exhibit."""

NO_POLICIES: Final = mark("There are no Conditional Access policies.")


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
            state=str(policy["state"]),
            state_text=said(str(policy["state"]), POLICY_STATES, wording),
            cells=tuple((cell, said(cell, CELLS, wording)) for cell in policy["cells"]),
        )
        for policy in matrix["policies"]
    )
    return MatrixView(
        situations=tuple(said(each["key"], SITUATIONS, wording) for each in matrix["situations"]),
        rows=tuple(sorted(rows, key=lambda row: (not row.is_enforced, row.name.casefold(), row.id))),
    )
