"""Builders of ID-01's exhibit, in the shape in which it is kept."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

EVERYTHING = dict.fromkeys(
    ("targets", "clients", "places", "platforms", "sign_in_risks", "user_risks", "flows", "devices")
)


def a_way(access: object = "password", **said: object) -> Json:
    return {"access": access, **EVERYTHING, "spared_by": [], "undecided": [], **said}


def a_person(
    name: str = "Ann",
    protection: str = "protected",
    *,
    kind: str = "staff",
    groups: Iterable[str] = ("staff",),
    remote: str | None = None,
    ways: Iterable[Json] = (),
    chain: Iterable[Json] = (),
) -> Json:
    return {
        "id": f"id of {name}",
        "name": name,
        "user_principal_name": f"{name.lower()}@firm.example",
        "kind": kind,
        "groups": list(groups),
        "protection": protection,
        "remote": remote or protection,
        "ways": list(ways),
        "chain": list(chain),
    }


def a_step(says: str, *details: str, link: str = "conditional_access") -> Json:
    return {"link": link, "says": says, "details": list(details)}


def an_answer(
    question: str = "all_access",
    people: Iterable[Json] = (),
    *,
    unseen: Iterable[str] = (),
    by: str = "protection",
) -> Json:
    """Return an answer about `people`, counted as ID-01 counts."""
    counted = [person for person in people if person["kind"] not in {"emergency", "synchronization"}]
    verdicts = [person[by] for person in counted]
    good = {"protected", "weak_method", "security_defaults"}
    return {
        "question": question,
        "protected": sum(verdict in good for verdict in verdicts),
        "of": len(counted),
        "by_security_defaults": verdicts.count("security_defaults"),
        "weak_method": verdicts.count("weak_method"),
        "managed_device": verdicts.count("managed_device"),
        "exceptions": [
            {"id": each["id"], "name": each["name"], "protection": each[by], "ways": each["ways"]}
            for each in counted
            if each[by] not in {*good, "unknown"}
        ],
        "unknown": [
            {"id": each["id"], "name": each["name"], "why": [step["says"] for step in each["chain"]]}
            for each in counted
            if each[by] == "unknown"
        ],
        "contradicted": [
            {"id": each["id"], "name": each["name"], "at": step["details"][0]}
            for each in counted
            for step in each["chain"]
            if step["says"] == "log_contradicts" and each[by] in good
        ],
        "unseen": list(unseen),
    }


def a_matrix(*policies: Json, situations: Iterable[Json] = ()) -> Json:
    return {"situations": list(situations), "policies": list(policies)}


def an_exhibit(*people: Json, matrix: Json | None = None, unseen: Iterable[str] = ()) -> Json:
    administrators = [person for person in people if "administrators" in person["groups"]]
    return {
        "answers": [
            an_answer("all_access", people, unseen=unseen),
            an_answer("remote_access", people, unseen=unseen, by="remote"),
            an_answer("administrators", administrators, unseen=unseen),
        ],
        "people": list(people),
        "matrix": matrix or a_matrix(),
    }
