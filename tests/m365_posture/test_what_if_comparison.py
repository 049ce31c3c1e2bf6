"""Who gains and who loses between two judgements of MFA coverage."""

import pytest
from mfa_exhibits import Json, a_person, a_step, a_way, an_exhibit

from m365_posture.what_if.comparison import Comparison, Effect, PersonChange, compare

ANYWHERE = a_way()
BY_LINUX = a_way(platforms=["linux"])
BY_TELEPHONE = a_way(platforms=["android", "iOS"])
UNDECIDED = a_way("unknown", undecided=["New"])


def ann(protection: str, *ways: Json, remote: str | None = None) -> Json:
    return a_person("Ann", protection, ways=ways, remote=remote)


def compared(before: Json, after: Json) -> Comparison:
    return compare(an_exhibit(before), an_exhibit(after))


def change(before: Json, after: Json) -> PersonChange:
    (person,) = compared(before, after).people
    return person


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        pytest.param(ann("hole", BY_LINUX), ann("protected"), Effect.GAINS, id="a hole is closed"),
        pytest.param(ann("unprotected", ANYWHERE), ann("hole", BY_LINUX), Effect.GAINS, id="most is closed"),
        pytest.param(ann("protected"), ann("hole", BY_LINUX), Effect.LOSES, id="a hole is made"),
        pytest.param(ann("protected"), ann("managed_device", a_way("managed_device")), Effect.LOSES, id="a device"),
        pytest.param(ann("hole", BY_LINUX), ann("unprotected", ANYWHERE), Effect.LOSES, id="from bad to worse"),
        pytest.param(ann("protected"), ann("unknown", UNDECIDED), Effect.UNCERTAIN, id="protected, now unknown"),
        pytest.param(ann("unknown", UNDECIDED), ann("hole", BY_LINUX), Effect.UNCERTAIN, id="unknown before"),
        pytest.param(
            ann("hole", BY_LINUX, remote="hole"), ann("hole", BY_LINUX, remote="protected"), Effect.GAINS, id="remotely"
        ),
        pytest.param(
            ann("protected", remote="hole"), ann("hole", remote="protected"), Effect.LOSES, id="everywhere goes first"
        ),
        pytest.param(ann("hole", BY_LINUX), ann("hole", BY_TELEPHONE), Effect.OTHER_WAYS, id="another hole"),
    ],
)
def test_somebody_gains_or_loses_by_the_order_of_protections(before: Json, after: Json, effect: Effect) -> None:
    assert change(before, after).effect is effect


def test_who_is_as_before_is_counted_and_not_told() -> None:
    comparison = compared(ann("hole", BY_LINUX), ann("hole", BY_LINUX))

    assert (comparison.people, comparison.unchanged) == ((), 1)


@pytest.mark.parametrize(
    ("before", "after", "opens", "closes"),
    [
        pytest.param([BY_LINUX], [], None, BY_LINUX, id="one is closed"),
        pytest.param([], [BY_LINUX, BY_TELEPHONE], BY_LINUX, None, id="two are opened, the first is told"),
        pytest.param([ANYWHERE], [BY_LINUX], None, ANYWHERE, id="what is left was open before"),
        pytest.param([BY_LINUX], [ANYWHERE], ANYWHERE, None, id="what was open is part of more"),
        pytest.param([BY_LINUX], [BY_LINUX, BY_TELEPHONE], BY_TELEPHONE, None, id="one more"),
        pytest.param([UNDECIDED], [ANYWHERE], ANYWHERE, None, id="what was undecided is surely open"),
        pytest.param([a_way("managed_device")], [UNDECIDED], UNDECIDED, None, id="less is asked"),
    ],
)
def test_the_first_way_that_opens_or_closes_is_told(
    before: list[Json], after: list[Json], opens: object, closes: object
) -> None:
    told = change(ann("unknown", *before), ann("hole", *after))

    assert (told.opens, told.closes) == (opens, closes)


def test_who_can_sign_in_nowhere_any_more_is_told_first_however_well_protected() -> None:
    blocked = a_person("Zoë", chain=[a_step("blocked_everywhere")])
    before = an_exhibit(a_person("Zoë"), ann("protected"))
    comparison = compare(before, an_exhibit(blocked, ann("hole", BY_LINUX)))

    assert [(person.name, person.effect) for person in comparison.people] == [
        ("Zoë", Effect.LOCKED_OUT),
        ("Ann", Effect.LOSES),
    ]
    assert compared(blocked, blocked).people == ()


def test_somebody_whom_only_the_new_policies_tell_apart_has_no_verdict_before() -> None:
    new = a_person("Technicians of a partner", "hole", kind="external", ways=[BY_LINUX])
    comparison = compare(an_exhibit(ann("protected")), an_exhibit(ann("protected"), new))
    (person,) = comparison.people

    assert (person.effect, person.before, person.after) == (Effect.UNCERTAIN, None, "hole")
    assert comparison.unchanged == 1


def test_who_loses_is_told_first_and_then_by_name() -> None:
    names = ("Zoë", "bert", "Ann")
    before = [a_person(name, "hole") for name in names]
    after = [a_person("Zoë", "unprotected"), a_person("bert", "protected"), a_person("Ann", "protected")]
    comparison = compare(an_exhibit(*before), an_exhibit(*after))

    assert [person.name for person in comparison.people] == ["Zoë", "Ann", "bert"]
    assert (comparison.count(Effect.LOSES), comparison.count(Effect.GAINS)) == (1, 2)


def test_the_three_answers_are_counted_before_and_after() -> None:
    boss = a_person("Boss", "hole", groups=["administrators"])
    safe = a_person("Boss", "protected", groups=["administrators"])
    comparison = compare(an_exhibit(ann("unknown"), boss), an_exhibit(ann("unknown"), safe, unseen=["group_members"]))

    told = {answer.question: (answer.before, answer.after) for answer in comparison.answers}
    assert list(told) == ["all_access", "remote_access", "administrators"]
    before, after = told["all_access"]
    assert (before["protected"], before["of"], before["exceptions"], before["unknown"]) == (0, 2, 1, 1)
    assert (after["protected"], after["of"], after["exceptions"], after["unseen"]) == (1, 2, 0, ["group_members"])
    assert [counts["protected"] for counts in told["administrators"]] == [0, 1]
