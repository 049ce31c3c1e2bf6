"""Keeps the libraries' own log lines away: they hold full addresses, and with them tokens of continuations."""

import logging
from typing import Final

_TALKATIVE: Final = (
    "httpx",
    "httpcore",
    "msal",
    "azure",
    "aiohttp",
    "urllib3",
    "kiota_abstractions",
    "kiota_http",
    "msgraph",
)


def quiet_libraries() -> None:
    """Let no line of the HTTP and identity libraries through, whatever level the root logger has.

    azure-identity repeats Entra's whole refusal at WARNING, httpx full addresses at INFO: what is
    worth knowing of them arrives as an error of ours.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
