"""What only the SharePoint admin site tells of sharing: how long links last, what they allow, what is offered first."""

from typing import Final

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.exchange_rows import exchange_shape, selected
from scanner.collectors.results import Result
from scanner.collectors.sharing import AREA
from scanner.collectors.states import RESCAN
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables.directory import DOMAINS
from scanner.snapshot.tables.sharing import SPO_TENANT
from scanner.transport.templates import Pack, TenantSettings

_ID: Final = "name"
"""Where the name of the address is put: SharePoint gives the settings no id."""
_SHAPE: Final = exchange_shape(
    SPO_TENANT,
    {
        "id": _ID,
        "one_drive_sharing_capability": "ODBSharingCapability",
        "enable_azure_adb2b_integration": "EnableAzureADB2BIntegration",
    },
)
_SETTINGS: Final = TenantSettings(select=tuple(name for name in selected(_SHAPE) if name != _ID))


async def _read_spo_tenant(reading: Reading) -> Result:
    """Read the one object of settings; the address follows from the tenant's initial domain.

    Source:
        https://learn.microsoft.com/powershell/module/sharepoint-online/get-spotenant
    """
    domains = await reading.rows_of(DOMAINS, ("id", "is_initial"))
    name = next((domain["id"].partition(".")[0].lower() for domain in domains if domain["is_initial"]), "")
    if not name:
        return Result(TableState.FAILED, reason="no_initial_domain", mend=RESCAN)
    settings = await reading.sharepoint.tenant_settings(_SETTINGS, name)
    await reading.keep(_SHAPE.convert([{**settings, _ID: name}], _SETTINGS.endpoint))
    return Result()


COLLECTORS: Final = (
    Collector(SPO_TENANT, AREA, (_SETTINGS,), _read_spo_tenant, pack=Pack.SHAREPOINT_ADMIN, needs=(DOMAINS.name,)),
)
