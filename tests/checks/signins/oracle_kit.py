"""Events that others wrote to test their own rules, each said to be told or not, as rows of this product's tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from builders.rows import AS_OF, Row
from cases_kit import by_case
from engine_kit import a_baseline

from checks.signins.detections import UNITS
from scanner.imports.records import Scope, row_of_record
from scanner.imports.tally import Skipped
from scanner.snapshot.tables.sign_ins import SIGN_INS

MOMENT: Final = AS_OF - timedelta(days=3)
"""When every event is said to have happened."""
_GRAPH: Final = "00000003-0000-0000-c000-000000000000"
_OF_EVERY_SIGN_IN: Final[Row] = {
    "app_id": "6f1f0c1e-5f0b-4d66-9d8e-0c6d1a6f7b10",
    "authentication_protocol": "none",
    "autonomous_system_number": 64500,
    "client_app_used": "Mobile Apps and Desktop clients",
    "country_or_region": "BE",
    "device_is_compliant": False,
    "device_is_managed": False,
    "incoming_token_type": "none",
    "ip_address": "198.51.100.7",
    "latitude": 51.05,
    "longitude": 3.72,
    "original_transfer_method": "none",
    "session_id": "a session",
    "user_agent": "Mozilla/5.0",
    "user_type": "member",
}
_HOME: Final[Row] = {
    "ip_address": "192.0.2.1",
    "autonomous_system_number": 64496,
    "country_or_region": "BE",
    "latitude": 51.05,
    "longitude": 3.72,
}
_FAR: Final[Row] = {
    "ip_address": "198.51.100.99",
    "autonomous_system_number": 64510,
    "country_or_region": "BR",
    "latitude": -23.55,
    "longitude": -46.63,
}
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One event and what the rule it was written for says of it."""

    file: str
    rule: str
    test: str
    is_told: bool
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """How the detection of the same thing is asked: rules that count are given the event so often."""

    units: frozenset[str]
    times: int = 1
    varied: Literal["nothing", "people", "network"] = "nothing"


def events(folder: Path) -> list[Event]:
    """Return the events of a folder, in the order of files and lines."""
    return [
        Event(file.name, told["_rule"], told["_test"], told["_expected"], told["record"])
        for file in sorted(folder.glob("*.ndjson"))
        for told in map(orjson.loads, file.read_bytes().splitlines())
    ]


def row_of(event: Event) -> Row | Skipped:
    """Return the row of an event by the importer, completed with what Entra writes of every sign-in.

    The events were written by hand for rules that look at two or three members: some have no id, some call a result
    "Success" where Azure Monitor writes 0, and the id of Graph is made unrecognisable in all of them.
    """
    record = {**event.record}
    if str(record.get("resultType")).lower() == "success":
        record["resultType"] = "0"
    properties = {str(name).lower(): value for name, value in record.items()}.get("properties")
    if isinstance(properties, dict):
        record["properties"] = {"id": event.test, "createdDateTime": MOMENT.isoformat(), **properties}
        if "homeTenantId" in properties:
            record = {name: value for name, value in record.items() if name.lower() != "tenantid"}
    made = row_of_record(record, Scope(_tenant_of(record), _LONG_AGO, datetime.max.replace(tzinfo=UTC)))
    if isinstance(made, Skipped):
        return made
    table, row = made
    return _completed(row) if table is SIGN_INS else row


def _completed(row: Row) -> Row:
    """Fill what the row lacks, so that a detection is asked about what the event is about."""
    filled = {name: value for name, value in _OF_EVERY_SIGN_IN.items() if row[name] is None}
    graph = {"resource_id": _GRAPH} if row["resource_display_name"] == "Microsoft Graph" else {}
    return {**row, **filled, **graph}


def _tenant_of(record: Mapping[str, Any]) -> str:
    inner = record.get("properties")
    named = [*(inner.items() if isinstance(inner, dict) else ()), *record.items()]
    tenants = {str(key).lower(): str(value) for key, value in named}
    wanted = ("hometenantid", "resourcetenantid", "organizationid", "tenantid")
    return next((tenants[name] for name in wanted if name in tenants), "")


def told_of(rows: Mapping[str, Row], way: Way) -> dict[str, bool]:
    """Return of each row whether it is told, repeated within minutes as a way says, each of people of its own.

    Their ordinary days are known.
    """
    cases = {test: [_varied(row, way, number) for number in range(way.times)] for test, row in rows.items()}
    known = {test: [each for person in _people(its) for each in _ordinary(person)] for test, its in cases.items()}
    found = [by_case(unit, cases, baselines=known, audits={}) for unit in UNITS if unit.id in way.units]
    return {test: any(one[test] for one in found) for test in cases}


def _people(rows: Sequence[Row]) -> list[str]:
    return sorted({str(row["user_id"]) for row in rows})


def _ordinary(person: str) -> list[Row]:
    return [
        a_baseline(person, kind, value, last_seen=AS_OF - timedelta(days=4))
        for kind, value in (("country", "BE"), ("network", "192.0.2.0/24"), ("asn", "64496"), ("week", "2026-W30"))
    ]


def _varied(row: Row, way: Way, number: int) -> Row:
    given: Row = {"id": f"{row['id']} {number}", "created_date_time": MOMENT + timedelta(seconds=20 * number)}
    if way.varied == "people":
        given |= {"user_id": f"{row['user_id']} {number}", "user_principal_name": f"{number}@contoso.example"}
    if way.varied == "network" and not number:
        given |= _HOME
    if way.varied == "network" and number:
        given |= _FAR
    return {**row, **given}
