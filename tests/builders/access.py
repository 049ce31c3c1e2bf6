# ruff: noqa: ANN401 - a builder takes whatever a column takes
"""Groups, roles and registered methods."""

from itertools import count
from typing import Any, Final

from builders.rows import Row, row

GLOBAL_ADMINISTRATOR: Final = "62e90394-69f5-4237-9190-012177145e10"
DIRECTORY_READERS: Final = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"

_NUMBERS = count(1)


def a_group(group_id: str, **given: Any) -> Row:
    return row("groups", given, {"id": group_id, "display_name": f"Name of {group_id}", "security_enabled": True})


def members_of(group_id: str, *ids: str, kind: str = "user") -> list[Row]:
    """Who is in a group, as `group_members` lists it."""
    member_type = f"#microsoft.graph.{kind}"
    return [row("group_members", {}, {"group_id": group_id, "id": each, "member_type": member_type}) for each in ids]


def a_role(role_id: str = GLOBAL_ADMINISTRATOR, **given: Any) -> Row:
    """A role that Microsoft made."""
    defaults = {"id": role_id, "template_id": role_id, "display_name": f"Name of {role_id}", "is_built_in": True}
    return row("role_definitions", given, defaults | {"is_enabled": True})


def a_role_assignment(principal_id: str | None, role_id: str | None = GLOBAL_ADMINISTRATOR, **given: Any) -> Row:
    """An active role, for the whole directory."""
    defaults = {
        "assignment_type": "active",
        "id": f"assignment-{next(_NUMBERS)}",
        "principal_id": principal_id,
        "role_definition_id": role_id,
        "directory_scope_id": "/",
    }
    return row("role_assignments", given, defaults)


def a_registration(user_id: str, **given: Any) -> Row:
    """Somebody who registered an authenticator app."""
    defaults = {"id": user_id, "is_mfa_registered": True, "methods_registered": ["microsoftAuthenticatorPush"]}
    return row("registration_details", given, defaults)


def methods_of(user_id: str, *kinds: str) -> list[Row]:
    """The methods of an account, as `authentication_methods` lists them: `password`, `fido2`."""
    return [
        row(
            "authentication_methods",
            {},
            {"user_id": user_id, "id": kind, "method_type": f"#microsoft.graph.{kind}AuthenticationMethod"},
        )
        for kind in kinds
    ]


def unread(table: str, object_id: str) -> Row:
    """An object that could not be read, as the books name it."""
    return row("unread_objects", {}, {"table_name": table, "object_id": object_id, "reason": "denied"})
