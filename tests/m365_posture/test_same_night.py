"""A scan tells the same night, the next one makes up for what could not be sent, and the summary says so."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders.signals import a_story, an_evaluation
from channel_kit import a_channel, nobody_there
from command_line import TWO_FIRMS, World, a_world

from m365_posture.config_file import load
from m365_posture.keys import read_key_file
from m365_posture.logs import LOG_FILE
from m365_posture.tenant_data import TenantData
from store.signals import Signals

SLUG = "lambert"
VARIABLE = "NOTIFY_LAMBERT"
NAMING = ("story", "user_id", "name", "user_principal_name", "source", "address", "detail")
QUICK = ("--only", "policies", "--format", "jsonl")
LOG_ONLY = ("--only", "sign_ins", "--only", "directory", "--format", "jsonl")
"""What stories are made of, and the people in them."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path) as served:
        served.edit(f"[tenants.{SLUG}]\n", f'[tenants.{SLUG}]\nnotify_env = "{VARIABLE}"\n')
        yield served


def data_of(world: World) -> TenantData:
    return TenantData.open_or_create(load(world.config).tenant(SLUG), read_key_file(world.key_file))


def noticed(world: World) -> TenantData:
    """Leave a story of which nobody was told, as a scan that was killed after it judged does."""
    data = data_of(world)
    with data.decisions() as decisions:
        Signals(decisions).notice(an_evaluation(a_story(), tenant=data.tenant.tenant_id), datetime.now(UTC))
    return data


@pytest.mark.parametrize(
    "firms",
    [
        pytest.param([SLUG], id="alone"),
        pytest.param(["--all", "--jobs", "1"], id="with every other firm", marks=pytest.mark.deep),
    ],
)
def test_a_channel_that_is_down_is_told_of_and_the_next_night_makes_up_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch, firms: list[str]
) -> None:
    data = noticed(world)
    monkeypatch.setenv(VARIABLE, nobody_there())
    down = world.run("scan", SLUG, *QUICK)
    with a_channel() as channel:
        monkeypatch.setenv(VARIABLE, channel.address)
        up = world.run("scan", *firms, *QUICK)

    assert (down.code, up.code) == (3, 0), down.messages
    assert f"{SLUG}: signals to examine: 0 new, 1 not acknowledged; 1 NOT SENT EVERYWHERE" in down.messages
    told = f"{SLUG}: signals to examine: 0 new, 1 not acknowledged; 1 sent."
    summary = up.messages.partition(f"Summary of {len(TWO_FIRMS)} tenants:")[2] if "--all" in firms else up.messages
    assert told in summary.splitlines()
    assert len(channel.received) == 1
    tenant = world.simulator.tenants[SLUG]
    named = [SLUG, tenant.name, tenant.tenant_id, *(user["userPrincipalName"] for user in tenant.users)]
    assert [name for name in named if name.lower() in channel.text.lower()] == []
    assert data.reference in channel.text
    log = (data.folder / "logs" / LOG_FILE).read_text(encoding="utf-8")
    assert f"signals of tenant {tenant.tenant_id}: 0 new, 0 sent, 1 due" in log


def test_a_scan_without_signals_tells_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_channel() as channel:
        monkeypatch.setenv(VARIABLE, channel.address)
        answer = world.run("scan", SLUG, *QUICK)

    assert answer.code == 0
    assert "signals to examine" not in answer.messages
    assert channel.received == []


def test_what_a_scan_found_in_a_firm_is_sent_that_night_and_not_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    attacked = world.simulator.tenants["vermeulen"]
    world.edit("[tenants.vermeulen]\n", f'[tenants.vermeulen]\nnotify_env = "{VARIABLE}"\n')
    with a_channel() as channel:
        monkeypatch.setenv(VARIABLE, channel.address)
        nights = [world.run("scan", "vermeulen", *LOG_ONLY) for _ in range(2)]
        rows = json.loads(world.run("signals", "list", "vermeulen", "--format", "json").output)
        shown = json.loads(world.run("signals", "show", "vermeulen", rows[0]["story"], "--format", "json").output)

    high = [row for row in rows if row["level"] == "high"]
    assert high
    assert f"{len(rows)} new, {len(rows)} not acknowledged; {len(high)} sent." in nights[0].messages
    assert f"0 new, {len(rows)} not acknowledged; nothing new to send." in nights[1].messages
    assert len(channel.received) == 1
    assert f"Nieuwe signalen van niveau hoog te onderzoeken: {len(high)}" in channel.text
    found = [*rows, *shown, *(moment for one in shown for moment in one["timeline"])]
    told = [str(entry[key]) for entry in found for key in NAMING if entry.get(key)]
    people = [user[key] for user in attacked.users for key in ("displayName", "userPrincipalName", "id")]
    named = {*told, *people, "vermeulen", attacked.name, attacked.tenant_id, *(d["id"] for d in attacked.domains)}
    assert len(told) > 5
    assert [name for name in named if name.lower() in channel.text.lower()] == []
