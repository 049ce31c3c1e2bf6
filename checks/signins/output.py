"""Hits, which are hashes, back to what the log says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from checks.frame import records
from checks.relations import Relation
from checks.signins.codes import NOBODY
from checks.signins.columns import ACCOUNT, ROW
from checks.signins.model import Account, Detection
from checks.signins.units import Level, Unit

Hit = Mapping[str, Any]

_ACCOUNTS: Final = f"""
SELECT
    {ACCOUNT} AS who,
    max(CASE WHEN service_principal_id <> '' AND coalesce(user_id, '') IN ('', '{NOBODY}')
        THEN 'sp:' || service_principal_id ELSE user_id END) AS user_id,
    max(coalesce(nullif(user_display_name, ''), service_principal_name)) AS name,
    max(user_principal_name) AS user_principal_name,
    count(*) AS rows
FROM source
WHERE created_date_time IS NULL OR (created_date_time > ? AND created_date_time <= ?)
GROUP BY 1 ORDER BY 2
"""  # noqa: S608 - constants only

_RECORDS: Final = f"""
WITH told AS (
    SELECT {ROW} AS row, * FROM sign_ins
    WHERE created_date_time IS NULL OR created_date_time BETWEEN ? AND ?
)
SELECT
    row, max(id) AS id, max(created_date_time) AS at, max(ip_address) AS ip_address, max(error_code) AS code,
    max(nullif(upper(country_or_region), '')) AS country, max(autonomous_system_number) AS asn,
    max(coalesce(nullif(app_display_name, ''), app_id)) AS app
FROM told WHERE row IN (SELECT row FROM wanted) GROUP BY row
"""  # noqa: S608 - constants only

_SOURCES: Final = """
SELECT DISTINCT hash(address) AS key, address FROM address_texts
WHERE address IS NOT NULL AND hash(address) IN (SELECT address FROM wanted_addresses)"""


@dataclass(frozen=True, slots=True)
class Record:
    """A sign-in as it is told to a reader."""

    id: str | None
    at: datetime
    address: str | None
    code: int | None
    country: str | None
    asn: int | None
    app: str | None
    is_approved: bool
    """A second factor was performed and accepted."""


@dataclass(frozen=True, slots=True)
class Directory:
    """What the hashes of hits stand for."""

    accounts: Mapping[int, Account]
    records: Mapping[int, Record]
    sources: Mapping[int, str]


def accounts_of(
    sign_ins: Relation, source: str, since: datetime, until: datetime
) -> tuple[dict[int, Account], int, int]:
    """Return the accounts of the time looked at by hash, how many rows it has, and how many name nobody.

    Args:
        sign_ins: The log.
        source: What `build` returned.
        since: The beginning of the time looked at, left out.
        until: Its end.
    """
    rows = records(sign_ins.sql(f"WITH source AS (SELECT * FROM {source}) {_ACCOUNTS}", [since, until]))  # noqa: S608 - constants only
    accounts = {
        row["who"]: Account(row["user_id"], row["name"], row["user_principal_name"])
        for row in rows
        if row["who"] is not None
    }
    return accounts, sum(row["rows"] for row in rows), sum(row["rows"] for row in rows if row["who"] is None)


def directory(sign_ins: Relation, accounts: Mapping[int, Account], hits: Iterable[Hit], until: datetime) -> Directory:
    """Return what the hits' hashes stand for; the log is read once more, for their rows only.

    Args:
        sign_ins: The log.
        accounts: What `accounts_of` returned.
        hits: What the detections found.
        until: The end of the time looked at.
    """
    listed = list(hits)
    rows = sorted({row for hit in listed for row in hit["rows"]})
    if not rows:
        return Directory(accounts, {}, {})
    addresses = sorted({hit["address"] for hit in listed if hit["address"] is not None})
    sign_ins.register("wanted", pa.table({"row": pa.array(rows, pa.uint64())}))
    sign_ins.register("wanted_addresses", pa.table({"address": pa.array(addresses, pa.uint64())}))
    sources = {row["key"]: row["address"] for row in records(sign_ins.sql(_SOURCES))}
    return Directory(accounts, _records(sign_ins, listed, until), sources)


def _records(sign_ins: Relation, hits: Sequence[Hit], until: datetime) -> dict[int, Record]:
    approved = sign_ins.sql("SELECT row FROM seen WHERE is_mfa_done AND row IN (SELECT row FROM wanted)")
    is_approved = {row["row"] for row in records(approved)}
    # the row that stands for silent refreshes is any of them, also one after the hit
    limits = [utc(min(hit["first"] for hit in hits)), until]
    return {
        row["row"]: Record(
            row["id"],
            row["at"].astimezone(UTC),
            row["ip_address"],
            row["code"],
            row["country"],
            row["asn"],
            row["app"],
            row["row"] in is_approved,
        )
        for row in records(sign_ins.sql(_RECORDS, limits))
        if row["at"] is not None
    }


@dataclass(frozen=True, slots=True)
class Found:
    """A detection with its rows."""

    detection: Detection
    records: tuple[Record, ...]


def found_of(unit: Unit, hit: Hit, names: Directory) -> Found:
    """Return a hit as what it stands for."""
    account = names.accounts.get(hit["who"])
    rows = tuple(names.records[row] for row in hit["rows"] if row in names.records)
    detection = Detection(
        unit=unit.id,
        user_id=account.user_id if account else None,
        name=account.name if account else None,
        user_principal_name=account.user_principal_name if account else None,
        source=names.sources.get(hit["address"]),
        first=utc(hit["first"]),
        last=utc(hit["last"]),
        times=hit["times"],
        succeeded=bool(hit["succeeded"]),
        approved=bool(hit["approved"]),
        level=Level(hit["level"] or unit.level),
        record_ids=tuple(row.id for row in rows if row.id is not None),
        addresses=_distinct(row.address for row in rows),
        countries=_distinct(row.country for row in rows),
        asns=_distinct(row.asn for row in rows),
        apps=_distinct(row.app for row in rows),
        facts=hit["facts"] or {},
    )
    return Found(detection, rows)


def utc(moment: datetime) -> datetime:
    """Return a moment of the engine's tables, which are in UTC and do not say so."""
    return moment.replace(tzinfo=UTC)


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted({value for value in values if value is not None}))
