"""Links of the chain of reasons, and the codes of what each may say."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from checks.mfa_coverage.model import Step

SAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "defaults_on": "security_defaults",
        "defaults_off": "security_defaults",
        "defaults_unknown": "security_defaults",
        "per_user_enforced": "per_user_mfa",
        "per_user_enabled": "per_user_mfa",
        "per_user_unknown": "per_user_mfa",
        "mfa_everywhere": "conditional_access",
        "blocked_everywhere": "conditional_access",
        "password_somewhere": "conditional_access",
        "nothing_demanded": "conditional_access",
        "device_instead": "conditional_access",
        "not_decided": "conditional_access",
        "methods_strong": "methods",
        "methods_weak": "methods",
        "methods_none": "methods",
        "methods_unknown": "methods",
        "strength_satisfied": "strength",
        "strength_not_satisfied": "strength",
        "strength_unknown": "strength",
        "federated_mfa_accepted": "federation",
        "federated_mfa_rejected": "federation",
        "federation_unknown": "federation",
        "pass_registered": "temporary_access_pass",
        "campaign_on": "registration_campaign",
        "campaign_off": "registration_campaign",
        "home_mfa_accepted": "inbound_trust",
        "home_mfa_not_accepted": "inbound_trust",
        "home_mfa_unknown": "inbound_trust",
        "log_agrees": "log",
        "log_contradicts": "log",
        "log_not_comparable": "log",
        "log_silent": "log",
        "log_unread": "log",
    }
)
"""What a link says, by code, to the link. The details of `not_decided` and `password_somewhere` are names of policies,
those of methods and strengths theirs, those of federation the domain, those of `log_contradicts` the moment."""

LEAVES_UNKNOWN: Final = frozenset(
    {
        "defaults_unknown",
        "per_user_unknown",
        "not_decided",
        "methods_unknown",
        "strength_unknown",
        "federation_unknown",
        "home_mfa_unknown",
    }
)
"""What may keep a verdict from being told."""


@lru_cache(4096)
def step(says: str, *details: str) -> Step:
    """Return the link that says it."""
    return Step(SAYS[says], says, details)
