"""What Conditional Access makes of people, besides whether it demands MFA of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import pandas as pd

from checks.access import Holdings, roles
from checks.circles import Memberships, Roles
from checks.conditional_access.conditions import groups_named, roles_named
from checks.conditional_access.people import Person, Standing
from checks.conditional_access.prover import Prover
from checks.conditional_access.situations import OTHER, Access, Proof, Situation
from checks.conditional_access.targets import DIRECTORY, PORTALS
from checks.frame import records
from checks.json_values import object_of
from checks.model import Gap, Profile
from checks.policy_rewriting import (
    IsLimited,
    IsSatisfied,
    Rewrite,
    at_risk,
    demands_phishing_resistance,
    for_client,
    for_flow,
    only_blocks,
    only_phishing_resistant,
    only_sessions,
    only_what_ends_risk,
    renamed_targets,
    rewritten,
    unmet_strengths_block,
)
from checks.registry import columns, derived
from checks.three_valued import Answer, all_of, any_of

Rows = Sequence[Mapping[str, Any]]

_LEGACY: tuple[str, ...] = ("exchangeActiveSync", "other")
_OPEN = frozenset({Access.PASSWORD})
_NOT_BLOCKED = frozenset({Access.PASSWORD, Access.MANAGED_DEVICE, Access.MFA})
_NOT_DEMANDED = frozenset({Access.PASSWORD, Access.MANAGED_DEVICE})
_LOCKED_OUT: Mapping[Access, Answer] = {Access.BLOCKED: True, Access.MANAGED_DEVICE: True, Access.UNKNOWN: None}

_PORTALS_TOO = "administration-portals"
"""In place of the portals: that Microsoft demands MFA in them hides what the policies demand."""
_PORTAL_NAMES = {PORTALS: _PORTALS_TOO, "c44b4083-3bb0-49c1-b47d-974e53cbdf3c": _PORTALS_TOO}
_ORDINARY = tuple(Situation(target, platform="windows") for target in (OTHER, DIRECTORY, _PORTALS_TOO))
"""What somebody does who has to help the firm in: a browser on any computer, anywhere."""


class PolicyQuestions:
    """The tenant's policies, asked about people; roles count as if whoever may activate one had done so."""

    def __init__(
        self,
        policies: Rows | Gap,
        named_locations: Rows | Gap,
        strengths: Rows | Gap,
        standing: Standing,
        profile: Profile,
        gaps: tuple[Gap, ...],
    ) -> None:
        self._policies = policies
        self._named_locations = named_locations
        self._standing = standing
        self._as_of: date = profile.as_of.date()
        self._trusted_ips = profile.mfa_trusted_ips
        self._combinations = {
            row["id"]: row["allowed_combinations"] for row in (() if isinstance(strengths, Gap) else strengths)
        }
        self.gaps = gaps
        """What was not read and may leave an answer unknown."""
        self.names = {
            row["id"]: row["display_name"] or row["id"] for row in (() if isinstance(policies, Gap) else policies)
        }
        """Names of the policies by id."""

    def person(self, row: Mapping[str, Any]) -> Person:
        """Return the person of a row of `users`: `id`, `user_principal_name` and `user_type` of it."""
        return Person.of(row["id"], row["user_principal_name"], row["user_type"], self._standing)

    def stop_legacy_clients(self, people: Sequence[Person]) -> list[tuple[Answer, list[str]]]:
        """Tell of each whether nobody gets in as them with a client that cannot do MFA, and who spares them.

        A client that cannot do MFA is stopped by what demands it, and by what demands a managed device.
        """
        by_client = [self._answers(people, _OPEN, for_client(client)) for client in _LEGACY]
        return [
            (all_of(answer for answer, _ in each), sorted({name for _, names in each for name in names}))
            for each in zip(*by_client, strict=True)
        ]

    def block_flow(self, people: Sequence[Person], flow: str) -> list[Answer]:
        """Tell of each whether sign-ins are blocked that are handed over like this."""
        blocks = only_blocks(by_device_code=flow == "deviceCodeFlow")
        return [answer for answer, _ in self._answers(people, _NOT_BLOCKED, for_flow(flow), blocks)]

    def demand_phishing_resistance(self, people: Sequence[Person]) -> list[tuple[Answer, list[str]]]:
        """Tell of each whether nothing but phishing-resistant MFA gets in, and which policies spare them."""
        found = self._answers(people, _NOT_DEMANDED, only_phishing_resistant(self._combinations))
        resistant = {name for row, name in self._named() if demands_phishing_resistance(row, self._combinations)}
        return [(answer, [name for name in sparing if name in resistant]) for answer, sparing in found]

    def limit_sessions(self, people: Sequence[Person], is_limited: IsLimited, *clients: str) -> list[Answer]:
        """Tell of each whether a policy limits every session, given what tells of `sessionControls` that they do.

        Args:
            people: Whom to ask about.
            is_limited: Whether session controls are limited enough.
            clients: The one kind of client that matters; none for all.
        """
        rewrites = (*map(for_client, clients), only_sessions(is_limited))
        return [answer for answer, _ in self._answers(people, _NOT_BLOCKED, *rewrites)]

    def stop_risky_users(self, people: Sequence[Person]) -> list[tuple[Answer, list[str]]]:
        """Tell of each whether they are stopped until they have a new password, once high risk is seen of the user."""
        rewrites = (at_risk("userRiskLevels", "high"), only_what_ends_risk)
        return self._answers(people, _NOT_DEMANDED, *rewrites)

    def stop_risky_sign_ins(
        self, people: Sequence[Person], level: str, is_anew: IsLimited
    ) -> list[tuple[Answer, list[str]]]:
        """Tell of each whether a sign-in at that risk is blocked, or asked for MFA that was not shown before.

        Args:
            people: Whom to ask about.
            level: Graph's word for the risk.
            is_anew: Whether session controls let nobody in on what was shown before.
        """
        risk = at_risk("signInRiskLevels", level)
        asked = self._answers(people, _NOT_DEMANDED, risk)
        anew = self._answers(people, _NOT_BLOCKED, risk, only_sessions(is_anew))
        return [
            (all_of([first, second]), sorted({*sparing, *others}))
            for (first, sparing), (second, others) in zip(asked, anew, strict=True)
        ]

    def lock_out(self, person: Person, is_satisfied: IsSatisfied) -> Answer:
        """Tell whether somebody without a managed device is kept from administering the tenant in the ordinary way.

        Args:
            person: Whom to ask about.
            is_satisfied: Whether the person can satisfy an authentication strength.
        """
        rewrites = (renamed_targets(_PORTAL_NAMES), unmet_strengths_block(is_satisfied))
        prover = self._prover(*rewrites)
        return any_of(_LOCKED_OUT.get(prover.access(person, situation), False) for situation in _ORDINARY)

    def _prover(self, *rewrites: Rewrite) -> Prover:
        policies = self._policies if isinstance(self._policies, Gap) else rewritten(self._policies, *rewrites)
        # strengths are rewritten along, and of user actions nothing is asked
        return Prover(policies, self._named_locations, (), (), self._standing, self._as_of, self._trusted_ips)

    def _answers(
        self, people: Sequence[Person], bad: frozenset[Access], *rewrites: Rewrite
    ) -> list[tuple[Answer, list[str]]]:
        """Return whether no access of each is a bad one, and the policies that spare them."""
        return [(_without(proof, bad), self._sparing(proof)) for proof in self._prover(*rewrites).proofs(people)]

    def _named(self) -> Iterator[tuple[Mapping[str, Any], str]]:
        for row in () if isinstance(self._policies, Gap) else self._policies:
            yield row, self.names[row["id"]]

    def _sparing(self, proof: Proof) -> list[str]:
        return sorted({self.names.get(each, each) for way in proof.ways[:1] for each in way.spared_by})


