"""Starting, stopping, describing."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import tomllib
from pathlib import Path

import httpx
import pytest
from simulator_client import Http, SignedIn, Simulated

from simulator.configuration import CredentialKind
from simulator.faults import Fault, FaultKind
from simulator.records import HostAddresses
from simulator.server import Simulator
from simulator.tenants import SimulatedTenant, blank_tenant


@pytest.fixture
def kantoor() -> SimulatedTenant:
    return blank_tenant("kantoor")


def test_it_starts_and_stops_at_once(simulator_folder: Path, kantoor: SimulatedTenant) -> None:
    Simulator([kantoor], simulator_folder).start()
    started = time.monotonic()

    with Simulator([kantoor], simulator_folder):
        pass

    assert time.monotonic() - started < 20


def test_it_stops_while_a_client_waits_for_its_answer(
    simulator_folder: Path, http: Http, kantoor: SimulatedTenant
) -> None:
    simulator = Simulator([kantoor], simulator_folder, faults=[Fault(FaultKind.TIMEOUT, "v1.0/users")])
    simulator.start()
    client, ended = http(simulator), threading.Event()
    address = f"{simulator.hosts.graph}/v1.0/users"

    def wait() -> None:
        with pytest.raises(httpx.TransportError):
            client.get(address)
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    while not simulator.requests:
        time.sleep(0.01)
    started = time.monotonic()
    simulator.stop()

    assert time.monotonic() - started < 20
    assert ended.wait(60)


def test_its_ports_are_free_again_when_it_has_stopped(simulator_folder: Path, kantoor: SimulatedTenant) -> None:
    with Simulator([kantoor], simulator_folder) as first:
        login, graph = (httpx.URL(address).port for address in (first.hosts.login, first.hosts.graph))
    assert login
    assert graph

    with Simulator([kantoor], simulator_folder, ports=(login, graph)) as second:
        assert (second.hosts.login, second.hosts.graph) == (first.hosts.login, first.hosts.graph)


def test_a_port_that_is_taken_is_an_error(simulator_folder: Path, kantoor: SimulatedTenant) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="address"):
        Simulator([kantoor], simulator_folder, ports=(0, taken.getsockname()[1])).start()


SERVE = """
import json, pathlib, sys
from simulator.server import Simulator
from simulator.tenants import blank_tenant
simulator = Simulator([blank_tenant("kantoor")], pathlib.Path(sys.argv[1]))
simulator.serve_forever(lambda running: sys.stdout.write(json.dumps(running.describe()) + "\\n") and sys.stdout.flush())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals of this kind")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_it_serves_until_it_is_interrupted(
    end: signal.Signals, simulator_folder: Path, kantoor: SimulatedTenant
) -> None:
    command = [sys.executable, "-W", "error", "-c", SERVE, str(simulator_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own interpreter
        assert process.stdout
        described = json.loads(process.stdout.readline())
        address = f"{described['hosts']['login']}/{kantoor.tenant_id}/v2.0/.well-known/openid-configuration"
        context = ssl.create_default_context(cafile=described["hosts"]["ca_file"])
        with httpx.Client(verify=context) as client:
            answered = client.get(address).status_code
        process.send_signal(end)
        _, errors = process.communicate(timeout=240)

    assert answered == 200
    assert (process.returncode, errors) == (0, "")


def test_it_has_no_address_before_it_starts(simulator_folder: Path, kantoor: SimulatedTenant) -> None:
    with pytest.raises(RuntimeError, match="not been started"):
        _ = Simulator([kantoor], simulator_folder).hosts


def test_nobody_trusts_it_without_its_ca(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    hosts: HostAddresses = simulated(kantoor).hosts

    with httpx.Client() as client, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        client.get(f"{hosts.graph}/v1.0/users")


def test_localhost_is_trusted_as_well(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    hosts: HostAddresses = simulated(kantoor).hosts
    names = ssl.create_default_context(cafile=hosts.ca_file)
    port = httpx.URL(hosts.graph).port

    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        names.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        assert secure.version() == "TLSv1.3"


def test_certificates_are_used_again(tmp_path: Path, kantoor: SimulatedTenant) -> None:
    def files() -> dict[str, bytes]:
        with Simulator([kantoor], tmp_path):
            return {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.suffix in {".pem", ".pfx"}}

    assert files() == files()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_private_keys_are_readable_by_their_owner_only(tmp_path: Path, kantoor: SimulatedTenant) -> None:
    with Simulator([kantoor], tmp_path):
        keys = [path for path in tmp_path.iterdir() if b"PRIVATE KEY" in path.read_bytes() or path.suffix == ".pfx"]

    assert len(keys) == 3
    assert {path.stat().st_mode & 0o077 for path in keys} == {0}


def test_latency_runs_on_the_scaled_clock(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    client = signed_in(kantoor, latency_s=20.0, clock_speed=100)
    started = time.monotonic()

    client.get("v1.0/organization")

    assert 0.2 <= time.monotonic() - started < 20


def test_it_describes_itself_as_json(simulated: Simulated, kantoor: SimulatedTenant) -> None:
    simulator = simulated(kantoor)

    described = json.loads(json.dumps(simulator.describe()))

    assert described["hosts"]["graph"] == simulator.hosts.graph
    assert Path(described["hosts"]["ca_file"]).is_file()
    assert described["tenants"]["kantoor"]["client_id"] == kantoor.app.client_id
    assert described["environment"]["KANTOOR_CLIENT_SECRET"] == kantoor.app.client_secret


@pytest.mark.parametrize("kind", CredentialKind)
def test_it_writes_a_ready_configuration(
    kind: CredentialKind, simulated: Simulated, tmp_path: Path, kantoor: SimulatedTenant
) -> None:
    kantoor.name = 'Kantoor "De Brug" \\ Gent'
    kantoor.config = {
        "packs": ["base", "files"],
        "thresholds": {"stale_days": 60},
        "trusted_forwarding": [{"from": "a@kantoor.example", "until": "2027-06-30"}, {"from": "b@kantoor.example"}],
    }
    simulator = simulated(kantoor, clock_speed=20.0)

    simulator.write_config(tmp_path / "tenants.toml", kind)

    written = tomllib.loads((tmp_path / "tenants.toml").read_text(encoding="utf-8"))["tenants"]["kantoor"]
    assert (written["name"], written["tenant_id"]) == (kantoor.name, kantoor.tenant_id)
    assert written["thresholds"] == {"stale_days": 60}
    assert written["trusted_forwarding"][0]["until"].year == 2027
    assert [entry["from"] for entry in written["trusted_forwarding"]] == ["a@kantoor.example", "b@kantoor.example"]
    assert written["hosts"]["clock_speed"] == 20.0
    named = {value for key, value in written.items() if key.endswith("_env")}
    assert named <= simulator.environment.keys()
    files = [written[key] for key in ("certificate", "federated_token_file") if key in written]
    assert all((tmp_path / file).is_file() for file in [*files, written["hosts"]["ca_file"]])


@pytest.mark.parametrize("kind", [CredentialKind.SECRET, CredentialKind.FEDERATED])
def test_the_admin_site_of_sharepoint_is_asked_by_certificate_whatever_the_firm_signs_in_with(
    kind: CredentialKind, simulated: Simulated, tmp_path: Path, kantoor: SimulatedTenant
) -> None:
    kantoor.config = {"sharepoint_admin": True}
    simulator = simulated(kantoor)

    simulator.write_config(tmp_path / "tenants.toml", kind)

    written = tomllib.loads((tmp_path / "tenants.toml").read_text(encoding="utf-8"))["tenants"]["kantoor"]
    app = written["apps"]["sharepoint_admin"]
    assert "certificate" not in written
    assert (app["client_id"], (tmp_path / app["certificate"]).is_file()) == (written["client_id"], True)
    assert app["certificate_password_env"] in simulator.environment


def test_each_list_of_leavers_is_a_file_beside_the_configuration(
    simulator_folder: Path, tmp_path: Path, kantoor: SimulatedTenant
) -> None:
    other = blank_tenant("bureau")
    kantoor.config = {"leavers": [{"user_principal_name": "t.janssens@kantoor.example", "last_day": "2026-08-31"}]}
    other.config = {"leavers": []}
    with Simulator([kantoor, other, blank_tenant("cabinet")], simulator_folder) as simulator:
        simulator.write_config(tmp_path / "tenants.toml")

    written = tomllib.loads((tmp_path / "tenants.toml").read_text(encoding="utf-8"))["tenants"]
    header = "user_principal_name,last_day\n"
    assert (tmp_path / written["kantoor"]["leavers"]).read_text(encoding="utf-8") == (
        f"{header}t.janssens@kantoor.example,2026-08-31\n"
    )
    assert (tmp_path / written["bureau"]["leavers"]).read_text(encoding="utf-8") == header
    assert "leavers" not in written["cabinet"]


def test_files_below_the_configuration_are_named_from_there(tmp_path: Path, kantoor: SimulatedTenant) -> None:
    with Simulator([kantoor], tmp_path / "simulator") as simulator:
        simulator.write_config(tmp_path / "tenants.toml")

    text = (tmp_path / "tenants.toml").read_text(encoding="utf-8")
    assert 'ca_file = "simulator/sim-ca.pem"' in text
    assert str(tmp_path) not in text
