"""What rows do not say, and which detections, of whom, that leaves open."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

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
    crowds = {unit.id for unit in units if unit.is_crowd}
    found: dict[int | None, set[str]] = {}
    for row in _together(sign_ins, {unit.id: _query(unit) for unit in units}):
        found.setdefault(None if row["unit"] in crowds else row["who"], set()).add(row["unit"])
    return {who: frozenset(ids) for who, ids in found.items()}


def unlearned_of(sign_ins: Relation, units: Sequence[Unit]) -> dict[int | None, frozenset[str]]:
    """Return which detections tell nothing of which account, as its ordinary behaviour is not known yet."""
    queries = {
        unit.id: f"SELECT who FROM seen WHERE NOT is_learned AND coalesce({unit.scope}, TRUE)"  # noqa: S608 - constants only
        for unit in units
        if unit.needs_learning
    }
    found: dict[int | None, set[str]] = {}
    for row in _together(sign_ins, queries):
        found.setdefault(row["who"], set()).add(row["unit"])
    return {who: frozenset(ids) for who, ids in found.items()}


def _together(sign_ins: Relation, queries: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return `unit` and `who` of several queries, asked as one: most of a small question is its planning."""
    if not queries:
        return []
    parts = [f"SELECT '{unit}' AS unit, who FROM ({query})" for unit, query in queries.items()]  # noqa: S608 - constants only
    return records(sign_ins.sql(f"SELECT DISTINCT unit, who FROM ({' UNION ALL '.join(parts)})"))  # noqa: S608 - constants only


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
