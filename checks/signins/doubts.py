"""What rows do not say, and which detections, of whom, that leaves open."""

from collections.abc import Mapping, Sequence
from typing import Final

from checks.frame import records
from checks.relations import Relation
from checks.signins.columns import FIELDS, mask
from checks.signins.units import Unit

_WHEN_AND_WHO: Final = ("created_date_time", "user_id")
"""Without these nothing is known of a row, whatever a detection asks."""


def never_filled(sign_ins: Relation) -> frozenset[str]:
    """Return the columns that are null in every row of `seen`; none where there are no rows."""
    (row,) = records(sign_ins.sql("SELECT count(*) AS rows, bit_and(lacks) AS lacks FROM seen"))
    if not row["rows"]:
        return frozenset()
    return frozenset(name for bit, name in enumerate(FIELDS) if row["lacks"] >> bit & 1)


def doubts_of(sign_ins: Relation, units: Sequence[Unit]) -> dict[int | None, frozenset[str]]:
    """Return which detections stay open for which account; None where it may be anybody."""
    found: dict[int | None, set[str]] = {}
    for unit in units:
        for who in _in_doubt(sign_ins, unit):
            found.setdefault(who, set()).add(unit.id)
    return {who: frozenset(ids) for who, ids in found.items()}


def unlearned_of(sign_ins: Relation, units: Sequence[Unit]) -> dict[int | None, frozenset[str]]:
    """Return which detections tell nothing of which account, as its ordinary behaviour is not known yet."""
    found: dict[int | None, set[str]] = {}
    for unit in units:
        if unit.needs_learning:
            query = f"SELECT DISTINCT who FROM seen WHERE NOT is_learned AND coalesce({unit.scope}, TRUE)"  # noqa: S608 - constants only
            for row in records(sign_ins.sql(query)):
                found.setdefault(row["who"], set()).add(unit.id)
    return {who: frozenset(ids) for who, ids in found.items()}


def _in_doubt(sign_ins: Relation, unit: Unit) -> set[int | None]:
    # constants of the detections, never data
    query = _query(unit)
    rows = records(sign_ins.sql(query))
    whole = {row["who"] for row in rows}
    return {None} if unit.is_crowd and whole else whole


def _query(unit: Unit) -> str:
    """Return SQL for the accounts of rows that say too little for a detection."""
    bits = mask(*unit.fields, *_WHEN_AND_WHO)
    scope = f"coalesce({unit.scope}, TRUE)"
    parts = [
        f"SELECT who FROM seen WHERE (lacks & {bits}::UBIGINT <> 0) AND {scope}",  # noqa: S608 - constants only
        f"SELECT who FROM undated WHERE {scope}",  # noqa: S608 - constants only
    ]
    if unit.asks("refreshes") or "original_transfer_method" in unit.fields:
        parts.append(f"SELECT who FROM refreshes WHERE lacks & {bits}::UBIGINT <> 0")  # noqa: S608 - constants only
    return f"SELECT DISTINCT who FROM ({' UNION ALL '.join(parts)})"  # noqa: S608 - constants only


def by_account(
    doubts: Mapping[int | None, frozenset[str]], names: Mapping[int, str]
) -> dict[str | None, frozenset[str]]:
    """Return the doubts by id of the account instead of its hash."""
    return {None if who is None else names[who]: ids for who, ids in doubts.items() if who is None or who in names}
