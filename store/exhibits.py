"""What a check shows besides its verdict, as far as a viewer may know it."""

from collections.abc import Mapping
from typing import Any, Final

from scanner.snapshot.schema import DataClass
from store.judged import Judged
from store.viewer import Viewer

Exhibit = Mapping[str, Any]

_OF_PEOPLE: Final = ("exceptions", "unknown", "contradicted")
_IDENTITY: Final = ("id", "name", "user_principal_name")
_REASONS: Final = ("chain", "why")
_LISTS: Final = ("ways", "groups", *_REASONS)


def exhibits(viewer: Viewer, judged: Judged) -> dict[str, Exhibit]:
    """Return what each check shows, by check id: who is protected by MFA, and what each policy does.

    Whoever sees no accounts gets the people as counts, without anything that tells who they are; whoever
    sees no names that people chose gets no names of policies and locations.

    Raises:
        NotAllowed: The tenant is not the viewer's.
    """
    viewer.require(judged.tenant_id)
    return {check.check_id: _seen(viewer, check.exhibit) for check in judged.checks if check.exhibit}


def _seen(viewer: Viewer, exhibit: Exhibit) -> Exhibit:
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
