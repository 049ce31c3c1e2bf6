# ruff: noqa: ANN401 - JSON of any shape
"""One person's sign-ins under a few policies."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from checks.circles import Circle, Memberships, Roles
from checks.conditional_access.people import Person, Standing
from checks.conditional_access.prover import Prover
from checks.model import Gap
from checks.three_valued import Answer
from scanner.snapshot.ledger import TableState

UNREAD = Gap("a_table", TableState.DENIED, "denied")
REACHES_ACTIONS = {"exclusions": {"allResourcesExclusions": {"userActionExclusions": []}}}


def standing(
    groups: Mapping[str, set[str]] | None = None, roles: Mapping[str, Circle] | None = None, *unread: str
) -> Standing:
    members = {group: frozenset(inside) for group, inside in (groups or {}).items()}
    return Standing(Memberships(members, frozenset(unread)), Roles(roles or {}))


def a_prover(*policies: Mapping[str, Any], **given: Any) -> Prover:
    """A tenant with these policies, nothing else, and no trusted addresses of per-user MFA."""
    settings = given.get("settings", REACHES_ACTIONS)
    return Prover(
        policies,
        given.get("locations", []),
        given.get("strengths", []),
        settings if isinstance(settings, Gap) else [{"raw": json.dumps(settings)}],
        given.get("standing", standing()),
        given.get("as_of", date(2026, 11, 23)),
        given.get("trusted_ips", ()),
    )


def ann(where: Standing | None = None) -> Person:
    return Person.of("ann", "ann@contoso.example", "Member", where or standing())


def a_place(location_id: str, *networks: Any, trusted: bool | None = False) -> dict[str, Any]:
    """A row of `named_locations`, of addresses."""
    ranges = {"ipRanges": [{"cidrAddress": network} for network in networks]}
    return _location(location_id, "ipNamedLocation", ranges, trusted)


def a_country(location_id: str, *countries: str, unknown: bool = False, by: Any = "clientIpAddress") -> dict[str, Any]:
    content = {
        "countriesAndRegions": list(countries),
        "includeUnknownCountriesAndRegions": unknown,
        "countryLookupMethod": by,
    }
    return _location(location_id, "countryNamedLocation", content, None)


def _location(location_id: str, kind: str, content: Mapping[str, Any], is_trusted: Answer) -> dict[str, Any]:
    kind = f"#microsoft.graph.{kind}"
    return {"id": location_id, "location_type": kind, "is_trusted": is_trusted, "raw": json.dumps(content)}
