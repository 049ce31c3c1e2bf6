"""What a check shows besides its verdict is kept, and shown only to whom it may be shown."""

from dataclasses import replace

import pytest
from judgements import TENANT, a_check, judged
from mfa_exhibits import a_matrix, a_person, a_step, a_way, an_exhibit
from sign_in_exhibits import a_client, a_detection, a_story, an_examination

from store.exhibits import exhibits
from store.viewer import OPERATOR, NotAllowed, Role, Viewer

POLICY = {"id": "p1", "name": "Partner MFA", "state": "enabled", "cells": ["mfa"]}
EXHIBIT = an_exhibit(
    a_person("Ann", "hole", ways=[a_way(places=["Kantoor Gent"])], chain=[a_step("left_out", "Partner MFA")]),
    a_person("Bob", "unknown", chain=[a_step("group_members", "Partners")]),
    matrix=a_matrix(POLICY, situations=[{"key": "office", "labels": ["Kantoor Gent"]}]),
)
JUDGED = judged(1, replace(a_check("ID-01"), exhibit=EXHIBIT), a_check("EM-05"))


def shown(role: Role) -> dict[str, object]:
    return dict(exhibits(Viewer(role, None), JUDGED)["ID-01"])


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.FIRM])
def test_the_firm_sees_everything(role: Role) -> None:
    assert shown(role) == EXHIBIT


def test_a_technician_sees_people_but_no_names_that_the_firm_gave_its_policies_and_places() -> None:
    text = str(shown(Role.TECHNICIAN))

    assert {name for name in ("Ann", "Bob", "left_out") if name in text} == {"Ann", "Bob", "left_out"}
    assert [name for name in ("Partner MFA", "Kantoor Gent", "'Partners'") if name in text] == []


def test_an_insurer_sees_counts_and_nobody() -> None:
    exhibit = exhibits(Viewer(Role.INSURER, None), JUDGED)["ID-01"]
    text = str(exhibit)

    assert [name for name in ("Ann", "Bob", "firm.example", "Partner", "Kantoor", "left_out") if name in text] == []
    assert [(answer["protected"], answer["of"]) for answer in exhibit["answers"]] == [(0, 2), (0, 2), (0, 0)]
    assert [person["protection"] for person in exhibit["people"]] == ["hole", "unknown"]


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.INSURER])
def test_the_matrix_names_no_place_to_whom_may_not_see_what_the_firm_calls_it(role: Role) -> None:
    assert exhibits(Viewer(role, None), JUDGED)["ID-01"]["matrix"]["situations"] == [{"key": "office", "labels": []}]


def test_a_check_that_shows_nothing_has_no_exhibit() -> None:
    assert set(exhibits(OPERATOR, JUDGED)) == {"ID-01"}


def test_another_firm_is_refused() -> None:
    with pytest.raises(NotAllowed, match=TENANT):
        exhibits(Viewer(Role.FIRM, frozenset({"another"})), JUDGED)


EXAMINATION = an_examination(a_story(), listed=[a_detection("D18")], legacy=[a_client("Authenticated SMTP", 3, "Scan")])
SEEN = judged(1, replace(a_check("SI-02"), exhibit=EXAMINATION), replace(a_check("ZZ-99"), exhibit={"people": ["Ann"]}))


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.FIRM, Role.TECHNICIAN])
def test_who_may_see_accounts_sees_the_stories_whole(role: Role) -> None:
    assert exhibits(Viewer(role, None), SEEN)["SI-02"] == EXAMINATION


def test_an_insurer_sees_how_many_stories_there_are_and_neither_who_nor_where() -> None:
    shown = exhibits(Viewer(Role.INSURER, None), SEEN)["SI-02"]
    text = str(shown)

    hidden = ("Ann", "ann@firm", "198.51.100", "'DE'", "64500", "Microsoft Office", "'s1'", "Scan", "{'people': 18}")
    assert [name for name in hidden if name in text] == []
    (story,) = shown["stories"]
    assert (story["level"], story["began"], story["families"]) == ("high", "2026-11-20T06:00:00Z", ANN["families"])
    assert [line["args"] for line in story["timeline"]] == [{}, {}, {"operation": "user registered security info"}]
    assert [(client["client"], client["successes"], client["people"]) for client in shown["legacy"]] == [
        ("Authenticated SMTP", 3, 1)
    ]


ANN = a_story()


def test_what_a_check_shows_that_nobody_declared_is_shown_to_nobody() -> None:
    assert set(exhibits(OPERATOR, SEEN)) == {"SI-02"}
