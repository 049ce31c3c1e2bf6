"""Sharing links are read drive by drive; the next scan asks only for what changed, and a gap is named."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from simulated_scans import Office, Snapshot, an_office

from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

WITH_LICENCES = ("base", "files")
PERMISSIONS = "v1.0/drives/{}/items/{}/permissions"


def an_item(name: str, parent: str = "root", **facets: object) -> dict[str, Any]:
    return {
        "id": name,
        "name": f"{name}.docx",
        "file": {},
        "parentReference": {"id": parent, "path": "/drive/root:"},
        **facets,
    }


def a_link(name: str, scope: str = "anonymous", **properties: object) -> dict[str, Any]:
    return {"id": name, "roles": ["read"], "link": {"scope": scope, "type": "view"}, **properties}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give a firm with two sites, three drives, and two shared items in each drive; nothing else of it is read."""
    tenant = blank_tenant("delen")
    tenant.sites += [{"id": f"site{n}", "displayName": f"Site {n}", "isPersonalSite": n == 1} for n in range(2)]
    tenant.drives |= {
        "site0": [{"id": "d0", "name": "A"}, {"id": "d1", "name": "B"}],
        "site1": [{"id": "d2", "name": "C"}],
    }
    root = {"id": "root", "name": "root", "root": {}, "folder": {}}
    shared = {"shared": {"scope": "anonymous"}}
    items = [root, an_item("x", **shared), an_item("y", **shared), an_item("private")]
    tenant.drive_items = {drive: list(items) for drive in ("d0", "d1", "d2")}
    tenant.permissions = {
        f"{drive}/{item}": [a_link(f"{drive}{item}")] for drive in ("d0", "d1", "d2") for item in "xy"
    }
    with an_office(tenant, tmp_path, packs=["files"]) as firm:
        yield firm


def links(snapshot: Snapshot) -> set[str]:
    """Return drive, item and permission of every row, in one word."""
    rows = snapshot.rows("sharing_links")
    found = {f"{row['drive_id']}/{row['item_id']}/{row['permission_id']}" for row in rows}
    assert len(found) == len(rows)
    return found


EVERY_LINK = {f"{drive}/{item}/{drive}{item}" for drive in ("d0", "d1", "d2") for item in "xy"}


def asked_since(office: Office) -> list[str]:
    """Return the paths below drives that were asked since the last time, and forget them."""
    paths = office.asked("v1.0/drives/")
    office.simulator.requests.clear()
    return paths


def test_only_shared_items_are_asked_for_their_permissions(office: Office) -> None:
    snapshot = office.scan(only=["sharing"])

    assert links(snapshot) == EVERY_LINK
    asked = [path for path in office.asked("v1.0/drives/") if path.endswith("/permissions")]
    assert sorted(asked) == sorted(PERMISSIONS.format(drive, item) for drive in ("d0", "d1", "d2") for item in "xy")
    coverage = snapshot.coverage("sharing_links")
    assert (coverage.objects_expected, coverage.objects_read, coverage.objects_failed) == (3, 3, 0)


def test_the_next_scan_asks_only_for_what_changed_and_takes_the_rest_over(office: Office) -> None:
    first = office.scan()
    asked_since(office)
    office.tenant.set_permissions("d1", "x", [a_link("changed", "organization")])
    office.tenant.put_item("d2", an_item("new", shared={}))
    office.tenant.set_permissions("d2", "new", [a_link("d2new")])
    office.tenant.delete_item("d0", "y")
    office.tenant.put_item("d0", an_item("x"))

    second = office.scan()

    assert links(second) == {"d1/x/changed", "d1/y/d1y", "d2/x/d2x", "d2/y/d2y", "d2/new/d2new"}
    asked = [path for path in asked_since(office) if path.endswith("/permissions")]
    assert sorted(asked) == [PERMISSIONS.format("d1", "x"), PERMISSIONS.format("d2", "new")]
    coverage = second.coverage("sharing_links")
    assert (coverage.state, coverage.basis, coverage.last_full) == ("complete", "incremental", first.manifest.scan_id)


def test_a_chain_of_scans_goes_on_from_the_one_before(office: Office) -> None:
    office.scan()
    office.tenant.set_permissions("d1", "x", [a_link("second")])
    office.scan()
    office.tenant.set_permissions("d1", "y", [a_link("third")])

    third = office.scan()

    assert links(third) == EVERY_LINK - {"d1/x/d1x", "d1/y/d1y"} | {"d1/x/second", "d1/y/third"}


def test_a_drive_whose_token_graph_lost_is_read_in_full_and_the_others_are_not(office: Office) -> None:
    office.scan()
    asked_since(office)
    office.tenant.lose_delta_tokens("d1")

    snapshot = office.scan()

    assert links(snapshot) == EVERY_LINK
    asked = [path for path in asked_since(office) if path.endswith("/permissions")]
    assert sorted(asked) == [PERMISSIONS.format("d1", "x"), PERMISSIONS.format("d1", "y")]
    assert snapshot.coverage("sharing_links").state == "complete"


def test_every_drive_is_read_in_full_each_week(office: Office) -> None:
    office.scan()
    asked_since(office)

    within = office.scan(later=timedelta(days=6))
    assert not [path for path in asked_since(office) if path.endswith("/permissions")]
    after = office.scan(later=timedelta(days=7) - timedelta(minutes=10))

    assert (within.coverage("sharing_links").basis, after.coverage("sharing_links").basis) == ("incremental", "full")
    assert len([path for path in asked_since(office) if path.endswith("/permissions")]) == 6
    assert links(within) == links(after) == EVERY_LINK


