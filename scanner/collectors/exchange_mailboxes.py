"""Exchange Online's mailboxes: where each forwards to, who may open it, by which protocols; and who can get mail."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pyarrow as pa

from scanner.collectors.collector import Collector, Read, Reading, unique
from scanner.collectors.exchange_rows import EVERYTHING, exchange_shape, result_of_listing
from scanner.collectors.mail import AREA
from scanner.collectors.plain import limited_by
from scanner.collectors.results import Failure, Result, result_of_objects
from scanner.collectors.rows import NONE, JsonObject, Reader, Shape, Values, demand
from scanner.graph import Part
from scanner.snapshot.schema import Table
from scanner.snapshot.tables.mailboxes import CAS_MAILBOXES, MAILBOX_PERMISSIONS, MAILBOXES, RECIPIENTS
from scanner.transport.errors import Malformed, ReadError
from scanner.transport.templates import Cmdlet, Pack

OWN_ACCESS: Final = "nt authority\\self"
"""Whose rights every mailbox has: its owner's."""

_SMTP: Final = "smtp:"
_ENTRA_ID: Final = "ExternalDirectoryObjectId"
_EXCHANGE_IDS: Final = ("ExchangeGuid", "Guid")
"""Of a mailbox, and of other objects: for what has no id in Entra. Of a contact the first is all zeros."""

_MAILBOXES: Final = Cmdlet(
    "Get-Mailbox",
    select=(
        _ENTRA_ID,
        "ExchangeGuid",
        "UserPrincipalName",
        "PrimarySmtpAddress",
        "DisplayName",
        "RecipientTypeDetails",
        "ForwardingSmtpAddress",
        "ForwardingAddress",
        "DeliverToMailboxAndForward",
        "AuditEnabled",
        "HiddenFromAddressListsEnabled",
        "GrantSendOnBehalfTo",
    ),
    parameters=EVERYTHING,
)
_RECIPIENTS: Final = Cmdlet(
    "Get-Recipient",
    select=(
        _ENTRA_ID,
        "Guid",
        "Identity",
        "Name",
        "Alias",
        "DistinguishedName",
        "DisplayName",
        "RecipientTypeDetails",
        "PrimarySmtpAddress",
        "ExternalEmailAddress",
    ),
    parameters=EVERYTHING,
)
_CAS_MAILBOXES: Final = Cmdlet(
    "Get-CASMailbox",
    select=(
        _ENTRA_ID,
        "Guid",
        "PrimarySmtpAddress",
        "DisplayName",
        "SmtpClientAuthenticationDisabled",
        "PopEnabled",
        "ImapEnabled",
        "EwsEnabled",
        "ActiveSyncEnabled",
        "MAPIEnabled",
        "OWAEnabled",
    ),
    parameters=EVERYTHING,
)
_PERMISSIONS: Final = Cmdlet(
    "Get-MailboxPermission",
    select=("User", "AccessRights", "Deny", "IsInherited"),
    parameters=EVERYTHING,
    values=("Identity",),
    mailbox="Identity",
)


def as_addresses(values: Values) -> Values:
    """Return addresses without the prefix that Exchange puts before some; null and an empty text are null."""
    demand(values, frozenset({str}) | NONE)
    return [value[len(_SMTP) :] if value and value.lower().startswith(_SMTP) else value or None for value in values]


def as_switches(values: Values) -> Values:
    """Return switches as true or false: PowerShell's own kind is an object that says whether it is present."""
    plain = [value.get("IsPresent") if isinstance(value, dict) else value for value in values]
    demand(plain, frozenset({bool}) | NONE)
    return plain


def _shape(table: Table, paths: Mapping[str, str] | None = None, readers: Mapping[str, Reader] | None = None) -> Shape:
    shape = exchange_shape(table, {"id": "id", **(paths or {})})
    return replace(shape, readers={**shape.readers, **(readers or {})})


_MAILBOXES_SHAPE: Final = _shape(MAILBOXES, readers={"forwarding_smtp_address": as_addresses})
_RECIPIENTS_SHAPE: Final = _shape(RECIPIENTS, readers={"external_email_address": as_addresses})
_CAS_MAILBOXES_SHAPE: Final = _shape(CAS_MAILBOXES, {"mapi_enabled": "MAPIEnabled", "owa_enabled": "OWAEnabled"})
_PERMISSIONS_SHAPE: Final = _shape(
    MAILBOX_PERMISSIONS, {"mailbox_id": "mailbox_id"}, {"deny": as_switches, "is_inherited": as_switches}
)


