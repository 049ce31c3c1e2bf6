"""The unified audit log of Microsoft 365: sign-ins, and what was changed on mailboxes.

It is there without Entra ID P1 too. Its sign-ins say less: no place, no client, no demand for MFA.

Source:
    https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from scanner.imports.fields import (
    Record,
    address,
    fitted,
    folded,
    identifier,
    is_guid,
    is_void,
    moment,
    unpacked,
)
from scanner.imports.graph_json import name_of
from scanner.snapshot.tables.audits import MAILBOX_AUDITS
from scanner.snapshot.tables.sign_ins import SIGN_INS

SIGN_IN_OPERATIONS: Final = frozenset({"userloggedin", "userloginfailed"})
_RULE_OPERATIONS: Final = frozenset({"new-inboxrule", "set-inboxrule", "enable-inboxrule", "updateinboxrules"})
REQUEST_TYPE: Final = "requestType:"
"""Begins `additional_details` of a sign-in whose kind of request only this log tells, e.g. `requestType:Cmsi:Cmsi`."""

_CODES: Final[Mapping[str, int]] = {
    "invalidusernameorpassword": 50126,
    "invalidpasswordexpiredpassword": 50055,
    "useraccountnotfound": 50034,
    "userdisabled": 50057,
    "idslocked": 50053,
    "userstrongauthclientauthnrequired": 50074,
    "userstrongauthclientauthnrequiredinterrupt": 50074,
    "userstrongauthenrollmentrequired": 50079,
    "userstrongauthenrollmentrequiredinterrupt": 50072,
    "blockedbyconditionalaccess": 53003,
    "flowtokenexpired": 50089,
    "externalsecuritychallenge": 50158,
    "useraccountselectioninvalid": 16000,
}
"""Error texts to error codes, for records that have no number."""
_DEVICE: Final = {
    "device_id": "id",
    "device_display_name": "displayname",
    "device_operating_system": "os",
    "device_browser": "browsertype",
    "device_is_compliant": "iscompliant",
    "device_is_managed": "iscompliantandmanaged",
    "session_id": "sessionid",
}
_FORWARDING: Final = frozenset({"forwardingaddress", "forwardingsmtpaddress", "delivertomailboxandforward"})
"""Parameters of `Set-Mailbox` that send mail elsewhere; what else it sets is not kept."""
_OBJECT_ID: Final = 0
"""Type of the identity of an actor or a target that is an object id or an app id."""


def is_of_unified_audit(record: Record) -> bool:
    """Whether a record is of the unified audit log, as exported or as the management API gives it."""
    return "auditdata" in record or ({"operation", "creationtime"} <= record.keys())


def audit_of(record: Record) -> Record | None:
    """Return the event itself, which an export carries as JSON in a column; None where that is no JSON."""
    if "auditdata" not in record:
        return record
    inner = unpacked(record["auditdata"])
    if not isinstance(inner, Mapping):
        return None
    outer = {"creationtime": record.get("creationdate"), "operation": record.get("operation", record.get("operations"))}
    return {**{name: value for name, value in outer.items() if value}, **folded(inner)}


def operation_of(audit: Record) -> str:
    """Return what was done, in lower case."""
    return str(audit.get("operation") or "").strip().casefold()


def tenant_of(audit: Record) -> str | None:
    """Return the tenant of which an event says it is; None where it does not say."""
    value = audit.get("organizationid")
    return str(value).casefold() if is_guid(value) else None


def sign_in_of(audit: Record, malformed: Counter[str]) -> dict[str, Any]:
    """Return a row of `sign_ins`; id and time are null where the event has none.

    The id is that of the request, which Graph's log has too: of one sign-in in two logs one row is made.
    """
    extended, device = _pairs(audit.get("extendedproperties")), _pairs(audit.get("deviceproperties"))
    request, target = extended.get("requesttype"), _typed(audit.get("target"), _OBJECT_ID) or audit.get("objectid")
    values = {
        "user_id": _user_id(audit),
        "user_principal_name": audit.get("userid"),
        "app_id": audit.get("applicationid"),
        "resource_id": target,
        "ip_address": address(audit.get("actoripaddress")) or address(audit.get("clientip")),
        "user_agent": extended.get("useragent"),
        "correlation_id": audit.get("intersystemsid"),
        "error_code": _code(audit),
        "failure_reason": audit.get("logonerror"),
        "additional_details": f"{REQUEST_TYPE}{request}" if request else None,
        **{column: device.get(name) for column, name in _DEVICE.items()},
    }
    row = fitted(SIGN_INS, values, malformed)
    for name in ("user_id", "app_id", "resource_id", "correlation_id", "device_id", "session_id"):
        row[name] = identifier(row[name])
    row["id"] = identifier(audit.get("intrasystemid")) or identifier(audit.get("id"))
    row["created_date_time"] = moment(audit.get("creationtime"))
    row["user_principal_name"] = name_of(row["user_principal_name"])
    return row


def is_mailbox_change(audit: Record) -> bool:
    """Whether an event changed an inbox rule, or where the mail of a mailbox goes."""
    operation = operation_of(audit)
    return operation in _RULE_OPERATIONS or (
        operation == "set-mailbox" and not _FORWARDING.isdisjoint(_pairs(audit.get("parameters")))
    )


def mailbox_change_of(audit: Record, malformed: Counter[str]) -> dict[str, Any]:
    """Return a row of `mailbox_audits`; id and time are null where the event has none."""
    parameters = _pairs(audit.get("parameters")) or _pairs(audit.get("operationproperties"))
    named = parameters.get("identity") or audit.get("mailboxownerupn") or audit.get("objectid")
    values = {
        "operation": audit.get("operation"),
        "user_key": audit.get("userkey"),
        "client_ip": address(audit.get("clientip")) or address(audit.get("clientipaddress")),
        "mailbox": name_of(_text(named)),
        "rule_name": _text(parameters.get("name") or parameters.get("rulename")),
        "parameters": _named(audit) or None,
        "result_status": audit.get("resultstatus"),
    }
    row = fitted(MAILBOX_AUDITS, values, malformed)
    row["id"] = identifier(audit.get("id"))
    row["creation_time"] = moment(audit.get("creationtime"))
    row["user_id"] = name_of(_text(audit.get("userid")))
    return row


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _pairs(value: object) -> dict[str, Any]:
    """Return named values, the names in lower case, of a list of `{"Name": …, "Value": …}`."""
    return {str(name).casefold(): told for name, told in _list_of_pairs(value)}


def _named(audit: Record) -> dict[str, Any]:
    told = _list_of_pairs(audit.get("parameters")) or _list_of_pairs(audit.get("operationproperties"))
    return {str(name): value for name, value in told}


def _list_of_pairs(value: object) -> list[tuple[Any, Any]]:
    items = unpacked(value)
    if not isinstance(items, Sequence) or isinstance(items, str):
        return []
    pairs = [folded(item) for item in items if isinstance(item, Mapping)]
    return [(pair["name"], pair.get("value")) for pair in pairs if "name" in pair]


def _typed(value: object, kind: int) -> str | None:
    """Return the first id of a type in a list of `{"ID": …, "Type": …}`."""
    items = unpacked(value)
    if not isinstance(items, Sequence) or isinstance(items, str):
        return None
    pairs = [folded(item) for item in items if isinstance(item, Mapping)]
    return next((str(pair["id"]) for pair in pairs if pair.get("type") == kind and pair.get("id")), None)


def _user_id(audit: Record) -> str | None:
    """Return the object id of who signed in; a user principal name, or what stands for nobody, is none."""
    candidates = (_typed(audit.get("actor"), _OBJECT_ID), audit.get("userkey"))
    ids = (_text(candidate) for candidate in candidates)
    return next((found for found in ids if found and "@" not in found and name_of(found)), None)


def _code(audit: Record) -> int | str | None:
    """Return the error code: 0 where the sign-in succeeded and no number is told, null where it is not known."""
    number = audit.get("errornumber")
    if not is_void(number):
        return number if isinstance(number, int | str) else None
    if operation_of(audit) == "userloggedin":
        return 0
    return _CODES.get(str(audit.get("logonerror") or "").casefold())