def _without(proof: Proof, bad: frozenset[Access]) -> Answer:
    if proof.accesses & bad:
        return False
    return None if Access.UNKNOWN in proof.accesses else True


@derived
def policy_questions(
    conditional_access_policies: Annotated[
        pd.DataFrame | Gap, columns("id", "display_name", "state", "raw", whole=True)
    ],
    named_locations: Annotated[pd.DataFrame | Gap, columns("id", "location_type", "is_trusted", "raw", whole=True)],
    authentication_strengths: Annotated[pd.DataFrame | Gap, columns("id", "allowed_combinations", whole=True)],
    memberships: Memberships | Gap,
    holdings: Holdings | Gap,
    role_definitions: Annotated[pd.DataFrame | Gap, columns("id", "template_id", "is_built_in")],
    profile: Profile,
) -> PolicyQuestions:
    """Return the tenant's policies as far as they were read.

    Source:
        https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-policies
    """
    active = holdings if isinstance(holdings, Gap) else _once_activated(holdings, role_definitions)
    policies = _rows(conditional_access_policies)
    users = [_users_of(row["raw"]) for row in (() if isinstance(policies, Gap) else policies)]
    needs = [
        policies,
        *([memberships] if any(map(groups_named, users)) else []),
        *([active, *(() if isinstance(active, Gap) else active.gaps)] if any(map(roles_named, users)) else []),
    ]
    return PolicyQuestions(
        policies,
        _rows(named_locations),
        _rows(authentication_strengths),
        Standing(None if isinstance(memberships, Gap) else memberships, None if isinstance(active, Gap) else active),
        profile,
        tuple(dict.fromkeys(need for need in needs if isinstance(need, Gap))),
    )


def _once_activated(holdings: Holdings, role_definitions: pd.DataFrame | Gap) -> Roles:
    known = tuple(replace(holding, is_active=True) for holding in holdings.known)
    return roles(replace(holdings, known=known), role_definitions)


def _rows(table: pd.DataFrame | Gap) -> Rows | Gap:
    return table if isinstance(table, Gap) else records(table)


def _users_of(raw: str | None) -> object:
    conditions = object_of(raw).get("conditions")
    return conditions.get("users") if isinstance(conditions, dict) else None
