"""Mailboxes: inbox rules."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from simulator.answers import Answer, GraphError
from simulator.calls import NO_MAILBOX, Call, Endpoint, Paging, denied, gone, listing
from simulator.properties import MESSAGE_RULE
from simulator.throttling import Charge, Workload


def _message_rules(call: Call) -> Answer:
    user_id = call.values["user_id"]
    rules = call.tenant.inbox_rules.get(user_id)
    if rules is None:
        known = any(user_id in (user["id"], user.get("userPrincipalName")) for user in call.tenant.users)
        raise GraphError(*NO_MAILBOX) if known else gone(Workload.OUTLOOK)
    if isinstance(rules, dict):
        if rules["error"] == "ErrorAccessDenied":
            raise denied(Workload.OUTLOOK)
        raise GraphError(HTTPStatus.FORBIDDEN, rules["error"], "The mailbox cannot be read.")
    context = f"users('{user_id}')/mailFolders('inbox')/messageRules"
    return listing(call, rules, Paging(), context, call.query.select, MESSAGE_RULE)


def _per_mailbox(call: Call) -> Sequence[Charge]:
    return (Charge(Workload.OUTLOOK, mailbox=call.values["user_id"]),)


ENDPOINTS: Final = (
    Endpoint(
        "users/{user_id}/mailFolders/inbox/messageRules",
        Workload.OUTLOOK,
        ("MailboxSettings.Read",),
        _message_rules,
        options=("$top",),
        charges=_per_mailbox,
    ),
)
