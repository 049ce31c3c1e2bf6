"""CSV that a spreadsheet shows as it is: no cell of it runs as a formula."""

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file in UTF-8.

    Args:
        headings: Its first line.
        rows: JSON values, one for each heading.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    # A spreadsheet that opens the file would run it as a formula.
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
