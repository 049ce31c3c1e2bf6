"""Emergency accounts: left out of rules that they exist to be an exception of."""

from typing import Any

import pandas as pd

from checks.frame import BOOL, column, is_one_of
from checks.model import Profile


def is_break_glass(user_principal_names: "pd.Series[Any]", profile: Profile) -> "pd.Series[Any]":
    """Whether the firm named each account as an emergency account; null where its name was not read."""
    if not profile.break_glass:
        return column([False] * len(user_principal_names), user_principal_names, BOOL)
    return is_one_of(user_principal_names.str.lower(), profile.break_glass)
