"""Authenticates requests to the services that msgraph-sdk does not describe: Exchange and SharePoint."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import httpx

from scanner.transport.errors import AuthenticationFailed, Unlicensed

if TYPE_CHECKING:
    from scanner.transport.credentials import TokenSource

_NO_SUCH_RESOURCE: Final = "AADSTS500011"


class Bearer:
    """Puts one audience's token on a request.

    Args:
        http: Builds the request only.
        tokens: Tokens of the app that asks, for this service.
        plan: Service plan that is missing when the tenant does not know the service at all.
    """

    def __init__(self, http: httpx.AsyncClient, tokens: "TokenSource", plan: str) -> None:
        self._http = http
        self._tokens = tokens
        self._plan = plan

    async def sign(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> httpx.Request:
        """Return the authenticated request, ready to be sent.

        Raises:
            AuthenticationFailed: No token could be had.
            Unlicensed: The tenant has no such service: a gap in its tables, no failed sign-in.
        """
        try:
            token = await self._tokens.get_token()
        except AuthenticationFailed as error:
            if error.code != _NO_SUCH_RESOURCE:
                raise
            raise Unlicensed(error.endpoint, error.status, error.code, plan=self._plan) from None
        sent = {**headers, "authorization": f"Bearer {token.token}"}
        if body is not None:
            sent["content-type"] = "application/json; charset=utf-8"
        return self._http.build_request(method, url, headers=sent, content=body)

    def reject(self, token: str) -> None:
        """Forget a token that was not accepted."""
        self._tokens.reject(token)
