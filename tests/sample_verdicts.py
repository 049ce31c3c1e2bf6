"""What a scan of a sample firm reads and finds, beside what the files of the sample say that it must."""

from collections.abc import Mapping
from typing import Any

from sample_files import Sample

from scanner.snapshot.ledger import Coverage
from store.judged import Judged

COVERAGE = ("tables", "groups")
BOOKKEEPING = {"watermarks": "complete", "unread_objects": "complete"}


def found(judged: Judged) -> dict[str, dict[str, Any]]:
    """Return what was found, by check."""
    return {
        check.check_id: {
            "status": check.verdict.value,
            "failing": sorted(one.object_id for one in check.failing),
            "unknown": sorted(one.object_id for one in check.unknown),
            "at_least": check.at_least,
        }
        for check in judged.checks
    }


def to_be_found(sample: Sample) -> dict[str, dict[str, Any]]:
    """Return what must be found, by check."""
    return {
        check: {**entry, "failing": sorted(entry["failing"]), "unknown": sorted(entry["unknown"])}
        for check, entry in sample.expected.items()
        if check not in COVERAGE
    }


def read(tables: Mapping[str, Coverage]) -> dict[str, dict[str, str]]:
    """Return how each table was read, and each group of columns that was read otherwise than its table."""
    groups = {
        f"{table}.{group}": state.state.value
        for table, coverage in tables.items()
        for group, state in coverage.groups.items()
        if state.state != coverage.state
    }
    return {"tables": {name: coverage.state.value for name, coverage in tables.items()}, "groups": groups}


def to_be_read(sample: Sample) -> dict[str, dict[str, str]]:
    """Return how each table, and each such group, must be read."""
    return {"tables": sample.expected["tables"] | BOOKKEEPING, "groups": sample.expected["groups"]}
