# ruff: noqa: ANN401 - a builder takes whatever a column takes
"""Exchange's mailboxes, recipients, policies and rules of mail flow."""

from typing import Any

from builders.rows import Row, row


def a_mailbox(mailbox_id: str = "user-1", **given: Any) -> Row:
    """A mailbox that forwards nothing."""
    address = f"{mailbox_id}@contoso.example"
    defaults = {
        "id": mailbox_id,
        "display_name": f"Name of {mailbox_id}",
        "user_principal_name": address,
        "primary_smtp_address": address,
        "recipient_type_details": "UserMailbox",
        "deliver_to_mailbox_and_forward": False,
    }
    return row("mailboxes", given, defaults)


def a_recipient(name: str, address: str = "", *, goes_to: str | None = None, **given: Any) -> Row:
    """Somebody in the directory of Exchange; a contact where `goes_to` says an address outside."""
    defaults = {
        "id": f"guid-of-{name}",
        "identity": name,
        "name": name,
        "distinguished_name": f"CN={name},OU=contoso.example",
        "display_name": f"Name of {name}",
        "recipient_type_details": "MailContact" if goes_to else "UserMailbox",
        "primary_smtp_address": address or goes_to or f"{name}@contoso.example",
        "external_email_address": goes_to,
    }
    return row("recipients", given, defaults)


def an_outbound_policy(policy_id: str = "default", **given: Any) -> Row:
    """The default policy, which blocks automatic forwarding."""
    defaults = {
        "id": policy_id,
        "name": f"Policy {policy_id}",
        "is_default": True,
        "auto_forwarding_mode": "Automatic",
    }
    return row("outbound_spam_policies", given, defaults)


def a_custom_policy(policy_id: str = "custom", **given: Any) -> Row:
    """A policy that lets whom its rule names forward outside."""
    defaults = {"is_default": False, "auto_forwarding_mode": "On", "rule_state": "Enabled", "rule_priority": 0}
    return an_outbound_policy(policy_id, **(defaults | given))


def a_transport_rule(rule_id: str = "rule-1", **given: Any) -> Row:
    """A rule of mail flow in force that sends nothing anywhere."""
    defaults = {"id": rule_id, "name": f"Rule {rule_id}", "state": "Enabled", "mode": "Enforce", "priority": 0}
    return row("transport_rules", given, defaults)
