"""Changes `tenants.toml` and leaves everything else in it as people wrote it, comments included."""

import re
from collections.abc import Collection, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from m365_posture.config import ConfigError
from m365_posture.files import write_durably

_HEADER: Final = re.compile(r"""\[{1,2}\s*(?:tenants\s*\.\s*(?P<quote>["']?)(?P<slug>[\w-]+)(?P=quote)|.)""")
"""First line of a table; of one that is no tenant's, or lies not below one, without a slug."""


def remove_tenant(path: Path, slug: str) -> None:
    """Take `[tenants.<slug>]` and everything below it out of the configuration; one that is not there stays so.

    The comment that stands directly above a table goes with it.

    Raises:
        ConfigError: The file cannot be read or written.
    """
    document = _read(path)
    tenants = document.get("tenants")
    if not isinstance(tenants, MutableMapping) or slug not in tenants:
        return
    text = tomlkit.dumps(document)
    del tenants[slug]
    if not tenants:
        del document["tenants"]
    wanted = document.unwrap()
    shorter = _without_tables(text, slug)
    # A file that is written in an unusual way may hold the tenant in no table of its own.
    _write(path, shorter if _says(shorter, wanted) else tomlkit.dumps(document))


def mentions(path: Path, words: Collection[str]) -> list[int]:
    """Return the numbers of the lines of a text file that hold one of `words`, in whatever case; from 1."""
    lines = path.read_text(encoding="utf-8-sig").casefold().splitlines()
    return [number for number, line in enumerate(lines, 1) if any(word.casefold() in line for word in words)]


def _without_tables(text: str, slug: str) -> str:
    """Return a configuration without the tables of a tenant and the comments directly above them."""
    kept: list[str] = []
    is_gone = False
    for block in _blocks(text):
        header = _HEADER.match(block[-1] if block[-1].startswith("[") else "")
        if header:
            is_gone = header["slug"] == slug
        if not is_gone:
            kept += block
    return "".join(kept)


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield the lines of a file: a table's header with the comment directly above it, any other line alone."""
    comment: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("#"):
            comment.append(line)
        elif line.startswith("["):
            yield [*comment, line]
            comment = []
        else:
            yield from ([each] for each in (*comment, line))
            comment = []
    yield from ([each] for each in comment)


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return tomlkit.parse(text).unwrap() == wanted
    except TOMLKitError:
        return False


def add_tenant(path: Path, slug: str, values: Mapping[str, Any]) -> None:
    """Put `[tenants.<slug>]` at the end of the configuration, which is made where it is missing.

    Args:
        path: `tenants.toml`.
        slug: The tenant's name on the command line.
        values: Its keys and what they are.

    Raises:
        ConfigError: There is such a tenant, or the file cannot be read or written.
    """
    document = _read(path) if path.exists() else tomlkit.parse("schema = 1\n")
    tenants = document.setdefault("tenants", tomlkit.table(is_super_table=True))
    if slug in tenants:
        raise ConfigError(f"{path} has a tenant `{slug}` already: choose another name.")
    tenants[slug] = _table(values)
    _write(path, tomlkit.dumps(document))


def _table(values: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in values.items():
        table[key] = _table(value) if isinstance(value, Mapping) else value
    return table


def _read(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): check the path and its permissions.") from error
    except (UnicodeDecodeError, TOMLKitError) as error:
        raise ConfigError(f"{path} is not valid TOML: run `m365-posture config check` and correct it.") from error


def _write(path: Path, text: str) -> None:
    try:
        write_durably(path, text.encode())
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}): check its permissions.") from error
