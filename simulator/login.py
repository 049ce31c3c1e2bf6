"""Sign-in: OpenID metadata and the token endpoint for applications.

Error codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

import orjson
from cryptography import x509

from simulator.answers import Answer
from simulator.assertions import EXCHANGE_AUDIENCE, ISSUER, Assertion, BadAssertion, thumbprint_matches
from simulator.faults import Fault, FaultKind, FaultScript
from simulator.incoming import Incoming
from simulator.interference import Situation, altered, error_of, replaces
from simulator.tenants import SimulatedApp, SimulatedTenant
from simulator.throttling import Workload
from simulator.tokens import GRAPH_AUDIENCES, TokenStore

_JSON: Final = "application/json; charset=utf-8"
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_METADATA: Final = ["v2.0", ".well-known", "openid-configuration"]
_TOKEN: Final = ["oauth2", "v2.0", "token"]
_SCOPE_SUFFIX: Final = "/.default"

_ERRORS: Final = {
    70003: (HTTPStatus.BAD_REQUEST, "unsupported_grant_type"),
    70011: (HTTPStatus.BAD_REQUEST, "invalid_scope"),
    90002: (HTTPStatus.BAD_REQUEST, "invalid_request"),
    500011: (HTTPStatus.BAD_REQUEST, "invalid_resource"),
    700016: (HTTPStatus.BAD_REQUEST, "unauthorized_client"),
    700027: (HTTPStatus.UNAUTHORIZED, "invalid_client"),
    700213: (HTTPStatus.UNAUTHORIZED, "invalid_client"),
    7000215: (HTTPStatus.UNAUTHORIZED, "invalid_client"),
    7000216: (HTTPStatus.UNAUTHORIZED, "invalid_client"),
    7000222: (HTTPStatus.UNAUTHORIZED, "invalid_client"),
    53003: (HTTPStatus.FORBIDDEN, "access_denied"),
    90033: (HTTPStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable"),
    90055: (HTTPStatus.TOO_MANY_REQUESTS, "temporarily_unavailable"),
}
_TRANSIENT: Final = (90033, "A transient error has occurred. Please try again.")
_BLOCKED: Final = (53003, "Access has been blocked by Conditional Access policies.")
_FAULTS: Final = {
    FaultKind.UNAUTHORIZED: (7000215, "Invalid client secret provided."),
    FaultKind.FORBIDDEN: _BLOCKED,
    FaultKind.UNLICENSED: _BLOCKED,
    FaultKind.NOT_FOUND: (90002, "Tenant not found."),
    FaultKind.THROTTLED: (90055, "There are too many incoming requests."),
    FaultKind.SERVER_ERROR: _TRANSIENT,
    FaultKind.BAD_GATEWAY: _TRANSIENT,
    FaultKind.UNAVAILABLE: _TRANSIENT,
}
"""How a scripted fault sounds here; the status is that of Graph's error."""


class SignInFailed(Exception):
    """An AADSTS error."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence

    def answer(self, base: str) -> Answer:
        """Return the token endpoint's error body."""
        status, error = _ERRORS[self.code]
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        trailer = f"Trace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {now}"
        body = {
            "error": error,
            "error_description": f"AADSTS{self.code}: {self.sentence}\r\n{trailer}",
            "error_codes": [self.code],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"{base}/error?code={self.code}",
        }
        return Answer(orjson.dumps(body), status, content_type=_JSON)


