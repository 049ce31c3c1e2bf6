"""A log says what happened and to which id, and nothing that is somebody's secret."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from m365_posture.logs import LOG_FILE, TALKATIVE, close_logs, redact, set_up_logging

JWT = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxIn0.c2lnbmF0dXJl"
KEY = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="
OPAQUE = "0.AXoAqr_m3TqXk0mZ9w1cYw8pKzTfQwE7VhLrN2dU5sB6xJcA"


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    root = logging.getLogger()
    before = {name: logging.getLogger(name).level for name in ("", *TALKATIVE)}
    yield
    close_logs()
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)
    assert root.level == before[""]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        pytest.param("GET https://g.example/v1.0/users?$skiptoken=abc123 200", "abc123", id="query of an address"),
        pytest.param("HTTP Request: GET https://g.example/x#frag", "frag", id="fragment of an address"),
        pytest.param("next page $top=5&$skiptoken=abc123", "abc123", id="query string alone"),
        pytest.param("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678", id="bearer token"),
        pytest.param(f"got {JWT} back", JWT[:30], id="JSON web token"),
        pytest.param('{"access_token": "short1", "x": 1}', "short1", id="token in JSON"),
        pytest.param("client_secret='p4ss w'", "p4ss", id="client secret"),
        pytest.param("password=hunter2", "hunter2", id="password"),
        pytest.param(f"M365_POSTURE_KEY is {KEY}", KEY[:20], id="master key"),
        pytest.param(f"refresh {OPAQUE} failed", OPAQUE[:30], id="opaque token"),
        pytest.param("mailbox els.peeters@vermeulen.example failed", "peeters", id="mail address"),
        pytest.param("from <jan@x.example>", "jan", id="mail address in brackets"),
        pytest.param("sign-in from 81.82.83.84 failed", "81.82.83.84", id="IPv4 address"),
        pytest.param("sign-in from 2a02:1810:4d0c:9a00::17 failed", "4d0c", id="IPv6 address"),
        pytest.param("sign-in from 2001:db8:0:0:1:2:3:4 failed", "db8", id="long IPv6 address"),
    ],
)
def test_it_takes_out(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "v1.0/users/{user_id}/mailFolders/inbox/messageRules 403 ErrorAccessDenied",
        "scan 20261116T060000Z-1a2b3c4d of 3c1f9d52-7a40-4f0e-9b57-2d1c8e6a4b10: 41 rows, 3 requests, 1.5 s",
        "GET https://127.0.0.1:9444/v1.0/users 200",
        "part 9a7610770b313f3ff81b87255593adc372e2af1579e294c64201a3df46de3ef4 is whole",
        "finished at 2026-11-16T06:00:00Z after 00:05:00",
        "error code AADSTS700082, correlation 00000000-0000-0000-0000-000000000001",
    ],
)
def test_it_leaves_ids_counts_and_codes(text: str) -> None:
    assert redact(text) == text


def test_warnings_go_to_standard_error_and_what_happens_to_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging(folder=tmp_path / "logs")
    logging.getLogger("scanner").info("12 rows")
    logging.getLogger("scanner").warning("throttled 3 times")
    shown, kept = capsys.readouterr(), (tmp_path / "logs" / LOG_FILE).read_text(encoding="utf-8")

    assert shown.out == ""
    assert "throttled 3 times" in shown.err
    assert "12 rows" not in shown.err
    assert "INFO scanner 12 rows" in kept


def test_verbose_shows_what_happens(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(verbose=True)
    logging.getLogger("scanner").info("12 rows")

    assert "12 rows" in capsys.readouterr().err


def test_setting_up_twice_says_everything_once(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()
    set_up_logging()
    logging.getLogger("scanner").warning("once")

    assert capsys.readouterr().err.count("once") == 1


def test_arguments_and_tracebacks_are_redacted_too(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()
    try:
        int("token=abc123 of els@vermeulen.example")
    except ValueError:
        logging.getLogger("scanner").exception("failed for %s", "els@vermeulen.example")
    shown = capsys.readouterr().err

    assert "ValueError" in shown
    assert "abc123" not in shown
    assert "els@" not in shown


def test_a_message_cannot_fake_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()
    logging.getLogger("scanner").warning("rule\n2026-11-16T06:00:00Z ERROR scanner faked \x1b[31m")
    shown = capsys.readouterr().err

    assert shown.count("\n") == 1
    assert "\x1b" not in shown


@pytest.mark.parametrize("library", ["httpx", "httpcore", "msal", "azure"])
def test_libraries_that_log_addresses_are_silent_below_warning(library: str) -> None:
    logging.getLogger(library).setLevel(logging.NOTSET)
    set_up_logging(verbose=True)

    assert not logging.getLogger(f"{library}.deeper").isEnabledFor(logging.INFO)


def test_a_library_that_was_silenced_more_stays_so() -> None:
    logging.getLogger("msal").setLevel(logging.CRITICAL + 1)
    set_up_logging()

    assert logging.getLogger("msal").level == logging.CRITICAL + 1


@pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")
def test_the_log_file_is_its_owners_alone(tmp_path: Path) -> None:
    set_up_logging(folder=tmp_path / "logs")

    assert (tmp_path / "logs" / LOG_FILE).stat().st_mode & 0o777 == 0o600
