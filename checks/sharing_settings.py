"""How far the firm's settings let people share: the ceiling over every link."""

from typing import Annotated, Final

import pandas as pd

from checks.frame import TEXT, plain
from checks.model import EvidenceKind, Outcome, Severity
from checks.registry import check, columns
from checks.tenant import firm_as_a_whole
from checks.three_valued import Answer, any_of
from m365_posture.texts import mark

_ANYONE: Final = "externaluserandguestsharing"
_SIGNED_IN: Final = frozenset({"disabled", "externalusersharingonly", "existingexternalusersharingonly"})


@check(
    "SH-01",
    title=mark("Nobody can share files with people who do not sign in"),
    severity=Severity.HIGH,
    object_type="tenant",
    evidence={"sharing_capability": EvidenceKind.CONDITION},
    remedy=mark(
        "In the SharePoint admin centre, set sharing outside the organization to new and existing guests, or to less. "
        "Look first which links for anyone are in use: they stop working."
    ),
    source="https://learn.microsoft.com/sharepoint/turn-external-sharing-on-or-off",
)
def nobody_shares_with_anyone(
    sharepoint_settings: Annotated[pd.DataFrame, columns("sharing_capability")],
    organization: Annotated[pd.DataFrame, columns("id", "display_name")],
) -> Outcome:
    """Whoever gets hold of a link for anyone reads the file: no sign-in, no name in the log.

    The setting is the ceiling for every site and every OneDrive; a single site may allow less.
    """
    levels = plain(sharepoint_settings["sharing_capability"])
    level = next(iter(levels), None)
    anyone = any_of(map(_allows_anyone, levels)) if levels else None
    return firm_as_a_whole(organization, anyone, {"sharing_capability": (level, TEXT)})


def _allows_anyone(level: str | None) -> Answer:
    """Whether a level of sharing allows links for anyone; of one that is new or was not read, unknown."""
    known = (level or "").lower()
    return True if known == _ANYONE else False if known in _SIGNED_IN else None
