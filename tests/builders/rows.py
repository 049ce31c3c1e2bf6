# ruff: noqa: ANN401 - a builder takes whatever a column or pandas takes
"""Ordinary objects of a tenant; each test says only what is special."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from scanner.snapshot.tables import TABLES

AS_OF: Final = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)

Row = dict[str, Any]

_NUMBERS = count(1)


def row(table: str, given: Row, defaults: Row) -> Row:
    """Return a row with every column of the table; a name that is no column is a mistake in the test."""
    names = [column.name for column in TABLES[table].columns]
    if unknown := sorted({*given, *defaults} - set(names)):
        raise TypeError(f"{table} has no column {unknown}")
    return dict.fromkeys(names) | defaults | given


def an_organization(**given: Any) -> Row:
    return row("organization", given, {"id": "organization-1", "display_name": "Contoso"})


def a_domain(name: str = "contoso.example", **given: Any) -> Row:
    defaults = {"id": name, "is_verified": True, "is_default": True, "authentication_type": "Managed"}
    return row("domains", given, defaults)


def a_user(user_id: str = "", **given: Any) -> Row:
    """An enabled member who is years old and signed in yesterday."""
    user_id = user_id or f"user-{next(_NUMBERS)}"
    address = f"{user_id}@contoso.example"
    defaults = {
        "id": user_id,
        "display_name": f"Name of {user_id}",
        "user_principal_name": address,
        "mail": address,
        "account_enabled": True,
        "user_type": "Member",
        "created_date_time": AS_OF - timedelta(days=2000),
        "last_sign_in_date_time": AS_OF - timedelta(days=1),
        "last_non_interactive_sign_in_date_time": AS_OF - timedelta(days=1),
        "last_successful_sign_in_date_time": AS_OF - timedelta(days=1),
        "assigned_licenses": [{"sku_id": "sku-1", "disabled_plans": []}],
    }
    return row("users", given, defaults)


def a_rule(rule_id: str = "", *, mailbox: str = "user-1", actions: Row | None = None, **given: Any) -> Row:
    """An inbox rule as Graph gives it: members of `actions` that are not set are not there.

    Args:
        rule_id: Its id in the mailbox.
        mailbox: Id of the user.
        actions: Graph's `actions`; recipients may be given as plain addresses.
        **given: Columns; `conditions` and `exceptions` may be dicts.
    """
    actions = {"stopProcessingRules": True} | (actions or {})
    for name in ("forwardTo", "forwardAsAttachmentTo", "redirectTo"):
        if name in actions:
            actions[name] = [_recipient(recipient) for recipient in actions[name]]
    for name in ("conditions", "exceptions", "actions"):
        if isinstance(given.get(name), dict):
            given[name] = json.dumps(given[name])
    defaults = {
        "mailbox_id": mailbox,
        "id": rule_id or f"rule-{next(_NUMBERS)}",
        "display_name": "A rule",
        "sequence": 1,
        "is_enabled": True,
        "has_error": False,
        "is_read_only": False,
        "conditions": json.dumps({"fromAddresses": [_recipient("news@paper.example")]}),
        "actions": json.dumps(actions),
    }
    return row("inbox_rules", given, defaults | _columns_of(actions))


def _recipient(address: Any) -> Any:
    return {"emailAddress": {"name": "Somebody", "address": address}} if isinstance(address, str) else address


def _columns_of(actions: Row) -> Row:
    """Return the columns that repeat members of `actions`."""
    lists = {
        "forward_to": "forwardTo",
        "forward_as_attachment_to": "forwardAsAttachmentTo",
        "redirect_to": "redirectTo",
    }
    values = {
        "move_to_folder": "moveToFolder",
        "copy_to_folder": "copyToFolder",
        "delete": "delete",
        "permanent_delete": "permanentDelete",
        "mark_as_read": "markAsRead",
        "stop_processing_rules": "stopProcessingRules",
    }
    addresses = {
        column: [(recipient.get("emailAddress") or {}).get("address") for recipient in actions[member]]
        for column, member in lists.items()
        if member in actions
    }
    return addresses | {column: actions.get(member) for column, member in values.items()}


def a_link(item: str = "", *, drive: str = "drive-1", **given: Any) -> Row:
    """A link to a file that only named people can open."""
    item = item or f"item-{next(_NUMBERS)}"
    defaults = {
        "site_id": "site-1",
        "site_display_name": "Files",
        "is_personal_site": False,
        "drive_id": drive,
        "drive_name": "Documents",
        "item_id": item,
        "item_name": f"{item}.docx",
        "item_path": f"/{item}.docx",
        "is_folder": False,
        "permission_id": f"permission-of-{item}",
        "kind": "link",
        "link_scope": "users",
        "link_type": "view",
        "roles": ["read"],
    }
    return row("sharing_links", given, defaults)


def sharepoint_settings(**given: Any) -> Row:
    """The tenant's sharing settings as Graph tells them: guests who sign in, nobody else."""
    defaults = {"id": "sharepoint-settings", "sharing_capability": "externalUserSharingOnly"}
    return row("sharepoint_settings", given, defaults)


def spo_tenant(**given: Any) -> Row:
    """SharePoint's own settings of a firm that lets anyone-links and guests end in time."""
    defaults = {
        "id": "contoso",
        "sharing_capability": 2,
        "require_anonymous_links_expire_in_days": 30,
        "file_anonymous_link_type": 1,
        "folder_anonymous_link_type": 1,
        "external_user_expiration_required": True,
        "external_user_expire_in_days": 60,
    }
    return row("spo_tenant", given, defaults)


def a_sign_in(sign_in_id: str = "", *, user: str = "user-1", **given: Any) -> Row:
    """A sign-in that succeeded an hour ago."""
    defaults = {
        "id": sign_in_id or f"sign-in-{next(_NUMBERS)}",
        "created_date_time": AS_OF - timedelta(hours=1),
        "user_id": user,
        "user_principal_name": f"{user}@contoso.example",
        "user_display_name": f"Name of {user}",
        "ip_address": "192.0.2.1",
        "error_code": 0,
        "is_interactive": True,
    }
    return row("sign_ins", given, defaults)
