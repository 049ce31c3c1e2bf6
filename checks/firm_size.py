"""How many people a firm has: what is sound for eight people is not for fifty."""

from dataclasses import dataclass
from typing import Self

import pandas as pd

from checks.frame import each, where
from checks.model import Profile


@dataclass(frozen=True, slots=True)
class FirmSize:
    """The size of the firm, as far as it is sure."""

    least: int
    most: int

    @classmethod
    def of(cls, users: pd.DataFrame, profile: Profile) -> Self:
        """Return what the firm states; without that, how many people of its own have a licence.

        Args:
            users: `account_enabled`, `user_type` and `assigned_licenses` of every account.
            profile: States the size, or does not.
        """
        if profile.firm_size is not None:
            return cls(profile.firm_size, profile.firm_size)
        is_guest = each(users["user_type"], lambda kind: kind.lower() == "guest")
        licensed = where(users, users["account_enabled"] & ~is_guest & each(users["assigned_licenses"], bool))
        return cls(len(licensed.yes), len(licensed.possible))
