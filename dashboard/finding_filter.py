"""Which findings are shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from checks.model import Severity
from reports.view_models.findings import FindingLine, Standing


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """What a reader asks for; an empty choice leaves nothing out."""

    severities: frozenset[Severity] = frozenset()
    areas: frozenset[str] = frozenset()
    check_ids: frozenset[str] = frozenset()
    standings: frozenset[Standing] = frozenset()
    text: str = ""
    """Somewhere in the name, the id or what was seen, in capitals or not."""

    def of(self, lines: Iterable[FindingLine]) -> list[FindingLine]:
        """Return the lines that were asked for, in their order."""
        return [line for line in lines if self._asks_for(line)]

    def _asks_for(self, line: FindingLine) -> bool:
        return (
            (not self.severities or line.severity in self.severities)
            and (not self.areas or line.area in self.areas)
            and (not self.check_ids or line.check_id in self.check_ids)
            and (not self.standings or line.standing in self.standings)
            and self.text.strip().casefold() in f"{line.object_name}\n{line.object_id}\n{line.evidence}".casefold()
        )
