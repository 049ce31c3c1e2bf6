"""What each policy, taken alone and as if it were in force, does in situations that everybody knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from checks.administrator_roles import GLOBAL_ADMINISTRATOR
from checks.circles import Circle, Memberships, Roles
from checks.conditional_access.conditions import concerns
from checks.conditional_access.demands import Demand
from checks.conditional_access.people import Kind, Person, Standing
from checks.conditional_access.places import UNKNOWN_COUNTRY, Locations
from checks.conditional_access.rules import Rule
from checks.conditional_access.situations import OTHER, Place, Situation
from checks.conditional_access.targets import OFFICE, PORTALS, USER_ACTIONS
from checks.mfa_coverage.policies import SignInPolicies
from checks.three_valued import all_of

_SOMEBODY: Final = "somebody"
_IN_NO_GROUP: Final = Memberships({}, frozenset())
_MEMBER: Final = Person(_SOMEBODY, frozenset({Kind.INTERNAL}), Standing(_IN_NO_GROUP, Roles({})))
_GUEST: Final = Person.external(Kind.B2B_GUEST, OTHER)
_ADMINISTRATOR: Final = Person(
    _SOMEBODY,
    frozenset({Kind.INTERNAL}),
    Standing(_IN_NO_GROUP, Roles({GLOBAL_ADMINISTRATOR: Circle(frozenset({_SOMEBODY}))})),
)
_WINDOWS: Final = "windows"
_MOST_OFFICES: Final = 4

_CELLS: Final[Mapping[Demand, str]] = {
    Demand.BLOCK: "blocked",
    Demand.MFA: "mfa",
    Demand.MANAGED_DEVICE: "managed_device",
    Demand.NOTHING: "nothing",
    Demand.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One situation of somebody whom no policy names; `labels` are names of places."""

    key: str
    situation: Situation
    person: Person = _MEMBER
    labels: tuple[str, ...] = ()


_ORDINARY: Final = Situation(platform=_WINDOWS)
_KNOWN: Final = (
    Column("browser", _ORDINARY),
    Column("app", Situation(client="mobileAppsAndDesktopClients", platform="iOS")),
    Column("office365", Situation(target=OFFICE, platform=_WINDOWS)),
    Column("legacy_client", Situation(client="other")),
    Column("device_code", Situation(platform=_WINDOWS, flow="deviceCodeFlow")),
    Column("unknown_platform", Situation()),
    Column("risky_sign_in", Situation(platform=_WINDOWS, sign_in_risk="high")),
    Column("risky_user", Situation(platform=_WINDOWS, user_risk="high")),
    Column("admin_portal", Situation(target=PORTALS, platform=_WINDOWS), _ADMINISTRATOR),
    Column("registering", Situation(target=USER_ACTIONS[0], platform=_WINDOWS)),
    Column("administrator", _ORDINARY, _ADMINISTRATOR),
    Column("guest", _ORDINARY, _GUEST),
)


def matrix(policies: SignInPolicies, office_ids: Sequence[str]) -> dict[str, Any]:
    """Return the matrix as JSON: situations, and a row of cells for each policy by id.

    Args:
        policies: The tenant's.
        office_ids: Ids of the named locations that are offices.
    """
    country = _usual_country(policies)
    elsewhere = [] if country == OTHER else [Column("other_country", _ORDINARY)]
    here = [
        replace(each, situation=_at(each.situation, country)) for each in [*_KNOWN, *_offices(policies, office_ids)]
    ]
    columns = [*here, *elsewhere]
    rows = sorted(policies.rows, key=lambda row: str(row["id"]))
    return {
        "situations": [{"key": column.key, "labels": list(column.labels)} for column in columns],
        "policies": [
            {
                "id": row["id"],
                "name": row["display_name"],
                "state": row["state"],
                "cells": _cells(row, columns, policies),
            }
            for row in rows
        ],
    }


def _usual_country(policies: SignInPolicies) -> str:
    """Return a country from which fewest policies block an ordinary sign-in, one that no policy names if it may be."""
    locations = policies.tenant.locations
    listed = sorted(
        country
        for location in (locations.known or {}).values()
        for country in location.countries or ()
        if country != UNKNOWN_COUNTRY
    )
    rules = [Rule.of(row, policies.tenant) for row in policies.rows]

    def blocks(country: str) -> int:
        column = Column("", _at(_ORDINARY, country))
        return sum(_cell(rule, column, locations) == "blocked" for rule in rules if rule.holds)

    return min([OTHER, *dict.fromkeys(listed)], key=blocks)


def _at(situation: Situation, country: str) -> Situation:
    return replace(situation, place=replace(situation.place, country=country))


def _offices(policies: SignInPolicies, office_ids: Sequence[str]) -> list[Column]:
    return [
        Column(
            "office",
            Situation(platform=_WINDOWS, place=Place(frozenset({each}))),
            labels=(policies.locations[each] or each,),
        )
        for each in office_ids[:_MOST_OFFICES]
    ]


def _cells(row: Mapping[str, Any], columns: Sequence[Column], policies: SignInPolicies) -> list[str]:
    rule = Rule.of({**row, "state": "enabled"}, policies.tenant)
    return [_cell(rule, column, policies.tenant.locations) for column in columns]


def _cell(rule: Rule, column: Column, locations: Locations) -> str:
    applies = all_of([rule.holds, concerns(rule.users, column.person), rule.reaches(column.situation, locations)])
    if applies is None:
        return "unknown"
    return _CELLS[rule.demand(column.situation.flow)] if applies else "not_matched"
