"""Channels: what may stand in the variable, and that a message goes to the channel and nowhere else."""

import getpass
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from builders.signals import SLUG, VARIABLE, a_firm
from channel_kit import DRIP, a_channel, a_mail_server, nobody_there

import m365_posture
from m365_posture.channels import Channel, Message, channels_of, check_channels, post, reason
from m365_posture.config import ConfigError
from simulator.certificates import server_files

MESSAGE = Message("K-1: sign-ins to examine", "Reference: K-1\nTo look at them: m365-posture signals list K-1")
WORKER = Path(m365_posture.__file__).with_name("channel_worker.py")
SECRET = "topsecret-9f2c"


def outcomes(*addresses: str, deadline_s: float = 30.0, **environment: str) -> list[str]:
    channels = [Channel(number, address) for number, address in enumerate(addresses, 1)]
    ended = post(channels, MESSAGE, {**os.environ, **environment}, deadline_s=deadline_s)
    return [ended[channel.id] for channel in channels]


def test_addresses_are_separated_by_white_space_and_each_counts_once(tmp_path: Path) -> None:
    text = "mailtos://u:p@mail.example \n json://hook.example\tjson://hook.example"

    channels = channels_of(a_firm(tmp_path).tenant, {VARIABLE: text})

    assert [(channel.number, channel.label) for channel in channels] == [
        (1, "channel 1 (mailtos)"),
        (2, "channel 2 (json)"),
    ]
    assert "mail.example" not in repr(channels)


def test_without_notify_env_there_is_no_channel(tmp_path: Path) -> None:
    assert channels_of(a_firm(tmp_path, variable="").tenant, {VARIABLE: "json://hook.example"}) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "names the variable NOTIFY_VANHOVE, which is empty", id="nothing there"),
        pytest.param(f"json://h {SECRET}", "Address 2 in the variable NOTIFY_VANHOVE is no Apprise", id="no address"),
        pytest.param(f"1x://{SECRET}", "Address 1", id="no scheme"),
        pytest.param(f"json://[{SECRET}", "cannot be read as an address", id="a host that is none"),
        pytest.param(f"json://{SECRET}?redirect=yes", "option `redirect`", id="follows elsewhere"),
        pytest.param(f"workflows://{SECRET}/?template=https://x.example", "option `template`", id="fetches elsewhere"),
        pytest.param(f"mailtos://{SECRET}?pgp=yes", "option `pgp`", id="looks for keys elsewhere"),
    ],
)
def test_what_is_no_usable_address_is_one_sentence_without_it(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as mistake:
        channels_of(a_firm(tmp_path).tenant, {VARIABLE: text})

    assert says in str(mistake.value)
    assert SECRET not in str(mistake.value)


def test_config_check_names_an_address_that_apprise_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = a_firm(tmp_path)
    monkeypatch.setenv("SECRET_VANHOVE", "x")
    monkeypatch.setenv(VARIABLE, f"json://hook.example slakc://{SECRET}")
    wrong = firm.run("config", "check")
    monkeypatch.setenv(VARIABLE, "json://hook.example")
    right = firm.run("config", "check")

    assert (wrong.code, right.code) == (2, 0)
    assert "Address 2 in the variable NOTIFY_VANHOVE is none that Apprise knows" in wrong.text
    assert SECRET not in wrong.text + wrong.messages


def test_an_apprise_that_cannot_be_started_is_told_as_that(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom m365_posture.channels import check_channels, channels_of\n"
        "from m365_posture.config import ConfigError\nfrom m365_posture.config_file import load\n"
        "tenant = load(Path(sys.argv[1])).tenant('vanhove')\nsys.executable = 'false'\n"
        "try:\n    check_channels(tenant, {'NOTIFY_VANHOVE': 'json://127.0.0.1'})\n"
        "except ConfigError as error:\n    print(error)"
    )
    command = [sys.executable, "-c", program, str(a_firm(tmp_path).config)]

    answer = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)  # noqa: S603 - ours

    assert answer.stdout.startswith("Apprise cannot be started")


def test_checking_addresses_sends_nothing(tmp_path: Path) -> None:
    with a_channel() as channel:
        check_channels(a_firm(tmp_path).tenant, {VARIABLE: channel.address})

    assert channel.received == []


def test_a_scan_with_a_variable_that_is_empty_stops_before_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)

    answer = a_firm(tmp_path).run("scan", SLUG)

    assert answer.code == 2
    assert VARIABLE in answer.messages


