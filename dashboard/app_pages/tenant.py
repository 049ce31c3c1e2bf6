"""One tenant by topic: what fails, what could not be judged and why, what is in order."""

from collections.abc import Iterable
from datetime import UTC, datetime

from checks.model import Severity, Verdict
from dashboard.access import Access, current
from dashboard.choice import address, chosen
from dashboard.data import report
from dashboard.markup import Markup, joined, lines, tag
from dashboard.mfa_parts import answers
from dashboard.parts import badge, details, labelled, notice, severity, show, table, tile, tiles
from m365_posture.texts import mark
from reports.view_models.mfa_coverage import mfa_coverage
from reports.view_models.overview import AreaSection, Overview, overview
from reports.view_models.portfolio import age_text
from reports.view_models.references import insurer_questions, references
from reports.view_models.report import Report
from reports.view_models.summary import SummaryLine
from reports.view_models.wording import SEVERITIES, VERDICTS, Wording


def page(access: Access) -> None:
    """Show the page."""
    tenant = chosen(access)
    newest = report(access, tenant)
    view, wording = overview(newest), newest.wording
    moment = wording.text(
        mark("Scanned on {moment} ({timezone})"),
        moment=f"{view.summary.read_at:%Y-%m-%d %H:%M}",
        timezone=wording.timezone,
    )
    age = age_text(datetime.now(UTC) - newest.finished_at, wording)
    show(
        tag("h1", newest.firm),
        tag("p", f"{moment} · {age}", class_="mp-lead"),
        _totals(view, wording),
        notice(view.summary.coverage, "doubt" if view.facts.parts_read < view.facts.parts else "plain"),
        tag("p", view.summary.changes, class_="mp-lead"),
    )
    _mfa(newest, tenant.slug)
    show(*(_section(section, tenant.slug, wording) for section in view.areas))
    show(_facts(view, wording))


def _mfa(newest: Report, slug: str) -> None:
    view, wording = mfa_coverage(newest), newest.wording
    if view is None:
        return
    more = tag("a", wording.text(mark("Who, and why")), href=address("mfa", slug), target="_self", class_="mp-aside")
    heading = tag("h2", wording.text(mark("What insurers ask about a second factor")), more)
    show(heading, answers(view.answers, wording, with_names=False))


def _totals(view: Overview, wording: Wording) -> Markup:
    counts = {verdict: sum(section.verdicts.get(verdict, 0) for section in view.areas) for verdict in Verdict}
    worst = [
        wording.labelled(wording.text(SEVERITIES[code]), str(view.failing[code]))
        for code in Severity
        if code in view.failing
    ]
    tones = {Verdict.FAIL: "bad", Verdict.NOT_ASSESSED: "doubt", Verdict.PASS: "good"}
    others = [verdict for verdict in (Verdict.ATTESTED, Verdict.NOT_APPLICABLE) if counts[verdict]]
    return tiles(
        *(
            tile(
                str(counts[verdict]),
                wording.text(VERDICTS[verdict]),
                tones.get(verdict, "plain") if counts[verdict] else "plain",
                ", ".join(worst) if verdict is Verdict.FAIL else "",
            )
            for verdict in (*tones, *others)
        )
    )


def _section(section: AreaSection, slug: str, wording: Wording) -> Markup:
    totals = ", ".join(
        wording.labelled(wording.text(VERDICTS[verdict]), str(count)) for verdict, count in section.verdicts.items()
    )
    columns = {
        wording.text(mark("Verdict")): 13,
        wording.text(mark("Severity")): 11,
        wording.text(mark("What is checked")): 38,
        wording.text(mark("Result")): 11,
        wording.text(mark("What is missing, and what would mend it")): 27,
    }
    rows = (_cells(line, slug, wording) for line in section.lines)
    heading = tag("h2", section.name, tag("span", totals, class_="mp-aside"))
    return joined(heading, table(section.name, columns, rows))


def _cells(line: SummaryLine, slug: str, wording: Wording) -> list[Markup]:
    return [
        badge(line.verdict, line.verdict_text),
        severity(line.severity, line.severity_text, is_quiet=line.verdict is not Verdict.FAIL),
        _check(line, wording),
        _result(line, slug),
        tag("div", lines(line.missing), class_="mp-small"),
    ]


def _check(line: SummaryLine, wording: Wording) -> Markup:
    title = joined(tag("strong", line.check_id), f" {line.title}")
    questions = insurer_questions(line.check_id)
    return details(
        title,
        labelled(wording.text(mark("Why it matters")), lines(line.why)),
        *([labelled(wording.text(mark("What to do")), lines(line.remedy))] if line.remedy else []),
        *([labelled(wording.text(mark("Insurers ask")), lines("\n".join(questions)))] if questions else []),
        labelled(wording.text(mark("Asked for by")), _controls(line.check_id)),
    )


def _controls(check_id: str) -> Markup:
    return lines("\n".join(f"{one.framework}: {', '.join(one.control_ids)}" for one in references(check_id)))


def _result(line: SummaryLine, slug: str) -> Markup:
    if line.verdict is not Verdict.FAIL:
        return tag("span", line.result, class_="mp-nowrap")
    return tag("a", line.result, href=address("findings", slug, line.check_id), target="_self", class_="mp-nowrap")


def _facts(view: Overview, wording: Wording) -> Markup:
    facts = view.facts
    said: Iterable[str] = (
        wording.text(
            mark("{read} of {all} parts of the tenant read completely"), read=facts.parts_read, all=facts.parts
        ),
        wording.text(mark("{count} rows"), count=f"{facts.rows:,}"),
        wording.text(mark("{count} requests"), count=f"{facts.requests:,}"),
        wording.text(mark("{count} times slowed down by Microsoft"), count=facts.throttled),
    )
    return joined(tag("h2", wording.text(mark("The last scan"))), tag("p", " · ".join(said), class_="mp-lead"))


page(current())
