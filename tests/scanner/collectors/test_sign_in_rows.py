"""A sign-in as Graph writes it, beta or v1.0, in the columns of `sign_ins`."""

import json
from datetime import UTC, datetime
from typing import Any

import orjson
from real_data import data_folder

from scanner.collectors.sign_in_rows import BETA_PROPERTIES, BETA_SELECT, SHAPE, V1_SELECT
from scanner.snapshot.tables.sign_ins import SIGN_INS

BETA: dict[str, Any] = {
    "id": "5f1f6c1e-0001",
    "createdDateTime": "2026-11-16T05:59:59.1234567Z",
    "userId": "u1",
    "isInteractive": False,
    "status": {"errorCode": 50126, "failureReason": "Invalid password", "additionalDetails": None},
    "deviceDetail": {"deviceId": "", "isCompliant": None, "isManaged": False, "trustType": "Azure AD joined"},
    "location": {"city": "Gent", "countryOrRegion": "BE", "geoCoordinates": {"latitude": 51, "longitude": 3.72}},
    "appliedConditionalAccessPolicies": [{"id": "p", "result": "reportOnlyInterrupted"}],
    "riskEventTypes_v2": ["unfamiliarFeatures"],
    "authenticationDetails": [],
    "mfaDetail": None,
    "authenticationProtocol": "deviceCode",
    "signInEventTypes": ["nonInteractiveUser"],
    "autonomousSystemNumber": 5432,
    "aPropertyOfNextYear": {"x": 1},
}


def row_of(sign_in: dict[str, Any]) -> dict[str, Any]:
    [row] = SHAPE.convert([sign_in], "beta/auditLogs/signIns").to_pylist()
    return dict(row)


def test_a_beta_sign_in_fills_its_columns() -> None:
    row = row_of(BETA)

    assert row["created_date_time"] == datetime(2026, 11, 16, 5, 59, 59, 123456, UTC)
    assert (row["error_code"], row["failure_reason"], row["additional_details"]) == (50126, "Invalid password", None)
    assert (row["device_id"], row["device_is_compliant"], row["device_is_managed"]) == ("", None, False)
    assert (row["city"], row["latitude"], row["longitude"]) == ("Gent", 51.0, 3.72)
    assert json.loads(row["applied_conditional_access_policies"]) == [{"id": "p", "result": "reportOnlyInterrupted"}]
    assert (row["risk_event_types_v2"], row["sign_in_event_types"]) == (["unfamiliarFeatures"], ["nonInteractiveUser"])
    assert (row["authentication_details"], row["mfa_detail"]) == ("[]", None)
    assert (row["authentication_protocol"], row["autonomous_system_number"]) == ("deviceCode", 5432)


def test_what_v1_never_tells_is_null() -> None:
    row = row_of({"id": "1", "createdDateTime": "2026-11-16T06:00:00Z", "status": None, "location": None})

    assert {name for name, value in row.items() if value is not None} == {"id", "created_date_time"}


def test_v1_is_asked_for_everything_but_the_beta_properties() -> None:
    beta_only = {SHAPE.path(column.name) for column in SIGN_INS.columns if column.group == BETA_PROPERTIES}

    assert set(BETA_SELECT) - set(V1_SELECT) == beta_only
    assert len(beta_only) == 12


def test_sign_ins_of_real_tenants_are_read() -> None:
    files = sorted((data_folder() / "sign_ins").glob("*.ndjson"))
    rows = [orjson.loads(line) for file in files for line in file.read_bytes().splitlines()]

    table = SHAPE.convert(rows, "beta/auditLogs/signIns")

    assert table.num_rows == len(rows) == 142
    assert table["created_date_time"].null_count == 0
    assert set(table["country_or_region"].to_pylist()) >= {"BE"}
