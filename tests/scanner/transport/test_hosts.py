"""Addresses and audiences of the four clouds, and what a configured host may be."""

from pathlib import Path

import pytest

from m365_posture.config import AppCredential, Cloud, ConfigError, Hosts, TenantConfig
from scanner.transport.hosts import resolve


def a_tenant_config(cloud: Cloud = Cloud.GLOBAL, hosts: Hosts | None = None) -> TenantConfig:
    return TenantConfig("acme", "Acme", "tenant", Path("data"), AppCredential("client"), cloud=cloud, hosts=hosts)


@pytest.mark.parametrize(
    ("cloud", "login", "graph"),
    [
        (Cloud.GLOBAL, "https://login.microsoftonline.com", "https://graph.microsoft.com"),
        (Cloud.USGOV, "https://login.microsoftonline.us", "https://graph.microsoft.us"),
        (Cloud.DOD, "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
        (Cloud.CHINA, "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
    ],
)
def test_a_cloud_fixes_addresses_and_audience(cloud: Cloud, login: str, graph: str) -> None:
    addresses = resolve(a_tenant_config(cloud))

    assert (addresses.login, addresses.graph, addresses.graph_audience) == (login, graph, graph)


@pytest.mark.parametrize(
    ("cloud", "exchange", "sharepoint"),
    [
        (Cloud.GLOBAL, "https://outlook.office365.com", "https://acme-admin.sharepoint.com"),
        (Cloud.USGOV, "https://outlook.office365.us", "https://acme-admin.sharepoint.us"),
        (Cloud.DOD, "https://outlook-dod.office365.us", "https://acme-admin.sharepoint-mil.us"),
        (Cloud.CHINA, "https://outlook.office365.cn", "https://acme-admin.sharepoint.cn"),
    ],
)
def test_a_cloud_fixes_exchange_and_sharepoint_too(cloud: Cloud, exchange: str, sharepoint: str) -> None:
    addresses = resolve(a_tenant_config(cloud))

    assert (addresses.exchange, addresses.exchange_audience, addresses.is_local) == (exchange, exchange, False)
    assert addresses.sharepoint_admin("acme") == (sharepoint, sharepoint)


def test_configured_services_keep_the_clouds_audience() -> None:
    hosts = Hosts(
        "https://127.0.0.1:1",
        "https://127.0.0.1:2",
        exchange="https://127.0.0.1:3/",
        sharepoint_admin="https://127.0.0.1:4",
    )

    addresses = resolve(a_tenant_config(Cloud.USGOV, hosts))

    assert (addresses.exchange, addresses.exchange_audience) == ("https://127.0.0.1:3", "https://outlook.office365.us")
    assert addresses.is_local
    assert addresses.sharepoint_admin("acme") == ("https://127.0.0.1:4", "https://acme-admin.sharepoint.us")


@pytest.mark.parametrize("name", ["exchange", "sharepoint_admin"])
def test_a_configured_service_is_an_https_origin(name: str) -> None:
    hosts = Hosts("https://127.0.0.1:1", "https://127.0.0.1:2", **{name: "http://127.0.0.1:3"})  # type: ignore[arg-type]

    with pytest.raises(ConfigError, match=name):
        resolve(a_tenant_config(hosts=hosts))


def test_where_other_hosts_are_configured_an_unnamed_service_has_no_address() -> None:
    addresses = resolve(a_tenant_config(hosts=Hosts("https://127.0.0.1:1", "https://127.0.0.1:2")))

    assert (addresses.exchange, addresses.sharepoint_admin("acme")[0]) == ("", "")


def test_configured_hosts_move_addresses_but_never_the_audience() -> None:
    hosts = Hosts("https://127.0.0.1:9443/", "https://127.0.0.1:9444")

    addresses = resolve(a_tenant_config(Cloud.CHINA, hosts))

    assert (addresses.login, addresses.graph) == ("https://127.0.0.1:9443", "https://127.0.0.1:9444")
    assert addresses.graph_audience == "https://microsoftgraph.chinacloudapi.cn"


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9444", "127.0.0.1:9444", "https://", "https://127.0.0.1/v1.0", "https://me@127.0.0.1", ""],
)
def test_a_host_that_is_no_https_origin_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="must be an https address"):
        resolve(a_tenant_config(hosts=Hosts("https://127.0.0.1:1", address)))


@pytest.mark.parametrize(
    "hosts",
    [
        Hosts("https://127.0.0.1:1", "https://graph.microsoft.com", clock_speed=20),
        Hosts("https://login.microsoftonline.com", "https://127.0.0.1:1", clock_speed=20),
        Hosts("https://127.0.0.1:1", "https://127.0.0.1:2", exchange="https://outlook.office365.com", clock_speed=2),
        Hosts("https://127.0.0.1:1", "https://127.0.0.1:2", dns="9.9.9.9:53", clock_speed=2),
        Hosts("https://127.0.0.1:1", "https://127.0.0.1.attacker.example", clock_speed=2),
    ],
)
def test_time_runs_faster_on_this_machine_only(hosts: Hosts) -> None:
    with pytest.raises(ConfigError, match="clock_speed"):
        resolve(a_tenant_config(hosts=hosts))


def test_the_simulator_may_run_faster() -> None:
    hosts = Hosts("https://127.0.0.1:1", "https://[::1]:2", dns="127.0.0.1:53", clock_speed=20)

    assert resolve(a_tenant_config(hosts=hosts)).graph == "https://[::1]:2"
