"""Builders: what a test is not about, they supply. Rows are dicts with the columns of the snapshot's tables."""

from builders.guarded import GuardedFrame, GuardedFrameError
from builders.policies import a_policy, security_defaults
from builders.rows import AS_OF, a_domain, a_link, a_rule, a_sign_in, a_user, an_organization, sharepoint_settings
from builders.snapshot import MemorySource, a_profile, a_snapshot

__all__ = [
    "AS_OF",
    "GuardedFrame",
    "GuardedFrameError",
    "MemorySource",
    "a_domain",
    "a_link",
    "a_policy",
    "a_profile",
    "a_rule",
    "a_sign_in",
    "a_snapshot",
    "a_user",
    "an_organization",
    "security_defaults",
    "sharepoint_settings",
]
