"""The SharePoint admin site's allow-list: one address, and nothing else that its right would allow.

`Sites.FullControl.All` could change every site. What is allowed is a `GET` of `/_api/SPO.Tenant`
without a query; everything else is `RequestRefused`.
"""

from typing import Final

import httpx

from scanner.transport.errors import RequestRefused
from scanner.transport.rules import HEADERS, check_headers, raw_path_of, same_origin

PATH: Final = "/_api/SPO.Tenant"


class SharePointGuard:
    """The one request a session may send to a SharePoint admin site.

    Args:
        origin: Scheme, host and port of the admin site.
    """

    def __init__(self, origin: str) -> None:
        self._origin = httpx.URL(origin)

    def admit(self, request: httpx.Request, endpoint: str) -> None:
        """Let `request` pass or raise; see `AllowList.admit`."""
        check_headers(request, HEADERS, endpoint)
        if request.method != "GET":
            raise RequestRefused(endpoint, code="method")
        if not same_origin(request.url, self._origin):
            raise RequestRefused(endpoint, code="origin")
        if request.read():
            raise RequestRefused(endpoint, code="body")
        if raw_path_of(request.url) != PATH:
            raise RequestRefused(endpoint, code="path")
        if request.url.query:
            raise RequestRefused(endpoint, code="query")
