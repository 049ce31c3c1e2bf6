# ruff: noqa: ANN401 - columns of any type
"""A small firm's sign-in log in which a bit of everything happens that the detections look for."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from builders.rows import AS_OF, Row, a_sign_in, row

DAYS: Final = 80
STAFF: Final = ("anna", "bram", "chloe", "dirk", "elif", "farid")
EMERGENCY: Final = "emergency@contoso.example"
TRUSTED: Final = ("192.0.2.0/28",)

_BROKER: Final = "29d9ed98-a469-4536-ade2-f981bc1d605e"
_REGISTRATION: Final = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"
_GRAPH: Final = "00000003-0000-0000-c000-000000000000"
_OFFICE: Final = "d3590ed6-52b3-4102-aeff-aad2292ab01c"
_CLI: Final = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
_EDGE: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36 Edg/142.0"
_FIREFOX: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

_HOMES: Final = {name: (f"2001:db8:{number}::{number}", 64496 + number) for number, name in enumerate(STAFF, start=1)}
_GHENT: Final = {"country_or_region": "BE", "city": "Gent", "latitude": 51.05, "longitude": 3.72}
_LAGOS: Final = {"country_or_region": "NG", "city": "Lagos", "latitude": 6.45, "longitude": 3.39,
                 "ip_address": "198.51.100.7", "autonomous_system_number": 65540}  # fmt: skip
_RENTED: Final = {"country_or_region": "RO", "city": "Bucharest", "latitude": 44.43, "longitude": 26.1,
                  "ip_address": "203.0.113.9", "autonomous_system_number": 14061}  # fmt: skip
_RIGHT: Final = {"authenticationMethod": "Password", "succeeded": True,
                 "authenticationStepResultDetail": "Correct password"}  # fmt: skip
_CLAIM: Final = {"authenticationMethod": "Previously satisfied", "succeeded": True,
                 "authenticationStepResultDetail": "MFA requirement satisfied by claim in the token"}  # fmt: skip
_DONE: Final = {"authenticationMethod": "Mobile app notification", "succeeded": True,
                "authenticationStepResultDetail": "MFA successfully completed"}  # fmt: skip


def _ago(days: float, minutes: float = 0) -> datetime:
    return AS_OF - timedelta(days=days) + timedelta(minutes=minutes)


def entry(name: str, who: str, moment: datetime, *steps: dict[str, Any], **given: Any) -> Row:
    """A sign-in with every property filled, at the office and on a managed computer unless told otherwise."""
    home, asn = _HOMES.get(who, ("192.0.2.3", 64510))
    told = _GHENT | {"ip_address": home, "autonomous_system_number": asn}
    defaults: Row = {
        "id": name, "created_date_time": moment, "correlation_id": f"c-{name}", "app_id": _OFFICE,
        "app_display_name": "Microsoft Office", "resource_id": _GRAPH, "resource_display_name": "Microsoft Graph",
        "client_app_used": "Browser", "user_agent": _FIREFOX, "device_operating_system": "Linux",
        "device_browser": "Firefox 128.0", "device_id": "", "device_is_compliant": False, "device_is_managed": False,
        "device_trust_type": "", "failure_reason": "Other.", "additional_details": "", "risk_state": "none",
        "risk_level_aggregated": "none", "risk_level_during_sign_in": "none", "risk_event_types_v2": [],
        "conditional_access_status": "notApplied", "user_type": "member",
        "authentication_requirement": "singleFactorAuthentication", "authentication_protocol": "none",
        "incoming_token_type": "none", "original_transfer_method": "none", "session_id": f"s-{name}",
        "authentication_details": json.dumps(steps), "service_principal_id": "",
    }  # fmt: skip
    return a_sign_in(user=who, **(defaults | told | given))


def _ordinary() -> Iterator[Row]:
    desk = {"user_agent": _EDGE, "device_operating_system": "Windows10", "device_browser": "Edge 142.0",
            "device_is_compliant": True, "device_is_managed": True, "device_trust_type": "Hybrid Azure AD joined",
            "authentication_requirement": "multiFactorAuthentication"}  # fmt: skip
    for number, who in enumerate(STAFF):
        for day in range(2 if who != "farid" else 66, DAYS, 2):
            at = {"ip_address": f"192.0.2.{number + 2}", "autonomous_system_number": 64510} if day % 4 else {}
            moment, session = _ago(day, 60 + number * 7), f"d-{who}-{day}"
            yield entry(f"o-{who}-{day}", who, moment, _RIGHT, _DONE, session_id=session, **desk, **at)


def _sprayed() -> Iterator[Row]:
    """Six people tried from one address, and one of them open."""
    for number, who in enumerate(STAFF):
        yield entry(f"spray-{who}", who, _ago(9, number * 2), error_code=50126, session_id="", **_LAGOS)
    yield entry("spray-in", "anna", _ago(9, 30), _RIGHT, **_LAGOS)


def _guessed() -> Iterator[Row]:
    for number in range(24):
        yield entry(f"guess-{number}", "bram", _ago(8, number * 0.4), error_code=50126, session_id="", **_RENTED)
    yield entry("guess-locked", "bram", _ago(8, 10), error_code=50053, failure_reason="The account is locked",
                session_id="", **_RENTED)  # fmt: skip


def _pressed() -> Iterator[Row]:
    """Prompt after prompt, one reported as fraud, one approved."""
    words = ["MFA denied; user declined the authentication"] * 5 + ["MFA denied; user reported fraud"]
    two = {"authentication_requirement": "multiFactorAuthentication"}
    for number, text in enumerate(words):
        step = {"authenticationMethod": "Mobile app notification", "succeeded": False,
                "authenticationStepResultDetail": text}  # fmt: skip
        refused = {"error_code": 500121, "additional_details": text, "session_id": ""}
        yield entry(f"prompt-{number}", "chloe", _ago(7, number), _RIGHT, step, **refused, **two, **_LAGOS)
    yield entry("prompt-in", "chloe", _ago(7, 12), _RIGHT, _DONE, **two, **_LAGOS)


def _travelled() -> Iterator[Row]:
    yield entry("stopped", "dirk", _ago(6.5), _RIGHT, error_code=53003, session_id="", **_RENTED)
    yield entry("travel", "dirk", _ago(4, 60 + 21 + 40), _RIGHT, **_LAGOS)
    yield entry("stolen", "elif", _ago(6, 200), _CLAIM, session_id="d-elif-6", **_RENTED)


def _phished() -> Iterator[Row]:
    """A device code confirmed, one for the broker, and a device registered with what came of it."""
    code = {"authentication_protocol": "deviceCode"}
    together = {"app_id": _CLI, "correlation_id": "c-code"}
    yield entry("code-shown", "bram", _ago(5, -1), error_code=50199, session_id="", **together, **code, **_LAGOS)
    yield entry("code", "bram", _ago(5), _CLAIM, **together, **code, **_LAGOS)
    yield entry("broker", "elif", _ago(5), _CLAIM, app_id=_BROKER, **code, **_RENTED)
    silent = {"is_interactive": False, "incoming_token_type": "refreshToken", "app_id": _BROKER,
              "resource_id": _REGISTRATION, "session_id": "s-kit"}  # fmt: skip
    yield entry("kit-1", "elif", _ago(5, 10), _CLAIM, **silent, **_RENTED)
    primary = {"incoming_token_type": "primaryRefreshToken", "original_transfer_method": "deviceCodeFlow",
               "session_id": "s-kit", "device_id": "device-9"}  # fmt: skip
    yield entry("kit-2", "elif", _ago(5, 11.5), _CLAIM, **primary, **_RENTED)


def _old_doors() -> Iterator[Row]:
    yield entry("legacy", "anna", _ago(3), client_app_used="IMAP4", user_agent="", **_LAGOS)
    yield entry("ropc", "chloe", _ago(3), _RIGHT, authentication_protocol="ropc", is_interactive=False, **_LAGOS)
    yield entry("revived", "farid", _ago(2), _RIGHT, **_RENTED)
    yield entry("emergency", "emergency", _ago(1), _RIGHT, **_GHENT)
    silent = {"is_interactive": False, "incoming_token_type": "refreshToken", "session_id": "d-anna-2"}
    for number in range(6):
        yield entry(f"silent-{number}", "anna", _ago(1, number * 50), _CLAIM, **silent)


def attacked_log() -> list[Row]:
    """Return the log, oldest first."""
    parts: Sequence[Iterable[Row]] = (
        _ordinary(), _sprayed(), _guessed(), _pressed(), _travelled(), _phished(), _old_doors(),
    )  # fmt: skip
    return sorted((each for part in parts for each in part), key=lambda each: (each["created_date_time"], each["id"]))


def its_audits() -> list[Row]:
    """Return what the directory's audit log tells of the same days."""
    device = json.dumps([{"type": "Device", "id": "device-9", "displayName": "DESKTOP-AB12CD3"}])
    common = {"result": "success", "initiated_by_ip_address": _RENTED["ip_address"]}
    return [
        row("directory_audits", {"id": "a-1", "activity_date_time": _ago(5, 10.7), "target_resources": device,
            "activity_display_name": "Register device", "initiated_by_user_id": "elif"}, common),
        row("directory_audits", {"id": "a-2", "activity_date_time": _ago(9, 40), "target_resources": "[]",
            "activity_display_name": "User registered security info", "initiated_by_user_id": "anna"}, common),
    ]  # fmt: skip


_NAMES: Final = ("id", "user_id", "user_principal_name", "session_id", "correlation_id", "device_id")


def of_another_firm(rows: Iterable[Row], number: int) -> Iterator[Row]:
    """The same log with other people, sessions, networks and countries: nothing of it touches the first.

    Args:
        rows: Of `attacked_log`.
        number: Which other firm, from 1 to 255.
    """
    for each in rows:
        named = {name: f"{number}-{each[name]}" for name in _NAMES if each[name]}
        address = each["ip_address"]
        last = address.rsplit(":" if ":" in address else ".", 1)[1]
        country = f"{chr(65 + number // 26)}{chr(65 + number % 26)}{each['country_or_region']}"
        yield (
            each
            | named
            | {
                "ip_address": f"2001:db8:{0xA000 + number:x}:{last}::1",
                "autonomous_system_number": each["autonomous_system_number"] + number * 100_000,
                "country_or_region": country,
            }
        )
