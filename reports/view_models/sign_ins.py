"""The sign-in examination: stories to examine, single signs, what was not evaluated, and use of older programs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from checks.model import Gap
from m365_posture.texts import country_name, mark
from reports.view_models.coverage import gap_sentence
from reports.view_models.report import Acknowledged, Report
from reports.view_models.sign_in_words import (
    ATTEMPTS,
    FAMILIES,
    GOT_IN,
    LEVELS,
    PASSWORD_KNOWN,
    advice,
    because,
    fact_words,
    moment_words,
    title,
    where,
)
from reports.view_models.wording import Wording, scan_time

CHECK: Final = "SI-02"
"""The check that shows the examination."""

_Json = Mapping[str, Any]

_HIDDEN: Final = mark("(not shown to you)")
_SOURCE: Final = mark("Nobody in particular, from {address}")
_NOT_EXAMINED: Final = mark("The sign-in log was not examined.")
_NOT_KEPT: Final = mark("The sign-in log was not examined for this scan: judge it again with `m365-posture judge`.")
_LOOKED_AT: Final = mark("Looked at: {rows} sign-ins of {accounts} accounts, from {since} to {until}.")
_ODD_ROWS: Final = mark(
    "Of these, {without_user} name no account, {malformed} are partly unreadable and {repeated} were there twice; "
    "{without_time} more tell no time."
)
_MORE: Final = mark("Shown are the newest {shown} of {count} single signs.")
_EVALUATED: Final = mark("Evaluated")
_NOT: Final = mark("Not evaluated")
_IN_DOUBT: Final = mark("of {count} accounts a sign-in does not say enough")
_MAYBE_MORE: Final = mark(
    "Some sign-ins do not say enough: of their accounts there may be more to examine than is shown."
)
_UNLEARNED: Final = mark("of {count} accounts too little is known yet to say what is new")
_RULES: Final = "EM-05"
"""The check on inbox rules."""
_RULE_SEEN: Final = mark("Look at the inbox rule “{rule}” of this person too, first seen in the scan of {day}.")
_OPEN: Final = mark("Not examined yet")
_GROWN: Final = mark("Went on since it was examined")
_CONCLUDED: Final = mark("{conclusion}, by {by} on {day}")
_CONCLUDED_BY_SOMEBODY: Final = mark("{conclusion}, on {day}")
_CONCLUSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "explained": mark("Explained"),
        "false_alarm": mark("Not as it seemed"),
        "incident": mark("Incident"),
    }
)
"""What a person concluded; only then the last word is used."""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One moment of a story."""

    at: datetime
    """On the firm's clock."""
    what: str
    where: str
    is_entry: bool
    """Whether somebody came further by it."""


