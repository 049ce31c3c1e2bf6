"""The simulated Exchange, SharePoint admin site and name server, as a plain client sees them."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from exchange_kit import a_firm, upn
from simulator_client import Http, token_request

from simulator.server import Simulator
from simulator.tenants import SimulatedTenant

SYSTEM = "APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{}"


@dataclass
class Admin:
    """An app that is signed in to Exchange with its secret."""

    http: httpx.Client
    simulator: Simulator
    token: str

    @property
    def tenant(self) -> SimulatedTenant:
        return self.simulator.tenants["acme"]

    def invoke(
        self, cmdlet: str, parameters: dict[str, Any] | None = None, *, anchor: str = "", url: str = ""
    ) -> httpx.Response:
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters or {}}}
        address = f"{self.simulator.hosts.exchange}/adminapi/beta/{self.tenant.tenant_id}/InvokeCommand"
        headers = {
            "Authorization": f"Bearer {self.token}",
            "X-AnchorMailbox": anchor or SYSTEM.format(self.tenant.tenant_id),
        }
        return self.http.post(url or address, json=body, headers=headers)

    def module_file(self, **headers: str) -> httpx.Response:
        address = f"{self.simulator.hosts.exchange}/adminapi/v1.0/{self.tenant.tenant_id}/EXOModuleFile"
        return self.http.get(address, headers={"Authorization": f"Bearer {self.token}", **headers})


@pytest.fixture
def firm(simulator_folder: Path) -> Iterator[Simulator]:
    with Simulator([a_firm()], simulator_folder) as running:
        yield running


@pytest.fixture
def admin(firm: Simulator, http: Http) -> Admin:
    client = http(firm)
    token = token_request(firm, client, "acme", scope="https://outlook.office365.com/.default")
    return Admin(client, firm, token.json()["access_token"])


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["details"][0]["message"]


def test_pages_follow_each_other_by_the_same_call(admin: Admin) -> None:
    first = admin.invoke("Get-Mailbox", {"ResultSize": "Unlimited"}).json()
    second = admin.invoke("Get-Mailbox", {"ResultSize": "Unlimited"}, url=first["@odata.nextLink"]).json()
    other = admin.invoke("Get-Mailbox", {}, url=first["@odata.nextLink"])

    names = [row["UserPrincipalName"] for row in first["value"] + second["value"]]
    assert names == [upn(n) for n in range(6)]
    assert code_of(other)[0] == 400


def test_a_token_of_graph_opens_nothing(admin: Admin, firm: Simulator) -> None:
    admin.token = token_request(firm, admin.http, "acme").json()["access_token"]

    assert admin.invoke("Get-Mailbox").status_code == 401


def test_without_the_app_role_there_is_no_access(admin: Admin) -> None:
    admin.tenant.revoke("Exchange.ManageAsApp")

    assert admin.invoke("Get-Mailbox").status_code == 401


def test_without_a_role_that_reads_there_is_no_access(admin: Admin) -> None:
    admin.tenant.app.in_role_group, admin.tenant.app.directory_roles = False, {"User Administrator"}

    assert admin.invoke("Get-Mailbox").status_code == 403


def test_a_role_group_decides_which_cmdlets_there_are(admin: Admin) -> None:
    admin.tenant.app.exchange_cmdlets = {"Get-Mailbox"}

    assert admin.invoke("Get-Mailbox").status_code == 200
    assert "not recognized" in code_of(admin.invoke("Get-RemoteDomain"))[1]


def test_writes_are_not_known_even_to_a_global_reader(admin: Admin) -> None:
    assert code_of(admin.invoke("Set-Mailbox", {"Identity": upn(1)}))[0] == 400


def test_a_parameter_that_a_cmdlet_does_not_have_is_refused(admin: Admin) -> None:
    assert "ParameterBindingException" in code_of(admin.invoke("Get-RemoteDomain", {"Mailbox": "x"}))[1]


def test_a_call_must_be_routed_to_its_mailbox(admin: Admin) -> None:
    routed = admin.invoke("Get-InboxRule", {"Mailbox": upn(1)}, anchor=upn(1))
    astray = admin.invoke("Get-InboxRule", {"Mailbox": upn(1)})
    nobody = admin.invoke("Get-InboxRule", {"Mailbox": "nobody@acme.example"}, anchor="nobody@acme.example")

    assert [row["Name"] for row in routed.json()["value"]] == ["Rule 10", "Rule 11"]
    assert code_of(astray)[0] == 400
    assert code_of(nobody)[0] == 404
    assert "ManagementObjectNotFoundException" in code_of(nobody)[1]


def test_another_tenants_address_is_refused(admin: Admin) -> None:
    url = f"{admin.simulator.hosts.exchange}/adminapi/beta/{'0' * 8}-0000-0000-0000-{'0' * 12}/InvokeCommand"

    assert admin.invoke("Get-Mailbox", url=url).status_code == 403


def test_the_front_door_names_the_region_and_the_region_the_cmdlets(admin: Admin) -> None:
    front = admin.module_file()
    region = admin.http.get(
        front.headers["location"], headers={"Authorization": f"Bearer {admin.token}", "CommandName": "*"}
    )

    assert front.status_code == 302
    assert not front.headers["location"].startswith(admin.simulator.hosts.exchange)
    assert "Get-Mailbox" in region.json()["value"][0]["exportedCmdlets"].split(",")


def test_a_request_is_recorded_with_its_cmdlet_and_without_values(admin: Admin) -> None:
    admin.invoke("Get-InboxRule", {"Mailbox": upn(1), "IncludeHidden": True}, anchor=upn(1))

    recorded = admin.simulator.requests[-1]
    assert (recorded.cmdlet, recorded.parameters) == ("Get-InboxRule", ("Mailbox", "IncludeHidden"))
    assert (recorded.tenant, recorded.status) == ("acme", 200)


def test_more_than_the_limit_is_refused_for_a_while(admin: Admin) -> None:
    answers = [admin.invoke("Get-RemoteDomain").status_code for _ in range(301)]

    assert answers == [200] * 300 + [429]


def test_sharepoint_refuses_an_app_that_signed_in_with_a_secret(firm: Simulator, http: Http) -> None:
    client = http(firm)
    token = token_request(firm, client, "acme", scope="https://acme-admin.sharepoint.com/.default").json()
    address = f"{firm.hosts.sharepoint_admin}/_api/SPO.Tenant"

    answer = client.get(address, headers={"Authorization": f"Bearer {token['access_token']}"})

    assert (answer.status_code, answer.json()["error"]["message"]["value"]) == (401, "Unsupported app only token.")


@pytest.mark.parametrize(
    ("plan", "scope"),
    [
        ("EXCHANGE_S_STANDARD", "https://outlook.office365.com/.default"),
        ("SHAREPOINTSTANDARD", "https://acme-admin.sharepoint.com/.default"),
        ("", "https://another-admin.sharepoint.com/.default"),
    ],
)
def test_there_are_no_tokens_for_a_service_that_a_tenant_does_not_have(
    firm: Simulator, http: Http, plan: str, scope: str
) -> None:
    firm.tenants["acme"].service_plans.discard(plan)

    answer = token_request(firm, http(firm), "acme", scope=scope)

    assert answer.json()["error_codes"] == [500011]


def test_a_written_configuration_names_every_service(firm: Simulator, tmp_path: Path) -> None:
    firm.write_config(tmp_path / "tenants.toml")

    hosts = tomllib.loads((tmp_path / "tenants.toml").read_text(encoding="utf-8"))["tenants"]["acme"]["hosts"]
    addresses = {name: hosts[name] for name in ("login", "graph", "exchange", "sharepoint_admin", "dns")}
    assert len(set(addresses.values())) == 5
    assert addresses["dns"].startswith("127.0.0.1:")
