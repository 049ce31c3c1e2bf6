"""Control lists and the mapping of each check to them, as data.

`mapping.csv` holds one row per check of the catalogue, built or still to be built. Every
other file is a list of controls: identifiers, short titles and levels only.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from checks.model import Severity


class Framework(StrEnum):
    """A list of controls; the value is the name of its file."""

    CIS_M365_V6 = "cis_m365_v6"
    CIS_M365_V7 = "cis_m365_v7"
    SCUBA = "scuba"
    CYFUN_2023 = "cyfun2023"
    CYFUN_2025 = "cyfun2025"
    NIS2 = "nis2"
    ISO_27001 = "iso27001_2022"
    GDPR = "gdpr"
    SOC2 = "soc2_tsc"
    CIS_CONTROLS_V8_1 = "cis_controls_v8_1"
    MITRE = "mitre"
    INSURER_QUESTIONS = "insurer_questions"


_COLUMNS: Final[Mapping[Framework, str]] = MappingProxyType(
    {
        **{framework: framework.value for framework in Framework},
        Framework.NIS2: "nis2_21_2",
        Framework.ISO_27001: "iso27001",
        Framework.SOC2: "soc2",
        Framework.CIS_CONTROLS_V8_1: "cis_v8_1",
        Framework.INSURER_QUESTIONS: "insurer_q",
    }
)
"""Column of `mapping.csv` that cites each list."""


class Mode(StrEnum):
    """How a check is answered."""

    AUTO = "auto"
    """By what was read."""
    PARTIAL = "partial"
    """By what was read, and by what the firm states of the rest."""
    ATTEST = "attest"
    """By what the firm states."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue knows of a check besides its code: one row of `mapping.csv`."""

    check_id: str
    title: str
    area: str
    core: bool
    mode: Mode
    severity: Severity
    severity_rationale: str
    least_permission: tuple[str, ...]
    licence: str
    cyfun_level: str
    """`Basic`, `Important` or `Essential`."""
    cyfun_key_measure: bool
    references: Mapping[Framework, tuple[str, ...]]
    """Control ids by framework, insurer questions included; a framework without any is absent."""


@dataclass(frozen=True, slots=True)
class Control:
    """One line of a list of controls."""

    id: str
    short_title: str
    details: Mapping[str, str]
    """The list's other columns, e.g. level or profile."""


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _ids(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split(";")))


@cache
def mapping() -> Mapping[str, Entry]:
    """Return every row of `mapping.csv` by check id."""
    return MappingProxyType({row["id"]: _entry(row) for row in _rows("mapping")})


def _entry(row: dict[str, str]) -> Entry:
    references = {framework: _ids(row[column]) for framework, column in _COLUMNS.items()}
    return Entry(
        check_id=row["id"],
        title=row["title"],
        area=row["area"],
        core=row["core"] == "yes",
        mode=Mode(row["mode"]),
        severity=Severity(row["severity"]),
        severity_rationale=row["severity_rationale"],
        least_permission=_ids(row["least_permission"]),
        licence=row["licence"],
        cyfun_level=row["cyfun2025_level"],
        cyfun_key_measure=row["cyfun2025_key_measure"] == "yes",
        references=MappingProxyType({framework: ids for framework, ids in references.items() if ids}),
    )


@cache
def controls(framework: Framework) -> Mapping[str, Control]:
    """Return a list of controls by id, in the list's own order."""
    title = {Framework.SCUBA: "statement", Framework.MITRE: "name", Framework.INSURER_QUESTIONS: "question"}.get(
        framework, "short_title"
    )
    return MappingProxyType(
        {
            row["id"]: Control(
                row["id"],
                row[title],
                MappingProxyType({name: value for name, value in row.items() if name not in {"id", title}}),
            )
            for row in _rows(framework)
        }
    )


@cache
def insurer_sources() -> Mapping[str, str]:
    """Return where an insurer's question was seen: code, as cited in `seen_in`, to form or guide."""
    return MappingProxyType({row["code"]: row["source"] for row in _rows("insurer_sources")})