def test_every_drive_is_read_in_full_when_that_is_asked_for(office: Office) -> None:
    office.scan()
    asked_since(office)

    snapshot = office.scan(full=True)

    assert len([path for path in asked_since(office) if path.endswith("/permissions")]) == 6
    coverage = snapshot.coverage("sharing_links")
    assert (coverage.basis, coverage.last_full) == ("full", snapshot.manifest.scan_id)


def test_links_that_are_not_as_they_were_written_are_read_anew(office: Office) -> None:
    first = office.scan()
    next((first.reader.folder / "tables" / "sharing_links").glob("*.parquet")).write_bytes(b"PARE")

    second = office.scan()

    assert (second.coverage("sharing_links").state, second.coverage("sharing_links").basis) == ("complete", "full")
    assert links(second) == EVERY_LINK


def test_permissions_are_asked_for_with_every_kind_of_link(office: Office) -> None:
    office.scan()

    asked = [one for one in office.simulator.requests if one.path.endswith("/permissions")]
    assert {one.headers.get("prefer") for one in asked} == {"include-unknown-enum-members"}


def test_a_drive_that_fails_is_named_and_read_in_full_by_the_next_scan(office: Office) -> None:
    office.scan()
    office.simulator.faults.add(Fault(FaultKind.SERVER_ERROR, "v1.0/drives/d1/root/delta", times=None))
    broken = office.scan()
    office.simulator.faults.clear()
    asked_since(office)
    mended = office.scan()

    coverage = broken.coverage("sharing_links")
    assert (coverage.state, coverage.objects_expected, coverage.objects_failed) == ("partial", 3, 1)
    assert [row["object_id"] for row in broken.rows("unread_objects")] == ["d1"]
    assert links(broken) == {link for link in EVERY_LINK if not link.startswith("d1/")}
    assert links(mended) == EVERY_LINK
    assert sorted(path for path in asked_since(office) if path.endswith("/permissions")) == [
        PERMISSIONS.format("d1", "x"),
        PERMISSIONS.format("d1", "y"),
    ]


def test_an_item_whose_permissions_fail_makes_its_drive_a_failure_and_keeps_the_others(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.FORBIDDEN, PERMISSIONS.format("d0", "x"), times=None))

    snapshot = office.scan()

    assert links(snapshot) == EVERY_LINK - {"d0/x/d0x"}
    assert snapshot.coverage("sharing_links").state == "partial"
    assert {(row["object_id"], row["reason"]) for row in snapshot.rows("unread_objects")} == {("d0", "accessDenied")}


def test_an_item_that_was_deleted_meanwhile_is_no_failure(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.NOT_FOUND, PERMISSIONS.format("d0", "x")))

    snapshot = office.scan()

    assert links(snapshot) == EVERY_LINK - {"d0/x/d0x"}
    assert snapshot.coverage("sharing_links").state == "complete"


def test_a_site_that_does_not_tell_its_drives_is_a_gap(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.FORBIDDEN, "v1.0/sites/site1/drives", times=None))

    snapshot = office.scan()

    assert [row["object_id"] for row in snapshot.rows("unread_objects")] == ["site1"]
    assert snapshot.coverage("sharing_links").state == "partial"
    assert links(snapshot) == {link for link in EVERY_LINK if not link.startswith("d2/")}


def test_without_the_permission_the_table_is_denied(office: Office) -> None:
    office.tenant.revoke("Sites.Read.All", "Files.Read.All")

    coverage = office.scan().coverage("sharing_links")

    assert (coverage.state, coverage.mend) == ("denied", "grant:Sites.Read.All")


def test_a_tenant_whose_licences_have_no_sharepoint_is_unlicensed(office: Office) -> None:
    plan = {"servicePlanId": "exo", "servicePlanName": "EXCHANGE_S_STANDARD"}
    office.tenant.subscribed_skus.append({"id": "s", "skuId": "s", "servicePlans": [plan]})
    office.simulator.faults.add(Fault(FaultKind.UNLICENSED, "v1.0/sites/getAllSites", times=None))

    coverage = office.scan(packs=WITH_LICENCES, only=["sharing"]).coverage("sharing_links")

    assert (coverage.state, coverage.mend) == ("unlicensed", "license:SHAREPOINTSTANDARD")


def test_a_bad_request_is_not_taken_for_a_missing_licence_where_one_is_there(office: Office) -> None:
    plan = {"servicePlanId": "spo", "servicePlanName": "SHAREPOINTSTANDARD"}
    office.tenant.subscribed_skus.append({"id": "s", "skuId": "s", "servicePlans": [plan]})
    office.simulator.faults.add(Fault(FaultKind.UNLICENSED, "v1.0/sites/getAllSites", times=None))

    assert office.scan(packs=WITH_LICENCES, only=["sharing"]).coverage("sharing_links").state == "failed"


def test_an_odd_permission_spoils_its_drive_only(office: Office) -> None:
    office.tenant.permissions = {**office.tenant.permissions, "d2/x": [{"id": "p", "roles": "read"}]}

    snapshot = office.scan()

    assert {(row["object_id"], row["reason"]) for row in snapshot.rows("unread_objects")} == {
        ("d2", "unexpected_value:roles")
    }
    assert links(snapshot) >= {link for link in EVERY_LINK if not link.startswith("d2/")}


def test_the_watermarks_are_kept_for_the_next_scan_and_never_in_clear(office: Office) -> None:
    snapshot = office.scan()

    marks = [row for row in snapshot.rows("watermarks") if row["table_name"] == "sharing_links"]
    assert {(row["object_id"], row["kind"]) for row in marks} == {
        (drive, kind) for drive in ("d0", "d1", "d2") for kind in ("delta_link", "swept_at")
    }
    token = next(row["value"] for row in marks if row["kind"] == "delta_link").rsplit("token=", 1)[1]
    files = [path for path in office.config.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if token.encode() in path.read_bytes()]
