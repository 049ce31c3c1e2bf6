"""What the public DNS says of a tenant's domains, as it says it: read raw, judged elsewhere.

Queries go over UDP, and over TCP where the answer is too long for UDP. Nothing but a query for a
declared type of a name that belongs to the tenant's domains, or that their SPF records name, is
ever sent. How a question ended is part of the answer: a name that does not exist, a name without
such records, silence and a failing server are four different things.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import dns.rrset
import idna

from m365_posture.config import ConfigError, TenantConfig

TIMEOUT_S: Final = 5.0
"""For each attempt, in real seconds: a name server knows nothing of a scaled clock."""
ATTEMPTS: Final = 2
SPF_LOOKUPS: Final = 10
"""RFC 7208 §4.6.4: who checks mail follows no more than these."""
_AT_ONCE: Final = 8
_PAYLOAD_BYTES: Final = 1232
_DNS_PORT: Final = 53
_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_LONGEST_NAME: Final = 253
_REFERRAL: Final = re.compile(r"[+?~-]?include:(?P<include>\S+)|redirect=(?P<redirect>\S+)", re.IGNORECASE)


class RecordType(StrEnum):
    """The record types that are asked for."""

    CNAME = "CNAME"
    MX = "MX"
    TXT = "TXT"


class DnsStatus(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    NO_SUCH_NAME = "no_such_name"
    """NXDOMAIN: the name does not exist."""
    NO_RECORD = "no_record"
    """The name exists, without a record of this type."""
    TIMEOUT = "timeout"
    SERVER_FAILURE = "server_failure"
    """SERVFAIL, REFUSED or no usable answer from any name server."""
    INVALID_NAME = "invalid_name"
    """No host name: nothing was asked."""

    @property
    def is_known(self) -> bool:
        """Whether the DNS said what there is; otherwise nothing is known of the record."""
        return self in {DnsStatus.ANSWERED, DnsStatus.NO_SUCH_NAME, DnsStatus.NO_RECORD}


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """One question and how it ended."""

    name: str
    """As it was asked: ASCII (`xn--…` where the domain is spelt otherwise), lower case, without the final dot."""
    type: RecordType
    status: DnsStatus
    values: tuple[str, ...] = ()
    """TXT: the joined strings; MX: preference and host, e.g. `10 mx.firm.example`; CNAME: the target. Sorted."""
    asked_by: str = ""
    """Name whose SPF record led here; empty for the domain's own names."""


@dataclass(slots=True)
class Dns:
    """Asks the name servers of this machine, or the configured one; each question once."""

    servers: Sequence[tuple[str, int]]
    """Addresses and ports, tried in turn."""
    timeout_s: float = TIMEOUT_S
    attempts: int = ATTEMPTS
    _asked: dict[tuple[str, RecordType], "asyncio.Task[DnsAnswer]"] = field(default_factory=dict)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    @classmethod
    def of(cls, config: TenantConfig, *, timeout_s: float = TIMEOUT_S, attempts: int = ATTEMPTS) -> "Dns":
        """Return a client for the name servers of `hosts.dns`, else of this machine.

        Raises:
            ConfigError: `hosts.dns` is no address with a port.
        """
        return cls(_servers(config), timeout_s, attempts)

    async def mail_records(self, domain: str) -> list[DnsAnswer]:
        """Return what the DNS says of mail of one domain.

        MX, TXT and CNAME of the domain; TXT of `_dmarc`, `_mta-sts` and `_smtp._tls`; CNAME and TXT of
        Microsoft's two DKIM selectors; TXT of every name the SPF record refers to, at most ten.

        Cost:
            Ten questions, and one for each name of the SPF record.
        """
        own = [(domain, kind) for kind in RecordType]
        own += [(f"{label}.{domain}", RecordType.TXT) for label in ("_dmarc", "_mta-sts", "_smtp._tls")]
        selectors = [f"selector{number}._domainkey.{domain}" for number in (1, 2)]
        own += [(name, kind) for name in selectors for kind in (RecordType.CNAME, RecordType.TXT)]
        answers = list(await asyncio.gather(*(self.ask(name, kind) for name, kind in own)))
        return answers + await self._referrals(domain)

    async def ask(self, name: str, kind: RecordType) -> DnsAnswer:
        """Return what the DNS says; a question that was asked before is not asked again."""
        key = (_as_asked(name), kind)
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._ask(*key))
        return await asyncio.shield(self._asked[key])

    async def _referrals(self, domain: str) -> list[DnsAnswer]:
        """Follow `include:` and `redirect=` from a domain's SPF record, breadth first."""
        found: list[DnsAnswer] = []
        seen, waiting = {_as_asked(domain)}, [domain]
        while waiting and len(found) < SPF_LOOKUPS:
            asking = waiting.pop(0)
            for name in _referred((await self.ask(asking, RecordType.TXT)).values):
                if name in seen or len(found) == SPF_LOOKUPS:
                    continue
                seen.add(name)
                answer = await self.ask(name, RecordType.TXT)
                found.append(DnsAnswer(answer.name, answer.type, answer.status, answer.values, asked_by=asking))
                waiting.append(name)
        return found

    async def _ask(self, name: str, kind: RecordType) -> DnsAnswer:
        if not _is_name(name):
            return DnsAnswer(name, kind, DnsStatus.INVALID_NAME)
        status = DnsStatus.SERVER_FAILURE
        async with self._places:
            for address, port in [*self.servers] * self.attempts:
                try:
                    response = await self._query(name, kind, address, port)
                except (dns.exception.Timeout, TimeoutError):
                    status = DnsStatus.TIMEOUT
                    continue
                except (dns.exception.DNSException, OSError, EOFError):
                    status = DnsStatus.SERVER_FAILURE
                    continue
                answer = _read(name, kind, response)
                if answer.status is not DnsStatus.SERVER_FAILURE:
                    return answer
                status = answer.status
        return DnsAnswer(name, kind, status)

    async def _query(self, name: str, kind: RecordType, address: str, port: int) -> dns.message.Message:
        query = dns.message.make_query(name, dns.rdatatype.from_text(kind), use_edns=0, payload=_PAYLOAD_BYTES)
        async with asyncio.timeout(self.timeout_s):
            response, _ = await dns.asyncquery.udp_with_fallback(query, address, port=port, ignore_unexpected=True)
        return response


