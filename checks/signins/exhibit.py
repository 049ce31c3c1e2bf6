"""An examination of the sign-in log as plain JSON: stories, what is only listed, and what could not be looked for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from checks.signins.mailboxes import MailboxChange, with_mailbox_changes
from checks.signins.model import Detection, Examined, Moment, RowCounts, Story, UnitState
from checks.signins.units import Level

Json = dict[str, Any]

LISTED_AT_MOST: Final = 500
"""More of them nobody reads; how many there are is told."""


def exhibit(
    examined: Examined,
    legacy: Sequence[Mapping[str, Any]],
    changes: Sequence[MailboxChange],
    as_of: datetime,
    look_back: timedelta,
) -> Json:
    """Return what is shown: `stories` of two kinds of signs or more, `listed` single ones, `units`, `legacy`, `rows`.

    Args:
        examined: What was found.
        legacy: Use of older clients by account, as `legacy_use` returns it.
        changes: What was done to mailboxes.
        as_of: Until when the log was looked at, UTC.
        look_back: How far.
    """
    told = [story for story in examined.stories if story.level is not Level.LISTED]
    listed = [one for story in examined.stories if story.level is Level.LISTED for one in story.detections]
    newest_first = sorted(listed, key=lambda one: (one.first, one.unit, one.user_id or "", one.source or ""))[::-1]
    return {
        "from": _moment(as_of - look_back),
        "to": _moment(as_of),
        "rows": _rows(examined.rows),
        "stories": [_story(with_mailbox_changes(story, changes)) for story in told],
        "listed": [_detection(one) for one in newest_first[:LISTED_AT_MOST]],
        "listed_in_all": len(listed),
        "units": [_unit(unit) for unit in examined.units],
        "in_doubt": _by_unit(examined.doubts),
        "unlearned": _by_unit(examined.unlearned),
        "accounts": len(examined.accounts),
        "legacy": [_client(client, list(rows)) for client, rows in groupby(legacy, key=itemgetter("client"))],
    }


def not_evaluated(unit_ids: Iterable[str], because: str, as_of: datetime, look_back: timedelta) -> Json:
    """Return what is shown where there was no log to look at."""
    units = tuple(UnitState(unit_id, evaluated=False, because=because, hits=0) for unit_id in unit_ids)
    nothing = Examined((), (), units, {}, {}, (), RowCounts(0, 0, 0, 0, 0))
    return exhibit(nothing, (), (), as_of, look_back)


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _rows(rows: RowCounts) -> Json:
    return {
        "read": rows.read,
        "without_time": rows.without_time,
        "without_user": rows.without_user,
        "malformed": rows.malformed,
        "repeated": rows.repeated,
    }


def _story(story: Story) -> Json:
    return {
        "id": story.id,
        "level": story.level.value,
        "score": story.score,
        "began": _moment(story.began),
        "ended": _moment(story.ended),
        "user_id": story.user_id,
        "name": story.name,
        "user_principal_name": story.user_principal_name,
        "source": story.source,
        "succeeded": story.succeeded,
        "approved": story.approved,
        "families": [family.value for family in story.families],
        "detections": [_detection(one) for one in story.detections],
        "timeline": [_line(moment) for moment in story.timeline],
    }


def _detection(one: Detection) -> Json:
    return {
        "unit": one.unit,
        "level": one.level.value,
        "user_id": one.user_id,
        "name": one.name,
        "user_principal_name": one.user_principal_name,
        "source": one.source,
        "first": _moment(one.first),
        "last": _moment(one.last),
        "times": one.times,
        "succeeded": one.succeeded,
        "approved": one.approved,
        "addresses": list(one.addresses),
        "countries": list(one.countries),
        "asns": list(one.asns),
        "apps": list(one.apps),
        "records": list(one.record_ids),
        "facts": {name: _number(value) for name, value in sorted(one.facts.items())},
    }


def _number(value: object) -> object:
    """Return a value that JSON can hold: SQL's exact numbers it cannot."""
    return float(value) if isinstance(value, Decimal) else value


def _line(moment: Moment) -> Json:
    return {
        "at": _moment(moment.at),
        "what": moment.what,
        "unit": moment.unit,
        "address": moment.address,
        "country": moment.country,
        "args": dict(moment.args),
    }


def _unit(unit: UnitState) -> Json:
    return {"id": unit.id, "evaluated": unit.evaluated, "because": unit.because, "hits": unit.hits}


def _by_unit(accounts: Mapping[str | None, Iterable[str]]) -> dict[str, int]:
    """Return of how many accounts something cannot be told, by detection."""
    counts = Counter(unit for who, units in accounts.items() if who is not None for unit in units)
    return dict(sorted(counts.items()))


def _client(client: str, rows: Sequence[Mapping[str, Any]]) -> Json:
    lasts = [row["last_success"] for row in rows if row["last_success"] is not None]
    return {
        "client": client,
        "successes": sum(row["successes"] for row in rows),
        "failures": sum(row["failures"] for row in rows),
        "last_success": _moment(max(lasts)) if lasts else None,
        "accounts": [
            {name: row[name] for name in ("user_id", "name", "user_principal_name", "successes", "failures")}
            for row in rows
            if row["successes"]
        ],
        "people": sum(1 for row in rows if row["successes"]),
        "tried": sum(1 for row in rows if not row["successes"]),
    }
