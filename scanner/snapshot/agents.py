"""What a user agent says of the device and the program, as a family that stays the same over updates.

Families are for comparing a person with himself: "Windows/Edge" yesterday, "Linux/Python" today. Versions are left
out, and what Entra parsed (`operatingSystem`, `browser`) is asked only where the user agent itself says nothing, so
that one program has one family in each of the logs it is written to.
"""

import re
from typing import Final

_SYSTEMS: Final = (
    ("iOS", re.compile(r"iphone|ipad|ipod|\bios\b|outlook-ios|cfnetwork.*darwin")),
    ("Android", re.compile(r"android|dalvik|okhttp")),
    ("Windows", re.compile(r"windows|win32|microsoft wininet")),
    ("macOS", re.compile(r"macintosh|mac ?os|macos|darwin")),
    ("ChromeOS", re.compile(r"\bcros\b|chrome ?os")),
    ("Linux", re.compile(r"linux|ubuntu|x11;")),
)
"""In this order: an Android phone also says Linux, an iPhone says "like Mac OS X"."""

_PROGRAMS: Final = (
    ("ROPC", re.compile(r"bav2ropc|cbainprod|cbaintar")),
    ("Outlook", re.compile(r"outlook|microsoft office/.*outlook")),
    ("Teams", re.compile(r"\bteams(?:mobile)?\b")),
    ("OneDrive", re.compile(r"onedrive|skydrivesync")),
    ("Office", re.compile(r"msoffice|microsoft office|\b(?:word|excel|powerpoint|onenote)/")),
    ("Broker", re.compile(r"windows-azuread-authentication-provider|pkeyauth|companyportal|authenticator")),
    ("PowerShell", re.compile(r"powershell")),
    ("Azure CLI", re.compile(r"azure-?cli|\baz/|azsdk")),
    ("Python", re.compile(r"python|aiohttp|httpx|msal-python")),
    ("curl", re.compile(r"\bcurl\b|\bwget\b")),
    ("Go", re.compile(r"go-http-client|fasthttp")),
    ("Node", re.compile(r"axios|undici|node-fetch|^node\b|node\.js")),
    ("Headless", re.compile(r"headlesschrome|phantomjs|selenium|playwright|puppeteer")),
    ("Edge", re.compile(r"\bedg(?:e|a|ios)?\b")),
    ("Opera", re.compile(r"\bopr/|\bopera\b")),
    ("Samsung Internet", re.compile(r"samsungbrowser|samsung internet")),
    ("Firefox", re.compile(r"firefox|fxios")),
    ("Internet Explorer", re.compile(r"trident/|msie |\bie \d|internet explorer")),
    ("Chrome", re.compile(r"chrome|crios|chromium")),
    ("Mail", re.compile(r"dataaccessd|accountsd|apple-i(?:phone|pad)\d|android-mail|applemail|\bmail/")),
    ("Safari", re.compile(r"safari")),
    ("App", re.compile(r"dalvik|cfnetwork|okhttp|rich client|\bmsal\b|electron")),
)
"""In this order: programs inside a browser's frame first, then browsers that call themselves by each other's name."""

_UNKNOWN: Final = "?"


def family_of(user_agent: str | None, operating_system: str | None, browser: str | None) -> str | None:
    """Return the family of a program on a kind of device.

    Args:
        user_agent: As sent by the program.
        operating_system: As Entra parsed it, e.g. `Windows 10`, `Ios 17.1`.
        browser: As Entra parsed it, e.g. `Edge 131.0.0`, `Rich Client 5.0.0`.

    Returns:
        E.g. `Windows/Edge`, `iOS/Outlook`; `?` stands for a half that nothing tells; None where nothing tells either.
        A program that is in no list is named by the first word of its user agent, without version.
    """
    system = _first(_SYSTEMS, user_agent) or _first(_SYSTEMS, operating_system)
    program = _first(_PROGRAMS, user_agent) or _first(_PROGRAMS, browser) or _own_name(user_agent)
    if system is None and program is None:
        return None
    return f"{system or _UNKNOWN}/{program or _UNKNOWN}"


def _first(names: tuple[tuple[str, re.Pattern[str]], ...], text: str | None) -> str | None:
    """Return the first name whose pattern is in a text; None where none is, or nothing was said."""
    folded = (text or "").casefold()
    return next((name for name, pattern in names if pattern.search(folded)), None)


def _own_name(user_agent: str | None) -> str | None:
    """Return what an unlisted program calls itself: its user agent's first word; None without any."""
    match = re.match(r"\s*([A-Za-z][A-Za-z0-9._-]{0,40})", user_agent or "")
    if match is None or match[1] == "Mozilla":
        return None
    return match[1]
