# ruff: noqa: ANN401 - JSON of any shape
"""Yes, no and cannot be told (None); and members of JSON that may be absent or broken."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

Answer = bool | None
Json = Mapping[str, Any]


def any_of(answers: Iterable[Answer]) -> Answer:
    given = list(answers)
    return True if True in given else None if None in given else False


def all_of(answers: Iterable[Answer]) -> Answer:
    together: Answer = True
    for answer in answers:
        if answer is False:
            return False
        together = together and answer
    return together


def negated(answer: Answer) -> Answer:
    return None if answer is None else not answer


def texts_of(value: Any) -> tuple[list[str], Answer]:
    """The texts of a list, and what is said of one that is not among them: False, or None if the list is broken."""
    if not isinstance(value, list):
        return [], None
    texts = [item for item in value if isinstance(item, str) and item != "unknownFutureValue"]
    return texts, False if len(texts) == len(value) else None


def has_one(value: Any, wanted: Collection[str]) -> Answer:
    texts, otherwise = texts_of(value)
    return True if any(text in wanted for text in texts) else otherwise


def member(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
