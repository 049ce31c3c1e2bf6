"""Use of each product by each person, as the usage report tells it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from scanner.collectors.collector import Collector, Reading, unique
from scanner.collectors.plain import objects_of, one_of
from scanner.collectors.results import Result
from scanner.collectors.rows import NONE, JsonObject, Shape, Unexpected, Values, demand
from scanner.collectors.states import group_coverage
from scanner.snapshot.ledger import GroupCoverage, TableState
from scanner.snapshot.schema import TIMESTAMP
from scanner.snapshot.tables.usage import ACTIVE_USER_DETAIL
from scanner.transport.errors import AuthenticationFailed, ReadError
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "usage"

NAMES: Final = "names"
"""Column group that the tenant's privacy setting can turn into codes."""
CONCEALED: Final = GroupCoverage(TableState.DENIED, "names_concealed", "setting:displayConcealedNames")

_DETAIL: Final = Template(
    Api.GRAPH_BETA,
    "reports/getOffice365ActiveUserDetail(period='D180')",
    Workload.USAGE,
    permission="Reports.Read.All",
    pack=Pack.BASE,
    fixed=(("$format", "application/json"),),
)
"""v1.0 gives a file at an address of another host; beta gives JSON."""
_SETTINGS: Final = Template(
    Api.GRAPH_V1,
    "admin/reportSettings",
    Workload.IDENTITY,
    permission="ReportSettings.Read.All",
    pack=Pack.BASE,
)


def as_days(values: Values) -> Values:
    """Return days, written `2026-11-16`, as midnight UTC; null and the empty text are None."""
    demand(values, NONE | {str})
    try:
        days = [date.fromisoformat(value) if value else None for value in values]
    except ValueError as error:
        raise Unexpected("no day") from error
    return [day and datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days]


_DAYS: Final = [column.name for column in ACTIVE_USER_DETAIL.columns if column.type == TIMESTAMP]
_SHAPE: Final = Shape(ACTIVE_USER_DETAIL, readers=dict.fromkeys(_DAYS, as_days))


async def _read_active_user_detail(reading: Reading) -> Result:
    """Read the last day on which each person used each product.

    Whether names are concealed the report does not say itself: where the setting cannot be read, or a
    name is no name, names are a gap.

    Source:
        https://learn.microsoft.com/graph/api/reportroot-getoffice365activeuserdetail
    """
    rows = await objects_of(reading, _DETAIL)
    gap = await _names_gap(reading, rows)
    hidden = {"userPrincipalName": None, "displayName": None} if gap else {}
    named = [{**row, "id": row.get("userPrincipalName"), **hidden} for row in rows]
    await reading.keep(unique(_SHAPE.convert(named, _DETAIL.endpoint), ACTIVE_USER_DETAIL.key))
    return Result(groups={NAMES: gap} if gap else {})


async def _names_gap(reading: Reading, rows: Sequence[JsonObject]) -> GroupCoverage | None:
    """Return why the names of the report cannot be used, None when they can."""
    try:
        settings = await one_of(reading, _SETTINGS)
    except AuthenticationFailed:
        raise
    except ReadError as error:
        return group_coverage(error)
    shown = settings.get("displayConcealedNames") is False
    names = [str(row.get("userPrincipalName")) for row in rows if not row.get("isDeleted")]
    return None if shown and all("@" in name for name in names) else CONCEALED


COLLECTORS: Final = (Collector(ACTIVE_USER_DETAIL, AREA, (_DETAIL, _SETTINGS), _read_active_user_detail),)
