"""Changes of mailboxes with their time: nothing is asked, the days that were imported are gone on with."""

import asyncio
from typing import Final

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.results import Result
from scanner.collectors.states import IMPORT, IMPORTED
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables.audits import MAILBOX_AUDITS

AREA: Final = "audits"

NOT_IMPORTED: Final = "not_imported"
"""Reason of a table that only an import fills, before the first one."""


async def _read_mailbox_audits(reading: Reading) -> Result:
    """Go on with what was imported. It is never whole: nobody knows what a file that was imported left out."""
    kept = await asyncio.to_thread(reading.scan.kept, MAILBOX_AUDITS)
    if kept.listed:
        return Result(TableState.PARTIAL, reason=IMPORTED, mend=IMPORT)
    return Result(TableState.SKIPPED, reason=NOT_IMPORTED, mend=IMPORT)


COLLECTORS: Final = (Collector(MAILBOX_AUDITS, AREA, (), _read_mailbox_audits),)
