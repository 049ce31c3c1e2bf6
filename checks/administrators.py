"""How many people can do everything in the tenant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

import pandas as pd
import pyarrow as pa

from checks.access import Holdings
from checks.administrator_roles import GLOBAL_ADMINISTRATOR
from checks.break_glass import is_break_glass
from checks.circles import ANYBODY, NOBODY, Circle
from checks.firm_size import FirmSize
from checks.frame import BOOL, TEXT, TEXTS, column, each, plain, records, where
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.tenant import firm_as_a_whole
from checks.three_valued import Answer, all_of
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState

_COUNT: Final = pd.ArrowDtype(pa.int64())
_EMERGENCY_ACCOUNTS: Final = 2
"""Microsoft advises so many."""
_NOT_STATED: Final = Gap("profile.break_glass", TableState.SKIPPED, "", "state:break_glass")


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
            "on_premises_sync_enabled",
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
    Emergency accounts, guests, partners and applications are counted apart; where the firm named none and there are too
    many, up to two accounts in the cloud without a licence may be emergency accounts. How many are sound depends on
    the size of the firm: one or two up to ten people, two to four up to fifty, two to five above.
    """
    holders = _global_administrators(holdings)
    holds = column([holders.has(user_id) for user_id in plain(users["id"])], users, BOOL)
    emergency = is_break_glass(users["user_principal_name"], profile)
    guest = each(users["user_type"], lambda kind: kind.lower() == "guest")
    staff = users["account_enabled"] & ~guest
    own = staff & holds & ~emergency
    ranges = _allowed(FirmSize.of(users, profile))
    strangers = holders.certain - set(plain(users["id"]))
    evidence = {
        "own_administrators": (len(where(users, own).yes), _COUNT),
        "allowed": (f"{ranges[0].least}-{ranges[0].most}" if len(ranges) == 1 else None, TEXT),
        "administrators": (_names_of(where(users, own).yes), TEXTS),
        "emergency_accounts": (_names_of(where(users, staff & holds & emergency).yes), TEXTS),
        "other_holders": (len(strangers) + len(where(users, users["account_enabled"] & guest & holds).yes), _COUNT),
    }
    for_emergencies = 0 if profile.break_glass else _perhaps_for_emergencies(where(users, own).yes)
    is_unstated = any(allowed.is_explained_by(plain(own), for_emergencies) for allowed in ranges)
    answers = {None} if is_unstated else {allowed.is_left_by(plain(own)) for allowed in ranges}
    outcome = firm_as_a_whole(organization, answers.pop() if len(answers) == 1 else None, evidence)
    return replace(outcome, gaps=(*outcome.gaps, *holdings.gaps, *((_NOT_STATED,) if is_unstated else ())))


def _perhaps_for_emergencies(holders: pd.DataFrame) -> int:
    """Return how many accounts look like emergency accounts: without a licence, and in the cloud."""
    alike = [row for row in records(holders) if row["assigned_licenses"] == [] and not row["on_premises_sync_enabled"]]
    return min(len(alike), _EMERGENCY_ACCOUNTS)


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

    def is_explained_by(self, answers: Sequence[Answer], for_emergencies: int) -> bool:
        """Whether there are too many people, and not without those who may be emergency accounts."""
        surely = answers.count(True)
        return surely > self.most >= surely - for_emergencies


_RANGES: Final = ((10, _Range(1, 2)), (50, _Range(2, 4)))
"""Size up to which a range holds. Microsoft advises at least two, and fewer than five; a small firm needs fewer."""
_LARGER: Final = _Range(2, 5)


def _allowed(firm: FirmSize) -> list[_Range]:
    """Return the range for the firm's size; several where the size is not sure."""
    sizes = {firm.least, firm.most, *(limit for limit, _ in _RANGES if firm.least <= limit <= firm.most)}
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
