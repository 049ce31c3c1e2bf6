"""Members of JSON that Graph sent: what is absent or of another shape than documented is unknown."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

from checks.three_valued import Answer

ABSENT: Final = object()
"""In place of a member that is not there, where null would be an answer: of no shape that Graph documents."""

_NOT_TOLD: Final = "unknownFutureValue"
"""What Graph sends instead of a value it does not tell this caller."""
_ID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts, as far as it is one."""

    known: frozenset[str]
    is_whole: bool
    """Whether nothing else may be in the list."""

    @classmethod
    def of(cls, value: object) -> Self:
        """Return the texts of a list; of what is no list nothing is known, null included."""
        if not isinstance(value, list):
            return cls(frozenset(), is_whole=False)
        known = frozenset(item for item in value if isinstance(item, str) and item != _NOT_TOLD)
        return cls(known, is_whole=all(isinstance(item, str) and item != _NOT_TOLD for item in value))

    @property
    def is_empty(self) -> Answer:
        """Whether nothing is in the list."""
        return False if self.known else self.or_unknown(answer=True)

    def has_any(self, texts: Collection[str]) -> Answer:
        """Whether one of `texts` is in the list."""
        return not self.known.isdisjoint(texts) or self.or_unknown(answer=False)

    def spelled(self, words: tuple[str, ...]) -> "Texts":
        """Return the same texts, these words and ids as Graph spells them: it does not tell capitals apart."""
        spelling = _spelling(words)
        known = frozenset(
            spelling.get(text.casefold(), text.lower() if _ID.fullmatch(text) else text) for text in self.known
        )
        return Texts(known, self.is_whole)

    def named(self, words: tuple[str, ...] = ()) -> "Texts":
        """Return what a list of ids and of these words names; another word may mean anything."""
        spelled = self.spelled(words)
        known = frozenset(text for text in spelled.known if text in words or not _is_word(text))
        return Texts(known, is_whole=spelled.is_whole and known == spelled.known)

    def or_unknown(self, *, answer: bool) -> Answer:
        """Return the answer that the known texts give, unless another one might be in the list."""
        return answer if self.is_whole else None


@cache
def _spelling(words: tuple[str, ...]) -> Mapping[str, str]:
    return {word.casefold(): word for word in words}


def _is_word(text: str) -> bool:
    """Whether this is a word of Graph's, and no id."""
    return text.isalpha() and text[0].isupper()


def members_of(content: Mapping[str, object]) -> list[str]:
    """Return the names of the members that are Graph's own, not OData's remarks about them."""
    return sorted(name for name in content if "@" not in name and not name.startswith("#"))


def has_strangers(content: Mapping[str, object], known: Iterable[str]) -> bool:
    """Whether something is set, or may be, that this version does not know."""
    strange = frozenset(members_of(content)).difference(known)
    return any(is_unset(content[name]) is not True for name in strange)


def is_unset(value: object) -> Answer:
    """Whether a setting says nothing: null, an empty text or an empty list.

    An object is never empty in Graph's answers: one without members is unknown.
    """
    if value is None or isinstance(value, str):
        return not value
    if isinstance(value, dict):
        return False if value else None
    return Texts.of(value).is_empty


def object_of(text: str | None) -> dict[str, Any]:
    """Return the object of a JSON text; empty, and so unknown in every member, where it is null or no object."""
    try:
        content = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
