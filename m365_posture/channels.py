"""Channels: where named persons are told something, and the one way a message leaves for them.

Apprise runs in a process of its own, so that no channel can hold up or break what this one does, and so that it sees
neither keys nor secrets of tenants. No address is logged or kept: it is itself the key to the channel.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from m365_posture.config import ConfigError, TenantConfig

DEADLINE_S: Final = 30.0
"""How long a channel may take to accept a message."""
DELIVERED: Final = "delivered"
VALID: Final = "valid"
INVALID: Final = "invalid"
FAILED: Final = "failed"
"""Apprise itself ended without a word about the channel."""

_WORKER: Final = Path(__file__).with_name("channel_worker.py")
_START_S: Final = 60.0
"""How long the worker may take to load Apprise on a busy machine."""
_SCHEME: Final = re.compile(r"[a-z][a-z0-9.+-]*")
_FETCHING: Final = frozenset({"attach", "pgp", "redirect", "template"})
"""Options of addresses that make Apprise ask other places than the channel."""
_PASSED_ON: Final = (
    *("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
)
"""Of the environment: never a key or a secret."""
_REASONS: Final = {
    "unreachable": "could not be reached",
    "no_answer": "gave no answer in time",
    INVALID: "is no address that Apprise knows",
    FAILED: "could not be sent to",
}


@dataclass(frozen=True, slots=True)
class Channel:
    """One address that messages are sent to."""

    number: int
    """Its place in the variable, from 1: how people are told of it."""
    address: str = field(repr=False)
    """Apprise's; a secret."""

    @property
    def id(self) -> str:
        """Hash of the address."""
        return sha256(self.address.encode()).hexdigest()[:32]

    @property
    def label(self) -> str:
        """What a person is told of it, e.g. ``channel 2 (mailtos)``."""
        return f"channel {self.number} ({urlsplit(self.address).scheme})"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: it names no firm and nobody."""

    title: str
    body: str


def channels_of(tenant: TenantConfig, environment: Mapping[str, str]) -> tuple[Channel, ...]:
    """Return the channels of a tenant, none where `notify_env` is not set.

    Raises:
        ConfigError: The variable is empty, or what it holds are no addresses; no address is in the sentence.
    """
    name = tenant.notify_env
    if not name:
        return ()
    addresses = list(dict.fromkeys(environment.get(name, "").split()))
    if not addresses:
        raise ConfigError(
            f"`notify_env` of `{tenant.slug}` names the variable {name}, which is empty: put Apprise addresses there, "
            "separated by spaces, or remove the line."
        )
    channels = tuple(Channel(number, address) for number, address in enumerate(addresses, 1))
    for channel in channels:
        if problem := _problem(channel.address):
            raise ConfigError(f"Address {channel.number} in the variable {name} {problem}: correct it.")
    return channels


def check_channels(tenant: TenantConfig, environment: Mapping[str, str]) -> None:
    """Let Apprise itself look at the addresses of a tenant; nothing is sent.

    Raises:
        ConfigError: One sentence about the first that it does not know.
    """
    channels = channels_of(tenant, environment)
    outcomes = _worked(channels, None, environment, tenant.proxy, DEADLINE_S) if channels else {}
    for channel in channels:
        if outcomes[channel.id] == FAILED:
            raise ConfigError("Apprise cannot be started: install this program again with what it needs.")
        if outcomes[channel.id] != VALID:
            raise ConfigError(
                f"Address {channel.number} in the variable {tenant.notify_env} is none that Apprise knows: correct it, "
                "see https://appriseit.com for how each service is written."
            )


def post(
    channels: Sequence[Channel],
    message: Message,
    environment: Mapping[str, str],
    *,
    proxy: str = "",
    deadline_s: float = DEADLINE_S,
) -> dict[str, str]:
    """Send a message to every channel at the same time, each once.

    Args:
        channels: Whom to tell.
        message: What to tell.
        environment: Of which proxies and certificate authorities are passed on.
        proxy: The tenant's, in place of the machine's.
        deadline_s: How long a channel may take.

    Returns:
        How it went by id of the channel: `delivered`, or a code that `reason` puts into words.
    """
    return _worked(channels, message, environment, proxy, deadline_s)


def reason(outcome: str) -> str:
    """Return in words why a channel did not take a message."""
    if outcome.startswith("answered_"):
        return f"answered {outcome.removeprefix('answered_')}"
    return _REASONS.get(outcome, _REASONS[FAILED])


def _problem(address: str) -> str:
    scheme, separator, rest = address.partition("://")
    if not separator or not rest or not _SCHEME.fullmatch(scheme.lower()):
        return "is no Apprise address such as mailtos://… or json://…"
    try:
        options = {name.lower() for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)}
    except ValueError:
        return "cannot be read as an address"
    if fetching := sorted(options & _FETCHING):
        return f"has the option `{fetching[0]}`, which asks other places than the channel"
    return ""


def _worked(
    channels: Sequence[Channel],
    message: Message | None,
    environment: Mapping[str, str],
    proxy: str,
    deadline_s: float,
) -> dict[str, str]:
    request = {
        "addresses": [channel.address for channel in channels],
        "title": message and message.title,
        "body": message and message.body,
        "deadline_s": deadline_s,
    }
    # isolated: neither the folder it is started in nor PYTHONPATH can put another module in Apprise's place
    command = [sys.executable, "-I", str(_WORKER)]
    try:
        answer = subprocess.run(  # noqa: S603 - this program's own file
            command,
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(environment, proxy),
            timeout=deadline_s + _START_S,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as stopped:
        answer = stopped.stdout or b""
    told = {entry["number"]: entry["outcome"] for entry in map(json.loads, _whole_lines(answer))}
    return {channel.id: told.get(place, FAILED) for place, channel in enumerate(channels)}


def _whole_lines(output: bytes) -> list[bytes]:
    return [line for line in output.splitlines(keepends=True) if line.endswith(b"\n")]


def _environment(environment: Mapping[str, str], proxy: str) -> dict[str, str]:
    passed = {name: environment[name] for name in _PASSED_ON if name in environment}
    if os.name == "posix":
        # without a home there is no file of passwords by host to look into
        passed["HOME"] = passed["NETRC"] = os.devnull
    return {**passed, **({"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy} if proxy else {})}
