"""What a scan of a sample must find is about objects that are there, and does not depend on the weekday."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sample_files import Sample, load

from checks.model import Severity, object_id
from checks.registry import CATALOGUE
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables import TABLES
from simulator.tenants import sample_names

ABOUT_USERS = {"ID-01", "ID-02", "ID-04", "ID-03", "AC-02", "AC-04", "AC-05", "SI-02"}
ABOUT_THE_FIRM = {"AC-01", "SH-01"}
SHARING_SETTINGS = ("anonymous_link_expiry", "anonymous_link_permission", "guest_access_expiry")
LEGACY_SETTINGS = ("SmtpClientAuthenticationDisabled", "isLegacyAuthProtocolsEnabled", "clientAppTypes")
SESSION_CONTROLS = (
    "administrator_browser",
    "administrator_sign_in_frequency",
    "authentication_transfer",
    "device_code_flow",
    "idle_session",
)
SIGN_IN_SETTINGS = (
    "displayAppInformationRequiredState",
    "displayLocationInformationRequiredState",
    "policyMigrationState",
)
RISKS = ("user_risk", "sign_in_risk")
BOOKKEEPING = {"tables", "groups"}
STALE = timedelta(days=90)
LINK_MAX = timedelta(days=30)
MOVED_AT_MOST = timedelta(days=7)
MARGIN = timedelta(days=10)


def objects(sample: Sample, check: str) -> set[str]:
    if check in ABOUT_USERS:
        partners = (f"serviceProvider:{one['tenantId']}" for one in sample.rows("cross_tenant_access_partners"))
        return {object_id(each) for each in (*sample.users, *partners)}
    if check in ABOUT_THE_FIRM:
        return {object_id(sample["tenant"]["tenant_id"])}
    named: dict[str, Callable[[Sample], Iterable[str]]] = {
        "EM-04": mail_routes,
        "AC-03": administrator_rights,
        "ID-05": legacy_ways,
        "ID-09": lambda _: map(object_id, SESSION_CONTROLS),
        "ID-06": sign_in_methods,
        "ID-07": exceptions,
        "EM-05": inbox_rules,
        "SH-02": lambda _: map(object_id, SHARING_SETTINGS),
        "SH-06": links,
        "SI-01": lambda _: map(object_id, RISKS),
        "SI-03": countries_of_people,
    }
    return set(named[check](sample))


def countries_of_people(sample: Sample) -> Iterator[str]:
    for row in sample.rows("sign_ins"):
        if row["status"]["errorCode"] == 0 and row["userId"] and row["location"]["countryOrRegion"]:
            yield object_id(row["userId"], row["location"]["countryOrRegion"])


def administrator_rights(sample: Sample) -> Iterator[str]:
    yield from (object_id("assignment", row["id"]) for row in sample.rows("role_assignments"))
    yield from (object_id("activation", row["id"]) for row in sample.rows("role_definitions"))


def sign_in_methods(sample: Sample) -> Iterator[str]:
    yield from (object_id("method", method) for method in ("Sms", "Voice", "Email"))
    yield from (object_id("setting", setting) for setting in SIGN_IN_SETTINGS)
    yield from (object_id("user", user) for user in sample.users)


def legacy_ways(sample: Sample) -> Iterator[str]:
    yield from (object_id("setting", setting) for setting in LEGACY_SETTINGS)
    yield from (object_id("user", user) for user in sample.users)


def exceptions(sample: Sample) -> Iterator[str]:
    yield object_id("firm", "emergency_accounts")
    yield from (object_id(kind, user) for kind in ("emergency", "exclusion") for user in sample.users)


def mail_routes(sample: Sample) -> Iterator[str]:
    for policy in sample.exchange("Get-HostedOutboundSpamFilterPolicy"):
        yield object_id("outbound_spam_policy", policy["Guid"])
    for mailbox in sample.exchange("Get-Mailbox"):
        yield object_id("mailbox", mailbox["ExternalDirectoryObjectId"] or mailbox["Guid"])
    for rule in sample.exchange("Get-TransportRule"):
        yield object_id("transport_rule", rule["Guid"])


def inbox_rules(sample: Sample) -> Iterator[str]:
    """Yield every rule by Graph's id and, as hidden ones have no other, by Exchange's."""
    yield from (object_id(mailbox, rule["id"]) for mailbox, rule in sample.rules())
    mailboxes = {user["userPrincipalName"]: user["id"] for user in sample["users"]}
    for name, rules in sample.parts.get("exchange_mailboxes", {}).get("Get-InboxRule", {}).items():
        yield from (object_id(mailboxes[name], str(rule["RuleIdentity"])) for rule in rules)


def links(sample: Sample) -> Iterator[str]:
    for drive, item in sample.items():
        for permission in sample["permissions"].get(f"{drive}/{item['id']}", []):
            if "link" in permission and "inheritedFrom" not in permission:
                yield object_id(drive, item["id"], permission["id"])


def findings(sample: Sample) -> dict[str, dict[str, Any]]:
    return {name: entry for name, entry in sample.expected.items() if name not in BOOKKEEPING}


def test_every_check_has_an_expected_verdict(sample: Sample) -> None:
    assert set(findings(sample)) == {one.id for one in CATALOGUE}


def test_what_is_expected_names_objects_of_the_tenant(sample: Sample) -> None:
    for check, finding in findings(sample).items():
        assert set(finding["failing"]) | set(finding["unknown"]) <= objects(sample, check), check
        assert set(finding["failing"]).isdisjoint(finding["unknown"]), check


def test_what_is_expected_is_sorted_and_names_each_object_once(sample: Sample) -> None:
    for finding in findings(sample).values():
        for ids in (finding["failing"], finding["unknown"]):
            assert ids == sorted(set(ids))


def test_a_verdict_fits_its_lists(sample: Sample) -> None:
    for check, finding in findings(sample).items():
        assert (finding["status"] == "fail") == bool(finding["failing"]), check
        assert finding["status"] not in {"pass", "not_applicable"} or not finding["unknown"], check
        assert not finding["at_least"] or finding["status"] == "fail", check
        assert finding["at_least"] or not (finding["failing"] and finding["unknown"]), check


def test_a_check_that_needs_a_licence_lambert_lacks_is_not_assessed(lambert: Sample) -> None:
    assert lambert.expected["groups"]["users.sign_in_activity"] == TableState.UNLICENSED
    assert lambert.expected["AC-04"] == {"status": "not_assessed", "failing": [], "unknown": [], "at_least": False}


def test_every_table_has_an_expected_state(sample: Sample) -> None:
    bookkeeping = {"watermarks", "unread_objects"}

    assert set(sample.expected["tables"]) == set(TABLES) - bookkeeping
    assert {TableState(state) for state in sample.expected["tables"].values()} <= set(TableState)


def test_expected_column_groups_exist(sample: Sample) -> None:
    for name, state in sample.expected["groups"].items():
        table, group = name.split(".")

        assert group in TABLES[table].groups
        assert TableState(state) is not TableState.COMPLETE


def test_trouble_in_the_sample_is_a_minority(sample: Sample) -> None:
    enabled = sum(user["accountEnabled"] for user in sample["users"])

    assert len(sample.expected["ID-01"]["failing"]) < enabled / 5
    assert len(sample.expected["AC-04"]["failing"]) < enabled / 5
    assert len(sample.expected["EM-05"]["failing"]) <= enabled / 5


@pytest.mark.parametrize("slug", ["lambert", "noordzee", "vermeulen"])
def test_three_firms_have_something_to_mend(slug: str) -> None:
    if slug in sample_names():
        assert "fail" in {finding["status"] for finding in findings(load(slug)).values()}


@pytest.mark.parametrize("slug", ["degroote", "peeters"])
def test_two_firms_are_well(slug: str) -> None:
    if slug in sample_names():
        grave = {one.id for one in CATALOGUE if one.severity in {Severity.CRITICAL, Severity.HIGH}}
        found = findings(load(slug))
        assert [check for check in sorted(grave) if found[check]["status"] == "fail"] == []
        assert [check for check in sorted(grave) if found[check]["unknown"]] == []


def too_near(when: str, threshold: datetime) -> bool:
    """Whether the verdict could change within the margin, wherever in its week the tenant is scanned."""
    moment = datetime.fromisoformat(when)
    return threshold - MARGIN < moment < threshold + MOVED_AT_MOST + MARGIN


def test_no_use_of_an_account_is_near_ninety_days(sample: Sample) -> None:
    threshold = sample.recorded_at - STALE
    for user in sample["users"]:
        used = user.get("signInActivity", {}).get("lastSuccessfulSignInDateTime") or user["createdDateTime"]

        assert used is None or not too_near(used, threshold)


def test_no_link_that_anyone_can_use_expires_near_thirty_days(sample: Sample) -> None:
    threshold = sample.recorded_at + LINK_MAX
    permissions = [one for several in sample["permissions"].values() for one in several]
    expiries = [
        one["expirationDateTime"]
        for one in permissions
        if one.get("link", {}).get("scope") == "anonymous" and one.get("expirationDateTime")
    ]

    assert [when for when in expiries if too_near(when, threshold)] == []


def test_no_agreement_ends_near_the_scan(sample: Sample) -> None:
    agreements = sample["tenant"]["config"].get("trusted_forwarding", [])
    ends = [datetime.combine(date.fromisoformat(one["until"]), time(), UTC).isoformat() for one in agreements]

    assert [end for end in ends if too_near(end, sample.recorded_at)] == []
