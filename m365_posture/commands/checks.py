"""`checks`: what is checked, and why."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from m365_posture.commands import what_if
from m365_posture.commands.options import Format
from m365_posture.commands.output import Row, write_bytes, write_rows
from m365_posture.texts import Language, mark, translate

if TYPE_CHECKING:
    from checks.registry import Check

app = typer.Typer(
    help="What is checked, how severe it is, and why it matters.", no_args_is_help=True, rich_markup_mode=None
)
app.command("what-if")(what_if.what_if)

_COLUMNS: Final = ("check_id", "severity", "area", "title")
_LABELLED: Final = mark("{label}: {value}")


class ListFormat(StrEnum):
    """How the list is written: like any data, or as a table for a document."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MARKDOWN = "markdown"


def _complete_checks(incomplete: str) -> list[str]:
    from checks.registry import CATALOGUE

    return [check.id for check in CATALOGUE if check.id.startswith(incomplete.upper())]


LanguageOption = Annotated[Language, typer.Option("--lang", help="Language of titles and texts.")]


@app.callback()
def checks() -> None:
    """Show the catalogue of checks, and judge policies on paper."""


@app.command("list")
def list_checks(
    *,
    form: Annotated[ListFormat, typer.Option("--format", help="How the list is written.")] = ListFormat.TABLE,
    lang: LanguageOption = Language.EN,
) -> None:
    """List every check with its severity.

    Example:

        m365-posture checks list --format csv
    """
    from checks.registry import CATALOGUE

    rows = [_row(check, lang) for check in CATALOGUE]
    if form is ListFormat.MARKDOWN:
        write_bytes([_markdown(rows).encode()])
    else:
        write_rows(rows, _COLUMNS, Format(form.value))


@app.command("show")
def show_check(
    check_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a check, e.g. AC-04.", autocompletion=_complete_checks)
    ],
    *,
    lang: LanguageOption = Language.EN,
) -> None:
    """Show one check: why it matters, what to do, what it reads, and which frameworks ask for it.

    Example:

        m365-posture checks show AC-04 --lang nl
    """
    from checks.registry import CATALOGUE
    from m365_posture.config import ConfigError
    from m365_posture.toml_section import nearest

    wanted = check_id.upper()
    if wanted not in CATALOGUE:
        known = [check.id for check in CATALOGUE]
        suggestion = nearest(wanted, known) or f"; known are {', '.join(known)}."
        raise ConfigError(f"There is no check `{check_id}`{suggestion}")
    write_bytes(f"{line}\n".encode() for line in _lines(CATALOGUE[wanted], lang))


def _row(check: "Check", lang: Language) -> Row:
    return {
        "check_id": check.id,
        "severity": check.severity.value,
        "area": check.entry.area,
        "title": translate(check.title, lang),
        "needs": list(check.needs),
        "why": translate(check.why, lang),
        "remedy": translate(check.remedy, lang),
        "source": check.source,
        "references": {name.value: list(ids) for name, ids in check.entry.references.items()},
    }


def _lines(check: "Check", lang: Language) -> Iterable[str]:
    from reports.view_models.wording import SEVERITIES

    def labelled(label: str, value: str) -> str:
        return translate(_LABELLED, lang).format(label=translate(label, lang), value=value)

    row = _row(check, lang)
    severity = labelled(mark("Severity"), translate(SEVERITIES[check.severity], lang))
    yield f"{row['check_id']}  {row['title']}"
    reads = labelled(mark("Reads"), ", ".join(row["needs"]))
    yield f"{severity}   {reads}"
    yield from ("", row["why"], "", labelled(mark("What to do"), row["remedy"]))
    yield from ("", labelled(mark("Source"), row["source"]))
    for name, ids in row["references"].items():
        yield f"{name}: {', '.join(ids)}"


def _markdown(rows: Iterable[Row]) -> str:
    lines = [f"| {row['check_id']} | {row['severity']} | {row['title'].replace('|', chr(92) + '|')} |" for row in rows]
    return "\n".join(["| id | severity | what is checked |", "|---|---|---|", *lines, ""])