@dataclass(frozen=True, slots=True)
class StoryLine:
    """Signs of one person, or of one source, put together."""

    id: str
    level: str
    """A code."""
    level_text: str
    who: str
    user_principal_name: str
    outcome: str
    """Whether somebody got in."""
    began: datetime
    ended: datetime
    score: int
    families: str
    timeline: tuple[TimelineLine, ...]
    why: tuple[str, ...]
    """What to examine, a sentence for each detection."""
    innocent: tuple[str, ...]
    """What looks the same."""
    numbers: str
    afterwards: tuple[str, ...]
    """What is not in order in the mailbox of the same person, and since which scan."""
    standing: str
    """Who concluded what, or that nobody did."""
    note: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SignLine:
    """A single weak sign."""

    at: datetime
    what: str
    who: str
    user_principal_name: str
    where: str
    times: int
    numbers: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A detection, and whether it was evaluated."""

    id: str
    title: str
    is_evaluated: bool
    state_text: str
    because: str
    """Why not, or of how many accounts not; empty where nothing is missing."""
    hits: int


@dataclass(frozen=True, slots=True)
class LegacyLine:
    """An older program, and who uses it."""

    client: str
    successes: int
    failures: int
    people: int
    last: datetime | None
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignInsView:
    """Everything about the sign-in examination."""

    looked_at: tuple[str, ...]
    """What was looked at, a sentence each."""
    is_examined: bool
    """Whether there was a log to look at, all of it was read that there was, and it left nobody in doubt."""
    stories: tuple[StoryLine, ...]
    """The gravest first."""
    signs: tuple[SignLine, ...]
    """The newest first."""
    more_signs: str
    """How many there are besides; empty where all are shown."""
    units: tuple[UnitLine, ...]
    """Those that were not evaluated first."""
    legacy: tuple[LegacyLine, ...]
    """The most used first."""
    missing: tuple[str, ...]
    """What was not read and what would mend it, a sentence each; and that there are accounts in doubt."""


def sign_ins(report: Report) -> SignInsView | None:
    """Return the examination; None where there is none (`why_no_sign_ins` tells why)."""
    exhibit = report.exhibits.get(CHECK)
    if not exhibit:
        return None
    wording = report.wording
    gaps, is_doubtful = _gaps(report), bool(exhibit["in_doubt"])
    rest = exhibit["listed_in_all"] - len(exhibit["listed"])
    units = [_unit(unit, exhibit, wording) for unit in exhibit["units"]]
    return SignInsView(
        looked_at=tuple(_looked_at(exhibit, wording)),
        is_examined=bool(exhibit["rows"]["read"]) and not gaps and not is_doubtful,
        stories=tuple(_story(story, report, wording) for story in exhibit["stories"]),
        signs=tuple(_sign(one, wording) for one in exhibit["listed"]),
        more_signs=wording.text(_MORE, shown=len(exhibit["listed"]), count=exhibit["listed_in_all"]) if rest else "",
        units=tuple(sorted(units, key=lambda unit: (unit.is_evaluated, not unit.because, unit.id))),
        legacy=tuple(sorted(_legacy(exhibit, wording), key=lambda line: (-line.successes, line.client))),
        missing=(
            *(gap_sentence(gap, wording) for gap in gaps),
            *([wording.text(_MAYBE_MORE)] if is_doubtful else []),
        ),
    )


def why_no_sign_ins(report: Report) -> tuple[str, ...]:
    """Return why there is no examination to show: a line for each thing that was not read."""
    gaps, wording = _gaps(report), report.wording
    if not gaps:
        return (wording.text(_NOT_KEPT),)
    return (wording.text(_NOT_EXAMINED), *(gap_sentence(gap, wording) for gap in gaps))


def _gaps(report: Report) -> tuple[Gap, ...]:
    return next((check.gaps for check in report.checks if check.check_id == CHECK), ())


def _looked_at(exhibit: _Json, wording: Wording) -> Iterator[str]:
    rows = exhibit["rows"]
    since, until = (f"{wording.local(_moment(exhibit[name])):%Y-%m-%d}" for name in ("from", "to"))
    if not rows["read"]:
        yield wording.text(_NOT_EXAMINED)
        return
    yield wording.text(_LOOKED_AT, rows=rows["read"], accounts=exhibit["accounts"], since=since, until=until)
    odd = {name: rows[name] for name in ("without_user", "malformed", "repeated", "without_time")}
    if any(odd.values()):
        yield wording.text(_ODD_ROWS, **odd)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _story(story: _Json, report: Report, wording: Wording) -> StoryLine:
    gravest_first = sorted(story["detections"], key=lambda one: (one["user_id"] is None, -_weight(one["level"])))
    units = tuple(dict.fromkeys(one["unit"] for one in gravest_first))
    told = [advice(unit, wording) for unit in units]
    known = report.acknowledged.get(story["id"])
    return StoryLine(
        id=story["id"],
        level=story["level"],
        level_text=wording.text(LEVELS.get(story["level"], story["level"])),
        who=_who(story, wording),
        user_principal_name=story["user_principal_name"] or "",
        outcome=wording.text(_outcome(story)),
        began=wording.local(_moment(story["began"])),
        ended=wording.local(_moment(story["ended"])),
        score=story["score"],
        families=", ".join(wording.text(FAMILIES.get(family, family)) for family in story["families"]),
        timeline=tuple(
            TimelineLine(
                wording.local(_moment(line["at"])),
                moment_words(line, wording),
                where(line, wording),
                is_entry=line["what"] != "detected",
            )
            for line in story["timeline"]
        ),
        why=tuple(filter(None, (why for why, _ in told))),
        innocent=tuple(filter(None, (innocent for _, innocent in told))),
        numbers="; ".join(dict.fromkeys(filter(None, (fact_words(one["facts"], wording) for one in gravest_first)))),
        afterwards=tuple(_mail(story["user_id"], report, wording)),
        standing=_standing(known, wording),
        note=known.note if known else "",
        is_open=known is None or known.has_grown,
    )


def _weight(level: str) -> int:
    order = list(LEVELS)
    return len(order) - order.index(level) if level in order else 0


def _mail(user_id: str | None, report: Report, wording: Wording) -> Iterator[str]:
    """Yield what is not in order in somebody's mailbox: scans tell when it was first seen, and no more."""
    for row in report.findings:
        if user_id and row.check_id == _RULES and row.is_open and (row.object_id or "").split("/")[0] == user_id:
            day = f"{wording.local(scan_time(row.first_seen)):%Y-%m-%d}" if row.first_seen else "?"
            yield wording.text(_RULE_SEEN, rule=row.object_name or "?", day=day)


