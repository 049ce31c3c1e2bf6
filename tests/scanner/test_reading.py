"""A tenant is read as it is: every row of every table, and the ledger says what was asked."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import orjson
import pytest
import sample_files
from simulated_scans import Office, Snapshot, an_office

from m365_posture.config import ConfigError
from scanner.collectors.catalogue import COLLECTORS
from scanner.snapshot.ledger import Coverage
from scanner.snapshot.manifest import scan_folders
from scanner.snapshot.reader import newest_finished
from scanner.snapshot.tables import TABLES
from scanner.snapshot.tables.audits import MAILBOX_AUDITS
from scanner.transport.errors import AuthenticationFailed
from scanner.transport.templates import Pack
from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant, load_sample

SAMPLES = ("vermeulen", "lambert")
READ = [collector.table.name for collector in COLLECTORS]
ASKED = [collector.table.name for collector in COLLECTORS if collector.pack is not Pack.SHAREPOINT_ADMIN]
"""Tables that are read with the three packs on; for the others a firm must opt in."""


@pytest.fixture(scope="module", params=SAMPLES)
def scanned(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Office, Snapshot]]:
    """Give a sample tenant, with every eighth row of its log, and one undisturbed scan of it."""
    tenant = load_sample(request.param)
    tenant.sign_ins = list(tenant.sign_ins)[::8]
    with an_office(tenant, tmp_path_factory.mktemp(request.param)) as office:
        yield office, office.scan()


def moment(text: str | None) -> datetime | None:
    return None if text is None or text.startswith("0001") else datetime.fromisoformat(text).astimezone(UTC)


def by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows}


def test_every_table_has_the_state_that_the_sample_expects(scanned: tuple[Office, Snapshot]) -> None:
    office, snapshot = scanned
    expected = sample_files.load(office.tenant.slug).expected

    assert {name: snapshot.states[name] for name in READ} == expected["tables"]
    assert set(snapshot.states) == set(TABLES)
    groups = {f"{name}.{group}": str(of.state) for name in READ for group, of in snapshot.coverage(name).groups.items()}
    assert groups == expected["groups"]


def test_users_are_read_with_everything_that_graph_tells(scanned: tuple[Office, Snapshot]) -> None:
    office, snapshot = scanned
    read = by_id(snapshot.rows("users"))

    assert read.keys() == {user["id"] for user in office.tenant.users}
    for user in office.tenant.users:
        row, activity = read[user["id"]], user.get("signInActivity", {}) if office.tenant.premium else {}
        assert row["user_principal_name"] == user["userPrincipalName"]
        assert row["account_enabled"] is user["accountEnabled"]
        assert row["created_date_time"] == moment(user.get("createdDateTime"))
        assert row["last_successful_sign_in_date_time"] == moment(activity.get("lastSuccessfulSignInDateTime"))
        assert [own["sku_id"] for own in row["assigned_licenses"] or []] == [
            own["skuId"] for own in user.get("assignedLicenses") or []
        ]


def test_policies_keep_their_json(scanned: tuple[Office, Snapshot]) -> None:
    office, snapshot = scanned
    read = by_id(snapshot.rows("conditional_access_policies"))

    assert read.keys() == {policy["id"] for policy in office.tenant.conditional_access_policies}
    for policy in office.tenant.conditional_access_policies:
        raw = orjson.loads(read[policy["id"]]["raw"])
        assert raw == {name: policy[name] for name in raw}
        assert {"conditions", "grantControls", "state"} <= raw.keys()


def test_single_and_small_tables_are_read(scanned: tuple[Office, Snapshot]) -> None:
    office, snapshot = scanned
    tenant = office.tenant

    assert snapshot.manifest.organization_id == tenant.organization[0]["id"]
    assert snapshot.rows("security_defaults") == [
        {"id": tenant.security_defaults["id"], "is_enabled": tenant.security_defaults["isEnabled"]}
    ]
    assert {row["id"]: row["is_verified"] for row in snapshot.rows("domains")} == {
        domain["id"]: domain["isVerified"] for domain in tenant.domains
    }
    assert {
        (row["sku_id"], row["consumed_units"], len(row["service_plans"])) for row in snapshot.rows("subscribed_skus")
    } == {(sku["skuId"], sku["consumedUnits"], len(sku["servicePlans"])) for sku in tenant.subscribed_skus}


def test_every_inbox_rule_is_read_and_nobody_without_a_mailbox_is_missed(scanned: tuple[Office, Snapshot]) -> None:
    office, snapshot = scanned
    rules = office.tenant.inbox_rules
    visible = [row for row in snapshot.rows("inbox_rules") if not row["is_hidden"]]

    assert {(row["mailbox_id"], row["id"]) for row in visible} == {
        (mailbox, rule["id"]) for mailbox, own in rules.items() for rule in own
    }
    for row in visible:
        [rule] = [rule for rule in rules[row["mailbox_id"]] if rule["id"] == row["id"]]
        recipients = rule["actions"].get("forwardTo")
        assert row["forward_to"] == (recipients and [one["emailAddress"].get("address") for one in recipients])
        assert orjson.loads(row["actions"]) == rule["actions"]
    coverage = snapshot.coverage("inbox_rules")
    assert (coverage.objects_expected, coverage.objects_read, coverage.objects_failed) == (len(rules), len(rules), 0)


def test_sign_ins_of_people_are_read_once_each(scanned: tuple[Office, Snapshot]) -> None:
    office, snapshot = scanned
    if not office.tenant.premium:
        assert snapshot.coverage("sign_ins").mend == "license:AAD_PREMIUM"
        return
    since = snapshot.manifest.started_at - timedelta(days=30)
    people = {"interactiveUser", "nonInteractiveUser"}
    expected = {
        sign_in["id"]
        for sign_in in office.tenant.sign_ins
        if people & set(sign_in["signInEventTypes"]) and datetime.fromisoformat(sign_in["createdDateTime"]) >= since
    }
    read = [row["id"] for row in snapshot.rows("sign_ins")]

    assert len(read) == len(set(read))
    assert set(read) == expected


def test_every_permission_of_a_shared_item_is_read_and_no_secret_with_it(scanned: tuple[Office, Snapshot]) -> None:
    office, snapshot = scanned
    permissions = office.tenant.permissions
    rows = snapshot.rows("sharing_links")

    assert {(f"{row['drive_id']}/{row['item_id']}", row["permission_id"]) for row in rows} == {
        (item, permission["id"]) for item, own in permissions.items() for permission in own
    }
    everything = {permission["id"]: permission for own in permissions.values() for permission in own}
    for row in rows:
        permission = everything[row["permission_id"]]
        link = permission.get("link")
        named = "users" if link and permission.get("grantedToIdentitiesV2") else None
        assert (row["kind"] == "link") is (link is not None)
        assert row["link_scope"] == (link or {}).get("scope", named)
    secrets = [
        str(link[name])
        for one in everything.values()
        if (link := one.get("link"))
        for name in ("webUrl",)
        if name in link
    ]
    secrets += [one["shareId"] for one in everything.values() if "shareId" in one]
    assert secrets
    assert not [secret for secret in secrets if secret in str(rows)]


def test_a_whole_scan_sends_no_write_and_asks_for_no_content(scanned: tuple[Office, Snapshot]) -> None:
    office, _ = scanned
    content = ("$value", "/content", "/messages", "/attachments", "/chats", "/events", "/contacts", "/thumbnails")
    web = [request for request in office.simulator.requests if request.scheme == "https"]
    requests = [request for request in web if not request.path.endswith("oauth2/v2.0/token")]
    posted = [request for request in requests if request.method == "POST"]
    cmdlets = [request for request in posted if request.path.endswith("/InvokeCommand")]

    assert {request.method for request in requests} == {"GET", "POST"}
    assert {request.path for request in posted if request not in cmdlets} == {"v1.0/$batch", "beta/$batch"}
    assert all(request.headers["x-cmdletname"].startswith("Get-") for request in cmdlets)
    assert not [request.path for request in requests if any(word in request.path for word in content)]
    graph = [request for request in requests if request.path.startswith(("v1.0/", "beta/")) and request.method == "GET"]
    whole = [re.sub(r"{\w+}", "*", t.endpoint) for one in COLLECTORS for t in one.templates if not t.select]
    chosen = [request for request in graph if not any(fnmatch(request.path, pattern) for pattern in whole)]
    assert all({"$select", "$skiptoken", "token"} & request.query.keys() for request in chosen)
    assert len(chosen) > len(graph) / 2
    assert all(200 <= (request.status or 0) < 500 for request in requests)


def test_nothing_but_sharepoint_is_asked_before_its_drives_are_known(scanned: tuple[Office, Snapshot]) -> None:
    """While forty tables begin at once nobody is answered quickly, and SharePoint decides how long a scan takes."""
    office, _ = scanned
    asked = [path for path in office.asked("v1.0/") if path != "v1.0/$batch"]

    before = asked[: max(number for number, path in enumerate(asked) if path.endswith("/drives"))]

    # what these two draw on, and the tables that let them be drawn on
    # what draws on its budget, and the tables that let it be drawn on
    first = ("v1.0/sites", "v1.0/admin/sharepoint", "v1.0/organization", "v1.0/subscribedSkus")
    assert [path for path in before if not path.startswith(first)] == []


def test_the_ledger_counts_requests_time_and_endpoints(scanned: tuple[Office, Snapshot]) -> None:
    office, snapshot = scanned
    rules = snapshot.coverage("inbox_rules")
    cmdlets = [request.headers.get("x-cmdletname") for request in office.simulator.requests]
    visible = [path for path in office.asked("v1.0/users/") if path.endswith("messageRules")]
    hidden = ["exchange/Get-InboxRule"] if "Get-InboxRule" in cmdlets else []

    assert rules.endpoints == ("v1.0/users/{user_id}/mailFolders/inbox/messageRules", *hidden)
    assert rules.requests == len(visible) + cmdlets.count("Get-InboxRule")
    assert all(snapshot.coverage(name).seconds > 0 for name in ASKED)
    assert snapshot.coverage("sharing_links").endpoints == (
        "v1.0/sites/getAllSites",
        "v1.0/sites/{site_id}/drives",
        "v1.0/drives/{drive_id}/root/delta",
        "v1.0/drives/{drive_id}/items/{item_id}/permissions",
    )


def test_progress_is_told_for_every_table(scanned: tuple[Office, Snapshot]) -> None:
    office, snapshot = scanned
    told = office.watched.events

    assert {table for kind, table, _ in told if kind == "started"} == set(ASKED)
    finished = {table: coverage for kind, table, coverage in told if kind == "finished"}
    assert finished.keys() == set(READ)
    assert all(isinstance(coverage, Coverage) for coverage in finished.values())
    advanced = sum(
        amount for kind, table, amount in told if (kind, table) == ("advanced", "users") and isinstance(amount, int)
    )
    assert advanced == snapshot.coverage("users").rows


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give a small tenant of three people; what it lacks the test adds."""
    tenant = blank_tenant("klein")
    tenant.users += [
        {"id": f"u{n}", "userPrincipalName": f"u{n}@klein.example", "userType": "Member", "assignedLicenses": []}
        for n in range(3)
    ]
    with an_office(tenant, tmp_path) as small:
        yield small


