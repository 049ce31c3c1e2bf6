"""Tables of Exchange's mail flow: where mail may go by itself, through which doors it comes and leaves."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import Column, DataClass, Table

_SETTING: Final = DataClass.SETTING
_ACCOUNT: Final = DataClass.ACCOUNT
_CONTENT: Final = DataClass.CONTENT_NAME
_CLIENT: Final = DataClass.CLIENT
_TEXTS: Final = pa.list_(pa.string())

TRANSPORT_RULES: Final = Table(
    "transport_rules",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("name", pa.string(), _CONTENT),
        Column("state", pa.string(), _SETTING),
        Column("mode", pa.string(), _SETTING),
        Column("priority", pa.int64(), _SETTING),
        Column("redirect_message_to", _TEXTS, _ACCOUNT),
        Column("blind_copy_to", _TEXTS, _ACCOUNT),
        Column("copy_to", _TEXTS, _ACCOUNT),
        Column("add_to_recipients", _TEXTS, _ACCOUNT),
        Column("route_message_outbound_connector", pa.string(), _CONTENT),
        Column("delete_message", pa.bool_(), _SETTING),
        Column("set_scl", pa.int64(), _SETTING),
        Column("sender_domain_is", _TEXTS, _CLIENT),
        Column("from_scope", pa.string(), _SETTING),
        Column("sent_to_scope", pa.string(), _SETTING),
        Column("raw", pa.string(), _ACCOUNT),
    ),
)
"""Recipients are what Exchange shows: addresses, or names of recipients. `set_scl` -1 passes by the spam filter."""

REMOTE_DOMAINS: Final = Table(
    "remote_domains",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("name", pa.string(), _CONTENT),
        Column("domain_name", pa.string(), _CLIENT),
        Column("is_internal", pa.bool_(), _SETTING),
        Column("auto_forward_enabled", pa.bool_(), _SETTING),
        Column("auto_reply_enabled", pa.bool_(), _SETTING),
        Column("allowed_oof_type", pa.string(), _SETTING),
    ),
)
"""`domain_name` is `*` for every domain that has no row of its own."""

OUTBOUND_SPAM_POLICIES: Final = Table(
    "outbound_spam_policies",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("name", pa.string(), _CONTENT),
        Column("is_default", pa.bool_(), _SETTING),
        Column("auto_forwarding_mode", pa.string(), _SETTING),
        Column("rule_state", pa.string(), _SETTING),
        Column("rule_priority", pa.int64(), _SETTING),
        Column("from_senders", _TEXTS, _ACCOUNT),
        Column("from_member_of", _TEXTS, _ACCOUNT),
        Column("sender_domain_is", _TEXTS, _CLIENT),
        Column("except_if_from", _TEXTS, _ACCOUNT),
        Column("except_if_from_member_of", _TEXTS, _ACCOUNT),
        Column("except_if_sender_domain_is", _TEXTS, _CLIENT),
        Column("raw", pa.string(), _ACCOUNT),
    ),
)
"""Each policy with the rule that says for whom it holds. The default policy holds for everybody else and has none;
a custom policy without a rule, or whose rule is disabled, holds for nobody."""

INBOUND_CONNECTORS: Final = Table(
    "inbound_connectors",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("name", pa.string(), _CONTENT),
        Column("enabled", pa.bool_(), _SETTING),
        Column("connector_type", pa.string(), _SETTING),
        Column("connector_source", pa.string(), _SETTING),
        Column("sender_ip_addresses", _TEXTS, _SETTING),
        Column("sender_domains", _TEXTS, _CLIENT),
        Column("require_tls", pa.bool_(), _SETTING),
        Column("restrict_domains_to_ip_addresses", pa.bool_(), _SETTING),
        Column("restrict_domains_to_certificate", pa.bool_(), _SETTING),
        Column("tls_sender_certificate_name", pa.string(), _CLIENT),
        Column("cloud_services_mail_enabled", pa.bool_(), _SETTING),
        Column("treat_messages_as_internal", pa.bool_(), _SETTING),
        Column("raw", pa.string(), _ACCOUNT),
    ),
)

OUTBOUND_CONNECTORS: Final = Table(
    "outbound_connectors",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("name", pa.string(), _CONTENT),
        Column("enabled", pa.bool_(), _SETTING),
        Column("connector_type", pa.string(), _SETTING),
        Column("connector_source", pa.string(), _SETTING),
        Column("recipient_domains", _TEXTS, _CLIENT),
        Column("smart_hosts", _TEXTS, _CLIENT),
        Column("use_mx_record", pa.bool_(), _SETTING),
        Column("tls_settings", pa.string(), _SETTING),
        Column("tls_domain", pa.string(), _CLIENT),
        Column("is_transport_rule_scoped", pa.bool_(), _SETTING),
        Column("route_all_messages_via_on_premises", pa.bool_(), _SETTING),
        Column("all_accepted_domains", pa.bool_(), _SETTING),
        Column("raw", pa.string(), _ACCOUNT),
    ),
)
"""A rule that names a connector in `route_message_outbound_connector` sends mail through it."""

ORGANIZATION_CONFIG: Final = Table(
    "organization_config",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _CLIENT),
        Column("audit_disabled", pa.bool_(), _SETTING),
        Column("oauth2_client_profile_enabled", pa.bool_(), _SETTING),
        Column("default_authentication_policy", pa.string(), _CONTENT),
        Column("customer_lockbox_enabled", pa.bool_(), _SETTING),
        Column("reject_direct_send", pa.bool_(), _SETTING),
        Column("mail_tips_all_tips_enabled", pa.bool_(), _SETTING),
        Column("mail_tips_external_recipients_tips_enabled", pa.bool_(), _SETTING),
        Column("send_from_alias_enabled", pa.bool_(), _SETTING),
        Column("raw", pa.string(), _CLIENT),
    ),
)
"""One row; `id` is the name of the organization, its initial domain."""

TRANSPORT_CONFIG: Final = Table(
    "transport_config",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("smtp_client_authentication_disabled", pa.bool_(), _SETTING),
        Column("allow_legacy_tls_clients", pa.bool_(), _SETTING),
    ),
)
"""One row. A mailbox can decide otherwise: `cas_mailboxes`."""

AUTHENTICATION_POLICIES: Final = Table(
    "authentication_policies",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("name", pa.string(), _CONTENT),
        Column("allow_basic_auth_smtp", pa.bool_(), _SETTING),
        Column("allow_basic_auth_imap", pa.bool_(), _SETTING),
        Column("allow_basic_auth_pop", pa.bool_(), _SETTING),
        Column("allow_basic_auth_active_sync", pa.bool_(), _SETTING),
        Column("allow_basic_auth_web_services", pa.bool_(), _SETTING),
        Column("allow_basic_auth_powershell", pa.bool_(), _SETTING),
        Column("raw", pa.string(), _SETTING),
    ),
)
"""Which one holds for everybody else is in `organization_config.default_authentication_policy`."""

ACCEPTED_DOMAINS: Final = Table(
    "accepted_domains",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("domain_name", pa.string(), _CLIENT),
        Column("domain_type", pa.string(), _SETTING),
        Column("default", pa.bool_(), _SETTING),
        Column("initial_domain", pa.bool_(), _SETTING),
        Column("match_sub_domains", pa.bool_(), _SETTING),
        Column("sending_from_domain_disabled", pa.bool_(), _SETTING),
    ),
)

DKIM_SIGNING_CONFIGS: Final = Table(
    "dkim_signing_configs",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _SETTING),
        Column("domain", pa.string(), _CLIENT),
        Column("enabled", pa.bool_(), _SETTING),
        Column("status", pa.string(), _SETTING),
        Column("is_default", pa.bool_(), _SETTING),
        Column("selector1_cname", pa.string(), _CLIENT),
        Column("selector2_cname", pa.string(), _CLIENT),
        Column("selector1_key_size", pa.int64(), _SETTING),
        Column("selector2_key_size", pa.int64(), _SETTING),
    ),
)
"""A domain without a row was never given keys; Exchange then signs with those of the initial domain."""
