"""`m365-posture dashboard` says in one sentence why it cannot start."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import command
from stored_practice import Practice

from m365_posture.commands.dashboard import demand_free
from m365_posture.exits import Exit
from m365_posture.keys import create_master_key


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_a_port_in_use_is_named(practice: Practice, taken_port: int) -> None:
    answer = command(
        "dashboard", "--config", practice.config, "--key-file", practice.key_file, "--port", str(taken_port)
    )

    assert answer.code == Exit.USAGE
    assert answer.sentence == (
        f"Port {taken_port} cannot be used (Address already in use): stop what uses it, or choose another with --port."
    )


@pytest.mark.skipif(os.name != "posix", reason="other systems free a port at once")
def test_a_port_that_was_just_left_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as left:
        port = left.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            left.accept()[0].close()
            assert client.recv(1) == b""

    demand_free("127.0.0.1", port)


def test_a_key_of_somebody_else_is_refused_before_anything_is_served(practice: Practice, tmp_path: Path) -> None:
    create_master_key(tmp_path / "other.key")

    answer = command("dashboard", "--config", practice.config, "--key-file", tmp_path / "other.key")

    assert answer.code == Exit.USAGE
    assert answer.sentence.startswith("This key does not open tenant")


def test_a_configuration_that_is_not_there_is_named(practice: Practice, tmp_path: Path) -> None:
    answer = command("dashboard", "--config", tmp_path / "none.toml", "--key-file", practice.key_file)

    assert answer.code == Exit.USAGE
    assert "none.toml" in answer.sentence
