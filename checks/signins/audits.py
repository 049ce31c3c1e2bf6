"""The directory's audit log as the detections and stories see it: who did what to whom, when and from where."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from checks.frame import records
from checks.model import Gap
from scanner.snapshot.networks import address_of, near

FOLLOW_ON: Final = frozenset(
    {
        "user registered security info",
        "user registered all required security info",
        "user deleted security info",
        "user changed default security info",
        "admin registered security info",
        "admin updated security info",
        "admin deleted security info",
        "register device",
        "add registered owner to device",
        "consent to application",
        "add delegated permission grant",
        "add app role assignment grant to user",
        "new-inboxrule",
        "set-inboxrule",
        "updateinboxrules",
        "set-mailbox",
    }
)
"""What somebody who got in does to stay in, lower case: another method, a device, an app, a rule in the mailbox."""

_SCHEMA: Final = pa.schema(
    [
        ("id", pa.string()),
        ("moment", pa.timestamp("us")),
        ("operation", pa.string()),
        ("initiator", pa.string()),
        ("target", pa.string()),
        ("address", pa.string()),
        ("near", pa.string()),
        ("is_success", pa.bool_()),
        ("device", pa.string()),
    ]
)

AUDITS: Final = """
SELECT
    hash(id) AS row, moment, operation,
    CASE WHEN initiator <> '' THEN hash(initiator) END AS who,
    CASE WHEN target <> '' THEN hash(target) END AS target,
    CASE WHEN address IS NOT NULL THEN hash(address) END AS address,
    CASE WHEN near IS NOT NULL THEN hash(near) END AS near,
    is_success, device
FROM audits_read"""


def audit_table(audits: pd.DataFrame | Gap, since: datetime, until: datetime) -> pa.Table:
    """Return the events of a time, once per account they were done to; no rows where the log was not read."""
    if isinstance(audits, Gap):
        return _SCHEMA.empty_table()
    rows = [
        row
        for event in records(audits)
        if event["activity_date_time"] is not None and since < event["activity_date_time"] <= until
        for row in _rows(event)
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _rows(event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    targets = _targets(event["target_resources"])
    initiator = event["initiated_by_user_id"] or None
    devices = [name for kind, _, name in targets if kind == "device" and name]
    result = event["result"]
    row = {
        "id": event["id"],
        "moment": event["activity_date_time"].replace(tzinfo=None),
        "operation": (event["activity_display_name"] or "").casefold(),
        "initiator": initiator,
        "address": address_of(event["initiated_by_ip_address"]),
        "near": near(event["initiated_by_ip_address"]),
        "is_success": None if result is None else result.casefold() == "success",
        "device": ", ".join(devices) or None,
    }
    # what is done to no account is done to whoever did it
    users = sorted({key for kind, key, _ in targets if kind == "user" and key})
    targeted: list[str | None] = [*users] or [initiator]
    yield from (row | {"target": target} for target in targeted)


def _targets(text: str | None) -> list[tuple[str, str | None, str | None]]:
    """Return kind, id and name of what an event was done to; what has another shape is left out."""
    try:
        members = json.loads(text or "[]")
    except ValueError:
        return []
    if not isinstance(members, list):
        return []
    return [
        (str(member.get("type")).casefold(), _text(member.get("id")), _text(member.get("displayName")))
        for member in members
        if isinstance(member, dict)
    ]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
