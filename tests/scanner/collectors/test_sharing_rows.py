"""A permission on a shared item, in the columns of `sharing_links`."""

from typing import Any

import orjson
import pytest
from real_data import facts_folder

from scanner.collectors.sharing_rows import SHAPE, Paths
from scanner.transport.errors import Malformed

SITE = {"id": "firm.sharepoint.example,1,2", "displayName": "Dossiers", "isPersonalSite": False}
DRIVE = {"id": "b!drive", "name": "Gedeelde documenten"}
FILE = {"id": "01FILE", "name": "Akte.docx", "file": {}, "lastModifiedDateTime": "2026-11-02T10:00:00Z"}
SECRET = "https://firm.sharepoint.example/:w:/s/dossiers/EaBcSecret"


def row_of(permission: dict[str, Any], item: dict[str, Any] = FILE) -> dict[str, Any]:
    described = {"site": SITE, "drive": DRIVE, "item": item, "path": "/Akte.docx", "permission": permission}
    [row] = SHAPE.convert([described], "v1.0/drives/{drive_id}/items/{item_id}/permissions").to_pylist()
    return dict(row)


def test_a_link_is_described_without_its_address() -> None:
    row = row_of(
        {
            "id": "p1",
            "roles": ["read"],
            "shareId": "u!aHR0cHM6secret",
            "link": {"scope": "anonymous", "type": "view", "webUrl": SECRET, "preventsDownload": True},
            "expirationDateTime": "0001-01-01T00:00:00Z",
            "hasPassword": False,
        }
    )

    assert (row["kind"], row["link_scope"], row["link_type"], row["prevents_download"]) == (
        "link",
        "anonymous",
        "view",
        True,
    )
    assert (row["expiration_date_time"], row["has_password"], row["granted_to"]) == (None, False, None)
    assert (row["site_id"], row["drive_name"], row["item_path"]) == (SITE["id"], DRIVE["name"], "/Akte.docx")
    assert not any("ecret" in str(value) for value in row.values())


def test_an_invitation_that_nobody_redeemed_is_one() -> None:
    row = row_of({"id": "p1", "roles": ["write"], "invitation": {"email": "notaris@notariaat-x.example"}})

    assert (row["kind"], row["invitation_email"], row["granted_to"]) == (
        "invitation",
        "notaris@notariaat-x.example",
        None,
    )


def test_a_redeemed_invitation_is_a_direct_grant() -> None:
    row = row_of(
        {
            "id": "p1",
            "invitation": {"email": "jd@outlook.com"},
            "grantedToV2": {"user": {"id": "u1"}, "siteUser": {"loginName": "i:0#.f|membership|jd_outlook.com#ext#@f"}},
        }
    )

    assert (row["kind"], row["granted_to"]) == ("direct", ["i:0#.f|membership|jd_outlook.com#ext#@f"])


@pytest.mark.parametrize(
    ("permission", "scope"),
    [
        pytest.param({"link": {"scope": "anonymous"}, "grantedToIdentitiesV2": [{"user": {"id": "1"}}]}, "anonymous",
                     id="a scope that Graph gave stays, whoever is named"),
        pytest.param({"link": {"scope": "existingAccess"}}, "existingAccess", id="also one that gives nothing new"),
        pytest.param({"link": {}, "grantedToIdentitiesV2": [{"user": {"id": "1"}}]}, "users", id="it names a person"),
        pytest.param({"link": {"scope": None}, "grantedToIdentitiesV2": [{"siteUser": {"loginName": "x"}}]}, "users",
                     id="it names a person of the site"),
        pytest.param({"link": {}, "grantedToIdentitiesV2": []}, None, id="it names nobody"),
        pytest.param({"link": {}, "grantedToIdentitiesV2": [{"application": {"id": "a"}}]}, None, id="it names an app"),
        pytest.param({"link": {}}, None, id="it says nothing of people"),
        pytest.param({"grantedToV2": {"user": {"id": "1"}}}, None, id="no link has no scope"),
    ],
)  # fmt: skip
def test_a_link_without_a_scope_that_names_people_is_for_specific_people(
    permission: dict[str, Any], scope: str | None
) -> None:
    assert row_of({"id": "p1", **permission})["link_scope"] == scope


