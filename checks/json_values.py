"""Members of JSON that Graph sent: what is absent or of another shape than documented is unknown."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Self

from checks.three_valued import Answer

ABSENT: Final = object()
"""In place of a member that is not there, where null would be an answer: of no shape that Graph documents."""

_NOT_TOLD: Final = "unknownFutureValue"
"""What Graph sends instead of a value it does not tell this caller."""


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

    def or_unknown(self, *, answer: bool) -> Answer:
        """Return the answer that the known texts give, unless another one might be in the list."""
        return answer if self.is_whole else None


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
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
