"""Accounts that nobody uses, and that nobody watches."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import pandas as pd

from checks.break_glass import is_break_glass
from checks.frame import column, each, judged, null_means, objects, records, where
from checks.model import EvidenceKind, Outcome, Profile, Severity
from checks.registry import check, columns
from m365_posture.texts import mark

SUCCESSES_KEPT_SINCE: Final = datetime(2023, 12, 1, tzinfo=UTC)
"""`lastSuccessfulSignInDateTime` exists since then and was not filled in for earlier sign-ins."""

_EVER: Final = datetime.min.replace(tzinfo=UTC)


@check(
    "AC-04",
    title=mark("No enabled account is left unused"),
    severity=Severity.HIGH,
    object_type="user",
    evidence={
        "user_type": EvidenceKind.CONDITION,
        "is_licensed": EvidenceKind.CONDITION,
        "last_success": EvidenceKind.VOLATILE,
        "unused_since": EvidenceKind.VOLATILE,
        "devices_still_try": EvidenceKind.VOLATILE,
    },
    remedy=mark(
        "Ask who still needs the account. Block its sign-in and revoke its sessions, hand over the mailbox and the "
        "files, then remove it and its licence."
    ),
    source="https://learn.microsoft.com/entra/identity/monitoring-health/howto-manage-inactive-user-accounts",
)
def no_enabled_account_is_unused(
    users: Annotated[
        pd.DataFrame,
        columns(
            "id",
            "display_name",
            "user_principal_name",
            "account_enabled",
            "user_type",
            "created_date_time",
            "assigned_licenses",
            "last_non_interactive_sign_in_date_time",
            "last_successful_sign_in_date_time",
        ),
    ],
    profile: Profile,
) -> Outcome:
    """Nobody notices when a forgotten account is taken over, and it still opens the clients' files.

    Only a successful sign-in counts as use: a telephone that keeps trying an old password does not.
    Emergency accounts are meant to lie unused and are left out.
    """
    limit = profile.as_of - timedelta(days=profile.thresholds.stale_days)
    counts = users["account_enabled"] & ~is_break_glass(users["user_principal_name"], profile)
    accounts = where(users.assign(counts=counts), counts).possible
    created = accounts["created_date_time"]
    succeeded = accounts["last_successful_sign_in_date_time"]
    # null is an answer here: the property is absent for who had no success since it exists
    used = null_means(succeeded >= limit, answer=False)
    # who had a success before the limit was created before it, even where that date was not read
    is_old = created.isna() & succeeded.notna()
    is_new = (created >= limit) & ~is_old
    evidence = {
        "user_type": accounts["user_type"],
        "is_licensed": each(accounts["assigned_licenses"], bool),
        "last_success": succeeded,
        "unused_since": column(_unused_since(accounts), accounts, created.dtype),
        "devices_still_try": accounts["last_non_interactive_sign_in_date_time"] >= limit,
    }
    named = objects(accounts, ["id"], ["display_name", "user_principal_name", "id"], evidence)
    return judged(named, accounts["counts"] & ~used & ~is_new)


def _unused_since(accounts: pd.DataFrame) -> list[datetime]:
    """Return since when no success is known: the last one, else the creation, else the first day that was kept."""
    return [
        row["last_successful_sign_in_date_time"] or max(row["created_date_time"] or _EVER, SUCCESSES_KEPT_SINCE)
        for row in records(accounts)
    ]
