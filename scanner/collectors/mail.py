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

WITHOUT_MAILBOX: Final = frozenset(
    {
        "EXCHANGE_ANALYTICS",
        "EXCHANGE_ANALYTICS_GOV",
        "EXCHANGE_S_ARCHIVE",
        "EXCHANGE_S_ARCHIVE_ADDON",
        "EXCHANGE_S_ARCHIVE_ADDON_GOV",
        "EXCHANGE_S_FOUNDATION",
        "EXCHANGE_S_FOUNDATION_GOV",
    }
)
"""Exchange's service plans that only add to a mailbox; any other `EXCHANGE_` plan may come with one.

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

    A user without a mailbox is no failure where the licences leave no doubt. Where one comes with
    a mailbox, or is not known, there may be one that is hosted elsewhere, and nobody read it. A
    mailbox that an access policy hides answers 403 by itself. Both are counted, named in
    `unread_objects`, and the table is partial.

    Source:
        https://learn.microsoft.com/graph/api/mailfolder-list-messagerules
    """
    users = await reading.rows_of(USERS, ("id", "user_type", "user_principal_name", "assigned_licenses"))
    people = {user["id"]: user for user in users if not is_guest(user)}
    may_have_mailbox = await _licensed(reading)
    reading.expect(len(people))
    read, failures = 0, list[Failure]()
    async for part in reading.graph.batch(_RULES, ({"user_id": user_id} for user_id in people)):
        user_id, error = part.values["user_id"], part.error or await _keep(reading, part)
        if error is None:
            read += 1
        elif not _has_no_mailbox(error) or may_have_mailbox(people[user_id]):
            failures.append(Failure.of(user_id, error))
        reading.advance()
    if people and not read and not failures:
        return Result(TableState.UNLICENSED, reason="no_mailbox", mend=f"license:{_RULES.license}", groups=_HIDDEN)
    return result_of_objects(read, failures, groups=_HIDDEN)


def _has_no_mailbox(error: ReadError) -> bool:
    return isinstance(error, NotFound) and error.code in NO_MAILBOX


async def _licensed(reading: Reading) -> Callable[[JsonObject], bool]:
    """Return what tells whether a user's licences leave room for a mailbox; where they are not known, they do."""
    skus = await reading.rows_of(SUBSCRIBED_SKUS, ("sku_id", "service_plans")) if reading.has(SUBSCRIBED_SKUS) else []
    known = {sku["sku_id"]: _mailbox_plans(sku["service_plans"]) for sku in skus if sku["service_plans"] is not None}

    def allows_mailbox(licence: JsonObject) -> bool:
        plans = known.get(licence["sku_id"])
        return plans is None or bool(plans - set(licence["disabled_plans"] or []))

    def may_have_mailbox(user: JsonObject) -> bool:
        licences = user["assigned_licenses"]
        return licences is None or any(map(allows_mailbox, licences))

    return may_have_mailbox


def _mailbox_plans(service_plans: Sequence[JsonObject]) -> set[str]:
    return {plan["service_plan_id"] for plan in service_plans if _may_be_mailbox(plan["service_plan_name"])}


def _may_be_mailbox(plan: str | None) -> bool:
    return plan is None or (plan.startswith("EXCHANGE_") and plan not in WITHOUT_MAILBOX)


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
