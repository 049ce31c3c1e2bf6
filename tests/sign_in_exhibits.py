"""Builders of SI-02's exhibit, in the shape in which it is kept."""

from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]


def a_detection(unit: str = "D02", **given: object) -> Json:
    """One sign of Ann's: a password that fitted after wrong ones."""
    told: Json = {
        "unit": unit,
        "level": "high",
        "user_id": "ann",
        "name": "Ann",
        "user_principal_name": "ann@firm.example",
        "source": "198.51.100.7",
        "first": "2026-11-20T06:00:00Z",
        "last": "2026-11-20T06:30:00Z",
        "times": 1,
        "succeeded": True,
        "approved": True,
        "addresses": ["198.51.100.7"],
        "countries": ["DE"],
        "asns": [64500],
        "apps": ["Microsoft Office"],
        "records": ["s1"],
        "facts": {"people": 18},
    }
    return told | given


def a_moment(at: str, what: str, unit: str | None = None, **args: str) -> Json:
    place = {"address": "198.51.100.7", "country": "DE"}
    return {"at": f"2026-11-20T{at}:00Z", "what": what, "unit": unit, **place, "args": args}


def a_story(story_id: str = "0123456789abcdef", *detections: Json, **given: object) -> Json:
    """Ann's: sprayed, right, and a sign-in method added."""
    told: Json = {
        "id": story_id,
        "level": "high",
        "score": 110,
        "began": "2026-11-20T06:00:00Z",
        "ended": "2026-11-20T06:42:00Z",
        "user_id": "ann",
        "name": "Ann",
        "user_principal_name": "ann@firm.example",
        "source": "198.51.100.7",
        "succeeded": True,
        "approved": True,
        "families": ["attempts", "credential", "follow_on"],
        "detections": list(detections or (a_detection("D01", user_id=None, name=None), a_detection())),
        "timeline": [
            a_moment("06:00", "detected", "D01"),
            a_moment("06:30", "signed_in", app="Microsoft Office"),
            a_moment("06:42", "audit", operation="user registered security info"),
        ],
    }
    return told | given


def nobodys(story_id: str = "fedcba9876543210", **given: object) -> Json:
    """A spray that was right about nobody."""
    empty = {"user_id": None, "name": None, "user_principal_name": None, "succeeded": False, "approved": False}
    told = {"level": "medium", "families": ["attempts"], "timeline": [a_moment("06:00", "detected", "D01")]}
    return a_story(story_id, a_detection("D01", **empty), **(empty | told | given))


def a_client(client: str = "Authenticated SMTP", successes: int = 54, *names: str, failures: int = 5) -> Json:
    account = {"user_principal_name": None, "successes": successes, "failures": failures}
    return {
        "client": client,
        "successes": successes,
        "failures": failures,
        "last_success": "2026-11-21T08:00:00Z" if successes else None,
        "accounts": [{"user_id": name.lower(), "name": name, **account} for name in names],
        "people": len(names),
        "tried": 1,
    }


def an_examination(
    *stories: Json,
    listed: Iterable[Json] = (),
    legacy: Iterable[Json] = (),
    units: Mapping[str, str] | None = None,
    **given: object,
) -> Json:
    """What SI-02 shows; `units` tells why each detection was not evaluated, empty where it was."""
    signs = list(listed)
    told: Json = {
        "from": "2026-10-24T06:00:00Z",
        "to": "2026-11-23T06:00:00Z",
        "rows": {"read": 237, "without_time": 0, "without_user": 0, "malformed": 0, "repeated": 0},
        "stories": list(stories),
        "listed": signs,
        "listed_in_all": len(signs),
        "units": [
            {"id": unit, "evaluated": not because, "because": because, "hits": 0}
            for unit, because in (units or {"D01": "", "D02": ""}).items()
        ],
        "in_doubt": {},
        "unlearned": {},
        "accounts": 31,
        "legacy": list(legacy),
    }
    return told | given
