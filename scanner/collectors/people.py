"""Kinds of accounts that several readings tell apart."""

from scanner.collectors.rows import JsonObject


def is_guest(user: JsonObject) -> bool:
    """Whether this is a guest; very old users have no type, so their name must tell."""
    if user["user_type"] is None:
        return "#EXT#" in (user["user_principal_name"] or "")
    return bool(user["user_type"].lower() == "guest")


def may_sign_in(user: JsonObject) -> bool:
    """Whether nothing says that the account is disabled."""
    return user["account_enabled"] is not False
