"""Builders: what a test is not about, they supply. Rows are dicts with the columns of the snapshot's tables."""

from builders.guarded import GuardedFrame, GuardedFrameError
from builders.mail import a_custom_policy, a_mailbox, a_recipient, a_transport_rule, an_outbound_policy
from builders.policies import a_policy, security_defaults
from builders.rows import (
    AS_OF,
    a_domain,
    a_link,
    a_rule,
    a_sign_in,
    a_user,
    an_organization,
    sharepoint_settings,
    spo_tenant,
)
from builders.snapshot import MemorySource, a_profile, a_snapshot

__all__ = [
    "AS_OF",
    "GuardedFrame",
    "GuardedFrameError",
    "MemorySource",
    "a_custom_policy",
    "a_domain",
    "a_link",
    "a_mailbox",
    "a_policy",
    "a_profile",
    "a_recipient",
    "a_rule",
    "a_sign_in",
    "a_snapshot",
    "a_transport_rule",
    "a_user",
    "an_organization",
    "an_outbound_policy",
    "security_defaults",
    "sharepoint_settings",
    "spo_tenant",
]
