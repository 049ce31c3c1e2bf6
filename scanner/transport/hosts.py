"""Where a tenant's services are, and which audience its tokens are for."""

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from m365_posture.config import Cloud, ConfigError, Hosts, TenantConfig


@dataclass(frozen=True, slots=True)
class Addresses:
    """One tenant's hosts, resolved. Origins have no trailing slash."""

    login: str
    graph: str
    graph_audience: str
    """Decided by the cloud alone: configured hosts move addresses, never audiences."""
    ca_file: Path | None = None


_CLOUDS: Final = {
    Cloud.GLOBAL: ("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    Cloud.USGOV: ("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    Cloud.DOD: ("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    Cloud.CHINA: ("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
}


def resolve(config: TenantConfig) -> Addresses:
    """Return the addresses of one tenant's services.

    Raises:
        ConfigError: A configured host is no https origin, or `clock_speed` is set for a host
            that is not on this machine: against Microsoft a faster clock would break every limit.

    Source: https://learn.microsoft.com/graph/deployments
    """
    login, graph = _CLOUDS[config.cloud]
    hosts = config.hosts
    if hosts is None:
        return Addresses(login, graph, graph)
    where = f"[tenants.{config.slug}.hosts]"
    given = {name: _origin(f"{where} {name}", getattr(hosts, name)) for name in ("login", "graph")}
    if hosts.clock_speed != 1 and not all(_is_loopback(address) for address in _named_addresses(hosts)):
        raise ConfigError(f"{where} clock_speed may be set only when every host is 127.0.0.1 or ::1; remove it.")
    return Addresses(given["login"], given["graph"], graph, hosts.ca_file)


def _origin(where: str, address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query or "@" in parts.netloc:
        raise ConfigError(f"{where} must be an https address without a path, e.g. https://127.0.0.1:9444.")
    return f"https://{parts.netloc}"


def _named_addresses(hosts: Hosts) -> list[str]:
    web = [hosts.login, hosts.graph, hosts.exchange, hosts.sharepoint_admin]
    return [address for address in [*web, f"udp://{hosts.dns}" if hosts.dns else ""] if address]


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
