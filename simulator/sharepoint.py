"""The SharePoint admin site: one address, and only for apps that signed in with a certificate."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from simulator.answers import Answer, GraphError
from simulator.defaults import SPO_TENANT
from simulator.faults import FaultScript
from simulator.incoming import Incoming
from simulator.interference import Situation, altered, error_of, replaces
from simulator.throttling import Charge, Throttle, Workload
from simulator.tokens import Grant, TokenStore

APP_ROLE: Final = "Sites.FullControl.All"
"""Of SharePoint, not of Graph."""
PATH: Final = "_api/SPO.Tenant"
_JSON: Final = "application/json;odata=verbose;charset=utf-8"


class SharePointError(GraphError):
    """An error answer of SharePoint's REST interface."""

    def body(self) -> dict[str, Any]:
        """Return the verbose envelope."""
        return {"error": {"code": self.code, "message": {"lang": "en-US", "value": self.message}}}


@dataclass(slots=True)
class SharePointService:
    """Serves the admin site of every tenant; which one, the token says."""

    tokens: TokenStore
    throttle: Throttle
    faults: FaultScript
    record: Callable[[Incoming, str, int | None], None]

    def answer(self, incoming: Incoming) -> Answer:
        """Answer one request; never raises."""
        grant = self.tokens.find(incoming.headers.get("authorization", ""))
        fault = self.faults.strike(f"sharepoint/{incoming.segments[-1]}", in_batch=False)
        situation = Situation(incoming, Workload.SHAREPOINT_ADMIN, incoming.base)
        answer = error_of(fault, situation) if fault and replaces(fault) else self._read(incoming, grant)
        if fault and not replaces(fault):
            answer = altered(fault, answer, situation)
        unanswered = answer.delivery is answer.delivery.NEVER
        self.record(incoming, grant.tenant.slug if grant else "", None if unanswered else answer.status)
        return answer

    def _read(self, incoming: Incoming, grant: Grant | None) -> Answer:
        try:
            if grant is None or grant.audience != grant.tenant.sharepoint_admin_audience:
                raise SharePointError(HTTPStatus.UNAUTHORIZED, "-2147024891", "Access token is not for this site.")
            if not grant.by_certificate:
                raise SharePointError(HTTPStatus.UNAUTHORIZED, "-2147024891", "Unsupported app only token.")
            if APP_ROLE not in grant.app.sharepoint_roles:
                raise SharePointError(
                    HTTPStatus.FORBIDDEN,
                    "-2147024891, System.UnauthorizedAccessException",
                    "Access denied. You do not have permission to perform this action or access this resource.",
                )
            if incoming.path.casefold() != PATH.casefold():
                raise SharePointError(
                    HTTPStatus.NOT_FOUND, "-1, Microsoft.SharePoint.Client.ResourceNotFoundException", ""
                )
            if incoming.method != "GET":
                raise SharePointError(HTTPStatus.METHOD_NOT_ALLOWED, "-1", "The method is not allowed.")
            self.throttle.admit(grant.tenant, (Charge(Workload.SHAREPOINT_ADMIN),), grant.app.client_id)
        except GraphError as error:
            return error.answer()
        answer = Answer.of({"d": grant.tenant.spo_tenant or SPO_TENANT})
        answer.content_type = _JSON
        return answer
