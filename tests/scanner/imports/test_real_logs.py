"""Real exports that nobody here wrote are read without a row lost silently."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from exports import Json
from real_data import data_folder

from scanner.imports.records import Scope, row_of_record, rows_of_file
from scanner.imports.tally import Skipped

LONG_AGO, NEVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def a_scope() -> Scope:
    return Scope("2ad3fc79-1859-42fa-9011-6f8df2251b22", LONG_AGO, NEVER)


def outcomes(name: str) -> Counter[str]:
    """Return how often each table, or reason to leave it out, is what became of an event, read for its own tenant."""
    lines = (data_folder() / "rule_events" / name).read_text(encoding="utf-8").splitlines()
    events: list[Json] = [json.loads(line)["record"] for line in lines]
    found = [row_of_record(event, Scope(tenant_of(event), LONG_AGO, NEVER)) for event in events]
    return Counter(str(one) if isinstance(one, Skipped) else one[0].name for one in found)


def tenant_of(event: Json) -> str:
    return next((str(value) for name, value in event.items() if name.lower() == "tenantid"), "")


def test_the_demo_tenants_log_is_read_row_for_row() -> None:
    scope = a_scope()

    rows = [row for _, row in rows_of_file(data_folder() / "sign_ins" / "msticpy_aad_logons.ndjson", scope)]

    assert (len(rows), len({row["id"] for row in rows})) == (86, 45)
    assert not scope.tally.skipped
    assert not scope.tally.malformed
    assert all(row["country_or_region"] and row["user_id"] and row["ip_address"] for row in rows)


def test_the_training_tenants_log_is_read_row_for_row() -> None:
    scope = a_scope()

    rows = list(rows_of_file(data_folder() / "sign_ins" / "sentinel_training_lab.ndjson", scope))

    assert (len(rows), scope.tally.skipped.total(), scope.tally.malformed) == (56, 0, Counter())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Azure_Audit.ndjson", {"sign_ins": 10, "no_id": 16, "other_event": 21}),
        ("Microsoft365_Audit_AzureActiveDirectory.ndjson", {"sign_ins": 2, "other_event": 2}),
        ("Microsoft365_Audit_Exchange.ndjson", {"mailbox_audits": 10}),
        ("Microsoft365_Audit_SharePoint.ndjson", {"other_event": 5}),
    ],
)
def test_each_event_of_other_peoples_rules_is_a_row_or_counted(name: str, expected: dict[str, int]) -> None:
    assert outcomes(name) == Counter(expected)
