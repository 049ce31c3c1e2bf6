"""What is usual for each person, as the sign-in log shows it: places, networks, programs, apps, weeks."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from scanner.snapshot.agents import family_of
from scanner.snapshot.crypto import Vault
from scanner.snapshot.errors import NewerSchema, SnapshotError, WrongKey
from scanner.snapshot.manifest import finished_scans
from scanner.snapshot.networks import near
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.tables.sign_ins import SIGN_IN_BASELINES, SIGN_INS

SERVICE_PRINCIPAL: Final = "sp:"
"""Begins the user id of what a service principal does usually."""

_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
_KEY: Final = list(SIGN_IN_BASELINES.key)
_READ: Final = (
    "created_date_time",
    "error_code",
    "user_id",
    "service_principal_id",
    "ip_address",
    "country_or_region",
    "autonomous_system_number",
    "user_agent",
    "device_operating_system",
    "device_browser",
    "client_app_used",
    "app_id",
    "authentication_protocol",
    "original_transfer_method",
)
_ROWS_AT_HAND: Final = 200_000
"""Of days that wait to be added up."""
_COUNTS: Final = ("successes", "days")
_COUNTS_BEFORE: Final = tuple(f"{name}_before" for name in _COUNTS)
_BEFORE: Final = [*_KEY, "first_seen", "last_seen", *_COUNTS_BEFORE]
_DISTINCT: Final = 1 << 16
"""Addresses and programs that are worked out once for all days."""
_BETWEEN: Final = "\x1f"
_LOG: Final = logging.getLogger(__name__)


def baselines(vault: Vault, days: Iterable[Path], before: pa.Table | None, moment: datetime) -> pa.Table:
    """Return what is usual, by the days of the log that are kept and what an earlier scan knew.

    Computing it again changes nothing: counts come from the log as long as it has the row.

    Args:
        vault: The tenant's.
        days: Files of the log, one for each day (UTC).
        before: Rows of `sign_in_baselines` of an earlier scan, None where there is none.
        moment: Now; what was last seen longer ago than the table keeps is left out.

    Returns:
        Rows of `sign_in_baselines`, sorted by key.
    """
    rows = _united(_added_up(_of_day(vault, day) for day in days), before)
    oldest = pa.scalar(moment - timedelta(days=SIGN_IN_BASELINES.retention_days), rows["last_seen"].type)
    return rows.filter(pc.greater_equal(rows["last_seen"], oldest)).sort_by([(name, "ascending") for name in _KEY])


def known_before(tenant_folder: Path, vault: Vault) -> pa.Table | None:
    """Return what the newest scan knew to be usual; None where none did. A damaged scan is passed over.

    Raises:
        NewerSchema, WrongKey: Another release or another key wrote what is there.
    """
    name = SIGN_IN_BASELINES.name
    for folder in reversed(finished_scans(tenant_folder)):
        try:
            reader = SnapshotReader.open(folder, vault)
            if reader.coverage(name).state.delivers_rows:
                return reader.dataset(name).to_table()
        except (NewerSchema, WrongKey):
            raise
        except SnapshotError as error:
            _LOG.warning("baselines of scan %s are not continued: %s", folder.name, type(error).__name__)
    return None


def _of_day(vault: Vault, path: Path) -> pa.Table:
    """Return what was seen on one day: key, first and last time, and how often."""
    schema = pa.schema([SIGN_INS.arrow_schema.field(name) for name in _READ])
    rows = vault.read(path, schema)
    rows = rows.filter(pc.fill_null(pc.equal(rows["error_code"], 0), fill_value=False))
    seen = pa.concat_tables([_seen(rows, kind, values) for kind, values in _values(rows)])
    seen = seen.filter(pc.and_(_is_said(seen["user_id"]), _is_said(seen["value"])))
    grouped = seen.group_by(_KEY, use_threads=False).aggregate([("at", "min"), ("at", "max"), ("at", "count")])
    return grouped.rename_columns([*_KEY, "first_seen", "last_seen", "successes"])


def _seen(rows: pa.Table, kind: str, values: pa.ChunkedArray) -> pa.Table:
    who = _person(rows["user_id"])
    if kind in {"network", "asn"}:
        named = pc.binary_join_element_wise(SERVICE_PRINCIPAL, rows["service_principal_id"], "")
        who = pc.if_else(_is_said(who), who, pc.if_else(_is_said(rows["service_principal_id"]), named, None))
    kinds = pa.repeat(pa.scalar(kind), rows.num_rows)
    return pa.table({"user_id": who, "kind": kinds, "value": values, "at": rows["created_date_time"]})


def _person(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(ids, _NOBODY), pa.scalar(None, pa.string()), ids)


def _values(rows: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Yield each kind and its value in each row, null where the row does not say."""
    yield "country", pc.utf8_upper(rows["country_or_region"])
    yield "network", _mapped(rows["ip_address"], _near)
    yield "asn", pc.cast(rows["autonomous_system_number"], pa.string())
    yield "agent", _mapped(_agents(rows), _family)
    yield "client", rows["client_app_used"]
    yield "flow", _flows(rows)
    yield "app", rows["app_id"]
    yield "week", _mapped(pc.cast(pc.cast(rows["created_date_time"], pa.date32()), pa.string()), _week)