def test_mail_holds_the_message_as_plain_text_and_nothing_of_this_machine() -> None:
    with a_mail_server() as (port, told):
        ended = outcomes(f"mailto://127.0.0.1:{port}/an@msp.example?from=scan@msp.example&smtp=127.0.0.1")
    mail = b"".join(told).decode()

    assert ended == ["delivered"]
    assert "rcpt to:<an@msp.example>" in mail.lower()
    assert MESSAGE.title in mail
    assert "Reference: K-1\nTo look" in mail.replace("\r\n", "\n")
    assert "html" not in mail
    for name in (socket.gethostname(), getpass.getuser(), "apprise", "github"):
        assert f" {name}" not in mail.lower()


def test_addresses_of_mail_teams_and_webhooks_are_known(tmp_path: Path) -> None:
    addresses = [
        "mailtos://scan:passphrase@msp.example?to=an@msp.example",
        "workflows://prod-1.westeurope.logic.azure.com:443/a1b2c3d4/b2c3d4e5f6",
        "jsons://hook.msp.example/signals",
    ]

    check_channels(a_firm(tmp_path).tenant, {VARIABLE: " ".join(addresses)})


def test_a_channel_that_leads_elsewhere_is_not_followed() -> None:
    with (
        a_channel() as elsewhere,
        a_channel(answers=[307] * 2, location=f"http://127.0.0.1:{elsewhere.port}/") as first,
    ):
        ended = outcomes(first.address)

    assert ended == ["answered_307"]
    assert reason("answered_307") == "answered 307"
    assert elsewhere.received == []


def test_a_channel_that_never_ends_its_answer_holds_nothing_up_but_itself() -> None:
    with a_channel(answers=[DRIP]) as dripping, a_channel() as quick:
        ended = outcomes(dripping.address, quick.address, deadline_s=3.0)

    assert ended == ["no_answer", "delivered"]


def test_a_channel_must_prove_who_it_is(tmp_path: Path) -> None:
    files = server_files(tmp_path)
    with a_channel(certificate=files.server_file) as channel:
        stranger = outcomes(channel.address)
        before = list(channel.received)
        known = outcomes(channel.address, REQUESTS_CA_BUNDLE=str(files.ca_file))

    assert (stranger, before, known) == (["unreachable"], [], ["delivered"])


def test_a_failure_that_an_address_calls_unimportant_is_a_failure() -> None:
    assert outcomes(f"{nobody_there()}?optional=yes") == ["unreachable"]


def test_an_address_that_apprise_does_not_know_is_not_sent_to() -> None:
    assert outcomes("slakc://token") == ["invalid"]


WATCHED = """
import json, os, runpy, sys
WHERE = {"socket.connect": 1, "socket.getaddrinfo": 0, "socket.sendto": 1, "subprocess.Popen": 0, "os.system": 0}
def told(event, arguments):
    if event in WHERE:
        os.write(2, (json.dumps([event, str(arguments[WHERE[event]])]) + chr(10)).encode())
sys.addaudithook(told)
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def test_sending_connects_to_the_channel_and_asks_nobody_else() -> None:
    with a_channel() as channel, a_mail_server() as (port, _):
        addresses = [channel.address, f"mailto://127.0.0.1:{port}/an@msp.example?from=b@msp.example&smtp=127.0.0.1"]
        request = {"addresses": addresses, "title": MESSAGE.title, "body": MESSAGE.body, "deadline_s": 30}
        answer = subprocess.run(  # noqa: S603 - this program's own file
            [sys.executable, "-I", "-c", WATCHED, str(WORKER)],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            check=True,
        )

    assert answer.stdout.count("delivered") == 2
    events = [tuple(json.loads(line)) for line in answer.stderr.splitlines() if line.startswith("[")]
    channels = {("socket.connect", f"('127.0.0.1', {number})") for number in (port, channel.port)}
    assert channels <= set(events) <= {*channels, ("socket.getaddrinfo", "127.0.0.1")}


def test_what_the_process_that_sends_sees_holds_no_key_and_no_secret(tmp_path: Path) -> None:
    """Its interpreter is replaced by one that writes down the environment it was given."""
    shown = tmp_path / "environment"
    spy = tmp_path / "python"
    spy.write_text(f"#!/bin/sh\nenv > {shown}\n", encoding="ascii")
    spy.chmod(0o700)
    program = (
        "import os, sys\nfrom m365_posture.channels import Channel, Message, post\n"
        f"sys.executable = {str(spy)!r}\n"
        "post([Channel(1, 'json://127.0.0.1:1')], Message('t', 'b'), os.environ, proxy='http://proxy.example:3128')"
    )
    environment = {**os.environ, "M365_POSTURE_KEY": SECRET, "SECRET_VANHOVE": SECRET, VARIABLE: SECRET}

    command = [sys.executable, "-c", program]
    subprocess.run(command, env=environment, cwd=Path(__file__).parents[2], check=True)  # noqa: S603 - ours

    seen = shown.read_text(encoding="utf-8")
    assert SECRET not in seen
    assert "HTTPS_PROXY=http://proxy.example:3128" in seen
