"""Organization, licences, users, policies."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from simulator_client import Client, SignedIn

from simulator.properties import USER_DEFAULT
from simulator.tenants import SimulatedTenant, blank_tenant

SEEN: Final = {"lastSignInDateTime": "2026-11-20T08:00:00Z", "lastSignInRequestId": "r"}


def a_user(number: int, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "displayName": f"Person {number}",
        "userPrincipalName": f"p{number}@kantoor.example",
        "mail": None,
        "accountEnabled": True,
        "department": "Onthaal",
    } | properties


@pytest.fixture
def kantoor() -> SimulatedTenant:
    tenant = blank_tenant("kantoor")
    tenant.users = [a_user(number) for number in range(5)]
    return tenant


def code(client: Client, path: str) -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "path",
    [
        "organization",
        "subscribedSkus",
        "domains",
        "users",
        "identity/conditionalAccess/policies",
        "sites/getAllSites",
        "auditLogs/signIns",
    ],
)
@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_lists(version: str, path: str, signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    body = signed_in(kantoor).get(f"{version}/{path}").json()

    assert isinstance(body["value"], list)
    assert f"/{version}/$metadata#" in body["@odata.context"]


def test_security_defaults_are_one_object(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    path = "v1.0/policies/identitySecurityDefaultsEnforcementPolicy"

    answer = signed_in(kantoor).get(f"{path}?$select=id,isEnabled").json()

    assert answer.items() >= {"id": "00000000-0000-0000-0000-000000000005", "isEnabled": False}.items()
    assert "displayName" not in answer


def test_without_select_users_show_the_default_properties_only(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    rows = signed_in(kantoor).rows("v1.0/users")

    assert all(set(row) <= set(USER_DEFAULT) for row in rows)
    assert "accountEnabled" not in rows[0]


def test_select_shows_what_was_asked_and_no_more(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    rows = signed_in(kantoor).rows("v1.0/users?%24select=id,accountEnabled,jobTitle")

    assert [set(row) for row in rows] == [{"id", "accountEnabled"}] * 5


def test_a_property_that_is_null_differs_from_one_that_is_absent(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    row = signed_in(kantoor).rows("v1.0/users?$select=mail,jobTitle")[0]

    assert row == {"mail": None}


def test_an_unknown_property_is_an_error(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    assert code(signed_in(kantoor), "v1.0/users?$select=id,acountEnabled") == (400, "BadRequest")


def test_pages_follow_an_opaque_link_that_carries_the_query(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    pages = signed_in(kantoor).pages("v1.0/users?$select=id&$top=2")

    assert [len(page["value"]) for page in pages] == [2, 2, 1]
    assert "$select=id" in pages[0]["@odata.nextLink"]
    assert "$skiptoken=" in pages[0]["@odata.nextLink"]
    assert [set(row) for page in pages for row in page["value"]] == [{"id"}] * 5


def test_a_service_may_answer_smaller_pages_than_asked(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    kantoor.page_size = 2

    assert len(signed_in(kantoor).pages("v1.0/users?$top=999")) == 3


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda link: link[:-2] + "xx", id="other letters"),
        pytest.param(lambda link: link + "!", id="a letter of no alphabet"),
        pytest.param(lambda link: link[:-1], id="too short"),
    ],
)
def test_a_changed_token_is_refused(
    change: Callable[[str], str], signed_in: SignedIn, kantoor: SimulatedTenant
) -> None:
    client = signed_in(kantoor)
    link = client.get("v1.0/users?$top=2").json()["@odata.nextLink"]

    assert client.get(change(link)).status_code == 400


def test_a_token_of_another_tenant_is_refused(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    buren = blank_tenant("buren")
    buren.users = kantoor.users
    link = signed_in(buren).get("v1.0/users?$top=2").json()["@odata.nextLink"]

    assert signed_in(kantoor).get(f"v1.0/users?{link.partition('?')[2]}").status_code == 400


def test_a_token_of_another_listing_is_refused(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    client = signed_in(kantoor)
    link = client.get("v1.0/users?$top=2").json()["@odata.nextLink"]

    assert client.get(link.replace("/users?", "/domains?")).status_code == 400


@pytest.mark.parametrize(
    ("query", "largest"), [("$select=id", 999), ("$select=id,signInActivity", 500)], ids=["plain", "with activity"]
)
def test_users_have_a_largest_page(query: str, largest: int, signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    client = signed_in(kantoor)

    assert client.get(f"v1.0/users?{query}&$top={largest}").status_code == 200
    assert client.get(f"v1.0/users?{query}&$top={largest + 1}").status_code == 400


@pytest.mark.parametrize("option", ["$skip=1", "$search=x", "$expand=manager", "$orderby=displayName"])
def test_an_option_that_the_listing_does_not_have_is_refused(
    option: str, signed_in: SignedIn, kantoor: SimulatedTenant
) -> None:
    assert code(signed_in(kantoor), f"v1.0/users?{option}") == (400, "Request_UnsupportedQuery")


def test_users_can_be_filtered(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    kantoor.users.append(a_user(9, userType="Guest"))

    rows = signed_in(kantoor).rows("v1.0/users?$select=id,userType&$filter=userType eq 'Guest'")

    assert [row["userType"] for row in rows] == ["Guest"]


class TestSignInActivity:
    """Needs a right and a licence; its lack fails the whole request."""

    PATH = "v1.0/users?$select=displayName,signInActivity&$top=500"

    def test_is_absent_for_a_user_who_never_signed_in(self, signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
        kantoor.users = [a_user(1, signInActivity=SEEN), a_user(2)]

        rows = signed_in(kantoor).rows(self.PATH)

        assert rows[0]["signInActivity"] == SEEN
        assert "signInActivity" not in rows[1]

    def test_is_shown_only_when_selected(self, signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
        kantoor.users = [a_user(1, signInActivity=SEEN)]

        assert "signInActivity" not in signed_in(kantoor).rows("v1.0/users")[0]

    def test_needs_entra_premium(self, signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
        kantoor.service_plans.clear()
        client = signed_in(kantoor)

        assert code(client, self.PATH) == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
        assert client.get("v1.0/users?$select=displayName").status_code == 200

    def test_needs_the_audit_log_right(self, signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
        kantoor.revoke("AuditLog.Read.All")

        assert code(signed_in(kantoor), self.PATH) == (403, "Authentication_MSGraphPermissionMissing")

    def test_brings_the_id_along(self, signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
        assert all("id" in row for row in signed_in(kantoor).rows(self.PATH))
