"""Changes `tenants.toml` and leaves everything else in it as people wrote it, comments included."""

from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from m365_posture.config import ConfigError
from m365_posture.files import write_durably


def remove_tenant(path: Path, slug: str) -> None:
    """Take `[tenants.<slug>]` and everything below it out of the configuration; one that is not there stays so.

    Raises:
        ConfigError: The file cannot be read or written.
    """
    document = _read(path)
    tenants = document.get("tenants")
    if not isinstance(tenants, MutableMapping) or slug not in tenants:
        return
    del tenants[slug]
    _write(path, document)


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
    _write(path, document)


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


def _write(path: Path, document: tomlkit.TOMLDocument) -> None:
    try:
        write_durably(path, tomlkit.dumps(document).encode())
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}): check its permissions.") from error
