"""Nobody and nothing in the samples exists."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any, Final

from sample_files import Sample

DOCUMENTATION: Final = [
    ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
PUBLIC_MAIL: Final = {"gmail.com", "outlook.com", "hotmail.com"}
ADDRESS: Final = re.compile(r"([^\s@|#,<>:\[]+)@([\w.-]+)")
HOST: Final = re.compile(r"https?://([^/\s]+)")
REAL_DOMAIN: Final = re.compile(r"\b[\w-]+\.(?:be|com|de|eu|fr|lu|net|nl|org)\b")


def texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def is_fictional(local: str, domain: str) -> bool:
    return domain.lower().endswith(".example") or (domain in PUBLIC_MAIL and local == "someone")


def test_every_mail_address_is_invented(sample: Sample) -> None:
    found = {match.groups() for text in set(texts(sample.parts)) for match in ADDRESS.finditer(text)}

    assert len(found) > 20
    assert [f"{local}@{domain}" for local, domain in found if not is_fictional(local, domain)] == []


def test_every_web_address_is_invented(sample: Sample) -> None:
    hosts = {host for text in set(texts(sample.parts)) for host in HOST.findall(text)}

    assert hosts
    assert [host for host in hosts if not host.endswith(".example")] == []


def test_no_real_domain_occurs_but_those_of_public_mail(sample: Sample) -> None:
    found = {domain for text in set(texts(sample.parts)) for domain in REAL_DOMAIN.findall(text)}

    assert {domain.removeprefix("someone_") for domain in found} <= PUBLIC_MAIL


def test_every_network_address_is_reserved_for_documentation(sample: Sample) -> None:
    addresses = {ipaddress.ip_address(row["ipAddress"]) for row in sample.rows("sign_ins")}

    assert [address for address in addresses if not any(address in network for network in DOCUMENTATION)] == []


def test_every_autonomous_system_is_reserved_for_documentation(sample: Sample) -> None:
    assert {row["autonomousSystemNumber"] for row in sample.rows("sign_ins")} <= set(range(64_496, 64_512))
