"""Tables of what Exchange filters incoming mail by: each policy with the rule that says for whom it holds.

The default policy holds for everybody whom no rule names, and has no rule. A custom policy without a rule,
or whose rule is disabled, holds for nobody. `recommended_policy_type` is `Standard` or `Strict` where
Microsoft keeps the policy of a preset; a preset is applied by rules of its own, which are not read.
"""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import Column, DataClass, Table

_SETTING: Final = DataClass.SETTING
_ACCOUNT: Final = DataClass.ACCOUNT
_CONTENT: Final = DataClass.CONTENT_NAME
_CLIENT: Final = DataClass.CLIENT
_TEXTS: Final = pa.list_(pa.string())

_POLICY: Final = (
    Column("id", pa.string(), _SETTING),
    Column("name", pa.string(), _CONTENT),
    Column("recommended_policy_type", pa.string(), _SETTING),
)
_RULE: Final = (
    Column("rule_state", pa.string(), _SETTING),
    Column("rule_priority", pa.int64(), _SETTING),
    Column("rule", pa.string(), _ACCOUNT),
    Column("raw", pa.string(), _ACCOUNT),
)

ANTI_PHISH_POLICIES: Final = Table(
    "anti_phish_policies",
    key=("id",),
    retention_days=730,
    columns=(
        *_POLICY,
        Column("is_default", pa.bool_(), _SETTING),
        Column("enabled", pa.bool_(), _SETTING),
        Column("phish_threshold_level", pa.int64(), _SETTING),
        Column("enable_targeted_user_protection", pa.bool_(), _SETTING),
        Column("enable_targeted_domains_protection", pa.bool_(), _SETTING),
        Column("enable_organization_domains_protection", pa.bool_(), _SETTING),
        Column("enable_mailbox_intelligence", pa.bool_(), _SETTING),
        Column("enable_mailbox_intelligence_protection", pa.bool_(), _SETTING),
        Column("enable_spoof_intelligence", pa.bool_(), _SETTING),
        Column("honor_dmarc_policy", pa.bool_(), _SETTING),
        Column("authentication_fail_action", pa.string(), _SETTING),
        Column("dmarc_reject_action", pa.string(), _SETTING),
        Column("dmarc_quarantine_action", pa.string(), _SETTING),
        Column("targeted_users_to_protect", _TEXTS, _ACCOUNT),
        Column("targeted_domains_to_protect", _TEXTS, _CLIENT),
        *_RULE,
    ),
)
"""Without Defender for Office 365 only the part against forged senders works; the rest is null or idle."""

MALWARE_FILTER_POLICIES: Final = Table(
    "malware_filter_policies",
    key=("id",),
    retention_days=730,
    columns=(
        *_POLICY,
        Column("is_default", pa.bool_(), _SETTING),
        Column("enable_file_filter", pa.bool_(), _SETTING),
        Column("file_types", _TEXTS, _SETTING),
        Column("file_type_action", pa.string(), _SETTING),
        Column("zap_enabled", pa.bool_(), _SETTING),
        Column("quarantine_tag", pa.string(), _CONTENT),
        *_RULE,
    ),
)

CONTENT_FILTER_POLICIES: Final = Table(
    "content_filter_policies",
    key=("id",),
    retention_days=730,
    columns=(
        *_POLICY,
        Column("is_default", pa.bool_(), _SETTING),
        Column("spam_action", pa.string(), _SETTING),
        Column("high_confidence_spam_action", pa.string(), _SETTING),
        Column("phish_spam_action", pa.string(), _SETTING),
        Column("high_confidence_phish_action", pa.string(), _SETTING),
        Column("bulk_spam_action", pa.string(), _SETTING),
        Column("bulk_threshold", pa.int64(), _SETTING),
        Column("spam_zap_enabled", pa.bool_(), _SETTING),
        Column("phish_zap_enabled", pa.bool_(), _SETTING),
        Column("allowed_senders", _TEXTS, _ACCOUNT),
        Column("allowed_sender_domains", _TEXTS, _CLIENT),
        *_RULE,
    ),
)
"""Senders and domains that are allowed pass by the spam filter."""

SAFE_LINKS_POLICIES: Final = Table(
    "safe_links_policies",
    key=("id",),
    retention_days=730,
    columns=(
        *_POLICY,
        Column("is_built_in_protection", pa.bool_(), _SETTING),
        Column("enable_safe_links_for_email", pa.bool_(), _SETTING),
        Column("enable_safe_links_for_teams", pa.bool_(), _SETTING),
        Column("enable_safe_links_for_office", pa.bool_(), _SETTING),
        Column("enable_for_internal_senders", pa.bool_(), _SETTING),
        Column("scan_urls", pa.bool_(), _SETTING),
        Column("deliver_message_after_scan", pa.bool_(), _SETTING),
        Column("disable_url_rewrite", pa.bool_(), _SETTING),
        Column("allow_click_through", pa.bool_(), _SETTING),
        Column("track_clicks", pa.bool_(), _SETTING),
        Column("do_not_rewrite_urls", _TEXTS, _CLIENT),
        *_RULE,
    ),
)

SAFE_ATTACHMENT_POLICIES: Final = Table(
    "safe_attachment_policies",
    key=("id",),
    retention_days=730,
    columns=(
        *_POLICY,
        Column("is_built_in_protection", pa.bool_(), _SETTING),
        Column("enable", pa.bool_(), _SETTING),
        Column("action", pa.string(), _SETTING),
        Column("redirect", pa.bool_(), _SETTING),
        Column("redirect_address", pa.string(), _ACCOUNT),
        Column("quarantine_tag", pa.string(), _CONTENT),
        *_RULE,
    ),
)
