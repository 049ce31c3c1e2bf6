"""What a check shows besides its verdict, as far as a viewer may know it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from scanner.snapshot.schema import DataClass
from store.judged import Judged
from store.viewer import Viewer

Exhibit = Mapping[str, Any]

_OF_PEOPLE: Final = ("exceptions", "unknown", "contradicted")
_IDENTITY: Final = ("id", "name", "user_principal_name")
_REASONS: Final = ("chain", "why")
_LISTS: Final = ("ways", "groups", *_REASONS)
_WHO: Final = ("user_id", "name", "user_principal_name", "source")
_WHERE: Final = ("addresses", "countries", "asns", "apps", "records")
_TOLD: Final = ("operation",)
"""Of what a moment of a story tells, that which names nobody."""


def exhibits(viewer: Viewer, judged: Judged) -> dict[str, Exhibit]:
    """Return what each check shows, by check id: who is protected by MFA, and what the sign-in log tells.

    Whoever sees no accounts gets the people as counts, without anything that tells who they are or where they were;
    whoever sees no names that people chose gets no names of policies and locations. What a check shows of which it is
    not known here who may see it, nobody sees.

    Raises:
        NotAllowed: The tenant is not the viewer's.
    """
    viewer.require(judged.tenant_id)
    return {
        check.check_id: _SEEN[check.check_id](viewer, check.exhibit)
        for check in judged.checks
        if check.exhibit and check.check_id in _SEEN
    }


def _coverage(viewer: Viewer, exhibit: Exhibit) -> Exhibit:
    return {
        "answers": [
            {**answer, **{name: _people(viewer, answer[name]) for name in _OF_PEOPLE}} for answer in exhibit["answers"]
        ],
        "people": _people(viewer, exhibit["people"]),
        "matrix": {
            "situations": [_situation(viewer, situation) for situation in exhibit["matrix"]["situations"]],
            "policies": [_policy(viewer, policy) for policy in exhibit["matrix"]["policies"]],
        },
    }


def _people(viewer: Viewer, people: list[Exhibit]) -> list[Exhibit]:
    return [_person(viewer, person) for person in people]


def _person(viewer: Viewer, person: Exhibit) -> Exhibit:
    hidden = [*(() if viewer.sees(DataClass.ACCOUNT) else (*_IDENTITY, *_REASONS))]
    if viewer.sees(DataClass.CONTENT_NAME):
        return {name: _without(name, value, hidden) for name, value in person.items()}
    steps = [{**step, "details": []} for step in person.get("chain", ())]
    without_names = {**person, **({"chain": steps} if steps else {})}
    return {name: _without(name, value, [*hidden, "ways"]) for name, value in without_names.items()}


def _without(name: str, value: object, hidden: list[str]) -> object:
    if name not in hidden:
        return value
    return [] if name in _LISTS else None


def _policy(viewer: Viewer, policy: Exhibit) -> Exhibit:
    return policy if viewer.sees(DataClass.CONTENT_NAME) else {**policy, "name": None}


def _situation(viewer: Viewer, situation: Exhibit) -> Exhibit:
    return situation if viewer.sees(DataClass.CONTENT_NAME) else {**situation, "labels": []}


def _examination(viewer: Viewer, exhibit: Exhibit) -> Exhibit:
    if viewer.sees(DataClass.ACCOUNT):
        return exhibit
    return {
        **exhibit,
        "stories": [_story(story) for story in exhibit["stories"]],
        "listed": [_nobody(one) for one in exhibit["listed"]],
        "legacy": [{**client, "accounts": []} for client in exhibit["legacy"]],
    }


def _story(story: Exhibit) -> Exhibit:
    return {
        **_nobody(story),
        "detections": [_nobody(one) for one in story["detections"]],
        "timeline": [_moment(moment) for moment in story["timeline"]],
    }


def _nobody(told: Exhibit) -> Exhibit:
    """Return it without who and where."""
    empty: dict[str, object] = dict.fromkeys(_WHO) | {name: [] for name in _WHERE} | {"facts": {}}
    return {name: empty.get(name, value) for name, value in told.items()}


def _moment(moment: Exhibit) -> Exhibit:
    args = {name: value for name, value in moment["args"].items() if name in _TOLD}
    return {**moment, "address": None, "country": None, "args": args}


_SEEN: Final[Mapping[str, Callable[[Viewer, Exhibit], Exhibit]]] = MappingProxyType(
    {"ID-01": _coverage, "SI-02": _examination}
)
"""What a viewer may know of what a check shows, by check id."""