def _outcome(story: _Json) -> str:
    if story["approved"] or any(line["what"] == "signed_in" for line in story["timeline"]):
        return GOT_IN
    return PASSWORD_KNOWN if story["succeeded"] else ATTEMPTS


def _standing(known: Acknowledged | None, wording: Wording) -> str:
    if known is None:
        return wording.text(_OPEN)
    if known.has_grown:
        return wording.text(_GROWN)
    conclusion = wording.text(_CONCLUSIONS.get(known.conclusion, known.conclusion))
    day = f"{wording.local(known.at):%Y-%m-%d}"
    if not known.by:
        return wording.text(_CONCLUDED_BY_SOMEBODY, conclusion=conclusion, day=day)
    return wording.text(_CONCLUDED, conclusion=conclusion, by=known.by, day=day)


def _who(told: _Json, wording: Wording) -> str:
    if told["user_id"]:
        return str(told["name"] or told["user_principal_name"] or told["user_id"])
    return wording.text(_SOURCE, address=told["source"]) if told["source"] else wording.text(_HIDDEN)


def _sign(one: _Json, wording: Wording) -> SignLine:
    countries = [country_name(code, wording.language) for code in one["countries"]]
    return SignLine(
        at=wording.local(_moment(one["first"])),
        what=title(one["unit"], wording),
        who=_who(one, wording),
        user_principal_name=one["user_principal_name"] or "",
        where=", ".join(dict.fromkeys(filter(None, (one["source"], *countries)))),
        times=one["times"],
        numbers=fact_words(one["facts"], wording),
    )


def _unit(unit: _Json, exhibit: _Json, wording: Wording) -> UnitLine:
    is_evaluated = unit["evaluated"]
    missing = _partly(unit["id"], exhibit, wording) if is_evaluated else [because(unit["because"], wording)]
    return UnitLine(
        id=unit["id"],
        title=title(unit["id"], wording),
        is_evaluated=is_evaluated,
        state_text=wording.text(_EVALUATED if is_evaluated else _NOT),
        because="; ".join(missing),
        hits=unit["hits"],
    )


def _partly(unit_id: str, exhibit: _Json, wording: Wording) -> Iterable[str]:
    for text, counts in ((_IN_DOUBT, exhibit["in_doubt"]), (_UNLEARNED, exhibit["unlearned"])):
        if counts.get(unit_id):
            yield wording.text(text, count=counts[unit_id])


def _legacy(exhibit: _Json, wording: Wording) -> Iterator[LegacyLine]:
    for client in exhibit["legacy"]:
        last = client["last_success"]
        yield LegacyLine(
            client=client["client"],
            successes=client["successes"],
            failures=client["failures"],
            people=client["people"],
            last=wording.local(_moment(last)) if last else None,
            accounts=tuple(
                str(one["name"] or one["user_principal_name"] or one["user_id"]) for one in client["accounts"]
            ),
        )
