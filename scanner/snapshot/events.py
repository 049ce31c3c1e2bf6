"""Logs, kept once per tenant and by day: merged with what earlier scans kept, without duplicates."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache, reduce
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from scanner.snapshot.crypto import Vault, file_hash, readable
from scanner.snapshot.errors import Changed, SnapshotError
from scanner.snapshot.manifest import EventFile
from scanner.snapshot.proof import prove
from scanner.snapshot.schema import Table

EVENTS: Final = "events"

PAGES_AT_HAND: Final = 3
"""Parts kept in memory while a log is split by day."""

_ROW: Final = "reading order"
_LOG: Final = logging.getLogger(__name__)


def merge(table: Table, rows: pa.Table) -> pa.Table:
    """Return `rows` with one row per key, sorted by time and key.

    Where a key occurs several times, each column keeps its last value that is not empty: logs fill
    some fields late, and a page read later may also know less. Failing that it keeps its last empty
    value (`""`, `[]`), and only then null. Merging in several steps gives the same as in one.

    Args:
        table: The log's declaration.
        rows: In the order in which they were read, oldest reading first.
    """
    keys = list(table.key)
    by_key = pc.sort_indices(
        rows.append_column(_ROW, _numbers(rows.num_rows)), [(n, "ascending") for n in (*keys, _ROW)]
    )
    repeated = _shares_its_key(rows.select(keys).take(by_key))
    by_time = [(name, "ascending") for name in dict.fromkeys([table.event_time, *keys])]
    if not pc.any(repeated).as_py():
        return rows.sort_by(by_time)
    united = _united(rows.take(by_key.filter(repeated)), keys)
    single = by_key.filter(pc.invert(repeated))
    kept = pa.concat_arrays([single.cast(pa.int64()), pc.add(_numbers(united.num_rows), rows.num_rows)])
    everything = pa.concat_tables([rows, united])
    order = pc.sort_indices(everything.select([name for name, _ in by_time]).take(kept), by_time)
    return everything.take(kept.take(order))


def _numbers(count: int) -> pa.Array:
    return pa.array(range(count), pa.int64())


def _shares_its_key(sorted_keys: pa.Table) -> pa.Array:
    """Return for each row of a table sorted by all its columns whether a neighbour equals it."""
    rows = sorted_keys.num_rows
    if not rows:
        return pa.array([], pa.bool_())
    columns = [column.combine_chunks() for column in sorted_keys.columns]
    same_as_next = reduce(pc.and_, (pc.equal(column.slice(0, rows - 1), column.slice(1)) for column in columns))
    nothing = pa.array([False])
    return pc.or_(pa.concat_arrays([same_as_next, nothing]), pa.concat_arrays([nothing, same_as_next]))


def _united(rows: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Return one row per key, from rows in the order of their reading."""
    order = _numbers(rows.num_rows)
    ranks = {str(number): rank for number, rank in enumerate(_ranks(rows, order))}
    ranked = pa.table({**{key: rows.column(key) for key in keys}, **ranks})
    grouped = ranked.group_by(list(keys)).aggregate([(name, "max") for name in ranks])
    kept = [rows.column(int(name)).take(_row_number(grouped.column(f"{name}_max"), rows.num_rows)) for name in ranks]
    return pa.Table.from_arrays(kept, schema=rows.schema)


def _ranks(rows: pa.Table, order: pa.Array) -> Iterator[pa.Array]:
    """Yield per column a number that is highest in the row to keep: row number, plus all rows where it is filled."""
    for column in rows.columns:
        filled = pc.fill_null(_is_filled(column), fill_value=False)
        rank = pc.if_else(filled, pc.add(order, rows.num_rows), order)
        yield pc.if_else(pc.is_valid(column), rank, pa.scalar(None, pa.int64()))


def _row_number(rank: pa.ChunkedArray, rows: int) -> pa.ChunkedArray:
    return pc.if_else(pc.greater_equal(rank, rows), pc.subtract(rank, rows), rank)


def _is_filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_string(column.type):
        return pc.not_equal(pc.binary_length(column), 0)
    if pa.types.is_list(column.type):
        return pc.not_equal(pc.list_value_length(column), 0)
    return pc.is_valid(column)


def days_of(table: Table, rows: pa.Table) -> list[date]:
    """Return the days (UTC) that occur in `rows`, ascending."""
    return sorted(pc.unique(pc.cast(rows.column(table.event_time), pa.date32())).to_pylist())


