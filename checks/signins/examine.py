"""The whole examination of a sign-in log: tables, detections, doubts, stories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import pandas as pd
import pyarrow as pa

from checks.frame import records
from checks.model import Gap
from checks.relations import Relation
from checks.signins.audits import AUDITS, FOLLOW_ON, audit_table
from checks.signins.detections import UNITS
from checks.signins.doubts import by_account, left_open, never_filled
from checks.signins.model import HOLE, Account, Context, Detection, Examined, RowCounts, UnitState
from checks.signins.output import accounts_of, directory, found_of, utc
from checks.signins.seen import Built, Span, build, forget
from checks.signins.stories import Event, stories_of
from checks.signins.units import Family, Unit
from scanner.snapshot.tables.sign_ins import SIGN_INS

_BETA: Final = frozenset(column.name for column in SIGN_INS.columns if column.group)

_BASELINES: Final = pa.schema(
    [
        ("user_id", pa.string()),
        ("kind", pa.string()),
        ("value", pa.string()),
        ("first_seen", pa.timestamp("us", "UTC")),
        ("last_seen", pa.timestamp("us", "UTC")),
        ("successes", pa.int64()),
    ]
)
"""What is read of `sign_in_baselines`."""
_BASELINE_COLUMNS: Final = list(_BASELINES.names)

_WEEKS: Final = """
SELECT min(first_seen) AS first, max(last_seen) AS last FROM baselines
WHERE kind = 'week' AND first_seen IS NOT NULL AND last_seen IS NOT NULL GROUP BY value ORDER BY last DESC, first"""
"""The weeks in which anybody signed in, the last first."""

_COUNTS: Final = """
SELECT
    (SELECT count(*) FROM undated) AS undated,
    (SELECT count(*) FROM seen WHERE is_malformed) + (SELECT count(*) FROM undated WHERE is_malformed)
        + (SELECT coalesce(sum(malformed), 0)::BIGINT FROM refreshes) AS malformed,
    (SELECT count(*) FROM repeated) AS repeated"""


def examine(
    sign_ins: Relation,
    context: Context,
    *,
    audits: pd.DataFrame | Gap,
    baselines: pd.DataFrame | Gap,
    beta_unread: bool,
    applications_unread: bool,
    units: Sequence[Unit] = UNITS,
) -> Examined:
    """Look for everything that is declared, and say what could not be looked for.

    Args:
        sign_ins: The whole log that is kept, with the columns FIELDS and LABELS of `checks.signins.columns`.
        context: What it is judged with.
        audits: `directory_audits`, for what was done after a sign-in.
        baselines: `sign_in_baselines`, for what was ordinary before the log begins.
        beta_unread: Whether the log was read without the properties that only beta has.
        applications_unread: Whether the sign-ins of applications by themselves were not read.
        units: The detections.

    Raises:
        duckdb.OutOfMemoryException: The log is larger than the memory that the evaluation may use.
    """
    unread = frozenset(name for name, table in _optional(audits, baselines) if isinstance(table, Gap))
    if not records(sign_ins.sql("SELECT 1 AS row FROM sign_ins LIMIT 1")):
        return _empty(units, _Told(context, unread, beta_unread, applications_unread, frozenset(), context.log_since))
    span = Span(context.as_of - context.look_back, context.as_of)
    sign_ins.register("audits_read", audit_table(audits, span.since, span.until))
    built = build(
        sign_ins,
        span,
        baselines=_baselines(baselines),
        trusted_networks=context.trusted_networks,
        break_glass=context.break_glass,
    )
    sign_ins.materialise("audits", AUDITS)
    try:
        told = _Told(
            context,
            unread=unread,
            beta_unread=beta_unread,
            applications_unread=applications_unread,
            never_filled=never_filled(sign_ins),
            known_since=_known_since(sign_ins, context),
        )
        return _examined(sign_ins, span, units, told, built)
    finally:
        forget(sign_ins)
        sign_ins.drop("audits")


def _optional(audits: pd.DataFrame | Gap, baselines: pd.DataFrame | Gap) -> list[tuple[str, pd.DataFrame | Gap]]:
    return [("directory_audits", audits), ("sign_in_baselines", baselines)]


def _baselines(baselines: pd.DataFrame | Gap) -> pa.Table:
    if isinstance(baselines, Gap):
        return _BASELINES.empty_table()
    return pa.Table.from_pylist(records(baselines[_BASELINE_COLUMNS]), schema=_BASELINES)


def _known_since(sign_ins: Relation, context: Context) -> datetime | None:
    """Return since when it is known who signed in: as far back as weeks of the baseline go on from the log.

    The baseline is made of the same log, so where nothing was read it has a hole too.
    """
    since = context.log_since
    if since is None:
        return None
    for week in records(sign_ins.sql(_WEEKS)):
        if since - week["last"] > HOLE:
            break
        since = min(since, week["first"])
    return since


@dataclass(frozen=True, slots=True)
class _Told:
    """What decides whether a detection can be evaluated at all."""

    context: Context
    unread: frozenset[str]
    beta_unread: bool
    applications_unread: bool
    never_filled: frozenset[str]
    known_since: datetime | None


def _because(unit: Unit, told: _Told) -> str:
    """Return the code of why a detection is not evaluated; empty when it is."""
    if unread := _unread(unit, told):
        return unread
    if "break_glass" in unit.statements and not told.context.break_glass:
        return "not_stated:break_glass"
    if unit.needs_days and not _reaches(told, unit.needs_days):
        return "log_too_short"
    if empty := [name for name in unit.fields if name in told.never_filled]:
        return "no_licence" if empty[0].startswith("risk_") else f"field_never_filled:{empty[0]}"
    return ""


def _unread(unit: Unit, told: _Told) -> str:
    """Return the code of what a detection needs and was not read."""
    if told.beta_unread and not _BETA.isdisjoint(unit.fields):
        return "beta_unread"
    if told.applications_unread and unit.family is Family.WORKLOAD:
        return "applications_unread"
    return next((f"table:{table}" for table in unit.tables if table in told.unread), "")


def _reaches(told: _Told, days: int) -> bool:
    return told.known_since is not None and told.known_since <= told.context.as_of - timedelta(days=days)


def _examined(sign_ins: Relation, span: Span, units: Sequence[Unit], told: _Told, built: Built) -> Examined:
    reasons = {unit.id: _because(unit, told) for unit in units}
    evaluated = [unit for unit, because in zip(units, reasons.values(), strict=True) if not because]
    begun = _begun(sign_ins, units)
    hits = {unit.id: records(sign_ins.sql(unit.query)) for unit in evaluated if unit.id in begun}
    accounts, read, unnamed = accounts_of(sign_ins, built.source, span.since, span.until)
    names = directory(sign_ins, accounts, [hit for theirs in hits.values() for hit in theirs], span.until)
    found = [found_of(unit, hit, names) for unit in evaluated for hit in hits.get(unit.id, ())]
    detections = sorted((one.detection for one in found), key=_order)
    ids = {who: account.user_id for who, account in accounts.items()}
    still = left_open(sign_ins, units, has_undated=built.undated > 0)
    return Examined(
        detections=tuple(detections),
        stories=stories_of(found, _events(sign_ins, accounts), {unit.id: unit for unit in units}),
        units=tuple(UnitState(one, not because, because, len(hits.get(one, ()))) for one, because in reasons.items()),
        doubts=by_account(_only(evaluated, still.doubts), ids),
        unlearned=by_account(_only(evaluated, still.unlearned), ids),
        accounts=tuple(sorted(accounts.values(), key=lambda account: account.user_id)),
        rows=_counts(sign_ins, read, unnamed),
    )


def _only(evaluated: Sequence[Unit], found: Mapping[int | None, frozenset[str]]) -> dict[int | None, frozenset[str]]:
    """Return what was found of detections that are evaluated."""
    ids = {unit.id for unit in evaluated}
    return {who: theirs & ids for who, theirs in found.items() if theirs & ids}


def _begun(sign_ins: Relation, units: Sequence[Unit]) -> set[str]:
    """Return the detections of which the log has a row to start from: most logs have few failures and no codes."""
    choosy = [unit for unit in units if unit.starts_from]
    always = {unit.id for unit in units if not unit.starts_from}
    if not choosy:
        return always
    asked = ", ".join(f"bool_or({unit.starts_from}) AS {unit.id}" for unit in choosy)
    (row,) = records(sign_ins.sql(f"SELECT {asked} FROM seen"))  # noqa: S608 - constants only
    return always | {unit_id for unit_id, has_begun in row.items() if has_begun}


def _empty(units: Sequence[Unit], told: _Told) -> Examined:
    """Return what a log without rows shows, which takes no search."""
    reasons = {unit.id: _because(unit, told) for unit in units}
    states = tuple(UnitState(one, not because, because, 0) for one, because in reasons.items())
    return Examined((), (), states, {}, {}, (), RowCounts(0, 0, 0, 0, 0))


def _order(one: Detection) -> tuple[datetime, str, str, str, datetime, tuple[str, ...]]:
    return one.first, one.unit, one.user_id or "", one.source or "", one.last, one.record_ids


def _events(sign_ins: Relation, accounts: Mapping[int, Account]) -> list[Event]:
    """Return what the audit log tells of accounts that are in the log of sign-ins too."""
    rows = records(sign_ins.sql("SELECT moment, operation, target, address FROM audits WHERE is_success IS NOT FALSE"))
    return [
        Event(utc(row["moment"]), accounts[row["target"]].user_id, row["operation"])
        for row in rows
        if row["operation"] in FOLLOW_ON and row["target"] in accounts
    ]


def _counts(sign_ins: Relation, read: int, unnamed: int) -> RowCounts:
    (row,) = records(sign_ins.sql(_COUNTS))
    return RowCounts(read, row["undated"], unnamed, row["malformed"], row["repeated"])
