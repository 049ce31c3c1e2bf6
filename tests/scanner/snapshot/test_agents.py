"""Families of programs, which stay the same over versions and over the logs they are written to."""

import pytest

from scanner.snapshot.agents import family_of

_EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
    "Safari/537.36 Edg/131.0.0.0"
)
_SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.6 Mobile/15E148 Safari/604.1"
)
_CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
_ANDROID = "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130 Mobile Safari/537.36"
_TEAMS = "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 Teams/1.3.0 Chrome/80.0 Electron/8.5.1 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        (_EDGE, "Windows/Edge"),
        (_SAFARI, "iOS/Safari"),
        (_CHROME, "Linux/Chrome"),
        (_ANDROID, "Android/Chrome"),
        (_TEAMS, "Windows/Teams"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0", "macOS/Firefox"),
        ("Outlook-iOS/2.0", "iOS/Outlook"),
        ("Outlook-Android/2.0", "Android/Outlook"),
        ("Windows-AzureAD-Authentication-Provider/1.0 3236.84364", "Windows/Broker"),
        ("python-requests/2.31.0", "?/Python"),
        ("BAV2ROPC", "?/ROPC"),
        ("axios/1.7.2", "?/Node"),
        ("node", "?/Node"),
        ("Go-http-client/2.0", "?/Go"),
        ("kali365-live/1.0", "?/kali365-live"),
    ],
)
def test_a_user_agent_tells_device_and_program_without_their_versions(user_agent: str, family: str) -> None:
    assert family_of(user_agent, None, None) == family


def test_what_entra_parsed_is_asked_where_the_user_agent_is_silent() -> None:
    assert family_of(None, "Windows10", "Edge 131.0.0") == "Windows/Edge"
    assert family_of("", "Ios 17.6", "Mobile Safari") == "iOS/Safari"
    assert family_of(None, "MacOs", "Rich Client 4.0.0") == "macOS/App"
    assert family_of(None, "Android 14", None) == "Android/?"


def test_one_program_has_one_family_in_a_log_with_and_without_parsed_fields() -> None:
    assert (
        family_of(_EDGE, None, None)
        == family_of(_EDGE, "Windows 11", "Edge 131.0.0")
        == family_of(None, "Windows 11", "Edge 131.0.0")
    )


@pytest.mark.parametrize("user_agent", [None, "", "   ", "Mozilla/5.0", "-"])
def test_nothing_said_is_no_family(user_agent: str | None) -> None:
    assert family_of(user_agent, None, "") is None
