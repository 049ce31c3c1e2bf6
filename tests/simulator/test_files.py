"""Sites, drives, delta, permissions."""

from typing import Any

import pytest
from simulator_client import Client, SignedIn

from simulator.generate import generate_tenant
from simulator.tenants import SimulatedTenant


@pytest.fixture
def tenant() -> SimulatedTenant:
    return generate_tenant(users=3, sites=2, shared_items=6, items=30)


@pytest.fixture
def drive_id(tenant: SimulatedTenant) -> str:
    return str(tenant.drives[tenant.sites[0]["id"]][0]["id"])


def swept(client: Client, path: str) -> tuple[list[dict[str, Any]], str]:
    """Items and delta link of a whole sweep."""
    pages = client.pages(path)
    return [item for page in pages for item in page["value"]], pages[-1]["@odata.deltaLink"]


def test_more_sites_come_from_another_address(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    tenant.page_size = 1
    client = signed_in(tenant)

    link = client.get("v1.0/sites/getAllSites()?$select=id,displayName").json()["@odata.nextLink"]
    second = client.get(link).json()

    assert "/v1.0/sites/oneDrive.getAllSites?$skiptoken=" in link
    assert [set(site) for site in second["value"]] == [{"id", "displayName"}]
    assert "@odata.nextLink" not in second


def test_drives_are_listed_site_by_site(signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str) -> None:
    client = signed_in(tenant)

    drives = client.rows(f"v1.0/sites/{tenant.sites[0]['id']}/drives?$select=id,name")

    assert [drive["id"] for drive in drives] == [drive_id]
    assert client.get("v1.0/sites/nowhere/drives").json()["error"]["code"] == "itemNotFound"


@pytest.mark.parametrize("path", ["root/delta", "root/delta()", "items/root/delta", "items/root/delta()"])
def test_a_sweep_lists_every_item_and_ends_with_a_delta_link(
    path: str, signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str
) -> None:
    items, link = swept(signed_in(tenant), f"v1.0/drives/{drive_id}/{path}?$select=id,name,shared&$top=4")

    assert [item["id"] for item in items] == [item["id"] for item in tenant.drive_items[drive_id]]
    assert sum("shared" in item for item in items) == 3
    assert f"/drives/{drive_id}/" in link.replace("%21", "!")


def test_a_delta_link_lists_only_what_changed_since(
    signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str
) -> None:
    client = signed_in(tenant)
    items, link = swept(client, f"v1.0/drives/{drive_id}/root/delta?$select=id,name,shared")
    tenant.delete_item(drive_id, items[4]["id"])
    tenant.put_item(drive_id, {"id": "new", "name": "Nieuw.docx", "file": {}})
    tenant.set_permissions(drive_id, items[5]["id"], [])

    changed, following = swept(client, link)
    unchanged, _ = swept(client, following)

    assert {item["id"] for item in changed} == {items[4]["id"], "new", items[5]["id"]}
    assert [item for item in changed if "deleted" in item] == [
        {"id": items[4]["id"], "deleted": {"state": "deleted"}},
    ]
    assert unchanged == []


def test_changes_during_a_sweep_come_with_the_next_delta(
    signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str
) -> None:
    client = signed_in(tenant)
    first = client.get(f"v1.0/drives/{drive_id}/root/delta?$top=2").json()
    tenant.put_item(drive_id, {"id": "new", "name": "Nieuw.docx", "file": {}})
    _, link = swept(client, first["@odata.nextLink"])

    changed, _ = swept(client, link)

    assert [item["id"] for item in changed] == ["new"]


def test_changes_are_paged_too(signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str) -> None:
    client = signed_in(tenant)
    _, link = swept(client, f"v1.0/drives/{drive_id}/root/delta?$top=2")
    for number in range(5):
        tenant.put_item(drive_id, {"id": f"new{number}", "name": "Nieuw.docx", "file": {}})

    changed, following = swept(client, link)

    assert [item["id"] for item in changed] == [f"new{number}" for number in range(5)]
    assert swept(client, following)[0] == []


def test_only_the_latest_state_can_be_asked(signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str) -> None:
    client = signed_in(tenant)

    items, link = swept(client, f"v1.0/drives/{drive_id}/root/delta?token=latest")
    tenant.put_item(drive_id, {"id": "new", "name": "Nieuw.docx", "file": {}})

    assert items == []
    assert [item["id"] for item in swept(client, link)[0]] == ["new"]


def test_a_lost_token_names_the_address_to_start_again(
    signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str
) -> None:
    client = signed_in(tenant)
    _, link = swept(client, f"v1.0/drives/{drive_id}/root/delta?$select=id")
    tenant.lose_delta_tokens(drive_id)

    answer = client.get(link)

    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "resyncRequired")
    assert len(swept(client, answer.headers["Location"])[0]) == len(tenant.drive_items[drive_id])


def test_a_delta_token_survives_a_restart(signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str) -> None:
    before = signed_in(tenant)
    _, link = swept(before, f"v1.0/drives/{drive_id}/root/delta?$select=id")
    after = signed_in(tenant)

    assert swept(after, link.replace(before.simulator.hosts.graph, after.simulator.hosts.graph))[0] == []


def test_a_delta_token_of_another_drive_is_refused(signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str) -> None:
    client = signed_in(tenant)
    other = tenant.drives[tenant.sites[1]["id"]][0]["id"]
    _, link = swept(client, f"v1.0/drives/{drive_id}/root/delta")
    token = link.partition("token=")[2]

    assert client.get(f"v1.0/drives/{other}/root/delta?token={token}").status_code == 400


def test_preferences_that_belong_together_are_refused_apart(
    signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str
) -> None:
    client, path = signed_in(tenant), f"v1.0/drives/{drive_id}/root/delta"
    together = "deltashowsharingchanges, deltashowremovedasdeleted, deltatraversepermissiongaps"

    assert client.get(path, Prefer="deltashowsharingchanges").status_code == 400
    assert client.get(path, Prefer=together).status_code == 200


def test_a_shared_item_tells_who_can_open_it(signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str) -> None:
    client = signed_in(tenant)
    items, _ = swept(client, f"v1.0/drives/{drive_id}/root/delta")
    shared = next(item for item in items if item.get("shared", {}).get("scope") == "users")

    permissions = client.rows(f"v1.0/drives/{drive_id}/items/{shared['id']}/permissions?$select=id,roles,link")

    assert permissions[0]["roles"] == ["owner"]
    assert permissions[1]["link"]["scope"] == "users"


def test_permissions_of_an_item_that_is_gone_are_not_found(
    signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str
) -> None:
    answer = signed_in(tenant).get(f"v1.0/drives/{drive_id}/items/nothing/permissions")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "itemNotFound")


def test_changed_permissions_are_shown(signed_in: SignedIn, tenant: SimulatedTenant, drive_id: str) -> None:
    item_id = tenant.drive_items[drive_id][2]["id"]
    tenant.set_permissions(drive_id, item_id, [])

    assert signed_in(tenant).rows(f"v1.0/drives/{drive_id}/items/{item_id}/permissions") == []
