"""Inbox rules: Graph gives those that their owner can see, Exchange the hidden ones too."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from scanner.collectors import hidden_rules
from scanner.collectors.collector import Collector, Reading
from scanner.collectors.people import is_guest
from scanner.collectors.results import Failure, Result, result_of_error, result_of_objects
from scanner.collectors.rows import NONE, JsonObject, Shape, Values, as_json, demand
from scanner.snapshot.ledger import TableState
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
_HIDDEN: Final = "hidden_rules"
"""The column group that only Exchange can fill."""


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
    """Read the inbox rules of every user that is no guest, twenty mailboxes to a request, then the hidden ones.

    A user without a mailbox is no failure where the licences leave no doubt. Where one comes with
    a mailbox, or is not known, there may be one that is hosted elsewhere, and nobody read it. A
    mailbox that an access policy hides answers 403 by itself. Both are counted, named in
    `unread_objects`, and the table is partial.

    Hidden rules cost one request of Exchange a mailbox, and only where Graph gave what the owner can see:
    which mailboxes a snapshot knows does not depend on Exchange.

    Source:
        https://learn.microsoft.com/graph/api/mailfolder-list-messagerules
    """
    users = await reading.rows_of(USERS, ("id", "user_type", "user_principal_name", "assigned_licenses"))
    people = {user["id"]: user for user in users if not is_guest(user)}
    reading.expect(len(people))
    visible, failures = await _read_visible(reading, people)
    if people and not visible and not failures:
        return Result(TableState.UNLICENSED, reason="no_mailbox", mend=f"license:{_RULES.license}")
    names = {user_id: people[user_id]["user_principal_name"] for user_id in visible}
    reading.expect(len(people) + len(names))
    hidden = await _add_hidden(reading, visible, names)
    groups = {_HIDDEN: hidden.as_group} if visible and hidden.state is not TableState.COMPLETE else {}
    return result_of_objects(len(visible), failures, groups=groups, group_failures={_HIDDEN: hidden.failures})


async def _read_visible(
    reading: Reading, people: Mapping[str, JsonObject]
) -> tuple[dict[str, pa.Table], list[Failure]]:
    """Return the rules that Graph gives of each mailbox it can read, and the mailboxes that it cannot."""
    may_have_mailbox = await _licensed(reading)
    visible, failures = dict[str, pa.Table](), list[Failure]()
    async for part in reading.graph.batch(_RULES, ({"user_id": user_id} for user_id in people)):
        user_id, found = part.values["user_id"], part.error or _converted(part.values["user_id"], part.rows)
        if not isinstance(found, ReadError):
            visible[user_id] = found
        elif not _has_no_mailbox(found) or may_have_mailbox(people[user_id]):
            failures.append(Failure.of(user_id, found))
        reading.advance()
    return visible, failures


async def _add_hidden(reading: Reading, visible: Mapping[str, pa.Table], names: Mapping[str, str | None]) -> Result:
    """Keep the rules of every mailbox, with the hidden ones where Exchange gives them; tell how that went."""
    try:
        if visible:
            await reading.exchange.demand(hidden_rules.INBOX_RULES)
    except ReadError as error:
        for rules in visible.values():
            await reading.keep(rules)
        return result_of_error(error)
    mailboxes = {name: user_id for user_id, name in names.items() if name}
    unnamed = [user_id for user_id, name in names.items() if not name]
    failures = [Failure.of(user_id, Malformed(_RULES.endpoint, code="mailbox_without_name")) for user_id in unnamed]
    for user_id in unnamed:
        await reading.keep(visible[user_id])
    asked = ({"Mailbox": name} for name in mailboxes)
    async for part in reading.exchange.each(hidden_rules.INBOX_RULES, asked):
        user_id = mailboxes[part.values["Mailbox"]]
        rules = part.error or _completed(user_id, visible[user_id], part.rows)
        if isinstance(rules, ReadError):
            failures.append(Failure.of(user_id, rules))
            rules = visible[user_id]
        await reading.keep(rules)
        reading.advance()
    return result_of_objects(len(visible) - len(failures), failures)


def _completed(mailbox: str, visible: pa.Table, shown: Sequence[JsonObject]) -> pa.Table | ReadError:
    """Return the rules of a mailbox, hidden ones among them; or why not, where one is not what Exchange promises."""
    hidden = _converted(mailbox, hidden_rules.hidden_of(shown, visible.to_pylist()))
    if isinstance(hidden, ReadError):
        return hidden
    place = visible.schema.get_field_index("is_hidden")
    seen = pa.array([False] * visible.num_rows, pa.bool_())
    return pa.concat_tables([visible.set_column(place, visible.schema.field(place), seen), hidden])


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


def _converted(mailbox: str, rules: Sequence[JsonObject]) -> pa.Table | ReadError:
    """Return the rules of a mailbox as columns, or why not, where one is not what was promised."""
    try:
        return _SHAPE.convert([{**rule, "mailboxId": mailbox} for rule in rules], _RULES.endpoint)
    except Malformed as error:
        return error


COLLECTORS: Final = (
    Collector(
        INBOX_RULES,
        AREA,
        (_RULES, hidden_rules.INBOX_RULES),
        _read_inbox_rules,
        pack=Pack.MAIL,
        needs=(USERS.name,),
        after=(SUBSCRIBED_SKUS.name,),
    ),
)
