"""Writes the table of detections in `docs/detections.md` from what the detections declare of themselves.

Run `python -m bench.detections_document` after a declaration changed; a test compares the two.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from checks.signins.detections import UNITS
from checks.signins.units import Unit

DOCUMENT: Final = Path(__file__).resolve().parents[1] / "docs" / "detections.md"
BEGIN: Final = "<!-- table of detections: written by python -m bench.detections_document -->"
END: Final = "<!-- end of the table -->"


def lines_of(units: Iterable[Unit]) -> Iterator[str]:
    """Yield the table as Markdown: one detection a row."""
    yield "| id | what it looks for | family | worth alone | within | thresholds | needs | MITRE |"
    yield "|---|---|---|---|---|---|---|---|"
    for unit in units:
        numbers = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in unit.threshold.items()) or "-"
        cells = (unit.id, unit.title, unit.family.value, unit.level.value, _span(unit.window), numbers, _needs(unit),
                 ", ".join(unit.technique))  # fmt: skip
        yield "| " + " | ".join(cells) + " |"


def _span(window: timedelta) -> str:
    if window.days:
        return f"{window.days} d"
    minutes = int(window.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def _needs(unit: Unit) -> str:
    fields = [f"`{name}`" for name in unit.fields]
    tables = [f"table `{name}`" for name in unit.tables]
    learned = ["a learned person"] if unit.needs_learning else []
    return ", ".join([*fields, *tables, *(f"stated: {name}" for name in unit.statements), *learned])


def written(document: str, units: Iterable[Unit]) -> str:
    """Return the document with the table of these detections between its marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN, "", *lines_of(units), "", END + after])


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), UNITS), "utf-8")
