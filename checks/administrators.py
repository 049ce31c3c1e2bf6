"""People who hold a directory role: what keeps others from signing in as them, and how many can do everything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Annotated, Final

import pandas as pd
import pyarrow as pa

from checks.access import Holding, Holdings
from checks.break_glass import is_break_glass
from checks.circles import ANYBODY, NOBODY, Circle
from checks.frame import BOOL, TEXT, TEXTS, column, each, judged, objects, plain, records, where
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.second_factor import SecondFactor
from checks.tenant import firm_as_a_whole
from checks.three_valued import Answer, all_of
from m365_posture.texts import mark

GLOBAL_ADMINISTRATOR: Final = "62e90394-69f5-4237-9190-012177145e10"
"""Template of the role that may do everything; for a role of Microsoft's the template is its id."""

_NO_ADMINISTRATORS: Final = frozenset(
    {
        "a0b1b346-4d3e-4e8b-98f8-753987be4970",  # User
        "10dae51f-b6af-4016-8d66-8c2a99b929b3",  # Guest User
        "2af84b1e-32c8-42b7-82bc-daa82404023b",  # Restricted Guest User
        "95e79109-95c0-4d8e-aee3-d01accf2d47b",  # Guest Inviter
        "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",  # Directory Readers
        "d29b2b05-8046-44ba-8758-1e26182fcf32",  # Directory Synchronization Accounts
        "a92aed5d-d78a-4d16-b381-09adb37eb3b0",  # On Premises Directory Sync Account
    }
)
"""Templates of roles that administer nothing; accounts that synchronise cannot answer a second question."""

_COUNT: Final = pd.ArrowDtype(pa.int64())

Accounts = Annotated[pd.DataFrame, columns("id", "display_name", "user_principal_name", "account_enabled", "user_type")]


@dataclass(frozen=True, slots=True)
class _Held:
    """A role in the hands of one person."""

    role_id: str | None
    is_active: bool
    through_group: bool

    @property
    def ways(self) -> tuple[str, ...]:
        return ("active" if self.is_active else "eligible", *(["through_group"] if self.through_group else []))


@check(
    "ID-02",
    title=mark("Every administrator needs a second factor to sign in"),
    severity=Severity.CRITICAL,
    object_type="user",
    evidence={
        "roles": EvidenceKind.CONDITION,
        "held": EvidenceKind.CONDITION,
        "accepted_instead": EvidenceKind.CONDITION,
    },
    remedy=mark(
        "Turn on security defaults, or add a Conditional Access policy for all resources that requires multifactor "
        "authentication of everybody. A policy about roles misses roles for one administrative unit and roles that "
        "the firm made itself."
    ),
    source="https://learn.microsoft.com/entra/identity/conditional-access/policy-old-require-mfa-admin",
)
def every_administrator_needs_a_second_factor(
    users: Accounts,
    holdings: Holdings,
    role_definitions: Annotated[pd.DataFrame | Gap, columns("id", "display_name")],
    second_factor: SecondFactor,
    profile: Profile,
) -> Outcome:
    """Whoever signs in as an administrator can switch off everything else that protects the firm.

    Holders count whether the role is active or can be activated, directly or through a group; emergency accounts are
    judged by a check of their own. Roles that only read, and accounts that synchronise, are left out.
    """
    held = _roles_of_people(holdings.known)
    holds = [_holds(held.get(user_id, [])) for user_id in plain(users["id"])]
    counts = users["account_enabled"] & ~is_break_glass(users["user_principal_name"], profile)
    counts &= column(holds, users, BOOL)
    accounts = where(users.assign(counts=counts), counts).possible
    people = list(map(second_factor.person, records(accounts)))
    covered = list(map(second_factor.covers, people))
    theirs = [held.get(person.id, []) for person in people]
    roles = repeat(_names(role_definitions))
    evidence = {
        "roles": column(list(map(_names_of_roles, theirs, roles)), accounts, TEXTS),
        "held": column(list(map(_ways, theirs)), accounts, TEXTS),
        "accepted_instead": column(list(map(second_factor.accepts_instead, people, covered)), accounts, TEXT),
    }
    named = objects(accounts, ["id"], ["display_name", "user_principal_name", "id"], evidence)
    gaps = (*holdings.gaps, *(second_factor.gaps if None in covered else ()))
    return judged(named, accounts["counts"] & ~column(covered, accounts, BOOL), gaps=gaps)


def _roles_of_people(holdings: Iterable[Holding]) -> Mapping[str, list[_Held]]:
    """Return the roles of each person; whoever else an assignment may reach is in the gaps of the holdings."""
    found: dict[str, list[_Held]] = {}
    for holding in holdings:
        if holding.role_id in _NO_ADMINISTRATORS:
            continue
        for person_id in holding.holders.certain:
            through_group = person_id != holding.principal_id
            found.setdefault(person_id, []).append(_Held(holding.role_id, holding.is_active, through_group))
    return found


def _holds(roles: list[_Held]) -> Answer:
    """Whether somebody holds an administrator role; unknown where it was not read which role it is."""
    if any(held.role_id is not None for held in roles):
        return True
    return None if roles else False


def _names(role_definitions: pd.DataFrame | Gap) -> Mapping[str, str | None]:
    if isinstance(role_definitions, Gap):
        return {}
    return {row["id"]: row["display_name"] for row in records(role_definitions)}


