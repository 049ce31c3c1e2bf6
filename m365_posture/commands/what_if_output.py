"""What a change on paper would do, on standard output."""

from collections.abc import Iterator, Mapping
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
_OPENS: Final = mark("Opens: {way}")
_CLOSES: Final = mark("Closes: {way}")
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
        "opens": person.opens and sentence(person.opens, wording.language),
        "closes": person.closes and sentence(person.closes, wording.language),
        "opens_way": person.opens,
        "closes_way": person.closes,
    }


def _write_tables(told: WhatIf, wording: Wording) -> None:
    policies = [_policy_in_words(policy, wording) for policy in told.changes]
    write_rows(policies, ("policy", "change", "state_before", "state_after"), Format.TABLE)
    answers = [_answer_in_words(answer, wording) for answer in told.comparison.answers]
    write_rows(answers, ("question", "before", "after", "exceptions", "unknown", "managed_device"), Format.TABLE)
    people = told.comparison.people
    if not people:
        return
    # outside the offices most verdicts are the same as everywhere
    is_apart = any((each.before, each.after) != (each.remote_before, each.remote_after) for each in people)
    columns = (
        "effect",
        "name",
        "account",
        "before",
        "after",
        *(("remote_before", "remote_after") if is_apart else ()),
        "way_in",
    )
    write_rows([_person_in_words(person, wording) for person in people], columns, Format.TABLE)


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


def _person_in_words(person: PersonChange, wording: Wording) -> Row:
    ways = [(_OPENS, person.opens), (_CLOSES, person.closes)]
    verdicts = ("before", "after", "remote_before", "remote_after")
    return {
        "effect": wording.text(_EFFECTS[person.effect]),
        "name": outsiders(person.id, wording) or person.name,
        "account": _word(person.kind, KINDS, wording),
        **{name: _word(getattr(person, name), PROTECTIONS, wording) for name in verdicts},
        "way_in": " ".join(wording.text(text, way=sentence(way, wording.language)) for text, way in ways if way),
    }


def _word(code: str | None, words: Mapping[str, str], wording: Wording) -> str:
    return said(code, words, wording) if code else ""
