"""The directory's audit log: who changed what in the tenant."""

import asyncio
from datetime import timedelta
from typing import Any, Final

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.event_log import WINDOW, LogReading
from scanner.collectors.results import Result
from scanner.collectors.rows import NONE, JsonObject, Shape, Values, as_json, demand
from scanner.snapshot.tables.audits import DIRECTORY_AUDITS
from scanner.snapshot.tables.directory import SUBSCRIBED_SKUS
from scanner.transport.errors import ReadError
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "audits"

_KEPT_FREE: Final = timedelta(days=7)
"""What Graph keeps of this log without a premium licence."""
_PREMIUM: Final = frozenset({"AAD_PREMIUM", "AAD_PREMIUM_P2"})
_TELEPHONES: Final = ("phone", "mobile", "facsimile", "strongauthenticationuserdetails")
"""Parts of the names under which the log tells telephone numbers."""

_AUDITS: Final = Template(
    Api.GRAPH_V1,
    "auditLogs/directoryAudits",
    Workload.REPORTS,
    permission="AuditLog.Read.All",
    pack=Pack.BASE,
    top=999,
    query=("$filter",),
)


def as_targets(values: Values) -> Values:
    """Return what was changed as JSON, without the values that speak of telephones."""
    demand(values, NONE | {list})
    return as_json([value and [_target(target) for target in value] for value in values])


def as_details(values: Values) -> Values:
    """Return further details as JSON, without the values that speak of telephones."""
    demand(values, NONE | {list})
    return as_json([value and [_hushed(detail, "key", ("value",)) for detail in value] for value in values])


def _target(target: Any) -> JsonObject:  # noqa: ANN401 - any JSON value
    demand([target], frozenset({dict}))
    changed = target.get("modifiedProperties")
    demand([changed], NONE | {list})
    hushed = [_hushed(each, "displayName", ("oldValue", "newValue")) for each in changed or []]
    return {**target, "modifiedProperties": hushed} if changed else target


def _hushed(pair: Any, name: str, values: tuple[str, ...]) -> JsonObject:  # noqa: ANN401 - any JSON value
    """Return a named value with null for what speaks of telephones, in its name or in the value itself."""
    demand([pair], frozenset({dict}))
    speaking = [value for value in values if _is_of_a_telephone(pair.get(name)) or _is_of_a_telephone(pair.get(value))]
    return {**pair, **dict.fromkeys(speaking)}


def _is_of_a_telephone(text: object) -> bool:
    return any(word in str(text).lower() for word in _TELEPHONES)


SHAPE: Final = Shape(
    DIRECTORY_AUDITS,
    paths={
        "initiated_by_user_id": "initiatedBy/user/id",
        "initiated_by_user_principal_name": "initiatedBy/user/userPrincipalName",
        "initiated_by_user_display_name": "initiatedBy/user/displayName",
        "initiated_by_ip_address": "initiatedBy/user/ipAddress",
        "initiated_by_app_id": "initiatedBy/app/appId",
        "initiated_by_app_display_name": "initiatedBy/app/displayName",
        "initiated_by_service_principal_id": "initiatedBy/app/servicePrincipalId",
    },
    readers={"target_resources": as_targets, "additional_details": as_details},
)


async def _read_directory_audits(reading: Reading) -> Result:
    """Read the audit log, newest first: all that Graph keeps, or since the scan before with a day's overlap.

    Cost:
        `ceil(rows / 999)` requests of the reports budget.

    Source:
        https://learn.microsoft.com/graph/api/directoryaudit-list
    """
    log = await asyncio.to_thread(LogReading.beginning, reading, SHAPE, await _kept(reading))
    log.recall(reading.units)
    try:
        await log.read_down(_AUDITS)
    except ReadError as error:
        return log.broken_off(error)
    return log.read_to_its_end()


async def _kept(reading: Reading) -> timedelta:
    """Return how long Graph keeps the log of this tenant; the shorter time where its licences are not known."""
    skus = await reading.rows_of(SUBSCRIBED_SKUS, ("service_plans",)) if reading.has(SUBSCRIBED_SKUS) else []
    plans = {plan["service_plan_name"] for sku in skus for plan in sku["service_plans"] or []}
    return WINDOW if plans & _PREMIUM else _KEPT_FREE


COLLECTORS: Final = (
    Collector(
        DIRECTORY_AUDITS, AREA, (_AUDITS,), _read_directory_audits, after=(SUBSCRIBED_SKUS.name,), continues=True
    ),
)
