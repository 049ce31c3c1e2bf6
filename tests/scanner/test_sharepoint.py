"""The one read of the SharePoint admin site."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from exchange_kit import DECLARED, MAILBOXES, SETTINGS, a_firm, a_full_session, with_certificate
from reading_kit import ALL_USERS, a_config, a_session, moved

from m365_posture.config import AppCredential, ConfigError
from scanner.sharepoint import SharePoint
from scanner.transport.errors import Denied, Malformed, ReadError, RequestRefused, Unavailable, Unlicensed
from scanner.transport.session import Session
from simulator.faults import Fault, FaultKind
from simulator.server import Simulator
from simulator.tenants import SimulatedTenant


@pytest.fixture
def tenant() -> SimulatedTenant:
    return a_firm()


@pytest.fixture
def firm(tenant: SimulatedTenant, simulator_folder: Path) -> Iterator[Simulator]:
    with Simulator([tenant], simulator_folder, clock_speed=100) as running:
        yield running


async def error_of(session: Session, name: str = "acme") -> ReadError:
    with pytest.raises(ReadError) as failed:
        await SharePoint(session).tenant_settings(SETTINGS, name)
    return failed.value


def asked(sim: Simulator) -> list[tuple[str, str]]:
    return [(request.method, request.path) for request in sim.requests if request.path.startswith("_api")]


async def test_the_declared_settings_and_no_others_are_kept(firm: Simulator) -> None:
    async with a_full_session(firm) as session:
        settings = await SharePoint(session).tenant_settings(SETTINGS, "acme")

    assert settings == {"SharingCapability": 2, "RequireAnonymousLinksExpireInDays": 30}
    assert asked(firm) == [("GET", "_api/SPO.Tenant")]


async def test_it_is_never_asked_without_the_opt_in(firm: Simulator) -> None:
    async with a_full_session(firm, with_certificate(firm, sharepoint_admin=False)) as session:
        error = await error_of(session)

    assert isinstance(error, RequestRefused)
    assert asked(firm) == []


async def test_the_opt_in_demands_a_certificate_before_anything_is_sent(firm: Simulator) -> None:
    with pytest.raises(ConfigError, match="certificate"):
        async with a_session(firm, a_config(firm, sharepoint_admin=True), templates=DECLARED):
            pass

    assert firm.requests == []


async def test_an_app_of_its_own_may_hold_the_right(firm: Simulator, tenant: SimulatedTenant) -> None:
    own = tenant.add_app()
    own.sharepoint_roles.add("Sites.FullControl.All")
    tenant.app.sharepoint_roles.clear()
    credentials = firm.credentials("acme", own.client_id)
    app = AppCredential(own.client_id, certificate=credentials.certificate, certificate_password_env="ACME_PASSWORD")

    async with a_full_session(firm, with_certificate(firm, pack_apps={"sharepoint_admin": app})) as session:
        settings = await SharePoint(session).tenant_settings(SETTINGS, "acme")

    assert settings["SharingCapability"] == 2


async def test_without_the_right_it_is_denied(firm: Simulator, tenant: SimulatedTenant) -> None:
    tenant.app.sharepoint_roles.clear()

    async with a_full_session(firm) as session:
        error = await error_of(session)

    assert isinstance(error, Denied)
    assert (error.status, error.permission) == (403, "Sites.FullControl.All")


async def test_graphs_permission_of_the_same_name_opens_nothing(firm: Simulator, tenant: SimulatedTenant) -> None:
    tenant.app.sharepoint_roles.clear()
    tenant.grant("Sites.FullControl.All")

    async with a_full_session(firm) as session:
        assert isinstance(await error_of(session), Denied)


async def test_a_tenant_without_sharepoint_is_unlicensed(firm: Simulator, tenant: SimulatedTenant) -> None:
    tenant.service_plans.discard("SHAREPOINTSTANDARD")

    async with a_full_session(firm) as session:
        error = await error_of(session)

    assert isinstance(error, Unlicensed)
    assert error.plan == "SHAREPOINTSTANDARD"


@pytest.mark.parametrize(
    "name", ["", "acme.attacker", "acme/x", "acme@attacker", "Acme", "-acme", "acme-", "a" * 60, "é"]
)
async def test_a_name_that_could_lead_to_another_host_is_refused(firm: Simulator, name: str) -> None:
    async with a_full_session(firm) as session:
        error = await error_of(session, name)

    assert isinstance(error, RequestRefused)
    assert asked(firm) == []


async def test_where_other_hosts_are_configured_microsofts_own_is_never_asked(firm: Simulator) -> None:
    async with a_full_session(firm, moved(with_certificate(firm), sharepoint_admin="")) as session:
        error = await error_of(session)

    assert isinstance(error, Unavailable)
    assert error.code == "host_not_configured"


async def test_an_answer_without_settings_is_malformed(firm: Simulator) -> None:
    firm.faults.add(Fault(FaultKind.NOT_AN_OBJECT, "sharepoint/SPO.Tenant"))

    async with a_full_session(firm) as session:
        assert isinstance(await error_of(session), Malformed)


async def test_what_is_not_asked_needs_no_token(firm: Simulator) -> None:
    async with a_full_session(firm, declared=[ALL_USERS, MAILBOXES]):
        pass

    assert [request.path for request in firm.requests if request.path.startswith("_api")] == []
