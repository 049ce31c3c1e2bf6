"""Which applications and user actions a policy is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

from checks.json_values import ABSENT, Texts, has_strangers, is_unset, object_of
from checks.model import Gap
from checks.three_valued import Answer, all_of, any_of, negated

ALL: Final = "All"
OFFICE: Final = "Office365"
PORTALS: Final = "MicrosoftAdminPortals"
DIRECTORY: Final = "00000002-0000-0000-c000-000000000000"
"""Windows Azure Active Directory: stands for the low-privilege permissions of every excluded application."""
_NONE: Final = "None"
_WORDS: Final = (ALL, OFFICE, PORTALS, _NONE)
USER_ACTIONS: Final = ("urn:user:registersecurityinfo", "urn:user:registerdevice")
_MEMBERS: Final = (
    "includeApplications",
    "excludeApplications",
    "includeUserActions",
    "includeAuthenticationContextClassReferences",
    "applicationFilter",
)

PORTALS_DEMAND_MFA_FROM: Final = date(2025, 2, 3)
"""From this day on Microsoft demands MFA of everybody in all of its administration portals."""
LOW_PRIVILEGE_JUDGED_FROM: Final = date(2026, 3, 1)
"""Before, `openid`, `profile` and the like escaped every policy for all resources that excluded one."""

_GROUPED: Final = {
    # of Microsoft's list, those that policies name by themselves
    "00000002-0000-0ff1-ce00-000000000000": OFFICE,  # Exchange Online
    "00000003-0000-0ff1-ce00-000000000000": OFFICE,  # SharePoint Online
    "00000004-0000-0ff1-ce00-000000000000": OFFICE,  # Skype for Business Online
    "00000005-0000-0ff1-ce00-000000000000": OFFICE,  # Viva Engage
    "00000006-0000-0ff1-ce00-000000000000": OFFICE,  # Microsoft Office 365 Portal
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe": OFFICE,  # Microsoft Teams
    "c9a559d2-7aab-4f13-a6ed-e7e9c52aec87": OFFICE,  # Microsoft Forms
    "09abbdfd-ed23-44ee-a2d9-a627aa1c90f3": OFFICE,  # Microsoft Planner
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c": PORTALS,  # the portals of Azure, Entra and Intune
}
"""Applications that are part of a suite, which a policy may name instead of them.

Source: https://learn.microsoft.com/entra/identity/conditional-access/reference-office-365-application-contents
"""


def is_user_action(target: str) -> bool:
    """Whether a target is no application."""
    return target.startswith("urn:user:")


def has_mandatory_mfa(target: str, as_of: date) -> bool:
    """Whether Microsoft demands MFA itself, whatever the policies."""
    return as_of >= PORTALS_DEMAND_MFA_FROM and is_portal(target)


def is_portal(target: str) -> bool:
    """Whether a target is among the administration portals."""
    return PORTALS in _names_of(target)


def _names_of(target: str) -> frozenset[str]:
    """Return the names by which a policy hits or spares a target."""
    suite = _GROUPED.get(target)
    return frozenset({target}) if suite is None else frozenset({target, suite})


@dataclass(frozen=True, slots=True)
class Targets:
    """`conditions.applications` of one policy.

    A policy about authentication contexts alone hits none: such a context is a step up inside an application.
    """

    included: Texts
    excluded: Texts
    actions: Texts
    is_filtered: Answer
    """Whether a filter of applications chooses too, or what is not known here: it cannot be told what that hits."""
    spared_actions: Texts
    """User actions that the tenant's settings keep from policies for all resources."""
    as_of: date

    @classmethod
    def of(cls, applications: object, spared_actions: Texts, as_of: date) -> Self:
        """Return the targets of Graph's `applications`; one of another shape may be about anything."""
        given: Mapping[str, object] = applications if isinstance(applications, dict) else {}
        return cls(
            included=_meant(Texts.of(given.get("includeApplications"))),
            excluded=_meant(Texts.of(given.get("excludeApplications"))),
            actions=Texts.of(given.get("includeUserActions")).spelled(USER_ACTIONS),
            is_filtered=has_strangers(given, _MEMBERS) or negated(is_unset(given.get("applicationFilter", ABSENT))),
            spared_actions=spared_actions,
            as_of=as_of,
        )

    def has(self, target: str) -> Answer:
        """Whether the policy is about a target."""
        if self.is_filtered is not False:
            return None
        return self._has_action(target) if is_user_action(target) else self._has_application(target)

    @property
    def named(self) -> frozenset[str]:
        """Targets that the policy names one by one."""
        return (self.included.known | self.excluded.known | self.actions.known) - {ALL}

    def _has_application(self, target: str) -> Answer:
        either = _names_of(target) | {ALL}
        included = self.included.has_any(either)
        if target == DIRECTORY and self.as_of < LOW_PRIVILEGE_JUDGED_FROM and target not in self.included.known:
            included = all_of([included, self.excluded.is_empty])
        return all_of([included, negated(self.excluded.has_any(either))])

    def _has_action(self, target: str) -> Answer:
        by_all = all_of([self.included.has_any({ALL}), negated(self.spared_actions.has_any({target}))])
        return any_of([self.actions.has_any({target}), by_all])


def spared_actions(settings: Sequence[Mapping[str, Any]] | Gap) -> Texts:
    """Return the user actions that the row of `conditional_access_settings` keeps from policies for all resources."""
    rows = () if isinstance(settings, Gap) else settings
    content = object_of(rows[0]["raw"]) if len(rows) == 1 else {}
    exclusions = content.get("exclusions")
    every = exclusions.get("allResourcesExclusions") if isinstance(exclusions, dict) else None
    named = Texts.of(every.get("userActionExclusions") if isinstance(every, dict) else None).spelled(USER_ACTIONS)
    known = named.known & frozenset(USER_ACTIONS)
    return Texts(known, is_whole=named.is_whole and known == named.known)


def _meant(named: Texts) -> Texts:
    """Return what a list of applications names; a word that is no id and not known may mean any of them."""
    meant = named.named(_WORDS)
    return Texts(meant.known - {_NONE}, meant.is_whole)
