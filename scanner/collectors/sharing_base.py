"""What the scan before knew of the drives: where their deltas go on, and the links found then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from scanner.collectors.collector import Reading
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables.sharing import SHARING_LINKS

DELTA_LINK: Final = "delta_link"
SWEPT_AT: Final = "swept_at"
"""Kinds of watermark: where a drive's delta goes on, and when the drive was last read in full."""

FULL_SWEEP_AFTER: Final = timedelta(days=6, hours=12)
"""Graph's deltas miss some changes of sharing, so that every drive is read in full each week.

Half a day less than a week: a nightly scan may start a little earlier than a week ago.
"""


@dataclass(frozen=True, slots=True)
class Base:
    """What can be continued, drive by drive."""

    delta_links: Mapping[str, str] = field(default_factory=dict)
    """Of the drives whose next full sweep is not due yet."""
    swept_at: Mapping[str, str] = field(default_factory=dict)
    """When each of them was last read in full; ISO 8601, UTC."""
    rows: pa.Table = field(default_factory=SHARING_LINKS.arrow_schema.empty_table)

    @classmethod
    def of(cls, reading: Reading) -> "Base":
        """Return what the scan before left; nothing when there was none, or when rows of it were purged."""
        if reading.base is None or reading.base.coverage(SHARING_LINKS.name).reason == TableState.PURGED:
            return cls()
        marks = reading.watermarks()
        swept = {drive: at for drive, kind, at in marks if kind == SWEPT_AT and not _is_due(reading, at)}
        links = {drive: link for drive, kind, link in marks if kind == DELTA_LINK and drive in swept}
        return cls(links, swept, reading.base.dataset(SHARING_LINKS.name).to_table())

    def rows_of(self, drive_id: str, *, without: frozenset[str]) -> pa.Table:
        """Return the links of a drive as they were, without those of the items named."""
        of_drive = self.rows.filter(pc.equal(self.rows["drive_id"], drive_id))
        changed = pc.is_in(of_drive["item_id"], value_set=pa.array(without, pa.string()))
        return of_drive.filter(pc.invert(changed))


def _is_due(reading: Reading, swept_at: str) -> bool:
    return reading.started_at - datetime.fromisoformat(swept_at) >= FULL_SWEEP_AFTER
