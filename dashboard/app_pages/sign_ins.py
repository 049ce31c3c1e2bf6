"""What the sign-in log shows: stories to examine, single signs, older programs, and what was not evaluated."""

import streamlit as st

from dashboard.access import Access, current
from dashboard.choice import chosen
from dashboard.data import report
from dashboard.markup import tag
from dashboard.parts import notice, show, tile, tiles
from dashboard.sign_in_parts import programs, signs, story, units
from m365_posture.texts import mark
from reports.view_models.sign_ins import SignInsView, sign_ins, why_no_sign_ins
from reports.view_models.wording import Wording


def page(access: Access) -> None:
    """Show the page."""
    tenant = chosen(access)
    newest = report(access, tenant)
    view, wording = sign_ins(newest), newest.wording
    show(tag("h1", wording.text(mark("What the sign-ins of {firm} show"), firm=newest.firm)))
    if view is None:
        show(*(notice(sentence) for sentence in why_no_sign_ins(newest)))
        return
    show(*(tag("p", sentence, class_="mp-lead") for sentence in view.looked_at), _totals(view, wording))
    show(*(notice(sentence) for sentence in view.missing))
    _stories(view, tenant.slug, wording)
    if view.legacy:
        show(tag("h2", wording.text(mark("Older programs in use"))), programs(view.legacy, wording))
    if view.signs:
        more = [tag("p", view.more_signs, class_="mp-small")] if view.more_signs else []
        show(tag("h2", wording.text(mark("Single signs")), _aside(len(view.signs))), signs(view.signs, wording), *more)
    show(tag("h2", wording.text(mark("What was looked for"))), units(view.units, wording))


def _totals(view: SignInsView, wording: Wording) -> str:
    high, medium = (sum(each.level == level for each in view.stories) for level in ("high", "medium"))
    unseen = sum(not unit.is_evaluated for unit in view.units)
    return tiles(
        tile(str(high), wording.text(mark("Stories to examine today")), "bad" if high else "plain"),
        tile(str(medium), wording.text(mark("Further stories to examine")), "doubt" if medium else "plain"),
        tile(str(len(view.signs)), wording.text(mark("Single signs"))),
        tile(str(unseen), wording.text(mark("Detections that were not evaluated")), "doubt" if unseen else "plain"),
    )


def _stories(view: SignInsView, slug: str, wording: Wording) -> None:
    if not view.stories:
        return
    show(tag("h2", wording.text(mark("Stories to examine")), _aside(len(view.stories))))
    position = st.selectbox(
        wording.text(mark("Story, the gravest first")),
        range(len(view.stories)),
        format_func=lambda at: (
            f"{view.stories[at].who} · {view.stories[at].began:%d/%m/%Y} · {view.stories[at].level_text}"
        ),
        key=f"story_{slug}",
    )
    show(story(view.stories[position], wording))


def _aside(count: int) -> str:
    return tag("span", str(count), class_="mp-aside")


page(current())
