"""What the public DNS says of the tenant's own domains; answers are kept as they came."""

import asyncio
import re
from collections.abc import Sequence
from typing import Final

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.results import Failure, Result, result_of_objects
from scanner.collectors.rows import JsonObject, Shape
from scanner.collectors.states import RESCAN
from scanner.dns import DnsAnswer, DnsStatus
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables.directory import DOMAINS
from scanner.snapshot.tables.dns import DNS_RECORDS

AREA: Final = "dns"

_MICROSOFTS: Final = re.compile(r"(?:.*\.)?(?:onmicrosoft\.[a-z]+|partner\.onmschina\.cn)", re.IGNORECASE)
_SHAPE: Final = Shape(DNS_RECORDS)


async def _read_dns_records(reading: Reading) -> Result:
    """Ask what the DNS says of mail of every verified domain.

    Domains below `onmicrosoft.com` are left out: their records are Microsoft's, the firm cannot change them.
    A domain of which one question stays unanswered counts as unread; what was answered is kept all the same.

    Cost:
        Some ten questions a domain, and one for each name its SPF record leads to.
    """
    found = await reading.rows_of(DOMAINS, ("id", "is_verified"))
    domains = [
        each["id"] for each in found if each["is_verified"] is not False and not _MICROSOFTS.fullmatch(each["id"])
    ]
    reading.expect(len(domains))
    answers = await asyncio.gather(*(_ask(reading, domain) for domain in domains))
    of_domains = dict(zip(domains, answers, strict=True))
    failures = [failure for domain, own in of_domains.items() if (failure := _failure(domain, own))]
    is_known = any(answer.status.is_known for own in answers for answer in own)
    if is_known:
        rows = [_row(domain, answer) for domain, own in of_domains.items() for answer in own]
        await reading.keep(_SHAPE.convert(rows, DNS_RECORDS.name))
    return result_of_objects(len(domains) - len(failures), failures, has_rows=is_known)


async def _ask(reading: Reading, domain: str) -> list[DnsAnswer]:
    answers = await reading.dns.mail_records(domain)
    reading.advance()
    return answers


def _failure(domain: str, answers: Sequence[DnsAnswer]) -> Failure | None:
    """Return why a domain was not read whole; an SPF record may name what cannot exist, the domain itself may not."""
    silent = (answer for answer in answers if not answer.status.is_known)
    status = next((each.status for each in silent if not _cannot_exist(each)), None)
    return None if status is None else Failure(domain, TableState.FAILED, str(status), RESCAN)


def _cannot_exist(answer: DnsAnswer) -> bool:
    return answer.status is DnsStatus.INVALID_NAME and bool(answer.asked_by)


def _row(domain: str, answer: DnsAnswer) -> JsonObject:
    return {
        "domain": domain,
        "name": answer.name,
        "type": str(answer.type),
        "status": str(answer.status),
        "values": list(answer.values) if answer.status.is_known else None,
        "askedBy": answer.asked_by,
    }


COLLECTORS: Final = (Collector(DNS_RECORDS, AREA, (), _read_dns_records, needs=(DOMAINS.name,)),)
