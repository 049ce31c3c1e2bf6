"""Sample tenants moved in time, generated tenants of any size."""

import json
import tracemalloc
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.dates import NEVER, shifted, weeks_between
from simulator.generate import generate_tenant
from simulator.holdings import Holdings
from simulator.tenants import SimulatedTenant, load_sample, sample_names

NOW = datetime(2031, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize("slug", sample_names())
def test_a_sample_is_of_this_week(slug: str) -> None:
    tenant = load_sample(slug, NOW)
    signed_in = [row["createdDateTime"] for row in tenant.sign_ins]
    newest = max(signed_in + [row["activityDateTime"] for row in tenant.directory_audits])

    assert NOW - timedelta(days=9) < datetime.fromisoformat(newest) <= NOW


def test_a_sample_keeps_its_weekdays_and_distances(tmp_path: Path) -> None:
    about = {
        "slug": "kantoor",
        "name": "Kantoor",
        "tenant_id": "t",
        "recorded_at": "2026-11-16T06:00:00Z",
        "language": "nl",
        "app": {"client_id": "c", "roles": ["User.Read.All"]},
        "service_plans": [],
        "config": {"trusted_forwarding": [{"until": "2027-06-30"}], "leavers": [{"last_day": "2026-08-31"}]},
    }
    user = {"createdDateTime": "2026-11-13T09:30:00.1234567Z", "lastPasswordChangeDateTime": NEVER, "displayName": "x"}
    (tmp_path / "kantoor").mkdir()
    (tmp_path / "kantoor" / "tenant.json").write_text(json.dumps(about))
    (tmp_path / "kantoor" / "users.json").write_text(json.dumps([user]))

    tenant = load_sample("kantoor", NOW, tmp_path)

    moved = tenant.users[0]
    assert moved == {**user, "createdDateTime": "2031-02-28T09:30:00.1234567Z"}
    assert tenant.config["trusted_forwarding"][0]["until"] == "2031-10-15"
    assert tenant.config["leavers"][0]["last_day"] == "2030-12-16"
    assert tenant.domains == []


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 16, 6, tzinfo=UTC),
        datetime(2026, 11, 23, 5, 59, tzinfo=UTC),
        NOW,
        NOW - timedelta(days=3_000),
    ],
)
def test_the_recording_falls_into_the_last_seven_days(now: datetime) -> None:
    recorded_at = datetime(2026, 11, 16, 6, tzinfo=UTC)

    moved = recorded_at + weeks_between(recorded_at, now)

    assert now - timedelta(days=7) < moved <= now


@pytest.mark.parametrize(
    "text",
    [NEVER, "", "2024-0137 Janssens c. Immo Delta", "2026-11-16", "2026-13-45T00:00:00Z", "a note of 2026-11-16"],
)
def test_what_is_no_time_stays(text: str) -> None:
    assert shifted({"x": [text]}, timedelta(weeks=1)) == {"x": [text]}


def test_an_unknown_sample_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        load_sample("nobody")


def test_rights_can_be_granted_and_taken() -> None:
    tenant = generate_tenant(users=1)
    tenant.revoke("User.Read.All", "Policy.Read.All")
    tenant.grant("User.Read.All")

    assert "User.Read.All" in tenant.app.roles
    assert "Policy.Read.All" not in tenant.app.roles


@pytest.fixture(scope="module")
def tenant() -> SimulatedTenant:
    return generate_tenant(seed=3, users=400, sign_ins=100, sites=4, shared_items=30, items=500, now=NOW)


