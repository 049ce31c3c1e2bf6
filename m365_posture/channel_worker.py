"""Gives one message to Apprise, in a process of its own that whoever started it ends when it takes too long.

Standard input is a JSON object: `addresses` (Apprise's), `title` and `body`, or neither to try the addresses only, and
`deadline_s`. Standard output is a JSON line for each address as it ends: `number` (from 0) and `outcome`, a code.
No address, and nothing of a channel's answer but its status, is written anywhere.

It runs as a script in isolated mode and imports nothing of this product: what it is told is all that it has.
"""

import json
import os
import re
import sys
import threading
import time
from typing import Any, Final, TextIO

import apprise
from apprise.common import NotifyFormat, PersistentStoreMode

DELIVERED: Final = "delivered"
VALID: Final = "valid"
INVALID: Final = "invalid"
UNREACHABLE: Final = "unreachable"
NO_ANSWER: Final = "no_answer"
ANSWERED: Final = "answered_"
"""With the status of the answer behind it."""

_STATUS: Final = re.compile(r"\berror[=:]\s*(\d{3})\b")


def asset() -> apprise.AppriseAsset:
    """Return Apprise's settings: nothing is fetched, linked or kept besides the message itself."""
    return apprise.AppriseAsset(
        app_id="m365-posture",
        app_desc="m365-posture",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        http_redirects=False,
        allow_templates=False,
        async_mode=False,
        pgp_autogen=False,
        pem_autogen=False,
        storage_mode=PersistentStoreMode.MEMORY,
    )


def service(address: str) -> Any:  # noqa: ANN401 - one of Apprise's many services
    """Return the service of an address, None where Apprise knows none."""
    found = apprise.Apprise.instantiate(address, asset=asset())
    if isinstance(found, apprise.NotifyBase):
        found.redirects = False
        return found
    return None


def send(address: str, title: str, body: str) -> str:
    """Send a message to one address and return how that went."""
    found = service(address)
    if found is None:
        return INVALID
    channel = apprise.Apprise(asset=asset())
    channel.add(found)
    attempts = [
        attempt
        for result in channel.notify(body=body, title=title, body_format=NotifyFormat.TEXT)
        for attempt in result
    ]
    # an address may say that its failures do not matter: the attempt itself tells
    if attempts and attempts[-1]:
        return DELIVERED
    told = " ".join(entry.message for attempt in attempts for entry in attempt.logs)
    status = _STATUS.search(told)
    return f"{ANSWERED}{status[1]}" if status else UNREACHABLE


def work(request: dict[str, Any], output: TextIO) -> None:
    """Send to every address at the same time, and tell of each what became of it."""
    lock, told = threading.Lock(), set[int]()

    def tell(number: int, outcome: str) -> None:
        with lock:
            if number not in told:
                told.add(number)
                output.write(json.dumps({"number": number, "outcome": outcome}) + "\n")
                output.flush()

    def one(number: int, address: str) -> None:
        if request.get("body") is None:
            tell(number, INVALID if service(address) is None else VALID)
        else:
            tell(number, send(address, request["title"], request["body"]))

    # Apprise loads its services once, and not from two threads at the same time
    service("json://127.0.0.1")
    addresses = request["addresses"]
    threads = [threading.Thread(target=one, args=entry, daemon=True) for entry in enumerate(addresses)]
    end = time.monotonic() + request["deadline_s"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    for number, thread in enumerate(threads):
        tell(number, NO_ANSWER if thread.is_alive() else UNREACHABLE)


if __name__ == "__main__":
    work(json.load(sys.stdin), sys.stdout)
    # without waiting for channels that still drip
    os._exit(0)
