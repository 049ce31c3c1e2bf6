"""Every text a customer sees exists in Dutch and in French."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from checks.registry import CATALOGUE
from m365_posture.texts import Language, mark, translate

ROOT = Path(__file__).parents[2]
PACKAGES = ("m365_posture", "checks", "store", "reports", "dashboard")
TRANSLATED = [language for language in Language if language is not Language.EN]


def marked() -> Iterator[str]:
    """Yield every text that is marked in the code, and the reason of every check."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for _, text, _, _ in extract("python", BytesIO(path.read_bytes()), keywords={"mark": None}):
                assert isinstance(text, str)
                yield text
    for check in CATALOGUE:
        yield from (check.title, check.remedy, check.why)


@cache
def sources() -> list[str]:
    return sorted(set(marked()))


def catalogue(language: Language) -> dict[str, str]:
    with (ROOT / "m365_posture" / "locale" / f"{language}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, abort_invalid=True) if message.id}


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_there_are_texts_to_translate() -> None:
    assert len(sources()) > 80
    assert "Not assessed" in sources()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: Language) -> None:
    translated = catalogue(language)

    assert [text for text in sources() if not translated.get(text, "").strip()] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_left_of_a_text_that_is_gone(language: Language) -> None:
    assert sorted(set(catalogue(language)) - set(sources())) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_placeholders(language: Language) -> None:
    different = {source for source, text in catalogue(language).items() if fields(source) != fields(text)}

    assert different == set()


def test_a_text_is_given_in_the_language_asked_for() -> None:
    assert translate("Not assessed", Language.NL) == "Niet beoordeeld"
    assert translate("Not assessed", Language.FR) == "Non évalué"
    assert translate("Not assessed", Language.EN) == "Not assessed"


def test_a_text_without_translation_stays_english() -> None:
    assert translate(mark.__name__, Language.NL) == "mark"