def test_what_a_pack_that_is_off_would_read_is_skipped_and_never_asked(office: Office) -> None:
    snapshot = office.scan(packs=["base"])

    assert (snapshot.coverage("sharing_links").state, snapshot.coverage("sharing_links").mend) == (
        "skipped",
        "pack:files",
    )
    assert (snapshot.coverage("inbox_rules").state, snapshot.coverage("inbox_rules").mend) == ("skipped", "pack:mail")
    assert office.asked("v1.0/sites") == []
    assert office.asked("v1.0/$batch") == []


def test_one_area_is_read_with_what_it_needs_and_never_becomes_the_latest(office: Office) -> None:
    whole = office.scan()
    only = office.scan(only=["mail"])

    states = {name: coverage.state for name, coverage in only.manifest.tables.items()}
    assert (states["inbox_rules"], states["users"]) == ("unlicensed", "complete")
    assert {states[name] for name in ("organization", "domains", "sign_ins", "sharing_links")} == {"skipped"}
    assert only.manifest.only == ("mail",)
    assert newest_finished(office.config.folder) == whole.reader.folder


def test_apps_and_packs_decide_whether_an_interrupted_scan_is_continued(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.UNAUTHORIZED, "login/*", times=None, skip=1))
    office.simulator.faults.add(Fault(FaultKind.UNAUTHORIZED, "v1.0/users"))
    with pytest.raises(AuthenticationFailed):
        office.scan(packs=["base"])
    office.simulator.faults.clear()
    [interrupted] = scan_folders(office.config.folder)

    other = office.scan(resume=True, packs=["base", "mail"])

    assert other.manifest.scan_id != interrupted.name
    assert other.coverage("inbox_rules").state == "unlicensed"


