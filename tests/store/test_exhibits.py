"""What a check shows besides its verdict is kept, and shown only to whom it may be shown."""

from dataclasses import replace

import pytest
from judgements import TENANT, a_check, judged
from mfa_exhibits import a_matrix, a_person, a_step, a_way, an_exhibit

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