@dataclass(frozen=True, slots=True)
class Kept:
    """The days of a log that earlier scans kept, by day (ISO date)."""

    whole: Mapping[str, EventFile] = field(default_factory=dict)
    """Files that are the ones that were written."""
    damaged: Mapping[str, EventFile] = field(default_factory=dict)
    """Files that are changed, cut short or gone. They stay listed, so that a backup can mend them."""

    @classmethod
    def of(cls, tenant_folder: Path, files: Mapping[str, EventFile]) -> "Kept":
        """Return `files`, each proven to be the one that was written, or known not to be."""
        bad = {day: file for day, file in files.items() if not _is_whole(tenant_folder, file)}
        return cls({day: file for day, file in files.items() if day not in bad}, bad)

    @property
    def listed(self) -> dict[str, EventFile]:
        """Every day."""
        return {**self.whole, **self.damaged}

    def lost(self, read_since: datetime | None) -> dict[str, EventFile]:
        """Return the damaged days that a reading of everything since `read_since` does not bring back."""
        return {day: file for day, file in self.damaged.items() if read_since is None or _begin_of(day) < read_since}


def _is_whole(tenant_folder: Path, file: EventFile) -> bool:
    try:
        prove(tenant_folder / file.path, file.sha256)
    except SnapshotError as error:
        _LOG.warning("%s cannot be continued: %s", file.path, type(error).__name__)
        return False
    return True


def _begin_of(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC)


@dataclass(frozen=True, slots=True)
class Log:
    """One log of one tenant, as a scan keeps it."""

    vault: Vault
    tenant_folder: Path
    table: Table
    scan_id: str
    merging: Callable[[Table, pa.Table], pa.Table] = merge
    """How the rows of a day become one for each key."""

    def keep(
        self, pages: Sequence[Path], kept: Mapping[str, EventFile], lost: Mapping[str, EventFile]
    ) -> dict[str, EventFile]:
        """Merge the pages that a scan read into the days kept before, and return the files of every day.

        A day that learned nothing keeps its file; any other gets a new one, so that what an older
        scan judged never changes.

        Args:
            pages: Parts in the order in which they were read.
            kept: Files by day as the last finished scan lists them.
            lost: Days to leave alone: of them a part at most was read again, and a whole file is
                not replaced by that, should a backup have it.

        Raises:
            SnapshotError: A kept file that must be merged is changed, cut short or missing.
        """
        # neighbouring days share pages, and decrypting a page is what costs
        read = lru_cache(maxsize=PAGES_AT_HAND)(self._read)
        files = dict(kept)
        found = {day: on for day, on in self._pages_by_day(pages).items() if day.isoformat() not in lost}
        for day, of_day in sorted(found.items()):
            new = pa.concat_tables([self._of_day(read(page), day) for page in of_day])
            files[day.isoformat()] = self._keep_day(day, new, kept)
        return files

    def _pages_by_day(self, pages: Sequence[Path]) -> dict[date, list[Path]]:
        only_time = pa.schema([self.table.arrow_schema.field(self.table.event_time)])
        found: dict[date, list[Path]] = {}
        for page in pages:
            for day in days_of(self.table, self.vault.read(page, only_time)):
                found.setdefault(day, []).append(page)
        return found

    def _read(self, page: Path) -> pa.Table:
        return self.vault.read(page, self.table.arrow_schema)

    def _of_day(self, rows: pa.Table, day: date) -> pa.Table:
        return rows.filter(pc.equal(pc.cast(rows.column(self.table.event_time), pa.date32()), day))

    def _keep_day(self, day: date, new: pa.Table, kept: Mapping[str, EventFile]) -> EventFile:
        before = self._before(kept.get(day.isoformat()))
        merged = self.merging(self.table, pa.concat_tables([before, new]))
        if before.num_rows and merged.equals(before):
            return kept[day.isoformat()]
        path = f"{EVENTS}/{self.table.name}/{day.isoformat()}/{self.scan_id}.parquet"
        return EventFile(path, self.vault.write_table(self.tenant_folder / path, merged))

    def _before(self, file: EventFile | None) -> pa.Table:
        if file is None:
            return self.table.arrow_schema.empty_table()
        path = self.tenant_folder / file.path
        with readable(path):
            if file_hash(path) != file.sha256:
                raise Changed(f"{path} is not as it was written: put it back from a backup, or purge that day.")
        return self.vault.read(path, self.table.arrow_schema)


def not_older_than(files: Mapping[str, EventFile], first: date) -> dict[str, EventFile]:
    """Return the files of `first` and later days."""
    return {day: file for day, file in files.items() if date.fromisoformat(day) >= first}
