"""OData `$filter`: parsed into a tree, judged against one row."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.answers import GraphError, bad_request

Row = Mapping[str, Any]
Judge = Callable[[Row], bool]

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<time>\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<punctuation>[(),:])"
    r"|(?P<word>[A-Za-z_@][\w./@]*))"
)
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "ge": lambda left, right: left is not None and left >= right,
    "gt": lambda left, right: left is not None and left > right,
    "le": lambda left, right: left is not None and left <= right,
    "lt": lambda left, right: left is not None and left < right,
}
_WORDS: Final = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed `$filter`."""

    judge: Judge
    properties: frozenset[str]
    """Top-level properties it looks at."""
    newest: str = ""
    """Rows younger than this `createdDateTime` can never match; empty: no such bound."""
    oldest: str = ""
    """Rows older than this can never match; empty: no such bound."""
    only_bounds: bool = True
    """Between the two bounds, the time of a row decides nothing."""
    text: str = ""
    """As it was asked."""


EVERYTHING: Final = Filter(lambda _row: True, frozenset())


def parse_filter(text: str, allowed: Mapping[str, frozenset[str]]) -> Filter:
    """Parse a `$filter`.

    Args:
        text: e.g. ``createdDateTime ge 2026-11-01T00:00:00Z and (userId eq 'x')``.
        allowed: Operators per property path, e.g. ``{"userId": {"eq"}}``; ``any`` and
            ``startsWith`` count as operators.

    Raises:
        GraphError: 400, as Graph answers a filter that it does not understand or support.
    """
    parser = _Parser(list(_tokens(text)), allowed)
    judge = parser.disjunction()
    if parser.tokens:
        raise bad_request(f"Syntax error: character '{parser.tokens[0][1]}' is not valid in '$filter'.")
    newest, oldest = parser.bounds if parser.only_and else ("", "")
    only_bounds = parser.only_and or "createdDateTime" not in parser.seen
    return Filter(judge, frozenset(parser.seen), newest, oldest, only_bounds, text)


def comparable_time(text: str) -> str:
    """Return a Graph time with seven fractional digits, so that strings compare like times."""
    whole, _, fraction = text.removesuffix("Z").removesuffix("+00:00").partition(".")
    return f"{whole}.{fraction[:7]:0<7}Z"


def value_at(row: Row, path: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value at `a/b/c`; None where a step is missing."""
    value: Any = row
    for step in path.split("/"):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise bad_request(f"Syntax error at position {position} in '$filter'.")
        yield match.lastgroup, match.group(match.lastgroup)
        position = match.end()


class _Parser:
    """Recursive descent over the grammar that Graph documents for the logs and the directory."""

    def __init__(self, tokens: list[tuple[str, str]], allowed: Mapping[str, frozenset[str]]) -> None:
        self.tokens = tokens
        self.allowed = allowed
        self.seen: set[str] = set()
        self.only_and = True
        self.bounds = ("", "")
        self._variable = ""

    def disjunction(self) -> Judge:
        judges = [self._conjunction()]
        while self._skip("or"):
            self.only_and = False
            judges.append(self._conjunction())
        return judges[0] if len(judges) == 1 else lambda row: any(judge(row) for judge in judges)

    def _conjunction(self) -> Judge:
        judges = [self._term()]
        while self._skip("and"):
            judges.append(self._term())
        return judges[0] if len(judges) == 1 else lambda row: all(judge(row) for judge in judges)

    def _term(self) -> Judge:
        if self._skip("not"):
            self.only_and = False
            negated = self._term()
            return lambda row: not negated(row)
        if self._skip("("):
            inner = self.disjunction()
            self._expect(")")
            return inner
        _, word = self._next("word")
        if word.lower() == "startswith":
            return self._starts_with()
        if word.endswith("/any"):
            return self._any(word.removesuffix("/any"))
        return self._comparison(word)

    def _starts_with(self) -> Judge:
        self._expect("(")
        _, path = self._next("word")
        self._expect(",")
        prefix = str(self._literal()).lower()
        self._expect(")")
        self._allow(path, "startsWith")
        return lambda row: str(value_at(row, path) or "").lower().startswith(prefix)

    def _any(self, path: str) -> Judge:
        self._allow(path, "any")
        self._expect("(")
        _, self._variable = self._next("word")
        self._expect(":")
        only_and = self.only_and
        inner = self.disjunction()
        self.only_and = only_and
        self._expect(")")
        variable, self._variable = self._variable, ""
        return lambda row: any(inner({variable: item}) for item in value_at(row, path) or ())

    def _comparison(self, path: str) -> Judge:
        _, operator = self._next("word")
        compare = _COMPARISONS.get(operator)
        if compare is None:
            raise bad_request(f"Unknown operator '{operator}' in '$filter'.")
        if path.partition("/")[0] != self._variable:
            self._allow(path, operator)
        kind = self.tokens[0][0] if self.tokens else ""
        wanted = self._literal()
        if kind == "time":
            self._bound(path, operator, wanted)
            return lambda row: compare(_time_at(row, path), wanted)
        return lambda row: compare(value_at(row, path), wanted)

    def _bound(self, path: str, operator: str, time: str) -> None:
        if path != "createdDateTime":
            return
        newest, oldest = self.bounds
        if operator in {"le", "lt", "eq"}:
            newest = min(newest or time, time)
        if operator in {"ge", "gt", "eq"}:
            oldest = max(oldest, time)
        self.bounds = (newest, oldest)

    def _literal(self) -> Any:  # noqa: ANN401 - any OData literal
        kind, text = self._next("string", "time", "number", "word")
        if kind == "string":
            return text[1:-1].replace("''", "'")
        if kind == "time":
            return comparable_time(text)
        if kind == "number":
            return float(text) if "." in text else int(text)
        if text not in _WORDS:
            raise bad_request(f"'{text}' is not a value that '$filter' understands.")
        return _WORDS[text]

    def _allow(self, path: str, operator: str) -> None:
        self.seen.add(path.partition("/")[0])
        if operator not in self.allowed.get(path, frozenset()):
            raise GraphError(400, "Request_UnsupportedQuery", f"Unsupported Query: '{operator}' on '{path}'.")

    def _skip(self, word: str) -> bool:
        if self.tokens and self.tokens[0][1].lower() == word and self.tokens[0][0] != "string":
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._skip(word):
            raise bad_request(f"Syntax error: '{word}' expected in '$filter'.")

    def _next(self, *kinds: str) -> tuple[str, str]:
        if not self.tokens or self.tokens[0][0] not in kinds:
            raise bad_request("Syntax error in '$filter'.")
        return self.tokens.pop(0)


def _time_at(row: Row, path: str) -> str | None:
    value = value_at(row, path)
    return comparable_time(value) if isinstance(value, str) else None
