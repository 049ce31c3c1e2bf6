"""SharePoint and OneDrive: the tenant's ceiling on sharing, as far as Graph tells it."""

from http import HTTPStatus
from typing import Final

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.licenses import may_have_plan
from scanner.collectors.plain import one_of, whole
from scanner.collectors.results import Result, result_of_error
from scanner.collectors.sharing import AREA, SHAREPOINT_PLAN, SITES
from scanner.snapshot.tables.directory import SUBSCRIBED_SKUS
from scanner.snapshot.tables.sharing import SHAREPOINT_SETTINGS
from scanner.transport.errors import Malformed, Unlicensed
from scanner.transport.templates import Api, Pack, Template, Workload

_SETTINGS: Final = Template(
    Api.GRAPH_V1,
    "admin/sharepoint/settings",
    Workload.SHAREPOINT,
    permission="SharePointTenantSettings.Read.All",
    pack=Pack.BASE,
)
_IDLE: Final = "idleSessionSignOut"
_SHAPE: Final = whole(
    SHAREPOINT_SETTINGS,
    {
        "idle_session_sign_out_is_enabled": f"{_IDLE}/isEnabled",
        "idle_session_warn_after_in_seconds": f"{_IDLE}/warnAfterInSeconds",
        "idle_session_sign_out_after_in_seconds": f"{_IDLE}/signOutAfterInSeconds",
    },
)


async def _read_sharepoint_settings(reading: Reading) -> Result:
    """Read the one object of settings; without a licence for SharePoint Graph only says *bad request*.

    Source:
        https://learn.microsoft.com/graph/api/sharepointsettings-get
    """
    try:
        found = await one_of(reading, _SETTINGS)
    except Malformed as error:
        if error.status == HTTPStatus.BAD_REQUEST and not await may_have_plan(reading, SITES):
            return result_of_error(Unlicensed(error.endpoint, error.status, error.code, plan=SHAREPOINT_PLAN))
        raise
    # Microsoft's own example wraps the object, its metadata does not.
    settings = found["value"] if isinstance(found.get("value"), dict) else found
    row = {**settings, "id": settings.get("id") or "sharepointSettings"}
    await reading.keep(_SHAPE.convert([row], _SETTINGS.endpoint))
    return Result()


COLLECTORS: Final = (
    Collector(SHAREPOINT_SETTINGS, AREA, (_SETTINGS,), _read_sharepoint_settings, after=(SUBSCRIBED_SKUS.name,)),
)
