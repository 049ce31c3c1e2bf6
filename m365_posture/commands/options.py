"""Options that mean the same in every command, and the completion of tenant names."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from m365_posture.config import ConfigError


class Format(StrEnum):
    """How data is written to standard output."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


class FailOn(StrEnum):
    """From which severity on a finding makes a scan exit with 1."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


def complete_tenants(context: typer.Context, incomplete: str) -> list[str]:
    """Return the slugs of the configuration that begin with what was typed."""
    from m365_posture.config_file import load, locate

    try:
        configuration = load(locate(context.params.get("config"), os.environ, Path.cwd()))
    except ConfigError:
        return []
    return [slug for slug in configuration.tenants if slug.startswith(incomplete)]


ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Configuration; default: tenants.toml here, else what M365_POSTURE_CONFIG names.",
        show_default=False,
    ),
]
KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="Master key; default: the variable M365_POSTURE_KEY, else the keyring.",
        show_default=False,
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How data is written to standard output.")]
TenantArgument = Annotated[
    str, typer.Argument(metavar="TENANT", help="Name of the tenant in tenants.toml.", autocompletion=complete_tenants)
]
TenantsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TENANT...",
        help="Names of tenants in tenants.toml.",
        autocompletion=complete_tenants,
        show_default=False,
    ),
]
