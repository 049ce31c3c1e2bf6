"""Who gains and who loses between two judgements of MFA coverage."""

from typing import Any

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
        pytest.param(ann("registered_not_enforced"), ann("hole", BY_LINUX), Effect.GAINS, id="demanded somewhere"),
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


MOBILE = ["exchangeActiveSync", "mobileAppsAndDesktopClients", "other"]


@pytest.mark.parametrize(
    ("before", "after", "opens", "closes"),
    [
        pytest.param(
            [
                a_way(clients=["browser", "other"], platforms=["android", "windows"]),
                a_way(clients=MOBILE, platforms=["linux", "windows"]),
            ],
            [a_way(platforms=["windows"])],
            False,
            True,
            id="two ways held it together",
        ),
        pytest.param(
            [a_way(clients=["browser"], platforms=["windows"]), a_way(clients=MOBILE, platforms=["windows", "linux"])],
            [a_way(platforms=["linux"])],
            True,
            True,
            id="two ways held most of it",
        ),
        pytest.param(
            [a_way(targets=["App", "other"], clients=["browser"]), a_way(targets=["Other app"], clients=["browser"])],
            [a_way(clients=["browser"])],
            False,
            False,
            id="perhaps every app was named",
        ),
        pytest.param([a_way(targets=["other"])], [a_way()], True, False, id="not every app was named"),
        pytest.param([a_way(targets=["other"])], [a_way(targets=["New"])], False, True, id="perhaps one of the others"),
        pytest.param([a_way(places=["Gent"])], [a_way(places=["Brugge"])], True, True, id="another place"),
    ],
)
def test_a_way_opens_where_all_the_others_together_do_not_hold_it(
    before: list[Json], after: list[Json], opens: object, closes: object
) -> None:
    told = compared(ann("hole", *before), ann("hole", *after)).people

    assert [(bool(person.opens), bool(person.closes)) for person in told] == (
        [(opens, closes)] if opens or closes else []
    )


APPS = [a_way(targets=[f"app{number}"]) for number in range(6)]


def test_nothing_opens_or_closes_where_not_all_ways_are_told() -> None:
    told = change(ann("hole", *APPS[:5]), ann("hole", *APPS[1:]))

    assert (told.effect, told.opens, told.closes) == (Effect.OTHER_WAYS, None, None)


def test_a_way_by_the_password_opens_where_only_others_are_left_out() -> None:
    devices = [way | {"access": "managed_device"} for way in APPS[:5]]
    told = change(ann("managed_device", *devices), ann("hole", ANYWHERE))

    assert (told.effect, told.opens) == (Effect.LOSES, ANYWHERE)


def test_a_policy_more_opens_nothing_and_one_less_closes_nothing() -> None:
    before, after = an_exhibit(ann("hole", BY_LINUX)), an_exhibit(ann("hole", BY_TELEPHONE))
    (more,) = compare(before, after, can_open=False).people
    (less,) = compare(before, after, can_close=False).people

    assert (more.opens, more.closes) == (None, BY_LINUX)
    assert (less.opens, less.closes) == (BY_TELEPHONE, None)


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (("registered_not_enforced", ANYWHERE), ("weak_method",), Effect.NO_LONGER_LEFT_OUT),
        (("registered_not_enforced", ANYWHERE), ("managed_device", a_way("managed_device")), Effect.NO_LONGER_LEFT_OUT),
        (("hole", ANYWHERE), ("hole", BY_LINUX), Effect.NO_LONGER_LEFT_OUT),
        (("protected",), ("unprotected", ANYWHERE), Effect.LOSES),
        (("unknown", UNDECIDED), ("protected",), Effect.UNCERTAIN),
    ],
)
def test_an_emergency_account_of_which_more_is_demanded_gains_nothing(
    before: tuple[Any, ...], after: tuple[Any, ...], effect: Effect
) -> None:
    old, new = (a_person("Break glass", verdict, kind="emergency", ways=ways) for verdict, *ways in (before, after))

    assert change(old, new).effect is effect


def test_managed_devices_are_counted_once() -> None:
    comparison = compared(ann("managed_device", a_way("managed_device")), ann("hole", BY_LINUX))
    everywhere = comparison.answers[0]

    counts = [(each["exceptions"], each["managed_device"]) for each in (everywhere.before, everywhere.after)]
    assert counts == [(0, 1), (1, 0)]


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
