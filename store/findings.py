"""Findings files: one immutable, encrypted file per evaluation in the folder of its scan."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from checks.model import Gap, Severity, Verdict
from scanner.snapshot.crypto import Vault
from scanner.snapshot.ledger import TableState
from scanner.snapshot.manifest import finished_scans
from store.decisions import canonical
from store.errors import StoreUnusable
from store.judged import Judged, JudgedCheck, JudgedObject
from store.schema import FINDINGS, SCHEMA

FOLDER: Final = "findings"

_TIMES: Final = ("finished_at", "as_of", "judged_at")
_NOT_KEPT: Final = ""
"""Statement hash of a file from before it was kept; no evaluation since has this one."""
_OBJECT_RECORDS: Final = ("failing", "unknown")

Row = dict[str, Any]


def save(scan_folder: Path, vault: Vault, judged: Judged) -> Path:
    """Keep an evaluation in the folder of its scan and return its file; one that is there already stays as it is."""
    path = scan_folder / FOLDER / f"{judged.evaluation_id}.parquet"
    if not path.exists():
        rows = list(_rows(judged))
        vault.write_table(path, pa.Table.from_pylist(rows, schema=FINDINGS.arrow_schema))
    return path


def load(path: Path, vault: Vault) -> Judged:
    """Return the evaluation in a findings file.

    Raises:
        SnapshotError: The file is damaged or of another key.
        StoreUnusable: The file is of a newer version, not a findings file, or that of another scan.
    """
    rows: list[Row] = vault.read(path, FINDINGS.arrow_schema).to_pylist()
    header = next((json.loads(row["details"]) for row in rows if row["record"] == "evaluation"), None)
    if header is None:
        raise StoreUnusable(f"{path} is no findings file: judge the scan again.")
    if header.pop("schema") > SCHEMA:
        raise StoreUnusable(f"{path} was written by a newer version of m365-posture: update this one.")
    known = {field.name for field in fields(Judged)}
    values = {"statement_hash": _NOT_KEPT} | {name: value for name, value in header.items() if name in known}
    if (values["evaluation_id"], values["scan_id"]) != (path.stem, path.parents[1].name):
        raise StoreUnusable(f"{path} holds the findings of another scan: put the right file back from a backup.")
    times = {name: datetime.fromisoformat(values[name]) for name in _TIMES}
    return Judged(**{**values, **times, "checks": tuple(_checks(rows))})


def evaluations_of(scan_folder: Path, vault: Vault) -> list[Judged]:
    """Return every evaluation of one scan, the oldest first."""
    found = [load(path, vault) for path in (scan_folder / FOLDER).glob("*.parquet")]
    return sorted(found, key=lambda judged: (judged.judged_at, judged.evaluation_id))


def evaluations(tenant_folder: Path, vault: Vault) -> list[Judged]:
    """Return every evaluation of every finished scan, the oldest scan first."""
    return [judged for scan in finished_scans(tenant_folder) for judged in evaluations_of(scan, vault)]


def latest(tenant_folder: Path, vault: Vault) -> Judged | None:
    """Return the newest evaluation of the newest judged scan of all areas, None before the first."""
    for scan in reversed(finished_scans(tenant_folder)):
        whole = [judged for judged in evaluations_of(scan, vault) if judged.whole]
        if whole:
            return whole[-1]
    return None


def _rows(judged: Judged) -> Iterator[Row]:
    header = {name: value for name, value in asdict(replace(judged, checks=())).items() if name != "checks"}
    times = {name: header[name].isoformat() for name in _TIMES}
    yield {"record": "evaluation", "details": canonical({**header, **times, "schema": SCHEMA})}
    for check in judged.checks:
        yield from _check_rows(check)


def _check_rows(check: JudgedCheck) -> Iterator[Row]:
    yield {
        "record": "check",
        "check_id": check.check_id,
        "title": check.title,
        "severity": check.severity.value,
        "object_type": check.object_type,
        "verdict": check.verdict.value,
        "assessed": check.assessed,
        "at_least": check.at_least,
        "reason": check.reason,
        "note": check.note,
    }
    if check.exhibit is not None:
        yield {
            "record": "exhibit",
            "check_id": check.check_id,
            "evidence": json.dumps(dict(check.exhibit), ensure_ascii=False),
        }
    for gap in check.gaps:
        yield {"record": "gap", "check_id": check.check_id, **asdict(gap), "state": gap.state.value}
    for record, objects in zip(_OBJECT_RECORDS, (check.failing, check.unknown), strict=True):
        for found in objects:
            yield {
                "record": record,
                "check_id": check.check_id,
                "object_id": found.object_id,
                "object_name": found.object_name,
                "evidence": json.dumps(dict(found.evidence), ensure_ascii=False),
                "condition": canonical(found.condition),
            }
    for object_id in sorted(check.passed):
        yield {"record": "passed", "check_id": check.check_id, "object_id": object_id}


def _checks(rows: Iterable[Row]) -> Iterator[JudgedCheck]:
    """Rebuild the checks; a check's rows stand together, its own first."""
    of_checks = (row for row in rows if row["record"] != "evaluation")
    for check_id, group in groupby(of_checks, key=lambda row: str(row["check_id"])):
        own, *others = group
        kinds: dict[str, list[Row]] = {}
        for row in others:
            kinds.setdefault(row["record"], []).append(row)
        yield JudgedCheck(
            check_id=check_id,
            title=own["title"],
            severity=Severity(own["severity"]),
            object_type=own["object_type"],
            verdict=Verdict(own["verdict"]),
            assessed=own["assessed"],
            at_least=own["at_least"],
            reason=own["reason"],
            note=own["note"],
            gaps=tuple(_gap(row) for row in kinds.get("gap", ())),
            failing=tuple(_object(row) for row in kinds.get("failing", ())),
            unknown=tuple(_object(row) for row in kinds.get("unknown", ())),
            passed=frozenset(row["object_id"] for row in kinds.get("passed", ())),
            exhibit=next((json.loads(row["evidence"]) for row in kinds.get("exhibit", ())), None),
        )


def _gap(row: Row) -> Gap:
    return Gap(row["need"], TableState(row["state"]), row["reason"], row["mend"], row["objects"])


def _object(row: Row) -> JudgedObject:
    return JudgedObject(row["object_id"], row["object_name"], json.loads(row["evidence"]), json.loads(row["condition"]))
