"""What is usual for each person: made of the sign-in log that was read just before."""

import asyncio
from typing import Final

import pyarrow as pa

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.results import Result
from scanner.snapshot.baselines import baselines, known_before
from scanner.snapshot.tables.sign_ins import SIGN_IN_BASELINES, SIGN_INS

AREA: Final = "sign_ins"


async def _read_baselines(reading: Reading) -> Result:
    """Add up what people signed in from and with, on every day that is kept and as far as earlier scans knew.

    Nothing is asked. What the log lacks is lacking here too, and for the same reason: a firm without a licence for
    the log does not miss this table more than the log.
    """
    log = reading.scan.finished[SIGN_INS.name]
    if not log.state.delivers_rows:
        return Result(log.state, reason=f"needs:{SIGN_INS.name}", mend=log.mend)
    rows = await asyncio.to_thread(_rows, reading)
    await reading.keep(rows)
    reading.advance(rows.num_rows)
    return Result(log.state, reason=log.reason, mend=log.mend)


def _rows(reading: Reading) -> pa.Table:
    scan = reading.scan
    days = [scan.tenant_folder / path for path in scan.finished[SIGN_INS.name].parts]
    return baselines(scan.vault, days, known_before(scan.tenant_folder, scan.vault), scan.started_at)


COLLECTORS: Final = (Collector(SIGN_IN_BASELINES, AREA, (), _read_baselines, after=(SIGN_INS.name,)),)