def _mapped(column: pa.ChunkedArray, function: Callable[[str], str | None]) -> pa.ChunkedArray:
    """Return `function` of each value, called once for each distinct one; null stays null."""
    chunks = column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    mapped = [
        pa.array([function(value) for value in chunk.dictionary.to_pylist()], pa.string()).take(chunk.indices)
        for chunk in chunks.chunks
    ]
    return pa.chunked_array(mapped, pa.string())


def _agents(rows: pa.Table) -> pa.ChunkedArray:
    told = [pc.fill_null(rows[name], "") for name in ("user_agent", "device_operating_system", "device_browser")]
    return pc.binary_join_element_wise(*told, _BETWEEN)


@lru_cache(maxsize=_DISTINCT)
def _near(address: str) -> str | None:
    return near(address)


@lru_cache(maxsize=_DISTINCT)
def _family(told: str) -> str | None:
    # from the right: a user agent is whatever its sender wants it to be
    user_agent, operating_system, browser = told.rsplit(_BETWEEN, 2)
    return family_of(user_agent, operating_system, browser)


def _week(day: str) -> str:
    year, week, _ = datetime.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02}"


def _flows(rows: pa.Table) -> pa.ChunkedArray:
    """Return the rarer ways to sign in: on another device's behalf, or by password only."""
    protocol = pc.fill_null(rows["authentication_protocol"], "")
    by_device = pc.or_(
        pc.equal(protocol, "deviceCode"),
        pc.equal(pc.fill_null(rows["original_transfer_method"], ""), "deviceCodeFlow"),
    )
    by_password = pc.or_(
        pc.equal(protocol, "ropc"), pc.match_substring(pc.fill_null(rows["user_agent"], ""), "BAV2ROPC")
    )
    return pc.if_else(by_device, "deviceCode", pc.if_else(by_password, "ropc", pa.scalar(None, pa.string())))


def _is_said(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.greater(pc.utf8_length(column), 0), fill_value=False)


def _added_up(days: Iterable[pa.Table]) -> pa.Table:
    """Return the sum of what was seen on each day; only a part of the days is in memory at a time."""
    schema = SIGN_IN_BASELINES.arrow_schema
    waiting = [schema.empty_table()]
    for day in days:
        waiting.append(day.append_column("days", pa.repeat(pa.scalar(1, pa.int64()), day.num_rows)).cast(schema))
        if sum(table.num_rows for table in waiting[1:]) >= _ROWS_AT_HAND:
            waiting = [_sum(waiting)]
    return _sum(waiting)


def _sum(tables: list[pa.Table]) -> pa.Table:
    summed = pa.concat_tables(tables).group_by(_KEY, use_threads=False)
    columns = [("first_seen", "min"), ("last_seen", "max"), ("successes", "sum"), ("days", "sum")]
    return summed.aggregate(columns).rename_columns(SIGN_IN_BASELINES.arrow_schema.names)


def _united(logged: pa.Table, before: pa.Table | None) -> pa.Table:
    """Return both: first and last time of either, counts of the log where it has the row."""
    if before is None:
        return logged
    both = pa.concat_tables([logged, before.rename_columns(_BEFORE)], promote_options="default")
    counts = [(name, "max") for name in (*_COUNTS, *_COUNTS_BEFORE)]
    grouped = both.group_by(_KEY, use_threads=False).aggregate([("first_seen", "min"), ("last_seen", "max"), *counts])
    columns = {name: grouped[name] for name in _KEY}
    columns |= {"first_seen": grouped["first_seen_min"], "last_seen": grouped["last_seen_max"]}
    for name in _COUNTS:
        columns[name] = pc.coalesce(grouped[f"{name}_max"], grouped[f"{name}_before_max"])
    return pa.table(columns).cast(SIGN_IN_BASELINES.arrow_schema)
