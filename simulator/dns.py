"""A name server for the names of the simulated tenants; it knows no others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from simulator.faults import Fault, FaultKind, FaultScript
from simulator.name_server import Carrier

TYPES: Final = ("CNAME", "MX", "TXT")
_TTL_S: Final = 3_600
_PLAIN_BYTES: Final = 512
"""What a UDP answer may have where the question names no larger size."""
_LARGEST_BYTES: Final = 65_535
_STRING_BYTES: Final = 255
_PRINTABLE: Final = frozenset(range(0x20, 0x7F)) - set(b'"\\')
_LONGEST_CHAIN: Final = 8
_CODES: Final = {
    FaultKind.NOT_FOUND: dns.rcode.NXDOMAIN,
    FaultKind.SERVER_ERROR: dns.rcode.SERVFAIL,
    FaultKind.BAD_GATEWAY: dns.rcode.SERVFAIL,
    FaultKind.UNAVAILABLE: dns.rcode.REFUSED,
    FaultKind.FORBIDDEN: dns.rcode.REFUSED,
}
_SILENT: Final = frozenset({FaultKind.TIMEOUT, FaultKind.DROPPED, FaultKind.DRIPPING})
_FAILURES: Final = {"SERVFAIL": FaultKind.SERVER_ERROR, "REFUSED": FaultKind.UNAVAILABLE, "TIMEOUT": FaultKind.TIMEOUT}
"""What `{"error": …}` in place of records stands for."""

Records = Mapping[str, Any]
"""Record type → values, as a tenant's `dns.json` has them, or `{"error": "SERVFAIL"}`."""


@dataclass(slots=True)
class DnsService:
    """Answers questions, over UDP and TCP alike."""

    zones: Callable[[], Mapping[str, Records]]
    """Every name, lower case, as it is now."""
    faults: FaultScript
    record: Callable[[str, str, datetime, str | None], None]
    """Takes name, type, moment and the answer's code (None: no answer)."""

    def answer(self, wire: bytes, carrier: Carrier) -> bytes | None:
        """Answer one question; None: not at all. Never raises."""
        try:
            query = dns.message.from_wire(wire)
            question = query.question[0]
        except (dns.exception.DNSException, IndexError):
            return None
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        fault = self._fault(name, kind)
        sent = None if fault and fault.kind in _SILENT else self._answer(query, name, kind, fault, carrier)
        code = None if sent is None else dns.rcode.to_text(dns.rcode.Rcode(sent[3] & 0x0F))
        self.record(name, kind, datetime.now(UTC), code)
        return sent

    def _fault(self, name: str, kind: str) -> Fault | None:
        scripted = self.faults.strike(f"dns/{name}/{kind}", in_batch=False)
        error = self.zones().get(name, {}).get("error")
        return scripted or (Fault(_FAILURES[error], name) if error else None)

    def _answer(self, query: dns.message.Message, name: str, kind: str, fault: Fault | None, carrier: Carrier) -> bytes:
        response = dns.message.make_response(query, recursion_available=True)
        if fault and fault.kind in _CODES:
            response.set_rcode(_CODES[fault.kind])
            return response.to_wire()
        if fault and fault.kind is FaultKind.TRUNCATED and carrier is Carrier.UDP:
            response.flags |= dns.flags.TC
            return response.to_wire()
        if fault and fault.kind is FaultKind.NOT_JSON:
            return query.to_wire()[:4] + b"\xff" * 8
        self._fill(response, name, kind)
        limit = _LARGEST_BYTES if carrier is Carrier.TCP else max(query.payload, _PLAIN_BYTES)
        wire = response.to_wire(max_size=_LARGEST_BYTES)
        if len(wire) <= limit:
            return wire
        cut = dns.message.make_response(query, recursion_available=True)
        cut.flags |= dns.flags.TC
        return cut.to_wire()

    def _fill(self, response: dns.message.Message, name: str, kind: str) -> None:
        """Put in the records, following aliases; or say that the name does not exist."""
        zones = self.zones()
        for _ in range(_LONGEST_CHAIN):
            records = zones.get(name)
            if records is None:
                is_branch = any(other.endswith(f".{name}") for other in zones)
                response.set_rcode(dns.rcode.NOERROR if is_branch else dns.rcode.NXDOMAIN)
                return
            alias = records.get("CNAME", [])
            asked = kind if kind in records or not alias else "CNAME"
            if asked in records:
                response.answer.append(_rrset(name, asked, records[asked]))
            if asked == kind or not alias:
                return
            name = alias[0].rstrip(".").lower()


def _rrset(name: str, kind: str, values: list[str]) -> dns.rrset.RRset:
    rdtype = dns.rdatatype.from_text(kind)
    records = [dns.rdata.from_text(dns.rdataclass.IN, rdtype, _presented(kind, value)) for value in values]
    found: dns.rrset.RRset = dns.rrset.from_rdata_list(dns.name.from_text(name), _TTL_S, records)
    return found


def _presented(kind: str, value: str) -> str:
    """Return a value as zone files write it."""
    if kind != "TXT":
        return value if value.endswith(".") else f"{value}."
    data = value.encode()
    pieces = [data[start : start + _STRING_BYTES] for start in range(0, len(data), _STRING_BYTES)] or [b""]
    return " ".join('"' + "".join(_escaped(byte) for byte in piece) + '"' for piece in pieces)


def _escaped(byte: int) -> str:
    return chr(byte) if byte in _PRINTABLE else f"\\{byte:03d}"
