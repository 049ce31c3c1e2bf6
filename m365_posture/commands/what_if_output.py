"""What a change on paper would do, on standard output."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from m365_posture.commands.options import Format
from m365_posture.commands.output import Row, say, write_rows
from m365_posture.texts import mark
from m365_posture.what_if.changes import Change, PolicyChange
from m365_posture.what_if.comparison import AnswerChange, Effect, PersonChange
from m365_posture.what_if.judging import WhatIf
from reports.view_models.mfa_words import KINDS, POLICY_STATES, PROTECTIONS, QUESTIONS, outsiders, said
from reports.view_models.ways_in import sentence
from reports.view_models.wording import Wording

_EFFECTS: Final = {
    Effect.LOCKED_OUT: mark("Locked out"),
    Effect.LOSES: mark("Loses"),
    Effect.NO_LONGER_LEFT_OUT: mark("No longer left out"),
    Effect.UNCERTAIN: mark("Uncertain"),
    Effect.OTHER_WAYS: mark("Other ways in"),
    Effect.GAINS: mark("Gains"),
}
_CHANGES: Final = {
    Change.ADDED: mark("Added"),
    Change.CHANGED: mark("Changed"),
    Change.REMOVED: mark("Removed"),
    Change.DISABLED: mark("Turned off"),
    Change.ENABLED: mark("Turned on"),
}
_VERDICTS: Final = ("before", "after", "remote_before", "remote_after")
_WAYS: Final = ("opens", "closes")
_N_OF_M: Final = mark("{count} of {total}")

_COUNTED: Final = ("protected", "of", "exceptions", "unknown", "managed_device", "by_security_defaults", "weak_method")
_ANSWER: Final = tuple(f"{name}_{when}" for name in (*_COUNTED, "unseen") for when in ("before", "after"))
_CSV: Final = (
    *("record", "tenant", "scan_id"),
    *("policy_id", "policy", "change", "state_before", "state_after"),
    *("question", *_ANSWER),
    *("effect", "person_id", "name", "user_principal_name", "kind", "before", "after"),
    *("remote_before", "remote_after", "opens", "closes"),
)


def write_what_if(told: WhatIf, slug: str, scan_id: str, wording: Wording, form: Format) -> None:
    """Write policies, answers and people: as three tables, or as rows of which each says what it is about."""
    if form is Format.TABLE:
        _write_tables(told, wording)
    else:
        about = {"tenant": slug, "scan_id": scan_id}
        write_rows([row | about for row in _rows(told, wording)], _CSV, form)
    for note in told.notes:
        say(note)
    comparison = told.comparison
    counts = "".join(f"{effect.replace('_', ' ')} {comparison.count(effect)}, " for effect in Effect)
    say(f"{slug}, scan {scan_id}: {counts}as before {comparison.unchanged}. Nothing was changed and nothing is kept.")


def _rows(told: WhatIf, wording: Wording) -> Iterator[dict[str, Any]]:
    for policy in told.changes:
        yield {"record": "policy", **_policy(policy)}
    for answer in told.comparison.answers:
        yield {"record": "answer", "question": answer.question, **_answer(answer)}
    for person in told.comparison.people:
        yield {"record": "person", **_person(person, wording)}


def _policy(policy: PolicyChange) -> Row:
    return {
        "policy_id": policy.id,
        "policy": policy.name,
        "change": policy.change.value,
        "state_before": policy.state_before,
        "state_after": policy.state_after,
    }


def _answer(answer: AnswerChange) -> Row:
    sides = {"before": answer.before, "after": answer.after}
    return {f"{name}_{when}": side[name] for name in (*_COUNTED, "unseen") for when, side in sides.items()}


def _person(person: PersonChange, wording: Wording) -> Row:
    return {
        "effect": person.effect.value,
        "person_id": person.id,
        "name": person.name,
        "user_principal_name": person.user_principal_name,
        "kind": person.kind,
        "before": person.before,
        "after": person.after,
        "remote_before": person.remote_before,
        "remote_after": person.remote_after,
        **_ways(person, wording),
        "opens_way": person.opens,
        "closes_way": person.closes,
    }


def _write_tables(told: WhatIf, wording: Wording) -> None:
    policies = [_policy_in_words(policy, wording) for policy in told.changes]
    write_rows(policies, ("policy", "change", "state_before", "state_after"), Format.TABLE)
    answers = [_answer_in_words(answer, wording) for answer in told.comparison.answers]
    write_rows(answers, ("question", "before", "after", "exceptions", "unknown", "managed_device"), Format.TABLE)
    _write_people(told.comparison.people, wording)


def _write_people(people: Sequence[PersonChange], wording: Wording) -> None:
    """Write who gains and who loses, and below them the ways in, by number: many people share one."""
    ways = list(dict.fromkeys(way for person in people for way in _ways(person, wording).values() if way))
    numbers = {way: str(number) for number, way in enumerate(ways, 1)}
    bearers = Counter(person.name for person in people)
    rows = [
        {
            **_person_in_words(person, wording, is_namesake=bearers[person.name] > 1),
            **{name: numbers.get(way or "") for name, way in _ways(person, wording).items()},
        }
        for person in people
    ]
    # outside the offices most verdicts are the same as everywhere
    is_apart = any((each.before, each.after) != (each.remote_before, each.remote_after) for each in people)
    columns = ("effect", "name", "account", *_VERDICTS[: 4 if is_apart else 2], *_WAYS)
    if rows:
        write_rows(rows, columns, Format.TABLE)
    if ways:
        write_rows([{"way": number, "way_in": way} for way, number in numbers.items()], ("way", "way_in"), Format.TABLE)


def _ways(person: PersonChange, wording: Wording) -> Mapping[str, str | None]:
    return {
        name: sentence(way, wording.language) if way else None
        for name, way in zip(_WAYS, (person.opens, person.closes), strict=True)
    }


def _policy_in_words(policy: PolicyChange, wording: Wording) -> Row:
    return {
        "policy": policy.name,
        "change": wording.text(_CHANGES[policy.change]),
        "state_before": _word(policy.state_before, POLICY_STATES, wording),
        "state_after": _word(policy.state_after, POLICY_STATES, wording),
    }


def _answer_in_words(answer: AnswerChange, wording: Wording) -> Row:
    before, after = answer.before, answer.after
    return {
        "question": _word(answer.question, QUESTIONS, wording),
        "before": wording.text(_N_OF_M, count=before["protected"], total=before["of"]),
        "after": wording.text(_N_OF_M, count=after["protected"], total=after["of"]),
        **{name: f"{before[name]} → {after[name]}" for name in ("exceptions", "unknown", "managed_device")},
    }


def _person_in_words(person: PersonChange, wording: Wording, *, is_namesake: bool) -> Row:
    name = outsiders(person.id, wording) or person.name
    return {
        "effect": wording.text(_EFFECTS[person.effect]),
        "name": f"{name} ({person.user_principal_name or person.id})" if is_namesake else name,
        "account": _word(person.kind, KINDS, wording),
        **{verdict: _word(getattr(person, verdict), PROTECTIONS, wording) for verdict in _VERDICTS},
    }


def _word(code: str | None, words: Mapping[str, str], wording: Wording) -> str:
    return said(code, words, wording) if code else ""
