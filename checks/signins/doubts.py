"""What rows do not say, and which detections, of whom, that leaves open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from checks.frame import records
from checks.relations import Relation
from checks.signins.columns import FIELDS, mask
from checks.signins.units import Unit

_WHEN_AND_WHO: Final = ("created_date_time", "user_id")
"""Without these nothing is known of a row, whatever a detection asks."""
_UNLEARNED: Final = "_unlearned"


def never_filled(sign_ins: Relation) -> frozenset[str]:
    """Return the columns that are null in every row of `seen`; none where there are no rows."""
    (row,) = records(sign_ins.sql("SELECT count(*) AS rows, bit_and(lacks) AS lacks FROM seen"))
    if not row["rows"]:
        return frozenset()
    return frozenset(name for bit, name in enumerate(FIELDS) if row["lacks"] >> bit & 1)


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """What detections do not tell, by the account's hash; None where it may be anybody."""

    doubts: Mapping[int | None, frozenset[str]]
    """Detections that rows say too little for."""
    unlearned: Mapping[int | None, frozenset[str]]
    """Detections that tell nothing, as the account's ordinary behaviour is not known yet."""


def left_open(sign_ins: Relation, units: Sequence[Unit], *, has_undated: bool) -> LeftOpen:
    """Return which detections stay open, and for which accounts.

    Args:
        sign_ins: With the tables of `checks.signins.seen`.
        units: The detections.
        has_undated: Whether there are rows without a time.
    """
    crowds = {unit.id for unit in units if unit.is_crowd}
    doubts: dict[int | None, set[str]] = {}
    unlearned: dict[int | None, set[str]] = {}
    for table, conditions in _conditions(units).items():
        if table == "undated" and not has_undated:
            continue
        for who, unit_id, is_unlearned in _true_of(sign_ins, table, conditions):
            if is_unlearned:
                unlearned.setdefault(who, set()).add(unit_id)
            else:
                doubts.setdefault(None if unit_id in crowds else who, set()).add(unit_id)
    return LeftOpen(_frozen(doubts), _frozen(unlearned))


def _frozen(found: Mapping[int | None, set[str]]) -> dict[int | None, frozenset[str]]:
    return {who: frozenset(ids) for who, ids in found.items()}


def _true_of(sign_ins: Relation, table: str, conditions: Mapping[str, str]) -> Iterator[tuple[int | None, str, bool]]:
    """Yield account, detection and whether it is about learning, for each condition that a row fulfils.

    All are asked at once: for a small log, planning a question takes longer than answering it.
    """
    if not conditions:
        return
    asked = ", ".join(f"coalesce(bool_or({condition}), FALSE) AS {name}" for name, condition in conditions.items())
    for row in records(sign_ins.sql(f"SELECT who, {asked} FROM {table} GROUP BY who")):  # noqa: S608 - constants only
        for name in conditions:
            if row[name]:
                yield row["who"], name.removesuffix(_UNLEARNED), name.endswith(_UNLEARNED)


def _conditions(units: Sequence[Unit]) -> dict[str, dict[str, str]]:
    """Return SQL by table of the engine and name of a column: the detection's id, with a suffix for learning."""
    seen: dict[str, str] = {}
    undated: dict[str, str] = {}
    refreshes: dict[str, str] = {}
    for unit in units:
        name = unit.id
        lacks = f"lacks & {mask(*unit.fields, *_WHEN_AND_WHO)}::UBIGINT <> 0"
        scope = f"coalesce({unit.scope}, TRUE)"
        seen[name] = f"{lacks} AND {scope}"
        undated[name] = scope
        if unit.asks("refreshes") or "original_transfer_method" in unit.fields:
            refreshes[name] = lacks
        if unit.needs_learning:
            seen[f"{name}{_UNLEARNED}"] = f"NOT is_learned AND {scope}"
    return {"seen": seen, "undated": undated, "refreshes": refreshes}


def by_account(
    doubts: Mapping[int | None, frozenset[str]], names: Mapping[int, str]
) -> dict[str | None, frozenset[str]]:
    """Return the doubts by id of the account instead of its hash."""
    return {None if who is None else names[who]: ids for who, ids in doubts.items() if who is None or who in names}
