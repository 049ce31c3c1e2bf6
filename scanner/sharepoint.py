"""The SharePoint admin site, thin: the tenant's sharing settings, over one `Session`."""

from typing import Any

from scanner.transport.answers import parse_object
from scanner.transport.errors import Malformed
from scanner.transport.session import Session
from scanner.transport.templates import TenantSettings


class SharePoint:
    """Reads the SharePoint admin site of one tenant: one request, and no other can be sent."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def tenant_settings(self, declared: TenantSettings, name: str) -> dict[str, Any]:
        """Return the declared settings of the tenant; one that SharePoint does not give is absent.

        Args:
            declared: Which settings are kept.
            name: First label of the tenant's initial domain, e.g. `contoso` of `contoso.onmicrosoft.com`.

        Raises:
            RequestRefused: The firm did not opt in, it was not declared, or `name` is no host name.
            Denied: The app lacks SharePoint's `Sites.FullControl.All`, or did not sign in with a certificate.
            Unlicensed: The tenant has no SharePoint.
            ReadError: The settings could not be read.

        Cost:
            One request.
        """
        answer = await self._session.sharepoint(name, declared).settings(declared)
        settings = parse_object(declared, answer.body).get("d")
        if not isinstance(settings, dict):
            raise Malformed(declared.endpoint, code="no_settings")
        return {name: settings[name] for name in declared.select if name in settings}
