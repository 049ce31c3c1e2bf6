"""`tenants verify` names what is missing, what that costs in checks, and what is held for nothing."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from command_line import Answer, World, a_world, command

from m365_posture.declarations import rights_of_pack
from scanner.transport.templates import Pack
from simulator.cmdlets import CMDLETS
from simulator.tenants import SimulatedTenant

SLUG = "vermeulen"
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("firms")) as world:
        yield world


@pytest.fixture
def world(served: World) -> Iterator[World]:
    """A firm whose app holds exactly what the three packs need."""
    app, text = served.simulator.tenants[SLUG].app, served.config.read_text("utf-8")
    app.roles = {right.name for pack in ("base", "mail", "files") for right in rights_of_pack(Pack(pack))}
    app.directory_roles, app.exchange_cmdlets, app.in_role_group = set(), None, True
    yield served
    served.config.write_text(text, "utf-8")


@pytest.fixture
def firm(world: World) -> SimulatedTenant:
    return world.simulator.tenants[SLUG]


def verify(world: World, *options: str) -> Answer:
    return command("tenants", "verify", SLUG, "--format", "json", "--config", world.config, *options)


def rows(answer: Answer) -> Rows:
    found: Rows = json.loads(answer.output)
    return found


def lines(answer: Answer, state: str) -> dict[str, dict[str, Any]]:
    return {row["what"]: row for row in rows(answer) if row["state"] == state}


def test_everything_granted_is_all_green_and_nothing_is_held_for_nothing(world: World) -> None:
    answer = verify(world)

    assert {row["state"] for row in rows(answer)} == {"granted"}
    assert {row["pack"] for row in rows(answer)} == {"base", "mail", "files"}
    assert answer.code == 0
    assert answer.sentence.startswith("vermeulen: 0 of ")


def test_a_missing_permission_says_which_checks_it_costs(world: World, firm: SimulatedTenant) -> None:
    firm.revoke("Policy.Read.All")
    answer = verify(world)
    missing = lines(answer, "missing")

    assert answer.code == 3
    assert list(missing) == ["Policy.Read.All (graph)"]
    assert "ID-01" in missing["Policy.Read.All (graph)"]["checks"]
    assert "AC-05" not in missing["Policy.Read.All (graph)"]["checks"]
    assert "consent" in missing["Policy.Read.All (graph)"]["mend"]


def test_what_is_held_and_not_needed_is_named_with_its_owner(world: World, firm: SimulatedTenant) -> None:
    firm.grant("Mail.Read", "User.ReadWrite.All")
    firm.app.directory_roles.add("Global Administrator")
    answer = verify(world)

    held = lines(answer, "not needed")
    roles = [name for name in held if name.startswith("directory role")]
    assert set(held) - set(roles) == {"Mail.Read (graph)", "User.ReadWrite.All (graph)"}
    assert len(roles) == 1
    assert answer.code == 0


def test_without_the_right_to_read_applications_nothing_is_called_granted(world: World, firm: SimulatedTenant) -> None:
    firm.revoke("Application.Read.All", "Directory.Read.All")
    answer = verify(world)

    granted = set(lines(answer, "granted"))
    assert answer.code == 3
    assert granted == {"sign-in", "Exchange role"}
    assert set(lines(answer, "missing")) == {"Application.Read.All (graph)"}
    assert "MailboxSettings.Read (graph)" in lines(answer, "unknown")


def test_an_exchange_role_that_lacks_cmdlets_is_named_with_them(world: World, firm: SimulatedTenant) -> None:
    firm.app.exchange_cmdlets = {"Get-Mailbox", "Get-InboxRule"}
    line = lines(verify(world), "missing")["Exchange role"]

    assert "Get-TransportRule" in line["mend"]
    assert "Get-InboxRule" not in line["mend"]


def test_an_app_without_any_role_in_exchange_is_told_so(world: World, firm: SimulatedTenant) -> None:
    firm.app.in_role_group = False
    line = lines(verify(world), "missing")["Exchange role"]

    assert "EM-05" in line["checks"]
    assert "consent script" in line["mend"]


def test_an_exchange_role_that_can_write_is_told_so(world: World, firm: SimulatedTenant) -> None:
    firm.app.exchange_cmdlets = {*CMDLETS, "Set-Mailbox", "New-TransportRule"}
    line = lines(verify(world), "not needed")["Exchange role"]

    assert "2 cmdlets: new-transportrule, set-mailbox" in line["mend"]


def test_a_global_reader_cannot_see_hidden_rules_and_the_line_says_so(world: World, firm: SimulatedTenant) -> None:
    firm.app.in_role_group, firm.app.directory_roles = False, {"Global Reader"}
    answer = verify(world)
    line = lines(answer, "missing")["Exchange role"]

    assert "lacks Get-InboxRule:" in line["mend"]
    assert "EM-05" in line["checks"]
    assert lines(answer, "not needed") == {}


def test_a_pack_whose_app_is_not_let_in_costs_all_its_checks_and_no_other(world: World) -> None:
    text = world.config.read_text("utf-8")
    token = next(line for line in text.splitlines() if line.startswith("federated_token_file"))
    app = f'[tenants.{SLUG}.apps.files]\nclient_id = "00000000-1111-4222-8333-444455556666"\n{token}\n'
    world.config.write_text(f"{text}\n{app}", "utf-8")
    answer = verify(world)

    [refused] = [row for row in rows(answer) if row["state"] == "missing"]
    assert (refused["what"], refused["pack"], answer.code) == ("sign-in", "files", 4)
    assert "SH-06" in refused["checks"]
    assert "ID-01" not in refused["checks"]


def test_it_looks_again_until_the_administrator_has_consented(world: World, firm: SimulatedTenant) -> None:
    firm.revoke("Policy.Read.All")
    consent = threading.Timer(1.5, firm.grant, ["Policy.Read.All"])
    consent.start()
    began_s = time.monotonic()
    answer = verify(world, "--wait", "600")
    consent.join()

    assert answer.code == 0
    assert "Granted: Policy.Read.All (graph) of the pack base." in answer.messages
    assert time.monotonic() - began_s < 180


def test_nothing_about_people_is_asked(world: World) -> None:
    before = len(world.simulator.requests)
    verify(world)
    asked = {request.path.split("/")[1] for request in world.simulator.requests[before:] if request.path[:2] == "v1"}

    assert asked <= {"servicePrincipals", "roleManagement"}
