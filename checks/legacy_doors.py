"""What still takes a password from programs that know of no second factor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pandas as pd

from checks.frame import plain, records
from checks.model import Gap
from checks.registry import columns, derived
from checks.three_valued import Answer, all_of, any_of, negated
from scanner.snapshot.ledger import TableState

_EMPTY: Final = Gap("transport_config", TableState.PARTIAL, "empty", "rescan")


@dataclass(frozen=True, slots=True)
class LegacyDoors:
    """By what a password alone can still be used, as far as it was read."""

    smtp_is_off: Answer
    """Whether the tenant's switch for SMTP with a password is off; a mailbox may decide otherwise."""
    policies_stop_smtp: Answer
    """Whether Exchange's authentication policies stop it for everybody, whatever the switches say."""
    sharepoint_is_open: Answer
    """Whether SharePoint's older protocols are on, which alone let nobody in; null where that was not read."""
    own_switches: Mapping[str, Answer] | None
    """By mailbox: whether its own switch is off; null where it follows the tenant's, None where they were not read."""
    gaps: tuple[Gap, ...] = ()

    def smtp_of(self, user_id: str) -> Answer:
        """Whether somebody's mailbox takes a password by SMTP; nobody's does who has no mailbox."""
        if self.own_switches is None:
            return all_of([None, negated(self.policies_stop_smtp)])
        if user_id not in self.own_switches:
            return False
        own = self.own_switches[user_id]
        is_off = self.smtp_is_off if own is None else own
        return all_of([negated(is_off), negated(self.policies_stop_smtp)])

    @property
    def smtp_is_open(self) -> Answer:
        """Whether the tenant's switch lets every mailbox take passwords by SMTP that does not decide otherwise."""
        return all_of([negated(self.smtp_is_off), negated(self.policies_stop_smtp)])


@derived
def legacy_doors(
    transport_config: Annotated[pd.DataFrame | Gap, columns("smtp_client_authentication_disabled")],
    cas_mailboxes: Annotated[pd.DataFrame | Gap, columns("id", "smtp_client_authentication_disabled", whole=True)],
    organization_config: Annotated[pd.DataFrame | Gap, columns("default_authentication_policy")],
    authentication_policies: Annotated[pd.DataFrame | Gap, columns("id", "name", "allow_basic_auth_smtp", whole=True)],
    sharepoint_settings: Annotated[pd.DataFrame | Gap, columns("is_legacy_auth_protocols_enabled")],
) -> LegacyDoors:
    """Return what still takes a password: SMTP of Exchange, and the older protocols of SharePoint.

    POP, IMAP, ActiveSync and web services of Exchange have taken none since 2023. Whether a person has an
    authentication policy of his own is not read.

    Source:
        https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission
    """
    needs = (transport_config, cas_mailboxes, organization_config, authentication_policies)
    switch = _only(transport_config, "smtp_client_authentication_disabled")
    legacy = _only(sharepoint_settings, "is_legacy_auth_protocols_enabled")
    empty = [_EMPTY] if not isinstance(transport_config, Gap) and not len(transport_config) else []
    return LegacyDoors(
        smtp_is_off=switch,
        policies_stop_smtp=_stop_smtp(organization_config, authentication_policies),
        sharepoint_is_open=legacy,
        own_switches=None if isinstance(cas_mailboxes, Gap) else _switches(cas_mailboxes),
        gaps=(*(need for need in needs if isinstance(need, Gap)), *empty),
    )


def _only(table: pd.DataFrame | Gap, name: str) -> Answer:
    """Return the setting of a table that has one row."""
    values: list[Answer] = [] if isinstance(table, Gap) else plain(table[name])
    return values[0] if len(values) == 1 else None


def _switches(cas_mailboxes: pd.DataFrame) -> Mapping[str, Answer]:
    rows = records(cas_mailboxes)
    return {row["id"]: row["smtp_client_authentication_disabled"] for row in rows}


def _stop_smtp(organization: pd.DataFrame | Gap, policies: pd.DataFrame | Gap) -> Answer:
    """Whether the default policy stops SMTP with a password, and no other policy lets anybody use it."""
    defaults: list[str | None] = (
        [None] if isinstance(organization, Gap) else plain(organization["default_authentication_policy"])
    )
    if isinstance(organization, Gap) or len(defaults) != 1:
        return None
    default = defaults[0]
    if not default:
        # null is an answer here: nobody has a policy but whoever was given one
        return False
    rows = [] if isinstance(policies, Gap) else records(policies)
    chosen = [row for row in rows if default in {row["id"], row["name"]}]
    if len(chosen) != 1:
        return None
    stops = negated(chosen[0]["allow_basic_auth_smtp"])
    return all_of([stops, None if any_of(_lets(row) for row in rows if row is not chosen[0]) is not False else True])


def _lets(row: Mapping[str, Any]) -> Answer:
    answer: Answer = row["allow_basic_auth_smtp"]
    return answer