def _servers(config: TenantConfig) -> list[tuple[str, int]]:
    if config.hosts is not None:
        return [_configured(config)] if config.hosts.dns else []
    try:
        resolver = dns.resolver.Resolver(configure=True)
    except dns.exception.DNSException:  # this machine names no server: every question ends as a failure
        return []
    return [(str(address), _DNS_PORT) for address in resolver.nameservers]


def _configured(config: TenantConfig) -> tuple[str, int]:
    given = config.hosts.dns if config.hosts else ""
    try:
        parts = urlsplit(f"udp://{given}")
        address, port = parts.hostname, parts.port
    except ValueError:
        address, port = None, None
    if not address or not port:
        raise ConfigError(f"[tenants.{config.slug}.hosts] dns must be an address with a port, e.g. 127.0.0.1:9453.")
    return address, port


def _read(name: str, kind: RecordType, response: dns.message.Message) -> DnsAnswer:
    code = response.rcode()
    if code == dns.rcode.NXDOMAIN:
        return DnsAnswer(name, kind, DnsStatus.NO_SUCH_NAME)
    if code != dns.rcode.NOERROR or not isinstance(response, dns.message.QueryMessage):
        return DnsAnswer(name, kind, DnsStatus.SERVER_FAILURE)
    try:
        found = response.resolve_chaining().answer
    except dns.exception.DNSException:
        return DnsAnswer(name, kind, DnsStatus.SERVER_FAILURE)
    if found is None:
        return DnsAnswer(name, kind, DnsStatus.NO_RECORD)
    return DnsAnswer(name, kind, DnsStatus.ANSWERED, tuple(sorted(_values(kind, found))))


def _values(kind: RecordType, records: Iterable[Any]) -> list[str]:
    match kind:
        case RecordType.TXT:
            return [b"".join(record.strings).decode("utf-8", "backslashreplace") for record in records]
        case RecordType.MX:
            return [f"{record.preference} {_host(record.exchange)}" for record in records]
        case RecordType.CNAME:
            return [_host(record.target) for record in records]


def _host(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _referred(texts: Sequence[str]) -> list[str]:
    """Return the names that SPF records lead to, in their order; those with macros cannot be asked."""
    records = [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]
    terms = [term for record in records for term in record.split()]
    found = [match for term in terms if (match := _REFERRAL.fullmatch(term))]
    names = [_as_asked(match["include"] or match["redirect"]) for match in found]
    return [name for name in names if "%" not in name]


def _as_asked(name: str) -> str:
    """Return a name as name servers know it; one that cannot be written in ASCII stays as it is."""
    try:
        labels = [each if each.isascii() else idna.encode(each, uts46=True).decode() for each in name.split(".")]
    except idna.IDNAError:
        labels = [name]
    return ".".join(labels).rstrip(".").lower()


def _is_name(name: str) -> bool:
    labels = name.split(".")
    return len(name) <= _LONGEST_NAME and len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