def _names_of_roles(roles: list[_Held], names: Mapping[str, str | None]) -> list[str]:
    """Return what the roles are called; one whose name was not read, by its id."""
    return sorted({names.get(held.role_id) or held.role_id for held in roles if held.role_id is not None})


def _ways(roles: list[_Held]) -> list[str]:
    return sorted({way for held in roles for way in held.ways})


@check(
    "AC-01",
    title=mark("Enough people can do everything in the tenant, and not more than that"),
    severity=Severity.HIGH,
    object_type="tenant",
    evidence={
        "own_administrators": EvidenceKind.CONDITION,
        "allowed": EvidenceKind.CONDITION,
        "administrators": EvidenceKind.VOLATILE,
        "emergency_accounts": EvidenceKind.VOLATILE,
        "other_holders": EvidenceKind.VOLATILE,
    },
    remedy=mark(
        "Give each administrator the smallest role that does the work, for instance Exchange Administrator or User "
        "Administrator, and keep Global Administrator for a few people with an account for that alone. Where there is "
        "only one, name a second: whoever is locked out cannot be let in by anybody else."
    ),
    source="https://learn.microsoft.com/entra/identity/role-based-access-control/best-practices",
)
def few_people_can_do_everything(
    users: Annotated[
        pd.DataFrame,
        columns(
            "id",
            "display_name",
            "user_principal_name",
            "account_enabled",
            "user_type",
            "assigned_licenses",
            whole=True,
        ),
    ],
    holdings: Holdings,
    organization: Annotated[pd.DataFrame, columns("id", "display_name")],
    profile: Profile,
) -> Outcome:
    """Each Global Administrator more is another way to lose the whole firm; with a single one nobody can help out.

    People count who hold the role for the whole tenant, active or to be activated, directly or through a group.
    Emergency accounts, guests, partners and applications are counted apart. How many are sound depends on the size of
    the firm: one or two up to ten people, two to four up to fifty, two to five above.
    """
    holders = _global_administrators(holdings)
    holds = column([holders.has(user_id) for user_id in plain(users["id"])], users, BOOL)
    emergency = is_break_glass(users["user_principal_name"], profile)
    guest = each(users["user_type"], lambda kind: kind.lower() == "guest")
    staff = users["account_enabled"] & ~guest
    own = staff & holds & ~emergency
    ranges = _allowed(plain(staff & each(users["assigned_licenses"], bool)), profile)
    strangers = holders.certain - set(plain(users["id"]))
    evidence = {
        "own_administrators": (len(where(users, own).yes), _COUNT),
        "allowed": (f"{ranges[0].least}-{ranges[0].most}" if len(ranges) == 1 else None, TEXT),
        "administrators": (_names_of(where(users, own).yes), TEXTS),
        "emergency_accounts": (_names_of(where(users, staff & holds & emergency).yes), TEXTS),
        "other_holders": (len(strangers) + len(where(users, users["account_enabled"] & guest & holds).yes), _COUNT),
    }
    answers = {allowed.is_left_by(plain(own)) for allowed in ranges}
    outcome = firm_as_a_whole(organization, answers.pop() if len(answers) == 1 else None, evidence)
    return replace(outcome, gaps=(*outcome.gaps, *holdings.gaps))


@dataclass(frozen=True, slots=True)
class _Range:
    """How many Global Administrators are sound."""

    least: int
    most: int

    def is_left_by(self, answers: Sequence[Answer]) -> Answer:
        """Whether there are fewer or more people than that, given of each whether it is one."""
        surely, perhaps = answers.count(True), len(answers) - answers.count(False)
        if surely > self.most or perhaps < self.least:
            return True
        return False if surely >= self.least and perhaps <= self.most else None


_RANGES: Final = ((10, _Range(1, 2)), (50, _Range(2, 4)))
"""Size up to which a range holds. Microsoft advises at least two, and fewer than five; a small firm needs fewer."""
_LARGER: Final = _Range(2, 5)


def _allowed(licensed: Sequence[Answer], profile: Profile) -> list[_Range]:
    """Return the range for the firm's size; several where the size is not sure."""
    least, most = licensed.count(True), len(licensed) - licensed.count(False)
    if profile.firm_size is not None:
        least = most = profile.firm_size
    sizes = {least, most, *(limit for limit, _ in _RANGES if least <= limit <= most)}
    return list(dict.fromkeys(_range_for(size) for size in sorted(sizes)))


def _range_for(size: int) -> _Range:
    return next((allowed for limit, allowed in _RANGES if size <= limit), _LARGER)


def _global_administrators(holdings: Holdings) -> Circle:
    """Return who can do everything: whoever holds the role for an administrative unit cannot."""
    found = ANYBODY if holdings.gaps else NOBODY
    for holding in holdings.known:
        is_it = None if holding.role_id is None else holding.role_id == GLOBAL_ADMINISTRATOR
        counts = all_of([is_it, holding.is_directory_wide])
        if counts is not False:
            found |= holding.holders if counts else holding.holders.doubted()
    return found


def _names_of(accounts: pd.DataFrame) -> list[str]:
    return sorted(row["display_name"] or row["user_principal_name"] or row["id"] for row in records(accounts))
