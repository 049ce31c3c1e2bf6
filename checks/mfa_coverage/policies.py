"""The tenant's policies as a prover, with per-user MFA beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import pandas as pd

from checks.circles import Memberships, Roles
from checks.conditional_access.conditions import concerns, groups_named, roles_named
from checks.conditional_access.people import Person, Standing
from checks.conditional_access.places import Locations
from checks.conditional_access.prover import Prover
from checks.conditional_access.rules import Tenant
from checks.conditional_access.strengths import Strengths
from checks.conditional_access.targets import spared_actions
from checks.frame import records
from checks.json_values import Texts, object_of
from checks.mfa_coverage import per_user
from checks.mfa_coverage.model import Offices
from checks.mfa_coverage.registrations import Registrations
from checks.model import Gap, Profile
from checks.registry import columns, derived

_UNREAD: Final = {"id": "unread", "state": None, "raw": None}
"""In place of policies that were not read: one of which nothing is known."""

_EVERY_STRENGTH: Final = "authenticationStrength"


@dataclass(frozen=True, slots=True)
class SignInPolicies:
    """What decides about sign-ins, as far as it was read."""

    prover: Prover
    """Per-user MFA is among its policies."""
    tenant: Tenant
    """What each policy is read against."""
    rows: Sequence[Mapping[str, Any]]
    """Of `conditional_access_policies`."""
    standing: Standing
    gaps: tuple[Gap, ...]
    locations: Mapping[str, str | None]
    """Names of the named locations by id."""

    @property
    def names(self) -> Mapping[str, str]:
        """Display names of policies and locations by id."""
        named = {**self.locations, **{row["id"]: row["display_name"] for row in self.rows}}
        return {each: name for each, name in named.items() if name}

    @property
    def last_change(self) -> datetime | None:
        """When a policy was changed last; None where that was not read of one of them, or there is none."""
        changes = [row["modified_date_time"] or row["created_date_time"] for row in self.rows]
        return None if not changes or None in changes else max(changes)

    def offices(self, stated: Sequence[str]) -> Offices:
        """Return the named locations that the firm states as its offices, by name or by id."""
        found: set[str] = set()
        missing = []
        for office in stated:
            wanted = office.strip().casefold()
            ids = {
                each for each, name in self.locations.items() if wanted in {each.casefold(), (name or "").casefold()}
            }
            found |= ids
            missing += [] if ids else [office]
        return Offices(tuple(stated), tuple(sorted(found)), tuple(missing))

    def is_hit(self, person: Person, policy_ids: frozenset[str]) -> bool:
        """Whether an enforced policy with MFA, one of `policy_ids`, surely concerns the person."""
        return any(
            row["id"] in policy_ids
            and row["state"] == "enabled"
            and _demands_mfa(object_of(row["raw"]))
            and concerns(_users(row), person)
            for row in self.rows
        )


@derived
def sign_in_policies(  # noqa: PLR0913, PLR0917 - one for each table that policies are judged with
    conditional_access_policies: Annotated[
        pd.DataFrame | Gap,
        columns("id", "display_name", "state", "created_date_time", "modified_date_time", "raw", whole=True),
    ],
    named_locations: Annotated[
        pd.DataFrame | Gap, columns("id", "location_type", "display_name", "is_trusted", "raw", whole=True)
    ],
    authentication_strengths: Annotated[pd.DataFrame | Gap, columns("id", "allowed_combinations", whole=True)],
    conditional_access_settings: Annotated[pd.DataFrame | Gap, columns("id", "raw", whole=True)],
    per_user_mfa: Annotated[pd.DataFrame | Gap, columns("id", "per_user_mfa_state", whole=True)],
    memberships: Memberships | Gap,
    roles: Roles | Gap,
    registrations: Registrations,
    profile: Profile,
) -> SignInPolicies:
    """Return what decides about sign-ins: all policies or none, for nobody is let in because one was not read.

    Source:
        https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-policies
    """
    standing = Standing(
        None if isinstance(memberships, Gap) else memberships, None if isinstance(roles, Gap) else roles
    )
    rows = _rows(conditional_access_policies)
    known = [_UNREAD] if isinstance(rows, Gap) else list(rows)
    unregistered = {
        person for person, registration in registrations.people.items() if registration.has_second_factor is False
    }
    places, strengths, settings = map(_rows, (named_locations, authentication_strengths, conditional_access_settings))
    as_of = profile.as_of.date()
    switches = per_user.as_policies(per_user_mfa, unregistered)
    prover = Prover([*known, *switches], places, strengths, settings, standing, as_of, profile.mfa_trusted_ips)
    needs = [
        conditional_access_policies,
        per_user_mfa,
        *_needed(known, named_locations, authentication_strengths, memberships, roles),
    ]
    gaps = tuple(dict.fromkeys(need for need in needs if isinstance(need, Gap)))
    return SignInPolicies(
        prover,
        Tenant(Locations.of(places), Strengths.of(strengths), spared_actions(settings), as_of),
        () if isinstance(rows, Gap) else rows,
        standing,
        gaps,
        {} if isinstance(places, Gap) else {row["id"]: row["display_name"] for row in places},
    )


def _rows(table: pd.DataFrame | Gap) -> list[dict[str, Any]] | Gap:
    return table if isinstance(table, Gap) else records(table)


def _needed(
    rows: Sequence[Mapping[str, Any]],
    named_locations: pd.DataFrame | Gap,
    authentication_strengths: pd.DataFrame | Gap,
    memberships: Memberships | Gap,
    roles: Roles | Gap,
) -> Iterator[object]:
    """Yield what the policies are judged with, where one of them asks for it."""
    contents = [object_of(row["raw"]) for row in rows]
    if any(_conditions(content).get("locations") for content in contents):
        yield named_locations
    if any(_has_strength(content) for content in contents):
        yield authentication_strengths
    if any(groups_named(_conditions(content).get("users")) for content in contents):
        yield memberships
    if any(roles_named(_conditions(content).get("users")) for content in contents):
        yield roles
        yield from () if isinstance(roles, Gap) else roles.gaps


def _conditions(content: Mapping[str, Any]) -> Mapping[str, Any]:
    conditions = content.get("conditions")
    return conditions if isinstance(conditions, dict) else {}


def _users(row: Mapping[str, Any]) -> object:
    return _conditions(object_of(row["raw"])).get("users")


def _has_strength(content: Mapping[str, Any]) -> bool:
    controls = content.get("grantControls")
    return isinstance(controls, dict) and isinstance(controls.get(_EVERY_STRENGTH), dict)


def _demands_mfa(content: Mapping[str, Any]) -> bool:
    controls = content.get("grantControls")
    built_in = controls.get("builtInControls") if isinstance(controls, dict) else None
    return _has_strength(content) or "mfa" in Texts.of(built_in).known
