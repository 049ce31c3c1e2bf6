"""Texts a customer sees: English is the source, `locale/<language>.po` the translation."""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

_LOCALE: Final = Path(__file__).parent / "locale"


class Language(StrEnum):
    """Languages a report can be written in."""

    NL = "nl"
    FR = "fr"
    EN = "en"


def mark(text: str) -> str:
    """Return `text` unchanged; marks it for translation where it is declared."""
    return text


@cache
def _catalogue(language: Language) -> dict[str, str]:
    if language is Language.EN:
        return {}
    from babel.messages.pofile import read_po  # noqa: PLC0415 - commands that print no report start without it

    with (_LOCALE / f"{language}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}


def translate(text: str, language: Language) -> str:
    """Return `text` in `language`, or `text` itself where no translation exists."""
    return _catalogue(language).get(text, text)
