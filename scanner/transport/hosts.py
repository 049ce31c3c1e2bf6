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
    exchange: str = ""
    """Exchange's front door; empty when other hosts are configured and this one is not."""
    exchange_audience: str = ""
    sharepoint_domain: str = ""
    """What the names of the cloud's SharePoint sites end with, e.g. `sharepoint.com`."""
    ca_file: Path | None = None
    sharepoint_override: str | None = None
    """Configured address of the SharePoint admin site; None: Microsoft's own."""
    is_local: bool = False
    """Whether Exchange is configured to be on this machine: there a region is another port, not another name."""

    def sharepoint_admin(self, name: str) -> tuple[str, str]:
        """Return address and audience of a tenant's SharePoint admin site.

        Args:
            name: First label of the tenant's initial domain.

        Returns:
            An empty address when other hosts are configured and this one is not.
        """
        audience = f"https://{name}-admin.{self.sharepoint_domain}"
        return audience if self.sharepoint_override is None else self.sharepoint_override, audience


@dataclass(frozen=True, slots=True)
class _CloudHosts:
    login: str
    graph: str
    exchange: str
    sharepoint_domain: str


_CLOUDS: Final = {
    Cloud.GLOBAL: _CloudHosts(
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com",
        "https://outlook.office365.com",
        "sharepoint.com",
    ),
    Cloud.USGOV: _CloudHosts(
        "https://login.microsoftonline.us",
        "https://graph.microsoft.us",
        "https://outlook.office365.us",
        "sharepoint.us",
    ),
    Cloud.DOD: _CloudHosts(
        "https://login.microsoftonline.us",
        "https://dod-graph.microsoft.us",
        "https://outlook-dod.office365.us",
        "sharepoint-mil.us",
    ),
    Cloud.CHINA: _CloudHosts(
        "https://login.partner.microsoftonline.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        "https://outlook.office365.cn",
        "sharepoint.cn",
    ),
}


def resolve(config: TenantConfig) -> Addresses:
    """Return the addresses of one tenant's services.

    Raises:
        ConfigError: A configured host is no https origin, or `clock_speed` is set for a host
            that is not on this machine: against Microsoft a faster clock would break every limit.

    Source: https://learn.microsoft.com/graph/deployments
    """
    cloud, hosts = _CLOUDS[config.cloud], config.hosts
    if hosts is None:
        return Addresses(cloud.login, cloud.graph, cloud.graph, cloud.exchange, cloud.exchange, cloud.sharepoint_domain)
    where = f"[tenants.{config.slug}.hosts]"
    given = {name: _origin(f"{where} {name}", getattr(hosts, name)) for name in ("login", "graph")}
    optional = ("exchange", "sharepoint_admin")
    given |= {name: _origin(f"{where} {name}", address) for name in optional if (address := getattr(hosts, name))}
    if hosts.clock_speed != 1 and not all(_is_loopback(address) for address in _named_addresses(hosts)):
        raise ConfigError(f"{where} clock_speed may be set only when every host is 127.0.0.1 or ::1; remove it.")
    return Addresses(
        login=given["login"],
        graph=given["graph"],
        graph_audience=cloud.graph,
        exchange=given.get("exchange", ""),
        exchange_audience=cloud.exchange,
        sharepoint_domain=cloud.sharepoint_domain,
        ca_file=hosts.ca_file,
        sharepoint_override=given.get("sharepoint_admin", ""),
        is_local=bool(hosts.exchange) and _is_loopback(hosts.exchange),
    )


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
