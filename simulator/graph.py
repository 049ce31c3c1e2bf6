"""Graph: from a request to an answer, with everything that can stand between them."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from simulator import applications, authentication, directory, files, logs, mail, policies, reports, roles
from simulator.answers import Answer, GraphError, not_found_path
from simulator.batch import Parts, answer_batch
from simulator.calls import Call, Endpoint, template_of
from simulator.faults import FaultScript
from simulator.incoming import Incoming
from simulator.interference import Situation, altered, error_of, invalid_token, replaces
from simulator.odata import Query
from simulator.throttling import Throttle, Workload
from simulator.tokens import GRAPH_AUDIENCES, Grant, TokenStore

ENDPOINTS: Final = (
    *directory.ENDPOINTS,
    *roles.ENDPOINTS,
    *policies.ENDPOINTS,
    *authentication.ENDPOINTS,
    *applications.ENDPOINTS,
    *logs.ENDPOINTS,
    *reports.ENDPOINTS,
    *mail.ENDPOINTS,
    *files.ENDPOINTS,
)
VERSIONS: Final = ("v1.0", "beta")
BATCH: Final = "$batch"
_ROUTES: Final = template_of(ENDPOINTS)

Recorder = Callable[[Incoming, str, int | None], None]
"""Takes a request, the tenant's slug and the status it got (None: no answer)."""


@dataclass(slots=True)
class GraphService:
    """Serves every tenant; which one, the token says."""

    tokens: TokenStore
    throttle: Throttle
    faults: FaultScript
    record: Recorder
    other_port: str = ""
    """Address that a scripted continuation to another port names."""

    def answer(self, incoming: Incoming) -> Answer:
        """Answer one request, or one part of a batch; never raises."""
        fault = self.faults.strike(incoming.path, in_batch=incoming.batch_id is not None)
        grant = self.tokens.find(incoming.headers.get("authorization", ""))
        situation = Situation(incoming, _workload(incoming), self.other_port)
        if fault and replaces(fault):
            answer = error_of(fault, situation)
        else:
            answer = self._read(incoming, grant)
            if fault:
                answer = altered(fault, answer, situation)
        unanswered = answer.delivery is answer.delivery.NEVER
        self.record(incoming, grant.tenant.slug if grant else "", None if unanswered else answer.status)
        return answer

    def _read(self, incoming: Incoming, grant: Grant | None) -> Answer:
        try:
            if grant is None:
                raise invalid_token("Access token is empty, expired or unknown.")
            if grant.audience not in GRAPH_AUDIENCES:
                raise invalid_token("Access token validation failure. Invalid audience.")
            return self._dispatch(incoming, grant)
        except GraphError as error:
            return error.answer()

    def _dispatch(self, incoming: Incoming, grant: Grant) -> Answer:
        version, *segments = incoming.segments
        if version not in VERSIONS or not segments:
            raise not_found_path(version)
        if segments == [BATCH] and incoming.method == "POST" and incoming.batch_id is None:
            return answer_batch(Parts(incoming, version), self.answer)
        if incoming.method != "GET":
            message = f"Specified HTTP method is not allowed for the request target: {incoming.method}."
            raise GraphError(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
        endpoint, values = _find(segments)
        call = Call(
            tenant=grant.tenant,
            app=grant.app,
            version=version,
            path="/".join(segments),
            base=incoming.base,
            query=Query.parse(incoming.raw_query),
            headers=incoming.headers,
            values=values,
        )
        return self._admitted(endpoint, call)

    def _admitted(self, endpoint: Endpoint, call: Call) -> Answer:
        call.resume()
        headers = self.throttle.admit(call.tenant, endpoint.costs(call), call.app.client_id)
        endpoint.authorize(call)
        call.query.only(("$select", *endpoint.options))
        answer = endpoint.handle(call)
        answer.headers |= headers
        return answer


def _find(segments: list[str]) -> tuple[Endpoint, dict[str, str]]:
    for template, endpoint in _ROUTES.get(len(segments), ()):
        pairs = list(zip(template, segments, strict=True))
        if all(name.startswith("{") or name == given for name, given in pairs):
            return endpoint, {name.strip("{}"): given for name, given in pairs if name.startswith("{")}
    raise not_found_path(segments[-1] if segments else "")


def _workload(incoming: Incoming) -> Workload:
    """Return the service that would answer; the directory for what nobody answers."""
    try:
        return _find(incoming.segments[1:])[0].workload
    except GraphError:
        return Workload.IDENTITY
