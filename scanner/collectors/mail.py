"""Exchange Online through Graph: inbox rules."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.people import is_guest
from scanner.collectors.results import Failure, Result, result_of_objects
from scanner.collectors.rows import NONE, JsonObject, Shape, Values, as_json, demand
from scanner.graph import Part
from scanner.snapshot.ledger import GroupCoverage, TableState
from scanner.snapshot.tables.directory import SUBSCRIBED_SKUS, USERS
from scanner.snapshot.tables.mail import INBOX_RULES
from scanner.transport.errors import Malformed, NotFound, ReadError
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "mail"

NO_MAILBOX: Final = frozenset(
    {"MailboxNotEnabledForRESTAPI", "ErrorInvalidUser", "ResourceNotFound", "Request_ResourceNotFound"}
)
"""Codes of a 404 that say there is no mailbox to read. Any other 404 is a mailbox that was not read."""

MAILBOX_PLANS: Final = frozenset(
    {
        "EXCHANGE_B_STANDARD",
        "EXCHANGE_L_STANDARD",
        "EXCHANGE_S_DESKLESS",
        "EXCHANGE_S_ENTERPRISE",
        "EXCHANGE_S_ESSENTIALS",
        "EXCHANGE_S_STANDARD",
    }
)
"""Service plans that come with a mailbox.

Source: https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference
"""

_RULES: Final = Template(
    Api.GRAPH_V1,
    "users/{user_id}/mailFolders/inbox/messageRules",
    Workload.OUTLOOK,
    permission="MailboxSettings.Read",
    pack=Pack.MAIL,
    select=(
        "id",
        "displayName",
        "sequence",
        "isEnabled",
        "hasError",
        "isReadOnly",
        "conditions",
        "actions",
        "exceptions",
    ),
    license="EXCHANGE_S_STANDARD",
)
_HIDDEN: Final = {"hidden_rules": GroupCoverage(TableState.SKIPPED, "graph_cannot_see", "exchange")}


def as_addresses(values: Values) -> Values:
    """Return lists of recipients as lists of their addresses.

    A recipient without an address stays in the list, as null: the mail goes somewhere.
    """
    demand(values, NONE | {list})
    return [None if value is None else [_address(recipient) for recipient in value] for value in values]


def _address(recipient: Any) -> str | None:  # noqa: ANN401 - any JSON value
    demand([recipient], frozenset({dict}))
    address = recipient.get("emailAddress")
    demand([address], NONE | {dict})
    text = address.get("address") if address else None
    demand([text], NONE | {str})
    return text


_SHAPE: Final = Shape(
    INBOX_RULES,
    paths={
        "forward_to": "actions/forwardTo",
        "forward_as_attachment_to": "actions/forwardAsAttachmentTo",
        "redirect_to": "actions/redirectTo",
        "move_to_folder": "actions/moveToFolder",
        "copy_to_folder": "actions/copyToFolder",
        "delete": "actions/delete",
        "permanent_delete": "actions/permanentDelete",
        "mark_as_read": "actions/markAsRead",
        "stop_processing_rules": "actions/stopProcessingRules",
    },
    readers={
        "forward_to": as_addresses,
        "forward_as_attachment_to": as_addresses,
        "redirect_to": as_addresses,
        "conditions": as_json,
        "exceptions": as_json,
        "actions": as_json,
    },
)


async def _read_inbox_rules(reading: Reading) -> Result:
    """Read the inbox rules of every user that is no guest, twenty mailboxes to a request.

    A user without a mailbox is no failure, unless a licence says that there is one: it may be
    hosted elsewhere, and nobody read it. A mailbox that an access policy hides answers 403 by
    itself: it is counted, named in `unread_objects`, and the table is partial.

    Source:
        https://learn.microsoft.com/graph/api/mailfolder-list-messagerules
    """
    users = await reading.rows_of(USERS, ("id", "user_type", "user_principal_name", "assigned_licenses"))
    people = {user["id"]: user for user in users if not is_guest(user)}
    with_mailbox = await _licensed(reading)
    reading.expect(len(people))
    read, failures = 0, list[Failure]()
    async for part in reading.graph.batch(_RULES, ({"user_id": user_id} for user_id in people)):
        user_id, error = part.values["user_id"], part.error or await _keep(reading, part)
        if error is None:
            read += 1
        elif not _has_no_mailbox(error) or with_mailbox(people[user_id]):
            failures.append(Failure.of(user_id, error))
        reading.advance()
    if people and not read and not failures:
        return Result(TableState.UNLICENSED, reason="no_mailbox", mend=f"license:{_RULES.license}", groups=_HIDDEN)
    return result_of_objects(read, failures, groups=_HIDDEN)


def _has_no_mailbox(error: ReadError) -> bool:
    return isinstance(error, NotFound) and error.code in NO_MAILBOX


async def _licensed(reading: Reading) -> Callable[[JsonObject], bool]:
    """Return what tells whether a user's licences come with a mailbox; nobody's do where licences were not read."""
    skus = await reading.rows_of(SUBSCRIBED_SKUS, ("sku_id", "service_plans")) if reading.has(SUBSCRIBED_SKUS) else []
    plans = {sku["sku_id"]: _mailbox_plans(sku["service_plans"] or []) for sku in skus}

    def has_mailbox(user: JsonObject) -> bool:
        licences = user["assigned_licenses"] or []
        return any(plans.get(own["sku_id"], set()) - set(own["disabled_plans"] or []) for own in licences)

    return has_mailbox


def _mailbox_plans(service_plans: Sequence[JsonObject]) -> set[str]:
    return {plan["service_plan_id"] for plan in service_plans if plan["service_plan_name"] in MAILBOX_PLANS}


async def _keep(reading: Reading, part: Part) -> ReadError | None:
    """Keep the rules of a mailbox; return why not, where one is not what Graph promises."""
    if not part.rows:
        return None
    mailbox = part.values["user_id"]
    try:
        rows = _SHAPE.convert([{**rule, "mailboxId": mailbox} for rule in part.rows], _RULES.endpoint)
    except Malformed as error:
        return error
    await reading.keep(rows)
    return None


COLLECTORS: Final = (
    Collector(
        INBOX_RULES,
        AREA,
        (_RULES,),
        _read_inbox_rules,
        pack=Pack.MAIL,
        needs=(USERS.name,),
        after=(SUBSCRIBED_SKUS.name,),
    ),
)
