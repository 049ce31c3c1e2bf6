"""Tables of Exchange Online about single mailboxes and everybody that mail can be sent to."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import Column, DataClass, Table

_ACCOUNT: Final = DataClass.ACCOUNT
_RETENTION_DAYS: Final = 730

MAILBOXES: Final = Table(
    "mailboxes",
    key=("id",),
    retention_days=_RETENTION_DAYS,
    columns=(
        Column("id", pa.string(), _ACCOUNT),
        Column("user_principal_name", pa.string(), _ACCOUNT),
        Column("primary_smtp_address", pa.string(), _ACCOUNT),
        Column("display_name", pa.string(), _ACCOUNT),
        Column("recipient_type_details", pa.string(), _ACCOUNT),
        Column("forwarding_smtp_address", pa.string(), _ACCOUNT),
        Column("forwarding_address", pa.string(), _ACCOUNT),
        Column("deliver_to_mailbox_and_forward", pa.bool_(), _ACCOUNT),
        Column("audit_enabled", pa.bool_(), _ACCOUNT),
        Column("hidden_from_address_lists_enabled", pa.bool_(), _ACCOUNT),
        Column("grant_send_on_behalf_to", pa.list_(pa.string()), _ACCOUNT),
    ),
)
"""`id` is the id of the mailbox's user, as in `users`; Exchange's own where no user owns it.

`forwarding_smtp_address` is an address without its prefix `smtp:`; `forwarding_address` names a row of
`recipients`, whose `identity`, `name` or `distinguished_name` it is.
"""

RECIPIENTS: Final = Table(
    "recipients",
    key=("id",),
    retention_days=_RETENTION_DAYS,
    columns=(
        Column("id", pa.string(), _ACCOUNT),
        Column("identity", pa.string(), _ACCOUNT),
        Column("name", pa.string(), _ACCOUNT),
        Column("alias", pa.string(), _ACCOUNT),
        Column("distinguished_name", pa.string(), _ACCOUNT),
        Column("display_name", pa.string(), _ACCOUNT),
        Column("recipient_type_details", pa.string(), _ACCOUNT),
        Column("primary_smtp_address", pa.string(), _ACCOUNT),
        Column("external_email_address", pa.string(), _ACCOUNT),
    ),
)
"""Whoever mail can be sent to by name: mailboxes, groups, mail users and mail contacts.

`external_email_address` is where a mail contact's or mail user's mail goes, without its prefix `SMTP:`;
null for everybody whose mail stays.
"""

MAILBOX_PERMISSIONS: Final = Table(
    "mailbox_permissions",
    key=("mailbox_id", "user", "is_inherited", "deny"),
    retention_days=_RETENTION_DAYS,
    columns=(
        Column("mailbox_id", pa.string(), _ACCOUNT),
        Column("user", pa.string(), _ACCOUNT),
        Column("access_rights", pa.list_(pa.string()), _ACCOUNT),
        Column("deny", pa.bool_(), _ACCOUNT),
        Column("is_inherited", pa.bool_(), _ACCOUNT),
    ),
)
"""Who may open a mailbox besides its owner, whose own rights are left out."""

CAS_MAILBOXES: Final = Table(
    "cas_mailboxes",
    key=("id",),
    retention_days=_RETENTION_DAYS,
    columns=(
        Column("id", pa.string(), _ACCOUNT),
        Column("primary_smtp_address", pa.string(), _ACCOUNT),
        Column("display_name", pa.string(), _ACCOUNT),
        Column("smtp_client_authentication_disabled", pa.bool_(), _ACCOUNT),
        Column("pop_enabled", pa.bool_(), _ACCOUNT),
        Column("imap_enabled", pa.bool_(), _ACCOUNT),
        Column("ews_enabled", pa.bool_(), _ACCOUNT),
        Column("active_sync_enabled", pa.bool_(), _ACCOUNT),
        Column("mapi_enabled", pa.bool_(), _ACCOUNT),
        Column("owa_enabled", pa.bool_(), _ACCOUNT),
    ),
)
"""By which protocols a mailbox can be opened; `id` as in `mailboxes`.

`smtp_client_authentication_disabled` is null where the mailbox follows `transport_config`.
"""
