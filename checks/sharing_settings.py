"""How far the firm's settings let people share: the ceiling over every link."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

import pandas as pd

from checks.frame import BOOL, TEXT, column, judged, objects, plain, records
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registry import check, columns
from checks.tenant import firm_as_a_whole
from checks.three_valued import Answer, all_of, any_of, negated
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState

_ANYONE: Final = "externaluserandguestsharing"
_SIGNED_IN: Final = frozenset({"disabled", "externalusersharingonly", "existingexternalusersharingonly"})

_OUTSIDE: Final = {0: False, 1: True, 2: True, 3: True}
_FOR_ANYONE: Final = {0: False, 1: False, 2: True, 3: False}
"""By SharePoint's number of a level of sharing."""
_MAY_EDIT: Final = {0: True, 1: False, 2: True}
"""By SharePoint's number of a kind of link; where none is set, links may edit."""
_LINK_TYPES: Final = {0: "None", 1: "View", 2: "Edit"}
GUESTS_MAX_DAYS: Final = 60
"""What Microsoft proposes when the end of guests' access is turned on."""

_NO_SETTINGS: Final = Gap("spo_tenant", TableState.PARTIAL, "empty", "rescan")
_NOTHING_SHARED: Final = mark("Nothing can be shared with people outside the firm.")


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


@check(
    "SH-02",
    title=mark("Links for anyone end in time and only let people view; the access of guests ends"),
    severity=Severity.HIGH,
    object_type="sharing_setting",
    evidence={"set_to": EvidenceKind.CONDITION},
    remedy=mark(
        "In the SharePoint admin centre, under sharing: let links for anyone end within 30 days, let them only view "
        "files and folders, and let the access of guests end by itself within 60 days. Links and guests that are "
        "there already keep their own end."
    ),
    source="https://learn.microsoft.com/sharepoint/turn-external-sharing-on-or-off",
)
def what_is_shared_ends(
    spo_tenant: Annotated[
        pd.DataFrame,
        columns(
            "id",
            "sharing_capability",
            "require_anonymous_links_expire_in_days",
            "file_anonymous_link_type",
            "folder_anonymous_link_type",
            "external_user_expiration_required",
            "external_user_expire_in_days",
        ),
    ],
    profile: Profile,
) -> Outcome:
    """A link or a guest that nobody ends still opens the file years after it was closed.

    Links for anyone may live for as many days as the firm allows, guests for 60. Settings that do not matter are left
    out: those of links for anyone where nobody can make one, and all of them where nothing is shared outside.
    """
    settings = [setting for row in records(spo_tenant) for setting in _settings(row, profile.thresholds.link_max_days)]
    counted = [setting for setting in settings if setting.counts is not False]
    frame = pd.DataFrame([(setting.id, setting.name) for setting in counted], columns=["id", "name"], dtype=object)
    named = objects(frame, ["id"], ["name"], {"set_to": column([setting.set_to for setting in counted], frame, TEXT)})
    outcome = judged(
        named,
        column([all_of([setting.counts, setting.fails]) for setting in counted], frame, BOOL),
        gaps=() if settings else (_NO_SETTINGS,),
    )
    return replace(outcome, not_applicable=_NOTHING_SHARED) if settings and not counted else outcome


@dataclass(frozen=True, slots=True)
class _Setting:
    """One setting of the tenant."""

    id: str
    name: str
    """What SharePoint calls it."""
    counts: Answer
    """Whether it matters at the level of sharing that is set."""
    fails: Answer
    set_to: str
    """What SharePoint says, as text."""


def _settings(tenant: Mapping[str, Any], link_max_days: int) -> Iterator[_Setting]:
    level = tenant["sharing_capability"]
    for_anyone, outside = _FOR_ANYONE.get(level), _OUTSIDE.get(level)
    days = tenant["require_anonymous_links_expire_in_days"]
    yield _Setting(
        id="anonymous_link_expiry",
        name="RequireAnonymousLinksExpireInDays",
        counts=for_anyone,
        fails=negated(_ends_within(days, link_max_days)),
        set_to=_said(days),
    )
    kinds = [tenant["file_anonymous_link_type"], tenant["folder_anonymous_link_type"]]
    yield _Setting(
        id="anonymous_link_permission",
        name="FileAnonymousLinkType, FolderAnonymousLinkType",
        counts=for_anyone,
        fails=any_of(_MAY_EDIT.get(kind) for kind in kinds),
        set_to=_said(*(_LINK_TYPES.get(kind, kind) for kind in kinds)),
    )
    ends, days = tenant["external_user_expiration_required"], tenant["external_user_expire_in_days"]
    yield _Setting(
        id="guest_access_expiry",
        name="ExternalUserExpirationRequired, ExternalUserExpireInDays",
        counts=outside,
        fails=negated(all_of([ends, _ends_within(days, GUESTS_MAX_DAYS)])),
        set_to=_said(ends, days),
    )


def _ends_within(days: int | None, limit: int) -> Answer:
    """Whether something ends in time; SharePoint writes 0 or -1 for never."""
    return None if days is None else 1 <= days <= limit


def _said(*values: object) -> str:
    return ", ".join("?" if value is None else str(value) for value in values)
