"""How far a reading is, on standard error."""

import sys
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from scanner.snapshot.ledger import Coverage

_STYLES: Final = {"complete": "green", "partial": "yellow", "failed": "red"}


class ReadingProgress:
    """One bar per table while it is read; silent where standard error is no terminal."""

    def __init__(self, title: str) -> None:
        self._console = Console(file=sys.stderr)
        self._title = title
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[state]}"),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def started(self, table: str) -> None:
        """Show the bar of `table`."""
        self._task(table)

    def expecting(self, table: str, objects: int) -> None:
        """Give the bar of `table` a length."""
        self._bars.update(self._task(table), total=objects, completed=0)

    def advanced(self, table: str, amount: int) -> None:
        """Move the bar of `table`."""
        self._bars.advance(self._task(table), amount)

    def finished(self, table: str, coverage: Coverage) -> None:
        """Fill the bar of `table` and say how it was read."""
        task = self._task(table)
        done = self._bars.tasks[task].total or self._bars.tasks[task].completed or 1
        style = _STYLES.get(coverage.state.value, "dim")
        self._bars.update(task, total=done, completed=done, state=f"[{style}]{coverage.state}[/]")

    def _task(self, table: str) -> TaskID:
        if table not in self._tasks:
            description = f"{self._title}: {table.replace('_', ' ')}"
            self._tasks[table] = self._bars.add_task(description, total=None, state="")
        return self._tasks[table]


class Silent:
    """Progress that nobody watches."""

    def started(self, table: str) -> None:
        """Say nothing."""

    def expecting(self, table: str, objects: int) -> None:
        """Say nothing."""

    def advanced(self, table: str, amount: int) -> None:
        """Say nothing."""

    def finished(self, table: str, coverage: Coverage) -> None:
        """Say nothing."""
