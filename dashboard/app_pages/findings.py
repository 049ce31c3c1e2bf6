"""Every affected object of a tenant: filter, choose one, see what was seen and what to do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pandas as pd
import streamlit as st

from checks.model import Severity
from dashboard.access import Access, current
from dashboard.choice import CHECK, chosen
from dashboard.data import report
from dashboard.finding_filter import FindingFilter
from dashboard.findings_csv import findings_csv
from dashboard.markup import Markup, lines, tag
from dashboard.parts import NOTHING, badge, details, labelled, notice, severity, show
from m365_posture.texts import mark
from reports.view_models.areas import areas
from reports.view_models.findings import STANDINGS, FindingLine, Standing, finding_lines
from reports.view_models.references import references
from reports.view_models.wording import SEVERITIES, Wording

_TABLE_HEIGHT: Final = 560
_COLOURS: Final = {
    Severity.CRITICAL: "#86180f",
    Severity.HIGH: "#f5b57a",
    Severity.MEDIUM: "#f0dc82",
    Severity.LOW: "#a9c7ec",
    Severity.INFO: "#d5dbe2",
}


def page(access: Access) -> None:
    """Show the page."""
    tenant = chosen(access)
    newest = report(access, tenant)
    wording, found = newest.wording, finding_lines(newest)
    show(tag("h1", wording.text(mark("What needs attention at {firm}"), firm=newest.firm)))
    if not found:
        show(notice(wording.text(mark("Nothing was found. The page Coverage tells what was not looked at.")), "plain"))
        return
    asked = _filter(found, tenant.slug, wording)
    lines_shown = asked.of(found)
    count = wording.text(
        mark("{shown} of {all} findings, the most urgent first"), shown=len(lines_shown), all=len(found)
    )
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        show(tag("p", count, class_="mp-lead"))
    right.download_button(
        wording.text(mark("Download as CSV")),
        data=lambda: findings_csv(lines_shown, wording),
        file_name=f"{tenant.slug}-findings.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )
    if not lines_shown:
        show(notice(wording.text(mark("No finding is like that: ask for less.")), "plain"))
        return
    table, detail = st.columns([5, 3], gap="medium")
    with table:
        position = _choose(lines_shown, wording, f"findings_{tenant.slug}_{hash(asked)}")
    with detail:
        show(_detail(lines_shown[position], wording))


def _filter(found: Sequence[FindingLine], slug: str, wording: Wording) -> FindingFilter:
    titles = {line.check_id: line.title for line in found}
    asked = st.query_params.get(CHECK, "")
    columns = st.columns([2, 2, 2, 3, 3])
    severities = columns[0].multiselect(
        wording.text(mark("Severity")),
        list(Severity),
        format_func=lambda code: wording.text(SEVERITIES[code]),
        key="findings_severity",
        persist_state="session",
    )
    topics = columns[1].multiselect(
        wording.text(mark("Topic")), areas(wording), key="findings_topic", persist_state="session"
    )
    checks = columns[2].multiselect(
        wording.text(mark("Check")),
        sorted(titles),
        default=[asked] if asked in titles else [],
        format_func=lambda check_id: f"{check_id} {titles[check_id]}",
        # Another tenant has findings of other checks.
        key=f"findings_check_{slug}",
    )
    standings = columns[3].multiselect(
        wording.text(mark("State")),
        list(Standing),
        default=[Standing.OPEN, Standing.UNKNOWN],
        format_func=lambda standing: wording.text(STANDINGS[standing]),
        key="findings_standing",
        persist_state="session",
    )
    text = columns[4].text_input(
        wording.text(mark("Search")),
        placeholder=wording.text(mark("Name, address or what was seen")),
        key="findings_text",
    )
    return FindingFilter(frozenset(severities), frozenset(topics), frozenset(checks), frozenset(standings), text)


def _choose(found: Sequence[FindingLine], wording: Wording, key: str) -> int:
    """Show the table and return the position of the line that was chosen, the first if none was."""
    names = {
        "severity": wording.text(mark("Severity")),
        "check": wording.text(mark("Check")),
        "name": wording.text(mark("Name")),
        "kind": wording.text(mark("Kind")),
        "state": wording.text(mark("State")),
        "first_seen": wording.text(mark("First seen")),
    }
    frame = pd.DataFrame(
        {
            "severity": [[line.severity_text] for line in found],
            "check": [line.check_id for line in found],
            "name": [line.object_name for line in found],
            "kind": [line.object_type for line in found],
            "state": [line.state_text for line in found],
            "first_seen": [line.first_seen for line in found],
        }
    )
    event = st.dataframe(
        frame,
        column_config={
            "severity": st.column_config.MultiselectColumn(
                names["severity"],
                options=[wording.text(text) for text in SEVERITIES.values()],
                color=list(_COLOURS.values()),
                width="small",
            ),
            "check": st.column_config.TextColumn(names["check"], width="small"),
            "name": st.column_config.TextColumn(names["name"], width=200),
            "kind": st.column_config.TextColumn(names["kind"], width="small"),
            "state": st.column_config.TextColumn(names["state"], width="small"),
            "first_seen": st.column_config.DateColumn(names["first_seen"], format="YYYY-MM-DD", width="small"),
        },
        hide_index=True,
        height=_TABLE_HEIGHT,
        on_select="rerun",
        selection_mode="single-cell",
        key=key,
    )
    cells = event.selection.cells
    position = cells[0][0] if cells else 0
    return position if position < len(found) else 0


def _detail(line: FindingLine, wording: Wording) -> Markup:
    controls = "\n".join(f"{one.framework}: {', '.join(one.control_ids)}" for one in references(line.check_id))
    return tag(
        "section",
        severity(line.severity, line.severity_text),
        " ",
        badge(line.standing, line.state_text),
        tag("h2", line.object_name),
        tag("div", f"{line.object_type} · {line.check_id} {line.title}", class_="mp-small"),
        labelled(wording.text(mark("What was seen")), lines(line.evidence)),
        *([labelled(wording.text(mark("What to do")), lines(line.remedy))] if line.remedy else []),
        *([labelled(wording.text(mark("Decision")), line.decision)] if line.decision else []),
        tag(
            "div",
            _seen(mark("First seen"), line.first_seen, wording),
            _seen(mark("Last seen"), line.last_seen, wording),
        ),
        details(tag("span", wording.text(mark("Asked for by")), class_="mp-term"), lines(controls)),
        labelled(wording.text(mark("Id")), tag("span", line.object_id, class_="mp-small")),
        class_="mp-card",
        aria_live="polite",
    )


def _seen(label: str, moment: datetime | None, wording: Wording) -> Markup:
    text = f"{moment:%Y-%m-%d %H:%M}" if moment else NOTHING
    return tag("span", wording.labelled(wording.text(label), text), class_="mp-small mp-seen")


page(current())