class TestGeneratedTenant:
    """Same seed, same tenant; believable and fictional."""

    def test_the_same_seed_gives_the_same_tenant(self, tenant: SimulatedTenant) -> None:
        again = generate_tenant(seed=3, users=400, sign_ins=100, sites=4, shared_items=30, items=500, now=NOW)

        assert everything(again) == everything(tenant)

    def test_another_seed_gives_another(self, tenant: SimulatedTenant) -> None:
        assert generate_tenant(seed=4, users=400, now=NOW).users != tenant.users

    def test_it_is_as_large_as_asked(self, tenant: SimulatedTenant) -> None:
        items = [item for drive in tenant.drive_items.values() for item in drive]

        assert (len(tenant.users), len(tenant.sign_ins), len(tenant.sites)) == (400, 100, 4)
        assert len(items) == 500
        assert sum("shared" in item for item in items) == 30

    def test_ids_are_unique(self, tenant: SimulatedTenant) -> None:
        ids = [user["id"] for user in tenant.users] + [i["id"] for d in tenant.drive_items.values() for i in d]

        assert len(set(ids)) == len(ids)

    def test_items_stand_below_an_item_of_their_drive(self, tenant: SimulatedTenant) -> None:
        for drive in tenant.drive_items.values():
            folders = {item["id"] for item in drive if "folder" in item}

            assert {item["parentReference"]["id"] for item in drive if "root" not in item} <= folders

    def test_shared_items_have_a_permission_beside_the_owner(self, tenant: SimulatedTenant) -> None:
        for drive_id, drive in tenant.drive_items.items():
            for item in drive:
                permissions = tenant.permissions_of(drive_id, item["id"])
                assert permissions is not None
                assert len(permissions) == (2 if "shared" in item else 1)

    def test_there_are_guests_shared_mailboxes_and_people_who_never_signed_in(self, tenant: SimulatedTenant) -> None:
        assert sum(user["userType"] == "Guest" for user in tenant.users) == 40
        assert any(not user["accountEnabled"] and not user["assignedLicenses"] for user in tenant.users)
        assert 0 < sum("signInActivity" not in user for user in tenant.users) < 40
        assert NEVER in json.dumps(tenant.users)

    def test_groups_and_roles_are_held_by_people_who_are_there(self, tenant: SimulatedTenant) -> None:
        ids = {user["id"] for user in tenant.users} | {group["id"] for group in tenant.groups}
        members = {member["id"] for rows in tenant.group_members.values() for member in rows}
        excluded = {group for p in tenant.conditional_access_policies for group in excluded_groups(p)}

        assert len(tenant.groups) > 40
        assert {group["id"] for group in tenant.groups} == tenant.group_members.keys()
        assert members | {each["principalId"] for each in tenant.role_assignments} <= ids
        assert len(excluded & tenant.group_members.keys()) == 1

    def test_every_account_says_what_it_registered(self, tenant: SimulatedTenant) -> None:
        registered = {row["id"]: row["isMfaRegistered"] for row in tenant.registration_details}

        assert registered.keys() == {user["id"] for user in tenant.users}
        assert sum(not is_registered for is_registered in registered.values()) == 40

    def test_rights_are_given_by_services_that_have_them(self, tenant: SimulatedTenant) -> None:
        services = {each["id"]: {role["id"] for role in each["appRoles"]} for each in tenant.service_principals}
        rights = [right for rows in tenant.app_role_assignments.values() for right in rows]

        assert len(services) > 80
        assert rights
        assert all(right["appRoleId"] in services[right["resourceId"]] for right in rights)
        assert {row["clientId"] for row in tenant.oauth2_permission_grants} <= services.keys()

    def test_its_audit_log_is_of_the_last_month_and_newest_first(self, tenant: SimulatedTenant) -> None:
        times = [row["activityDateTime"] for row in tenant.directory_audits]

        assert len(times) == 800
        assert times == sorted(times, reverse=True)
        assert NOW - timedelta(days=30) < datetime.fromisoformat(times[-1]) < datetime.fromisoformat(times[0]) < NOW

    def test_licences_are_counted(self, tenant: SimulatedTenant) -> None:
        assert tenant.licences == sum(len(user["assignedLicenses"]) for user in tenant.users)

    def test_every_address_is_fictional(self, tenant: SimulatedTenant) -> None:
        words = json.dumps(everything(tenant)).replace('"', " ").replace("/", " ").split()
        addresses = [word.rstrip(",]") for word in words if "@" in word and "." in word]

        assert addresses
        assert {address for address in addresses if not address.endswith((".example", "@odata.type"))} == set()

    def test_its_log_is_never_held(self) -> None:
        tracemalloc.start()
        generate_tenant(users=10, sign_ins=5_000_000, sites=1, shared_items=10, items=1_000_000)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert peak_bytes < 20_000_000

    def test_a_tenant_may_be_empty(self) -> None:
        empty = generate_tenant(users=0, sign_ins=0, sites=0, shared_items=0)

        assert (empty.users, empty.sign_ins, empty.sites) == ([], [], [])


def excluded_groups(policy: dict[str, Any]) -> list[str]:
    groups: list[str] = policy["conditions"]["users"]["excludeGroups"]
    return groups


def everything(tenant: SimulatedTenant) -> dict[str, Any]:
    """All that a generated tenant holds."""
    log = tenant.sign_ins
    held = {each.name: getattr(tenant, each.name) for each in fields(Holdings) if each.name != "service_plans"}
    return {
        **held,
        "exchange": [tenant.exchange, tenant.exchange_mailboxes],
        "users": tenant.users,
        "rules": tenant.inbox_rules,
        "policies": tenant.conditional_access_policies,
        "licences": tenant.subscribed_skus,
        "sites": tenant.sites,
        "drives": tenant.drives,
        "items": {drive_id: list(items) for drive_id, items in tenant.drive_items.items()},
        "permissions": {key: tenant.permissions[key] for key in tenant.permissions},
        "sign_ins": [log[index] for index in range(len(log))],
    }
