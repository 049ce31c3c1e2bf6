"""One table of `tenants.toml` while it is read: every mistake names its place and its cure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from m365_posture.config import ConfigError

Choice = TypeVar("Choice", bound=StrEnum)

_GUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")
_TYPE_NAMES: Final = {
    str: "text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    date: "a date such as 2027-06-30",
    list: "a list in square brackets",
    dict: "a table",
}


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean …?` for the known word most like `word`, "" when none is near."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""


@dataclass(frozen=True, slots=True)
class Section:
    """The values of one TOML table, read key by key.

    Every reader raises `ConfigError` when the value is missing, of another type or not usable.
    """

    values: Mapping[str, object]
    file: Path
    name: str
    """Header as it stands in the file, e.g. `[tenants.vermeulen]`."""

    def allow_only(self, known: Iterable[str]) -> "Section":
        """Return this table, or say which key is unknown and which known one is nearest."""
        keys = sorted(known)
        for key in self.values:
            if key not in keys:
                suggestion = nearest(key, keys) or f"; known are {', '.join(keys)}."
                raise self.mistake(f"`{key}` is not a setting here{suggestion}")
        return self

    def mistake(self, problem: str) -> ConfigError:
        """Return the error for `problem`, with file and table in front."""
        return ConfigError(f"{self.file}, {self.name}: {problem}")

    def has(self, key: str) -> bool:
        """Whether the file sets `key`."""
        return key in self.values

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; empty is as wrong as missing unless a default is given."""
        value = self._value(key, str, default)
        if not value.strip() and default is None:
            raise self.mistake(f"`{key}` is empty; fill it in.")
        return value.strip()

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        return self._value(key, bool, default)

    def whole_number(self, key: str, default: int | None = None, *, at_least: int = 1) -> int:
        """Return a whole number of `at_least` or more."""
        value = self._value(key, int, default)
        if value < at_least:
            raise self.mistake(f"`{key}` is {value}; it must be {at_least} or more.")
        return value

    def number(self, key: str, default: float) -> float:
        """Return a number above zero."""
        given = self.values.get(key, default)
        value = (
            float(given) if isinstance(given, int) and not isinstance(given, bool) else self._value(key, float, default)
        )
        if not 0 < value < float("inf"):
            raise self.mistake(f"`{key}` is {value}; it must be above zero.")
        return value

    def day(self, key: str) -> date:
        """Return a date without a time."""
        value = self._value(key, date, None)
        if isinstance(value, datetime):
            raise self.mistake(f"`{key}` has a time; write only the day, such as {value.date()}.")
        return value

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self._value(key, list, list(default))
        if wrong := [value for value in values if not isinstance(value, str) or not value.strip()]:
            raise self.mistake(f"`{key}` holds {wrong[0]!r}; every entry must be {_TYPE_NAMES[str]}.")
        return tuple(str(value).strip() for value in values)

    def guid(self, key: str) -> str:
        """Return a GUID in lower case."""
        value = self.text(key).lower().strip("{}")
        if not _GUID.fullmatch(value):
            raise self.mistake(
                f'`{key}` is "{value}", which is no GUID; copy it from the Entra admin centre, '
                "such as 11112222-bbbb-3333-cccc-4444dddd5555."
            )
        return value

    def variable(self, key: str) -> str:
        """Return the name of an environment variable, "" when unset. Never shows a value: it may be the secret."""
        name = self.text(key, "")
        if name and not _VARIABLE.fullmatch(name):
            raise self.mistake(f"`{key}` is the name of an environment variable, never the secret itself.")
        return name

    def addresses(self, key: str) -> tuple[str, ...]:
        """Return a list of mail addresses or user principal names, in lower case."""
        found = self.texts(key)
        if wrong := [value for value in found if not _ADDRESS.fullmatch(value)]:
            raise self.mistake(f'`{key}` holds "{wrong[0]}", which is no address such as name@firm.example.')
        return tuple(value.lower() for value in found)

    def address(self, key: str) -> str:
        """Return one mail address, in lower case."""
        value = self.text(key)
        if not _ADDRESS.fullmatch(value):
            raise self.mistake(f'`{key}` is "{value}", which is no address such as name@firm.example.')
        return value.lower()

    def path(self, key: str) -> Path | None:
        """Return a path, relative ones taken from the folder of the file; None when unset."""
        if not self.has(key):
            return None
        return self.file.parent / Path(self.text(key)).expanduser()

    def url(self, key: str, schemes: tuple[str, ...], default: str | None = None) -> str:
        """Return an address made of scheme, host and port, without a trailing slash; the default as it is."""
        value = self.text(key, default).rstrip("/")
        if not value:
            return value
        example = f"{schemes[0]}://host:9443"
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError as error:
            raise self.mistake(f'`{key}` is "{value}", which is no address such as {example}.') from error
        if parts.scheme not in schemes or not parts.hostname or parts.path or parts.query:
            raise self.mistake(f'`{key}` is "{value}"; write it as {example}.')
        return value

    def choice(self, key: str, kind: type[Choice], default: Choice) -> Choice:
        """Return one of a fixed set of words."""
        value = self.text(key, default.value)
        words = [member.value for member in kind]
        if value not in words:
            suggestion = nearest(value, words)
            raise self.mistake(f'`{key}` is "{value}"; use one of {", ".join(words)}{suggestion or "."}')
        return kind(value)

    def table(self, key: str) -> "Section":
        """Return the table `key` inside this one, empty when the file has none."""
        return Section(self._value(key, dict, {}), self.file, f"{self.name[:-1]}.{key}]")

    def tables(self, key: str) -> list["Section"]:
        """Return the tables of the array `[[…key]]`, in order."""
        entries = self._value(key, list, [])
        header = f"[{self.name[:-1]}.{key}]]"
        if not all(isinstance(entry, dict) for entry in entries):
            raise self.mistake(f"`{key}` must be written as tables under {header}.")
        return [Section(entry, self.file, f"{header} number {i}") for i, entry in enumerate(entries, 1)]

    def _value(self, key: str, kind: type["Value"], default: "Value | None") -> "Value":
        if key not in self.values:
            if default is None:
                raise self.mistake(f"`{key}` is missing; add it.")
            return default
        value = self.values[key]
        # In Python a bool is an int; in the file they are different things.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.mistake(f"`{key}` must be {_TYPE_NAMES[kind]}.")
        return value


Value = TypeVar("Value")
