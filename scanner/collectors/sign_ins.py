"""The sign-in log: beta for what v1.0 never tells, v1.0 where beta fails."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Final

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.event_log import LogReading
from scanner.collectors.results import NEWEST_EVENT, Result
from scanner.collectors.sign_in_rows import BETA_PROPERTIES, BETA_SELECT, SHAPE, V1_SELECT
from scanner.collectors.states import IMPORTED, RESCAN, group_coverage, imported_groups
from scanner.snapshot.ledger import GroupCoverage, TableState
from scanner.snapshot.tables.sign_ins import SERVICE_PRINCIPALS, SIGN_INS
from scanner.transport.errors import Malformed, NotFound, ReadError, Unavailable
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "sign_ins"

INTERACTIVE_ONLY: Final = "interactive_only"
"""Reason of a log that v1.0 gave: non-interactive sign-ins are missing in it."""

_APPLICATIONS: Final = "signInEventTypes/any(t: t eq 'servicePrincipal')"
_PEOPLE: Final = "signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'nonInteractiveUser')"


def _template(api: Api, select: tuple[str, ...]) -> Template:
    return Template(
        api,
        "auditLogs/signIns",
        Workload.REPORTS,
        permission="AuditLog.Read.All",
        pack=Pack.BASE,
        select=select,
        top=1000,
        query=("$filter",),
        headers=(("Prefer", "include-unknown-enum-members"),),
        license="AAD_PREMIUM",
    )


_BETA: Final = _template(Api.GRAPH_BETA, BETA_SELECT)
_V1: Final = _template(Api.GRAPH_V1, V1_SELECT)


async def _read_sign_ins(reading: Reading) -> Result:
    """Read the sign-ins of people, newest first: 30 days, or since the scan before with a day's overlap.

    Then those of applications, which wait for nobody and for which nobody waits.

    Where a day of these 30 was purged or its file damaged, all 30 are read: what Graph still has comes back.

    Cost:
        `ceil(rows / 1000)` requests of the reports budget.

    Source:
        https://learn.microsoft.com/graph/api/signin-list
    """
    log = await asyncio.to_thread(LogReading.beginning, reading, SHAPE)
    log.recall(reading.units)
    try:
        await _read_down(log)
    except ReadError as error:
        result = _without_beta(log, log.broken_off(error))
        if not result.state.delivers_rows:
            return await asyncio.to_thread(_imported, reading, result)
        return await _without_applications(reading, result)
    result = log.read_to_its_end()
    if log.lacks is None:
        return replace(result, groups=await _read_applications(reading))
    partial = replace(result, state=TableState.PARTIAL, reason=INTERACTIVE_ONLY, mend=RESCAN, newest_event=log.known)
    return await _without_applications(reading, _without_beta(log, partial))


async def _read_down(log: LogReading) -> None:
    """Read down to the end, in beta as long as it answers.

    Raises:
        ReadError: Graph answers no further.
    """
    try:
        await log.read_down(_BETA, _PEOPLE)
    except (NotFound, Malformed, Unavailable) as error:
        log.lacks = group_coverage(error)
        await log.read_down(_V1)


async def _read_applications(reading: Reading) -> dict[str, GroupCoverage]:
    """Read the sign-ins of applications, and return the ledger's line of what could not be read of them.

    Raises:
        AuthenticationFailed: There is no token any more; that ends the scan.
    """
    log = await asyncio.to_thread(LogReading.beginning, reading, SHAPE, of=SERVICE_PRINCIPALS)
    log.recall(reading.units)
    try:
        await log.read_down(_BETA, _APPLICATIONS)
    except ReadError as error:
        result = log.broken_off(error)
    else:
        result = log.read_to_its_end()
    await _remember(reading, result.newest_event)
    return {} if result.state is TableState.COMPLETE else {SERVICE_PRINCIPALS: result.as_group}


async def _without_applications(reading: Reading, result: Result) -> Result:
    """Return the result of a log of which not even the people's part is whole; the next scan goes on as before."""
    log = await asyncio.to_thread(LogReading.beginning, reading, SHAPE, of=SERVICE_PRINCIPALS)
    await _remember(reading, log.known)
    return replace(result, groups={**result.groups, SERVICE_PRINCIPALS: result.as_group})


async def _remember(reading: Reading, newest: datetime | None) -> None:
    if newest is not None:
        await reading.remember(SERVICE_PRINCIPALS, {NEWEST_EVENT: newest.isoformat()})


def _imported(reading: Reading, result: Result) -> Result:
    """Return the result of a log that Graph does not give: the days that were imported are there all the same."""
    keeper = reading.scan.keeper
    line = keeper.manifest.tables.get(SIGN_INS.name) if keeper else None
    if line is None or line.reason != IMPORTED or not reading.scan.kept(SIGN_INS).whole:
        return result
    return replace(result, state=TableState.PARTIAL, reason=IMPORTED, groups=imported_groups(result.mend))


def _without_beta(log: LogReading, result: Result) -> Result:
    """Return the result of a log of which v1.0 had to give a part."""
    return replace(result, groups={BETA_PROPERTIES: log.lacks}) if log.lacks else result


COLLECTORS: Final = (Collector(SIGN_INS, AREA, (_BETA, _V1), _read_sign_ins, continues=True),)
