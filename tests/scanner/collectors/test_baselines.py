"""What is usual for a person is added up from the log, outlives it, and does not change by being read again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from simulated_scans import Office, Snapshot, an_office
from stored_scans import MOMENT, a_tenant

from scanner.snapshot.baselines import baselines
from scanner.snapshot.rows import to_arrow
from scanner.snapshot.tables.sign_ins import SIGN_IN_BASELINES, SIGN_INS
from simulator.tenants import SimulatedTenant, blank_tenant

NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0"


def a_sign_in(name: str, at: datetime, **properties: object) -> dict[str, Any]:
    return {
        "id": name,
        "createdDateTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "userId": "u1",
        "appId": "app-1",
        "ipAddress": "203.0.113.7",
        "userAgent": EDGE,
        "clientAppUsed": "Browser",
        "autonomousSystemNumber": 64500,
        "location": {"countryOrRegion": "be"},
        "status": {"errorCode": 0},
        "signInEventTypes": ["interactiveUser"],
        **properties,
    }


def a_firm() -> SimulatedTenant:
    tenant = blank_tenant("usual")
    tenant.sign_ins = [
        a_sign_in("s1", NOW),
        a_sign_in("s2", NOW - timedelta(hours=1), status={"errorCode": 50126}, ipAddress="198.51.100.9"),
        a_sign_in("s3", NOW - timedelta(days=2), ipAddress="203.0.113.200"),
        a_sign_in("s4", NOW - timedelta(days=2, hours=1), userId="u2", authenticationProtocol="deviceCode"),
    ]
    return tenant


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a scan of the firm."""
    folder = tmp_path_factory.mktemp("scanned")
    with an_office(a_firm(), folder, packs=["base"]) as firm:
        firm.scan()
    return folder


@pytest.fixture
def office(scanned: Path, tmp_path: Path) -> Iterator[Office]:
    """Give the firm after its first scan."""
    with an_office(a_firm(), tmp_path, packs=["base"], scanned=scanned) as firm:
        yield firm


def usual(snapshot: Snapshot, user: str, kind: str) -> dict[str, tuple[datetime, datetime, int, int]]:
    return {
        row["value"]: (row["first_seen"], row["last_seen"], row["successes"], row["days"])
        for row in snapshot.rows("sign_in_baselines")
        if (row["user_id"], row["kind"]) == (user, kind)
    }


def test_each_kind_is_counted_by_person_from_what_succeeded(office: Office) -> None:
    snapshot = office.newest()

    both = (NOW - timedelta(days=2), NOW, 2, 2)
    assert usual(snapshot, "u1", "network") == {"203.0.113.0/24": both}
    assert usual(snapshot, "u1", "country") == {"BE": both}
    assert usual(snapshot, "u1", "asn") == {"64500": both}
    assert usual(snapshot, "u1", "agent") == {"Windows/Edge": both}
    assert usual(snapshot, "u1", "client") == {"Browser": both}
    assert usual(snapshot, "u1", "app") == {"app-1": both}
    assert sum(row[2] for row in usual(snapshot, "u1", "week").values()) == 2
    assert usual(snapshot, "u1", "flow") == {}
    assert list(usual(snapshot, "u2", "flow")) == ["deviceCode"]


def test_scanning_again_changes_nothing(office: Office) -> None:
    first = office.newest()

    assert office.scan().rows("sign_in_baselines") == first.rows("sign_in_baselines")
    assert office.scan(full=True).rows("sign_in_baselines") == first.rows("sign_in_baselines")


def test_what_the_log_no_longer_holds_stays_usual_until_its_own_retention_ends(office: Office) -> None:
    first = office.newest()
    office.tenant.sign_ins = []

    after_the_log = office.scan(later=timedelta(days=100))
    after_all = office.scan(later=timedelta(days=200))

    assert after_the_log.rows("sign_ins") == []
    assert after_the_log.rows("sign_in_baselines") == first.rows("sign_in_baselines")
    assert after_all.rows("sign_in_baselines") == []


def test_without_the_log_nothing_is_said_and_what_was_known_is_gone_on_with(office: Office) -> None:
    first = office.newest()
    office.tenant.service_plans.clear()
    unlicensed = office.scan().coverage("sign_in_baselines")
    office.tenant.service_plans.add("AAD_PREMIUM")

    assert (unlicensed.state, unlicensed.reason, unlicensed.mend) == (
        "unlicensed",
        "needs:sign_ins",
        "license:AAD_PREMIUM",
    )
    assert office.scan().rows("sign_in_baselines") == first.rows("sign_in_baselines")


def test_a_service_principal_has_networks_and_nobody_has_nothing(tmp_path: Path) -> None:
    folder, vault = a_tenant(tmp_path)
    nobody = "00000000-0000-0000-0000-000000000000"
    told = {"created_date_time": MOMENT, "error_code": 0, "ip_address": "203.0.113.7", "app_id": "a"}
    rows = [
        {"id": "1", "service_principal_id": "sp1", "user_id": nobody, **told},
        {"id": "2", "service_principal_id": "sp1", **told},
        {"id": "3", "user_id": nobody, **told},
        {"id": "4", "user_id": "u1", **told, "error_code": None},
        {"id": "5", "user_id": "u1", **told, "ip_address": "no address", "user_agent": "odd\x1fodd", "app_id": ""},
    ]
    vault.write_table(folder / "day.parquet", to_arrow(SIGN_INS, rows))

    found = baselines(vault, [folder / "day.parquet"], None, MOMENT)

    assert found.schema == SIGN_IN_BASELINES.arrow_schema
    assert [(row["user_id"], row["kind"], row["value"], row["successes"]) for row in found.to_pylist()] == [
        ("sp:sp1", "network", "203.0.113.0/24", 2),
        ("u1", "agent", "?/odd", 1),
        ("u1", "week", "2026-W47", 1),
    ]


def test_of_an_empty_log_nothing_is_usual(tmp_path: Path) -> None:
    _, vault = a_tenant(tmp_path)

    assert baselines(vault, [], None, MOMENT).num_rows == 0