@pytest.mark.parametrize(
    ("permission", "names"),
    [
        (
            {"grantedToIdentitiesV2": [{"user": {"email": "a@x.example", "id": "1"}}, {"user": {"id": "2"}}]},
            ["a@x.example", "2"],
        ),
        ({"grantedToIdentitiesV2": [], "link": {"scope": "users"}}, []),
        ({"grantedToIdentities": [{"user": {"displayName": "Misty"}}]}, ["Misty"]),
        ({"grantedTo": {"user": {"id": "1"}}}, ["1"]),
        ({"grantedToV2": {"siteGroup": {"loginName": "Owners"}}, "grantedTo": {"user": {"id": "1"}}}, ["Owners"]),
        ({"grantedToV2": {"application": {"id": "app"}}}, ["app"]),
        ({"grantedToIdentitiesV2": [{}]}, [None]),
        ({}, None),
    ],
)
def test_grantees_are_named_and_none_is_lost(permission: dict[str, Any], names: list[str] | None) -> None:
    assert row_of({"id": "p1", **permission})["granted_to"] == names


@pytest.mark.parametrize(
    ("facets", "is_folder"),
    [
        ({"folder": {}}, True),
        ({"root": {}}, True),
        ({"file": {}}, False),
        ({"package": {"type": "oneNote"}}, False),
        ({}, None),
    ],
)
def test_the_facets_tell_a_folder(facets: dict[str, Any], is_folder: bool | None) -> None:  # noqa: FBT001 - a cell
    assert row_of({"id": "p1"}, {"id": "i", **facets})["is_folder"] is is_folder


@pytest.mark.parametrize(
    "permission",
    [
        {"id": 1},
        {"id": None},
        {"id": "p", "link": "anonymous"},
        {"id": "p", "grantedToIdentitiesV2": {"user": {}}},
        {"id": "p", "grantedToIdentitiesV2": ["x"]},
        {"id": "p", "grantedToV2": {"user": "x"}},
        {"id": "p", "grantedToV2": {"user": {"id": 5}}},
    ],
)
def test_a_permission_of_another_shape_is_malformed(permission: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        row_of(permission)


def test_every_documented_form_of_a_permission_is_read() -> None:
    forms = orjson.loads((facts_folder() / "graph_examples" / "permission_forms.json").read_bytes())
    kinds = {name: row_of(form)["kind"] for name, form in forms.items()}

    assert {kind for name, kind in kinds.items() if "link" in name} == {"link"}
    assert kinds["invitation_not_redeemed"] == "invitation"
    assert kinds["invitation_redeemed"] == "direct"


def known(*items: dict[str, Any]) -> Paths:
    paths = Paths()
    for item in items:
        paths.learn(item)
    return paths


ROOT = {"id": "r", "name": "root", "root": {}, "folder": {}}
CASES = {"id": "f", "name": "Dossiers & Akten", "folder": {}, "parentReference": {"id": "r"}}


def test_a_path_is_put_together_from_the_folders_that_the_delta_named() -> None:
    item = {"id": "i", "name": "Akte.docx", "parentReference": {"id": "f"}}

    assert known(ROOT, CASES).of(item) == "/Dossiers & Akten/Akte.docx"
    assert known(ROOT, CASES).of(CASES) == "/Dossiers & Akten"
    assert known(ROOT, CASES).of(ROOT) == "/"


def test_a_path_that_graph_tells_is_decoded_where_the_folders_are_unknown() -> None:
    item = {"name": "Akte.docx", "parentReference": {"id": "x", "path": "/drives/b!d/root:/Dossiers%20%26%20Akten"}}

    assert known(ROOT).of(item) == "/Dossiers & Akten/Akte.docx"


def test_a_path_that_nothing_tells_is_unknown() -> None:
    assert known(ROOT).of({"name": "Akte.docx", "parentReference": {"id": "x"}}) is None
    assert known().of({"name": "Akte.docx"}) is None


def test_folders_that_name_each_other_as_parents_end_the_search() -> None:
    one = {"id": "a", "name": "a", "folder": {}, "parentReference": {"id": "b"}}
    other = {"id": "b", "name": "b", "folder": {}, "parentReference": {"id": "a"}}

    assert known(one, other).of({"name": "x", "parentReference": {"id": "a"}}) is None
