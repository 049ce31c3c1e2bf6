"""Keeps the libraries' own log lines away: they hold full addresses, and with them tokens of continuations."""

import logging

from m365_posture.logs import TALKATIVE


def quiet_libraries() -> None:
    """Let no line of the HTTP and identity libraries through, whatever level the root logger has.

    azure-identity repeats Entra's whole refusal at WARNING, httpx full addresses at INFO: what is
    worth knowing of them arrives as an error of ours.
    """
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
