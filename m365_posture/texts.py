"""Texts a customer sees: English is the source, `locale/<language>.po` the translation."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, Literal

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


def listed(parts: Sequence[str], language: Language, style: Literal["and", "or"] = "or") -> str:
    """Return parts as people say them: `a, b or c`."""
    if len(parts) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(parts)
    from babel.lists import format_list  # noqa: PLC0415 - the same

    return format_list(parts, style="or" if style == "or" else "standard", locale=language.value)


def country_name(code: str, language: Language) -> str:
    """Return the name of a country by its two letters; of an unknown one, the letters."""
    from babel import Locale  # noqa: PLC0415 - the same

    return str(Locale.parse(language.value).territories.get(code.upper(), code))
