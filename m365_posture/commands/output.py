"""Data to standard output, words for people to standard error."""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import typer

from m365_posture.commands.options import Format
from m365_posture.csv_text import csv_bytes

Row = Mapping[str, Any]

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def say(text: str) -> None:
    """Tell a person something."""
    typer.echo(printable(text), err=True)


def printable(text: str) -> str:
    """Return `text` without what could drive a terminal: a name may hold escape sequences."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def write_rows(rows: Sequence[Row], columns: Sequence[str], form: Format) -> None:
    """Write rows to standard output.

    Args:
        rows: JSON values by column.
        columns: The ones that a table and CSV show, in order; JSON always has all.
        form: How.
    """
    match form:
        case Format.TABLE:
            _write_table(rows, columns)
        case Format.JSON:
            write_bytes([json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2).encode(), b"\n"])
        case Format.JSONL:
            write_bytes(json.dumps(dict(row), ensure_ascii=False).encode() + b"\n" for row in rows)
        case Format.CSV:
            write_bytes([csv_bytes(columns, ([row.get(column) for column in columns] for row in rows))])


def write_bytes(chunks: Iterable[bytes]) -> None:
    """Write UTF-8 to standard output, whatever the console's own encoding is."""
    sys.stdout.flush()
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _write_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_table_cell(row.get(column))) for column in columns))
    terminal = Console(file=sys.stdout, highlight=False)
    # A pipe has no width: nothing is folded there, so that grep finds whole lines.
    console = terminal if terminal.is_terminal else Console(file=sys.stdout, highlight=False, width=_WIDE)
    console.print(table)


_WIDE: Final = 400


def _table_cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict() | list():
            return printable(json.dumps(value, ensure_ascii=False))
        case _:
            return printable(str(value))
