"""Tables of Exchange Online: inbox rules."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import Column, DataClass, Table

_ACCOUNT: Final = DataClass.ACCOUNT
_CONTENT: Final = DataClass.CONTENT_NAME

INBOX_RULES: Final = Table(
    "inbox_rules",
    key=("mailbox_id", "id"),
    retention_days=730,
    columns=(
        Column("mailbox_id", pa.string(), _ACCOUNT),
        Column("id", pa.string(), _ACCOUNT),
        Column("display_name", pa.string(), _CONTENT),
        Column("sequence", pa.int64(), _ACCOUNT),
        Column("is_enabled", pa.bool_(), _ACCOUNT),
        Column("has_error", pa.bool_(), _ACCOUNT),
        Column("is_read_only", pa.bool_(), _ACCOUNT),
        Column("forward_to", pa.list_(pa.string()), _ACCOUNT),
        Column("forward_as_attachment_to", pa.list_(pa.string()), _ACCOUNT),
        Column("redirect_to", pa.list_(pa.string()), _ACCOUNT),
        Column("move_to_folder", pa.string(), _ACCOUNT),
        Column("copy_to_folder", pa.string(), _ACCOUNT),
        Column("delete", pa.bool_(), _ACCOUNT),
        Column("permanent_delete", pa.bool_(), _ACCOUNT),
        Column("mark_as_read", pa.bool_(), _ACCOUNT),
        Column("stop_processing_rules", pa.bool_(), _ACCOUNT),
        Column("conditions", pa.string(), _CONTENT),
        Column("exceptions", pa.string(), _CONTENT),
        Column("actions", pa.string(), _CONTENT),
        Column("is_hidden", pa.bool_(), _ACCOUNT, group="hidden_rules"),
    ),
)
