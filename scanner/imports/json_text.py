"""JSON values from a text of any size: one document, an array, pages of Graph, or one object per line."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, TextIO

import orjson

CHUNK: Final = 1 << 20
"""Characters read at a time; one object may be longer."""

_SPACE: Final = re.compile(r"\s*")
_PAGE: Final = re.compile(r'\{\s*(?:"@odata\.[^"]*"\s*:\s*"[^"]*"\s*,\s*)*"(?:value|records)"\s*:\s*\[', re.IGNORECASE)
_HEAD: Final = 4096
"""Characters within which a page must have begun its array."""
_LISTS: Final = ("value", "records", "Records")

BROKEN: Final = object()
"""Stands for a line, or a row, that is no JSON."""


class NotJson(ValueError):
    """The text ends early, is no JSON, or is nested deeper than can be read."""


class _Scroll:
    """A text that is read as far as the value at hand needs it."""

    def __init__(self, source: TextIO, chunk: int) -> None:
        self._source = source
        self._chunk = chunk
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._is_over = False

    def _more(self) -> bool:
        read = self._source.read(self._chunk)
        self._text, self._at = self._text[self._at :] + read, 0
        self._is_over = not read
        return bool(read)

    def next(self) -> str:
        """Return the next character that is no white space, without going past it; "" at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def skip(self) -> None:
        """Go past the character that `next` returned."""
        self._at += 1

    def value(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value that begins here.

        Raises:
            NotJson: There is none.
        """
        self.next()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise NotJson from None
            except ValueError:
                if self._is_over or not self._more():
                    raise NotJson from None
                continue
            if end == len(self._text) and not self._is_over and self._more():
                continue
            self._at = end
            return value

    def begins_a_page(self) -> bool:
        """Tell whether `{"value": […` begins here."""
        while len(self._text) - self._at < _HEAD and self._more():
            pass
        return _PAGE.match(self._text, self._at) is not None

    def enter(self) -> None:
        """Go behind the `[` of the page that begins here."""
        if match := _PAGE.match(self._text, self._at):
            self._at = match.end()

    def line(self) -> str:
        """Return the rest of this line and go past it; "" at the end of the text."""
        while (end := self._text.find("\n", self._at)) < 0 and not self._is_over:
            self._more()
        end = len(self._text) if end < 0 else end + 1
        line, self._at = self._text[self._at : end], end
        return line

    def is_one_per_line(self) -> bool:
        """Tell whether the line that begins here is a JSON value of its own."""
        while (end := self._text.find("\n", self._at)) < 0 and not self._is_over:
            self._more()
        return end >= 0 and _loaded(self._text[self._at : end]) is not BROKEN


def values(source: TextIO, chunk: int = CHUNK) -> Iterator[Any]:
    """Yield the objects of a text; arrays and pages are opened. A line of its own that is no JSON yields `BROKEN`.

    Args:
        source: Read from where it stands.
        chunk: Characters to read at a time.

    Raises:
        NotJson: A text that is not one value per line ends early or is no JSON.
    """
    scroll = _Scroll(source, chunk)
    if scroll.next() == "{" and not scroll.begins_a_page() and scroll.is_one_per_line():
        yield from _lines(scroll)
    while character := scroll.next():
        if character == "[":
            scroll.skip()
            yield from _elements(scroll)
        elif scroll.begins_a_page():
            scroll.enter()
            yield from _elements(scroll)
            _leave(scroll)
        else:
            yield from _inside(scroll.value())


def _lines(scroll: _Scroll) -> Iterator[Any]:
    while line := scroll.line():
        if not line.isspace():
            yield from _inside(_loaded(line))


def _loaded(line: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return orjson.loads(line)
    except ValueError:
        return BROKEN


def _elements(scroll: _Scroll) -> Iterator[Any]:
    """Yield what an array holds, from behind its `[` to behind its `]`."""
    while (character := scroll.next()) != "]":
        if not character:
            raise NotJson
        if character == ",":
            scroll.skip()
        else:
            yield scroll.value()
    scroll.skip()


def _leave(scroll: _Scroll) -> None:
    """Go past what a page says after its array."""
    while (character := scroll.next()) != "}":
        if not character:
            raise NotJson
        if character in ",:":
            scroll.skip()
        else:
            scroll.value()
    scroll.skip()


def _inside(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    """Yield the objects that a value holds: itself, or those of a list, a page, or the tables of a query."""
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict) and isinstance(value.get("tables"), list):
        for table in value["tables"]:
            yield from _rows(table)
    elif isinstance(value, dict) and (lists := [value[name] for name in _LISTS if isinstance(value.get(name), list)]):
        yield from lists[0]
    else:
        yield value


def _rows(table: Any) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    """Yield the rows of a table as Azure Monitor answers a query with it."""
    match table:
        case {"columns": [*columns], "rows": [*rows]}:
            names = [column.get("name") for column in columns if isinstance(column, dict)]
            for row in rows:
                yield dict(zip(names, row, strict=False)) if isinstance(row, list) else BROKEN
        case _:
            yield BROKEN
