"""The simulator: Microsoft's services on loopback, in a thread of its own."""

import signal
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

import dns.rcode
from cryptography import x509

from simulator.accounting import Account, longest_chain
from simulator.assertions import federated_token
from simulator.certificates import PASSPHRASE, ServerFiles, client_certificate, server_files, signer
from simulator.clock import ScaledClock
from simulator.configuration import CredentialKind, environment_of, leavers_files, tenants_toml
from simulator.dns import DnsService, Records
from simulator.exchange import ExchangeService
from simulator.faults import Fault, FaultScript
from simulator.graph import GraphService
from simulator.incoming import Incoming
from simulator.listening import ListeningThread, Service
from simulator.login import LoginService
from simulator.name_server import LOOPBACK, NameServer
from simulator.records import Credentials, HostAddresses, RecordedRequest
from simulator.sharepoint import SharePointService
from simulator.tenants import SimulatedApp, SimulatedTenant
from simulator.throttling import Throttle, Usage
from simulator.tokens import TokenStore
from simulator.wire import visible

_DAY_S: Final = 86_400
_SERVICES: Final = 6
_CERTIFICATE: Final = "msp.pfx"
_PROVIDER: Final = "identity-provider.pem"


class Simulator:
    """A local Microsoft 365 for some tenants; a context manager.

    Args:
        tenants: What it serves; may be changed while it runs.
        folder: Takes CA, certificates and token files; used again when they are there.
        clock_speed: Limits, waits and latency run this much faster than real time.
        latency_s: Scaled seconds before each answer.
        faults: What goes wrong; more can be scripted later through `faults`.
        throttling: Off: nothing is refused for its number of requests, for pure speed.
        ports: Login, Graph, Exchange, its region, the SharePoint admin site and the DNS; 0, or none, takes a free one.
    """

    def __init__(
        self,
        tenants: Iterable[SimulatedTenant],
        folder: Path,
        *,
        clock_speed: float = 1.0,
        latency_s: float = 0.0,
        faults: Iterable[Fault] = (),
        throttling: bool = True,
        ports: tuple[int, ...] = (),
    ) -> None:
        self.tenants = {tenant.slug: tenant for tenant in tenants}
        self.folder = folder
        self.faults = FaultScript(faults)
        self.requests: list[RecordedRequest] = []
        self.tokens = TokenStore()
        self._clock = ScaledClock(clock_speed)
        self._throttle = Throttle(self._clock, enabled=throttling)
        self._latency_s = latency_s
        self._ports = (*ports, *(0,) * (_SERVICES - len(ports)))
        self._extra_certificates: dict[str, list[x509.Certificate]] = {}
        self._hosts: HostAddresses | None = None
        self._thread: ListeningThread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def hosts(self) -> HostAddresses:
        """Return where it listens.

        Raises:
            RuntimeError: It has not been started.
        """
        if self._hosts is None:
            raise RuntimeError("the simulator has not been started")
        return self._hosts

    @property
    def accounting(self) -> Mapping[tuple[str, str], Usage]:
        """Return what each (tenant slug, workload) used."""
        return self._throttle.accounting

    def account(self, slug: str) -> Account:
        """Return what one tenant was asked so far, against its limits."""
        throttled = sum(usage.throttled for (owner, _), usage in self.accounting.items() if owner == slug)
        chain = longest_chain(request for request in self.requests if request.tenant == slug)
        return Account(self._throttle.budgets(slug), throttled, chain, self._latency_s)

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that a written configuration refers to."""
        return environment_of(self._all_credentials())

    def start(self) -> None:
        """Make what is missing in the folder, then listen.

        Raises:
            OSError: A port is taken, or the folder cannot be written.
        """
        files = server_files(self.folder)
        self._certificate = client_certificate(self.folder / _CERTIFICATE, "m365-posture simulator")
        self._provider = signer(self.folder / _PROVIDER, "simulated identity provider")
        self._write_federated_tokens()
        login = LoginService(self._by_tenant_name(), self._registered, self.tokens, self.faults, self._record)
        graph = GraphService(self.tokens, self._throttle, self.faults, self._record)
        exchange = ExchangeService(self.tokens, self._throttle, self.faults, self._record)
        sharepoint = SharePointService(self.tokens, self._throttle, self.faults, self._record)
        answers = (login.answer, graph.answer, exchange.front_door, exchange.regional, sharepoint.answer)
        services = [Service(answer, port) for answer, port in zip(answers, self._ports, strict=False)]
        names = DnsService(self._zones, self.faults, self._record_question)
        server = NameServer(names.answer, self._ports[-1])
        self._thread = ListeningThread(services, files.server_file, self._clock, self._latency_s, server)
        ports = self._thread.start()
        self._hosts = self._addresses(ports, files)
        graph.other_port = exchange.other_port = self._hosts.login
        exchange.region = f"https://{LOOPBACK}:{ports[3]}"

    def stop(self) -> None:
        """Stop listening and close every connection."""
        if self._thread is not None:
            self._thread.stop()
            self._thread = None

    def serve_forever(self, announce: Callable[["Simulator"], None]) -> None:
        """Start, announce, and serve until interrupted (Ctrl-C or SIGTERM); call it from the main thread."""
        interrupted = threading.Event()
        before = {number: signal.signal(number, lambda *_: interrupted.set()) for number in _END_SIGNALS}
        try:
            with self:
                announce(self)
                while not interrupted.wait(1.0):
                    pass
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def credentials(self, slug: str, client_id: str | None = None) -> Credentials:
        """Return what a tenant's app signs in with; its main app unless `client_id` names another."""
        tenant = self.tenants[slug]
        app = next(app for app in tenant.apps if client_id in (None, app.client_id))
        return Credentials(
            tenant_id=tenant.tenant_id,
            client_id=app.client_id,
            client_secret=app.client_secret,
            certificate=self.folder / _CERTIFICATE,
            certificate_password=PASSPHRASE,
            federated_token_file=self._token_file(app),
        )

    def issue_certificate(self, slug: str, *, expired: bool = False) -> Path:
        """Return a further certificate registered with a tenant's app; it may have expired yesterday."""
        path = self.folder / f"{slug}-{'expired' if expired else 'own'}.pfx"
        certificate = client_certificate(path, slug, days_valid=-1 if expired else 365)
        self._extra_certificates.setdefault(self.tenants[slug].app.client_id, []).append(certificate)
        return path

    def write_config(self, path: Path, kind: CredentialKind = CredentialKind.CERTIFICATE) -> None:
        """Write a ready `tenants.toml` and its lists of leavers; the secrets it refers to are in `environment`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = tenants_toml(path.parent, self.tenants.values(), self._all_credentials(), self.hosts, kind)
        path.write_text(text, encoding="utf-8")
        for name, listed in leavers_files(self.tenants.values()).items():
            (path.parent / name).write_text(listed, encoding="utf-8")

    def describe(self) -> dict[str, Any]:
        """Return addresses, CA file and credentials as JSON values."""
        return {
            "hosts": _plain(asdict(self.hosts)),
            "tenants": {slug: _plain(asdict(own)) for slug, own in self._all_credentials().items()},
            "environment": self.environment,
        }

    def _all_credentials(self) -> dict[str, Credentials]:
        return {slug: self.credentials(slug) for slug in self.tenants}

    def _addresses(self, ports: list[int], files: ServerFiles) -> HostAddresses:
        login, graph, exchange, _, sharepoint = (f"https://{LOOPBACK}:{port}" for port in ports[:-1])
        return HostAddresses(
            login,
            graph,
            files.ca_file,
            exchange=exchange,
            sharepoint_admin=sharepoint,
            dns=f"{LOOPBACK}:{ports[-1]}",
            clock_speed=self._clock.speed,
        )

    def _zones(self) -> dict[str, Records]:
        """Return every name of every tenant."""
        return {name.lower(): records for tenant in self.tenants.values() for name, records in tenant.dns.items()}

    def _by_tenant_name(self) -> dict[str, SimulatedTenant]:
        """Return tenants by id and by each of their domains, as the login service knows them."""
        names = {tenant.tenant_id.lower(): tenant for tenant in self.tenants.values()}
        for tenant in self.tenants.values():
            names |= {domain["id"].lower(): tenant for domain in tenant.domains}
        return names

    def _registered(self, app: SimulatedApp) -> tuple[x509.Certificate, ...]:
        return (self._provider.certificate, self._certificate, *self._extra_certificates.get(app.client_id, ()))

    def _token_file(self, app: SimulatedApp) -> Path:
        return self.folder / f"federated-{app.client_id}.jwt"

    def _write_federated_tokens(self) -> None:
        for tenant in self.tenants.values():
            for app in tenant.apps:
                token = federated_token(self._provider, app.client_id, lifetime_s=_DAY_S)
                self._token_file(app).write_text(token, encoding="ascii")

    def _record(self, incoming: Incoming, tenant: str, status: int | None) -> None:
        scheme, host, port = incoming.origin
        cmdlet, parameters = incoming.cmdlet()
        self.requests.append(
            RecordedRequest(
                at=self._clock.now(),
                tenant=tenant,
                method=incoming.method,
                scheme=scheme,
                host=host,
                port=port,
                path=incoming.path,
                query=incoming.query,
                headers=visible(incoming.headers),
                status=None if status is None else int(status),
                authorized="authorization" in incoming.headers,
                batch_id=incoming.batch_id,
                body_keys=incoming.body_keys(),
                cmdlet=cmdlet,
                parameters=parameters,
            )
        )

    def _record_question(self, name: str, kind: str, at: datetime, code: str | None) -> None:
        owner = next((slug for slug, tenant in self.tenants.items() if name in tenant.dns), "")
        host, _, port = self.hosts.dns.partition(":")
        self.requests.append(
            RecordedRequest(
                at=at,
                tenant=owner,
                method="QUERY",
                scheme="dns",
                host=host,
                port=int(port),
                path=f"{name}/{kind}",
                query={},
                headers={},
                status=None if code is None else int(dns.rcode.from_text(code)),
            )
        )


_END_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}