def test_an_area_that_is_not_there_is_refused_before_anything_is_asked(office: Office) -> None:
    with pytest.raises(ConfigError, match=r"no area 'mial'; areas are directory, .*sharing"):
        office.scan(only=["mial"])

    assert office.simulator.requests == []


def test_a_tenant_that_refuses_everything_still_gets_its_manifest(office: Office) -> None:
    office.tenant.app.roles.clear()

    snapshot = office.scan()

    # what only an import brings is refused by nobody
    states = {name: snapshot.coverage(name) for name in ASKED if name != MAILBOX_AUDITS.name}
    others = {name: coverage for name, coverage in states.items() if coverage.state != "denied"}
    assert {"users", "sign_ins", "sharing_links", "role_assignments"} <= states.keys() - others.keys()
    assert all(coverage.mend.startswith("grant:") for coverage in states.values())
    assert {(str(coverage.state), coverage.reason.partition(":")[0]) for coverage in others.values()} == {
        ("failed", "needs")
    }
    assert states["inbox_rules"].reason == "needs:users"
    assert states["inbox_rules"].mend == "grant:User.Read.All"


def test_a_wrong_secret_ends_the_scan_and_publishes_nothing(office: Office) -> None:
    with pytest.raises(AuthenticationFailed):
        office.scan(secret="wrong")

    assert newest_finished(office.config.folder) is None


def test_a_sign_in_that_is_lost_on_the_way_ends_the_scan_and_publishes_nothing(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.UNAUTHORIZED, "login/*", times=None, skip=1))
    office.simulator.faults.add(Fault(FaultKind.UNAUTHORIZED, "v1.0/users"))

    with pytest.raises(AuthenticationFailed):
        office.scan()

    assert newest_finished(office.config.folder) is None
    assert office.asked("v1.0/users")
