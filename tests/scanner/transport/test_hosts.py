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
