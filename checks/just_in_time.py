"""Administrator rights that are only there while somebody needs them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

import pandas as pd

from checks.activation_rules import ActivationRules
from checks.administrator_roles import GLOBAL_ADMINISTRATOR, NO_ADMINISTRATORS, role_names
from checks.break_glass import is_break_glass
from checks.frame import BOOL, TEXT, TEXTS, column, judged, objects, plain, records
from checks.licences import P2, Licences
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.three_valued import Answer, all_of, any_of
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState

_PRIVILEGED_ROLE_ADMINISTRATOR: Final = "e8611ab8-c189-46e8-94e1-60213ab1f814"
_NEED_APPROVAL: Final = frozenset({GLOBAL_ADMINISTRATOR, _PRIVILEGED_ROLE_ADMINISTRATOR})
"""Roles whose holder can give himself every other one."""

_STANDING: Final = {"Assigned": True, "Activated": False}
_ELIGIBLE: Final = "eligible"

_NO_LICENCE: Final = mark("Microsoft Entra ID P2 is not there, so administrator roles cannot be activated for a time.")
_NAMELESS_ROLE: Final = Gap("role_assignments", TableState.PARTIAL, "missing_value:role_definition_id", "rescan")

_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Right:
    """A role that somebody holds for good, or what activating a role demands."""

    kind: str
    id: str
    name: str
    role: str
    counts: Answer
    lacks: Mapping[str, Answer]

    @property
    def fails(self) -> Answer:
        return all_of([self.counts, any_of(self.lacks.values())])


@check(
    "AC-03",
    title=mark("Administrator roles are activated for a time, with a second factor, approval and an alert"),
    severity=Severity.MEDIUM,
    object_type="administrator_right",
    evidence={"role": EvidenceKind.CONDITION, "lacks": EvidenceKind.CONDITION},
    remedy=mark(
        "In Privileged Identity Management make administrators eligible instead of active for good, emergency accounts "
        "apart. Let activation demand a second factor and a reason, tell an administrator of it, and let somebody "
        "approve it for Global Administrator and Privileged Role Administrator."
    ),
    source="https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-configure",
)
def administrator_roles_are_activated_for_a_time(
    users: Annotated[pd.DataFrame, columns("id", "display_name", "user_principal_name", "account_enabled")],
    groups: Annotated[pd.DataFrame | Gap, columns("id", "display_name", whole=True)],
    role_assignments: Annotated[
        pd.DataFrame,
        columns("assignment_type", "id", "principal_id", "role_definition_id", optional=("activation",)),
    ],
    role_definitions: Annotated[pd.DataFrame | Gap, columns("id", "display_name")],
    role_management_policies: Annotated[pd.DataFrame | Gap, columns("id", "role_definition_id", "raw", whole=True)],
    licences: Licences | Gap,
    profile: Profile,
) -> Outcome:
    """A right that is always there is there for an intruder too, and nobody sees it used.

    Emergency accounts hold their role for good. Applications and partners are left out: they cannot activate a role.
    A group that holds a role for good is unknown: whether its members belong to it for a time only is not read.
    """
    licensed = None if isinstance(licences, Gap) else licences.come_with(P2)
    rows = records(role_assignments)
    names = role_names(role_definitions)
    standing = _standing(rows, _Holders.of(users, groups, profile), names)
    rights = [] if licensed is False else [*standing, *_activations(rows, role_management_policies, names)]
    frame = pd.DataFrame({"kind": [one.kind for one in rights], "id": [one.id for one in rights]}, dtype=object).assign(
        name=[one.name for one in rights]
    )
    lacks = [[name for name, answer in one.lacks.items() if answer] for one in rights]
    evidence = {
        "role": column([one.role for one in rights], frame, TEXT),
        "lacks": column(lacks, frame, TEXTS),
    }
    named = objects(frame, ["kind", "id"], ["name", "id"], evidence)
    answers = column([all_of([licensed, one.fails]) for one in rights], frame, BOOL)
    if licensed is False:
        return replace(judged(named, answers), not_applicable=_NO_LICENCE)
    needs = [need for need in (groups, role_management_policies, licences) if isinstance(need, Gap)]
    nameless = [_NAMELESS_ROLE] if any(_is_eligible(row) and row["role_definition_id"] is None for row in rows) else []
    return judged(named, answers, gaps=(*needs, *nameless))


def _is_eligible(row: _Row) -> bool:
    return bool(row["assignment_type"] == _ELIGIBLE)


def _is_for_administrators(role_id: str | None) -> Answer:
    return None if role_id is None else role_id not in NO_ADMINISTRATORS


@dataclass(frozen=True, slots=True)
class _Holders:
    """Whoever could activate a role instead of holding it for good, by id."""

    counts: Mapping[str, Answer]
    names: Mapping[str, str | None]
    groups_are_known: bool

    @classmethod
    def of(cls, users: pd.DataFrame, groups: pd.DataFrame | Gap, profile: Profile) -> "_Holders":
        some = [] if isinstance(groups, Gap) else records(groups)
        people = users["account_enabled"] & ~is_break_glass(users["user_principal_name"], profile)
        return cls(
            # who belongs to a group may belong to it for a time: Privileged Identity Management for groups is not read
            dict(zip(plain(users["id"]), plain(people), strict=True)) | {row["id"]: None for row in some},
            {row["id"]: row["display_name"] for row in (*records(users), *some)},
            groups_are_known=not isinstance(groups, Gap),
        )

    def has(self, principal_id: str | None) -> Answer:
        """Whether a principal is one of them; whoever is no user and no group here cannot activate anything."""
        if principal_id is None:
            return None
        return self.counts.get(principal_id, False if self.groups_are_known else None)


def _standing(rows: list[dict[str, Any]], holders: _Holders, names: Mapping[str, str | None]) -> Iterator[_Right]:
    for row in rows:
        role_id, holder = row["role_definition_id"], row["principal_id"]
        counts = all_of([_is_for_administrators(role_id), holders.has(holder)])
        if counts is not False and not _is_eligible(row):
            name = holders.names.get(holder) or holder or row["id"]
            lacks = {"activation": _STANDING.get(row["activation"])}
            yield _Right("assignment", row["id"], name, names.get(role_id) or role_id or "?", counts, lacks)


def _activations(
    rows: list[dict[str, Any]], policies: pd.DataFrame | Gap, names: Mapping[str, str | None]
) -> Iterator[_Right]:
    """Yield the rules of each administrator role that somebody may activate."""
    known = [] if isinstance(policies, Gap) else records(policies)
    rules = {row["role_definition_id"]: ActivationRules.of(row["raw"]) for row in known}
    activated = {row["role_definition_id"] for row in rows if _is_eligible(row)}
    for role_id in sorted(role_id for role_id in activated if role_id is not None):
        if role_id not in NO_ADMINISTRATORS:
            lacks = rules.get(role_id, ActivationRules({})).lacks(needs_approval=role_id in _NEED_APPROVAL)
            name = names.get(role_id) or role_id
            yield _Right("activation", role_id, name, name, counts=True, lacks=lacks)
