"""The audit log is read once, goes on where the scan before stopped, and keeps no telephone number."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from simulated_scans import Office, an_office

from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

NOW = datetime.now(UTC)
PHONE = "+32 470 11 22 33"
PREMIUM = {"id": "s", "skuId": "s", "servicePlans": [{"servicePlanId": "p", "servicePlanName": "AAD_PREMIUM"}]}


def an_event(name: str, ago: timedelta, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {
        "id": name,
        "activityDateTime": f"{NOW - ago:%Y-%m-%dT%H:%M:%S.%f}7Z",
        "activityDisplayName": "Update user",
        "category": "UserManagement",
        "initiatedBy": {"user": {"id": "u1", "userPrincipalName": "u1@kantoor.example"}, "app": None},
        **properties,
    }


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    tenant = blank_tenant("kantoor")
    tenant.subscribed_skus.append(PREMIUM)
    tenant.directory_audits += [an_event(f"e{days}", timedelta(days=days)) for days in range(1, 40, 4)]
    with an_office(tenant, tmp_path, packs=["base"]) as small:
        yield small


def ids(rows: list[dict[str, Any]]) -> set[str]:
    return {row["id"] for row in rows}


def test_thirty_days_are_read_and_who_did_it_is_told(office: Office) -> None:
    office.tenant.directory_audits.append(
        an_event("app", timedelta(hours=1), initiatedBy={"app": {"appId": "a1", "servicePrincipalId": "s1"}})
    )

    snapshot = office.scan(only=["audits"])

    rows = {row["id"]: row for row in snapshot.rows("directory_audits")}
    assert rows.keys() == {"app", *(f"e{days}" for days in range(1, 30, 4))}
    assert (rows["e1"]["initiated_by_user_id"], rows["e1"]["initiated_by_app_id"]) == ("u1", None)
    assert (rows["app"]["initiated_by_user_id"], rows["app"]["initiated_by_service_principal_id"]) == (None, "s1")


def test_a_second_scan_reads_only_what_may_be_new(office: Office) -> None:
    office.scan()
    office.tenant.directory_audits.insert(0, an_event("new", timedelta(minutes=1)))
    asked = len(office.simulator.requests)

    snapshot = office.scan(later=timedelta(hours=1))

    coverage = snapshot.coverage("directory_audits")
    assert coverage.basis == "incremental"
    assert {"new", "e1", "e5", "e29"} <= ids(snapshot.rows("directory_audits"))
    [request] = [r for r in office.simulator.requests[asked:] if r.path.endswith("directoryAudits")]
    assert "activityDateTime ge" in request.query["$filter"]


@pytest.mark.parametrize(("premium", "basis"), [(True, "incremental"), (False, "full")])
def test_what_graph_has_forgotten_meanwhile_makes_a_full_reading(office: Office, premium: bool, basis: str) -> None:  # noqa: FBT001 - a parameter
    if not premium:
        office.tenant.subscribed_skus.clear()
    office.scan()

    assert office.scan(later=timedelta(days=8)).coverage("directory_audits").basis == basis


def test_a_log_that_breaks_off_keeps_what_is_true(office: Office) -> None:
    office.tenant.page_size = 3
    office.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, "v1.0/auditLogs/directoryAudits", times=None, skip=2))

    snapshot = office.scan(only=["audits"])

    assert snapshot.coverage("directory_audits").state == "partial"
    assert {"e1", "e5", "e9"} <= ids(snapshot.rows("directory_audits"))
    assert not [row for row in snapshot.rows("watermarks") if row["table_name"] == "directory_audits"]


def test_telephone_numbers_are_dropped_and_the_rest_is_kept(office: Office) -> None:
    changes = [
        {
            "displayName": "StrongAuthenticationUserDetails",
            "oldValue": "[]",
            "newValue": f'[{{"PhoneNumber":"{PHONE}"}}]',
        },
        {"displayName": "Mobile", "oldValue": None, "newValue": f'["{PHONE}"]'},
        {"displayName": "AccountEnabled", "oldValue": "[true]", "newValue": "[false]"},
        {"displayName": "Included Updated Properties", "oldValue": None, "newValue": '"PhoneNumber"'},
    ]
    target = {"id": "u2", "type": "User", "modifiedProperties": changes}
    details = [{"key": "PhoneNumber", "value": PHONE}, {"key": "UserType", "value": "Member"}]
    event = an_event("told", timedelta(hours=2), targetResources=[target, {"id": "g1"}], additionalDetails=details)
    office.tenant.directory_audits.insert(0, event)

    rows = {row["id"]: row for row in office.scan(only=["audits"]).rows("directory_audits")}

    assert PHONE not in str(rows)
    [first, second] = orjson.loads(rows["told"]["target_resources"])
    assert [change["newValue"] for change in first["modifiedProperties"]] == [None, None, "[false]", None]
    assert second == {"id": "g1"}
    assert orjson.loads(rows["told"]["additional_details"]) == [{"key": "PhoneNumber", "value": None}, details[1]]
    assert rows["e1"]["target_resources"] is None


@pytest.mark.parametrize("targets", ["all", ["u1"], [{"modifiedProperties": "all"}], [{"modifiedProperties": ["all"]}]])
def test_changes_of_another_shape_are_malformed(office: Office, targets: object) -> None:
    office.tenant.directory_audits.insert(0, an_event("odd", timedelta(hours=2), targetResources=targets))

    coverage = office.scan(only=["audits"]).coverage("directory_audits")

    assert (coverage.state, coverage.reason) == ("failed", "unexpected_value:target_resources")