def _listing_of(cmdlet: Cmdlet, shape: Shape) -> Read:
    """Return the reading of a table that is what one cmdlet lists; each page becomes columns before the next.

    Source:
        https://learn.microsoft.com/powershell/module/exchangepowershell
    """

    async def read(reading: Reading) -> Result:
        pages, is_cut = [shape.convert([], cmdlet.endpoint)], False
        async for page in reading.exchange.rows(cmdlet):
            pages.append(shape.convert([*map(_identified, page.rows)], cmdlet.endpoint))
            is_cut |= page.is_cut
            reading.advance(len(page.rows))
        await reading.keep(unique(pa.concat_tables(pages), shape.table.key))
        return result_of_listing(is_cut=is_cut)

    return read


def _identified(row: JsonObject) -> JsonObject:
    """Return an object with its id: that of its user, group or contact in Entra, unless it is empty."""
    return {**row, "id": next(filter(None, map(row.get, (_ENTRA_ID, *_EXCHANGE_IDS))), None)}


async def _read_mailbox_permissions(reading: Reading) -> Result:
    """Read who may open each mailbox besides its owner, one request a mailbox.

    Whoever may not ask for that is told so, whether or not the mailboxes could be listed.

    Source:
        https://learn.microsoft.com/powershell/module/exchangepowershell/get-mailboxpermission
    """
    await reading.exchange.demand(_PERMISSIONS)
    if not reading.has(MAILBOXES):
        return limited_by(reading, Result(), (MAILBOXES,))
    mailboxes = await reading.rows_of(MAILBOXES, ("id", "user_principal_name"))
    ids = {row["user_principal_name"]: row["id"] for row in mailboxes if row["user_principal_name"]}
    failures = [Failure.of(row["id"], _nameless()) for row in mailboxes if not row["user_principal_name"]]
    reading.expect(len(mailboxes))
    reading.advance(len(failures))
    read = 0
    async for part in reading.exchange.each(_PERMISSIONS, ({"Identity": name} for name in ids)):
        mailbox_id = ids[part.values["Identity"]]
        if error := part.error or await _keep_permissions(reading, part, mailbox_id):
            failures.append(Failure.of(mailbox_id, error))
        else:
            read += 1
        reading.advance()
    return limited_by(reading, result_of_objects(read, failures), (MAILBOXES,))


def _nameless() -> ReadError:
    return Malformed(_PERMISSIONS.endpoint, code="mailbox_without_name")


async def _keep_permissions(reading: Reading, part: Part, mailbox_id: str) -> ReadError | None:
    """Keep the permissions of one mailbox; return why not, where one is not what Exchange promises."""
    try:
        owned = [{**row, "mailbox_id": mailbox_id} for row in part.rows]
        rows = _PERMISSIONS_SHAPE.convert(owned, _PERMISSIONS.endpoint)
    except Malformed as error:
        return error
    await reading.keep(_merged(rows))
    return None


def _merged(permissions: pa.Table) -> pa.Table:
    """Return one row for each user and kind, without the owner: Exchange may give rights in several entries."""
    found: dict[tuple[object, ...], JsonObject] = {}
    for row in permissions.to_pylist():
        if row["user"].lower() != OWN_ACCESS:
            first = found.setdefault(tuple(row[name] for name in MAILBOX_PERMISSIONS.key), row)
            first["access_rights"] = _together(first["access_rights"], row["access_rights"])
    return pa.Table.from_pylist([*found.values()], schema=permissions.schema)


def _together(some: list[str] | None, others: list[str] | None) -> list[str] | None:
    """Return the rights of two entries; not known where those of one are not."""
    return None if some is None or others is None else [*dict.fromkeys((*some, *others))]


COLLECTORS: Final = (
    Collector(MAILBOXES, AREA, (_MAILBOXES,), _listing_of(_MAILBOXES, _MAILBOXES_SHAPE), pack=Pack.MAIL),
    Collector(RECIPIENTS, AREA, (_RECIPIENTS,), _listing_of(_RECIPIENTS, _RECIPIENTS_SHAPE), pack=Pack.MAIL),
    Collector(
        CAS_MAILBOXES, AREA, (_CAS_MAILBOXES,), _listing_of(_CAS_MAILBOXES, _CAS_MAILBOXES_SHAPE), pack=Pack.MAIL
    ),
    Collector(
        MAILBOX_PERMISSIONS,
        AREA,
        (_PERMISSIONS,),
        _read_mailbox_permissions,
        pack=Pack.MAIL,
        after=(MAILBOXES.name,),
    ),
)
