"""Who is protected by a second factor: three answers, groups of people, what each policy asks, and one person."""

from collections.abc import Sequence

import streamlit as st

from dashboard.access import Access, current
from dashboard.choice import chosen
from dashboard.data import report
from dashboard.markup import Markup, tag
from dashboard.mfa_parts import answers, groups, matrix, person
from dashboard.parts import notice, show
from m365_posture.texts import mark
from reports.view_models.mfa_coverage import PersonLine, mfa_coverage, why_absent
from reports.view_models.mfa_matrix import ABOUT, NO_POLICIES, MatrixView, mfa_matrix
from reports.view_models.wording import Wording


def page(access: Access) -> None:
    """Show the page."""
    tenant = chosen(access)
    newest = report(access, tenant)
    view, policies, wording = mfa_coverage(newest), mfa_matrix(newest), newest.wording
    show(tag("h1", wording.text(mark("Who is protected by a second factor at {firm}"), firm=newest.firm)))
    if view is None or policies is None:
        show(*(notice(sentence) for sentence in why_absent(newest)))
        return
    show(answers(view.answers, wording), *(notice(sentence) for sentence in view.missing))
    if view.groups:
        show(tag("h2", wording.text(mark("Coverage by group of people"))), groups(view.groups, wording))
    _one_person(view.people, tenant.slug, wording)
    _policies(policies, wording)


def _one_person(people: Sequence[PersonLine], slug: str, wording: Wording) -> None:
    if not people:
        return
    show(tag("h2", wording.text(mark("One person")), tag("span", str(len(people)), class_="mp-aside")))
    position = st.selectbox(
        wording.text(mark("Person, the worst protected first")),
        range(len(people)),
        format_func=lambda at: f"{people[at].name} · {people[at].protection_text}",
        key=f"mfa_person_{slug}",
    )
    show(person(people[position], wording))


def _policies(policies: MatrixView, wording: Wording) -> None:
    show(
        tag("h2", wording.text(mark("What each policy asks for"))),
        *(_matrix(policies, wording) if policies.rows else [notice(wording.text(NO_POLICIES))]),
    )


def _matrix(policies: MatrixView, wording: Wording) -> list[Markup]:
    return [tag("p", wording.text(ABOUT), class_="mp-lead"), matrix(policies, wording)]


page(current())