@dataclass(slots=True)
class LoginService:
    """Gives tokens to the apps that the tenants know."""

    tenants: Mapping[str, SimulatedTenant]
    """By tenant id and by each of their domains, lower case."""
    certificates: Callable[[SimulatedApp], tuple[x509.Certificate, ...]]
    """The certificates registered with an app; the first is the identity provider's."""
    tokens: TokenStore
    faults: FaultScript
    record: Callable[[Incoming, str, int | None], None]

    def answer(self, incoming: Incoming) -> Answer:
        """Answer one request; never raises."""
        fault = self.faults.strike(f"login/{incoming.path}", in_batch=False)
        situation = Situation(incoming, Workload.IDENTITY, incoming.base)
        if fault and replaces(fault):
            answer = _failed(fault, situation)
        else:
            answer = self._read(incoming)
            if fault:
                answer = altered(fault, answer, situation)
        tenant = self.tenants.get(incoming.segments[0].lower())
        unanswered = answer.delivery is answer.delivery.NEVER
        self.record(incoming, tenant.slug if tenant else "", None if unanswered else answer.status)
        return answer

    def _read(self, incoming: Incoming) -> Answer:
        name, *rest = incoming.segments
        try:
            if rest == _METADATA and incoming.method == "GET":
                return self._metadata(incoming, self._tenant(name))
            if rest == _TOKEN and incoming.method == "POST":
                return self._token(incoming, self._tenant(name))
        except SignInFailed as failure:
            return failure.answer(incoming.base)
        return Answer(b"", HTTPStatus.NOT_FOUND, content_type="text/plain")

    def _tenant(self, name: str) -> SimulatedTenant:
        tenant = self.tenants.get(name.lower())
        if tenant is None:
            raise SignInFailed(90002, f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID.")
        return tenant

    def _metadata(self, incoming: Incoming, tenant: SimulatedTenant) -> Answer:
        home = f"{incoming.base}/{tenant.tenant_id}"
        body = {
            "token_endpoint": f"{home}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{home}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{home}/v2.0",
            "authorization_endpoint": f"{home}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{home}/oauth2/v2.0/devicecode",
            "end_session_endpoint": f"{home}/oauth2/v2.0/logout",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        }
        return Answer(orjson.dumps(body), content_type=_JSON)

    def _token(self, incoming: Incoming, tenant: SimulatedTenant) -> Answer:
        form = dict(parse_qsl(incoming.body.decode(errors="replace"), keep_blank_values=True))
        if form.get("grant_type") != "client_credentials":
            raise SignInFailed(70003, "The app requested an unsupported grant type.")
        app = _app(tenant, form.get("client_id", ""))
        audience = _audience(form.get("scope", ""), tenant)
        by_certificate = False
        if "client_assertion" in form:
            by_certificate = self._check_assertion(incoming, tenant, app, form)
        else:
            _check_secret(app, form.get("client_secret"))
        lifetime_s = self.tokens.lifetime_s
        token = self.tokens.issue(tenant, app, audience, by_certificate=by_certificate)
        body = {"token_type": "Bearer", "expires_in": lifetime_s, "ext_expires_in": lifetime_s, "access_token": token}
        return Answer(orjson.dumps(body), content_type=_JSON)

    def _check_assertion(
        self, incoming: Incoming, tenant: SimulatedTenant, app: SimulatedApp, form: Mapping[str, str]
    ) -> bool:
        """Check a certificate's or another identity provider's assertion; tell whether it was a certificate's."""
        if form.get("client_assertion_type") != _ASSERTION_TYPE:
            raise SignInFailed(700027, "The client assertion type is not supported.")
        provider, *own = self.certificates(app)
        try:
            assertion = Assertion.parse(form["client_assertion"])
            if assertion.claims.get("iss") == ISSUER:
                assertion.check_signature(provider)
                assertion.check_claims(issuer=ISSUER, subject=app.client_id, audiences=frozenset({EXCHANGE_AUDIENCE}))
                return False
            _check_certificate(assertion, app, own)
            home = f"{incoming.base}/{tenant.tenant_id}"
            audiences = frozenset({f"{home}/oauth2/v2.0/token", f"{home}/v2.0", f"{home}/oauth2/token"})
            assertion.check_claims(issuer=app.client_id, subject=app.client_id, audiences=audiences)
        except BadAssertion as problem:
            raise SignInFailed(700027, f"The client assertion failed validation: {problem}.") from None
        return True


def _failed(fault: Fault, situation: Situation) -> Answer:
    """Return a scripted error with Graph's status and headers, in the words of the login service."""
    graph = error_of(fault, situation)
    answer = SignInFailed(*_FAULTS[fault.kind]).answer(situation.incoming.base)
    answer.status, answer.headers = graph.status, graph.headers
    return answer


def _check_certificate(assertion: Assertion, app: SimulatedApp, registered: list[x509.Certificate]) -> None:
    certificate = next((known for known in registered if thumbprint_matches(assertion.header, known)), None)
    if certificate is None:
        raise BadAssertion("the certificate is not registered on the application")
    assertion.check_signature(certificate)
    if app.certificate_expired or certificate.not_valid_after_utc < datetime.now(UTC):
        raise BadAssertion("the certificate used to sign it is expired")


def _app(tenant: SimulatedTenant, client_id: str) -> SimulatedApp:
    for app in tenant.apps:
        if app.client_id == client_id:
            return app
    sentence = f"Application with identifier '{client_id}' was not found in the directory '{tenant.name}'."
    raise SignInFailed(700016, sentence)


def _audience(scope: str, tenant: SimulatedTenant) -> str:
    if not scope.endswith(_SCOPE_SUFFIX):
        raise SignInFailed(70011, f"The provided value for the input parameter 'scope' is not valid: '{scope}'.")
    audience = scope.removesuffix(_SCOPE_SUFFIX)
    if audience not in GRAPH_AUDIENCES | tenant.service_audiences:
        raise SignInFailed(500011, f"The resource principal named {audience} was not found in the tenant.")
    return audience


def _check_secret(app: SimulatedApp, secret: str | None) -> None:
    if secret is None:
        raise SignInFailed(7000216, "'client_assertion', 'client_secret' or 'request' is required.")
    if secret != app.client_secret:
        raise SignInFailed(7000215, f"Invalid client secret provided for app '{app.client_id}'.")
    if app.secret_expired:
        raise SignInFailed(7000222, f"The provided client secret keys for app '{app.client_id}' are expired.")
