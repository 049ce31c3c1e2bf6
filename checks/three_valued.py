"""Yes, no and unknown: Kleene's logic over `True`, `False` and `None`."""

from collections.abc import Iterable

Answer = bool | None


def all_of(answers: Iterable[Answer]) -> Answer:
    """No if one is no, else unknown if one is unknown, else yes (also of none at all)."""
    given = list(answers)
    if any(answer is False for answer in given):
        return False
    return None if any(answer is None for answer in given) else True


def any_of(answers: Iterable[Answer]) -> Answer:
    """Yes if one is yes, else unknown if one is unknown, else no (also of none at all)."""
    given = list(answers)
    if any(answer is True for answer in given):
        return True
    return None if any(answer is None for answer in given) else False


def negated(answer: Answer) -> Answer:
    """Yes for no, no for yes, unknown for unknown."""
    return None if answer is None else not answer
