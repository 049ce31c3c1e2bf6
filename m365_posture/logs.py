"""Log lines hold ids, counts and codes: what looks like a secret or names somebody is taken out of every line."""

import logging
import os
import re
import sys
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from m365_posture.files import PRIVATE_FILE, private_folder

LOG_FILE: Final = "m365-posture.log"
TALKATIVE: Final = (
    "httpx",
    "httpcore",
    "msal",
    "azure",
    "urllib3",
    "aiohttp",
    "kiota_abstractions",
    "kiota_http",
    "msgraph",
    "msgraph_core",
    "keyring",
)
"""Libraries that log whole addresses or answers below WARNING."""

_MAX_BYTES: Final = 2_000_000
_KEPT_FILES: Final = 5
_REMOVED: Final = "[removed]"
_NAMES_OF_SECRETS: Final = r"secret|password|passphrase|pwd|assertion|token|cookie|authorization|api_?key|\bkey|\bsig"

_PATTERNS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"(\bhttps?://[^\s?#\"'<>]*)[?#][^\s\"'<>]*", rf"\1?{_REMOVED}"),
        (r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", rf"\1 {_REMOVED}"),
        (r"\beyJ[\w-]+\.[\w.-]+", _REMOVED),
        (
            rf"((?:{_NAMES_OF_SECRETS})[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;]+",
            rf"\1{_REMOVED}",
        ),
        (r"(?<=[?&])([\w$.-]+)=[^\s&\"']+", rf"\1={_REMOVED}"),
        (r"\b[A-Z0-9+/]{43}=", _REMOVED),
        (r"\b(?![0-9a-f]{40,}\b)[\w-]{40,}", _REMOVED),
        (r"[^\s\"'<>()\[\],;:=|/\\]+@[^\s\"'<>()\[\],;:=|/\\]+", _REMOVED),
        (r"(?<![\d.])(?!127\.)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", _REMOVED),
        (r"(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\w:])", _REMOVED),
        (r"(?<![\w:])(?:[0-9a-f]{1,4}:)+:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?![\w:])", _REMOVED),
    )
)


def redact(text: str) -> str:
    """Return `text` without query strings, tokens, secrets, mail addresses and IP addresses (loopback stays)."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class RedactingFormatter(logging.Formatter):
    """One line per record, in UTC; redacts the traceback too, and keeps a message from faking lines of its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - the library's
        """Return when the record was made, e.g. ``2026-11-23T05:00:00Z``."""
        return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """Return the record's line with its control characters escaped."""
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's text with everything that must not be in a log removed."""
        return redact(super().format(record))


class _PrivateFile(RotatingFileHandler):
    """A log file that only its owner can read, also after it was rotated."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
        return os.fdopen(descriptor, "a", encoding="utf-8")


def set_up_logging(*, verbose: bool = False, folder: Path | None = None) -> None:
    """Send warnings (`verbose`: also what happens) to standard error, and everything of INFO to a file in `folder`.

    Called again, it replaces what it set up before.

    Args:
        verbose: Show INFO on standard error too.
        folder: Where `m365-posture.log` is kept, 5 files of 2 MB at most; no file when None.
    """
    root = logging.getLogger()
    close_logs()
    screen = logging.StreamHandler(sys.stderr)
    screen.setLevel(logging.INFO if verbose else logging.WARNING)
    handlers: list[logging.Handler] = [screen]
    if folder is not None:
        path = private_folder(folder) / LOG_FILE
        handlers.append(_PrivateFile(path, maxBytes=_MAX_BYTES, backupCount=_KEPT_FILES, encoding="utf-8"))
    for handler in handlers:
        handler.setFormatter(RedactingFormatter())
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in TALKATIVE:
        library = logging.getLogger(name)
        library.setLevel(max(library.level, logging.WARNING))


def close_logs() -> None:
    """Close and forget what `set_up_logging` set up."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler.formatter, RedactingFormatter)]:
        root.removeHandler(handler)
        handler.close()
