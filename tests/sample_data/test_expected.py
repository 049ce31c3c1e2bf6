"""What a scan of a sample must find is about objects that are there, and does not depend on the weekday."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sample_files import Sample

from checks.model import object_id
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables import TABLES

CHECKS = ("ID-01", "AC-04", "EM-05", "SH-06")
STALE = timedelta(days=90)
LINK_MAX = timedelta(days=30)
MOVED_AT_MOST = timedelta(days=7)
MARGIN = timedelta(days=10)


def objects(sample: Sample, check: str) -> set[str]:
    match check:
        case "ID-01" | "AC-04":
            return {object_id(user) for user in sample.users}
        case "EM-05":
            return {object_id(mailbox, rule["id"]) for mailbox, rule in sample.rules()}
        case _:
            return set(links(sample))


def links(sample: Sample) -> Iterator[str]:
    for drive, item in sample.items():
        for permission in sample["permissions"].get(f"{drive}/{item['id']}", []):
            if "link" in permission and "inheritedFrom" not in permission:
                yield object_id(drive, item["id"], permission["id"])


@pytest.mark.parametrize("check", CHECKS)
def test_what_is_expected_names_objects_of_the_tenant(sample: Sample, check: str) -> None:
    finding = sample.expected[check]

    assert set(finding["failing"]) | set(finding["unknown"]) <= objects(sample, check)
    assert set(finding["failing"]).isdisjoint(finding["unknown"])


@pytest.mark.parametrize("check", CHECKS)
def test_what_is_expected_is_sorted_and_names_each_object_once(sample: Sample, check: str) -> None:
    for ids in (sample.expected[check]["failing"], sample.expected[check]["unknown"]):
        assert ids == sorted(set(ids))


@pytest.mark.parametrize("check", CHECKS)
def test_a_verdict_fits_its_lists(sample: Sample, check: str) -> None:
    finding = sample.expected[check]

    assert finding["status"] == ("fail" if finding["failing"] else "not_assessed")
    assert not finding["at_least"] or finding["status"] == "fail"


def test_a_check_that_needs_a_licence_lambert_lacks_is_not_assessed(lambert: Sample) -> None:
    assert lambert.expected["groups"]["users.sign_in_activity"] == TableState.UNLICENSED
    assert lambert.expected["AC-04"] == {"status": "not_assessed", "failing": [], "unknown": [], "at_least": False}


def test_every_table_of_graph_has_an_expected_state(sample: Sample) -> None:
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

    assert 0 < len(sample.expected["ID-01"]["failing"]) < enabled / 5
    assert len(sample.expected["AC-04"]["failing"]) < enabled / 5
    assert len(sample.expected["EM-05"]["failing"]) <= 5


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

    assert expiries
    assert [when for when in expiries if too_near(when, threshold)] == []


def test_no_agreement_ends_near_the_scan(vermeulen: Sample) -> None:
    ends = [date.fromisoformat(one["until"]) for one in vermeulen["tenant"]["config"]["trusted_forwarding"]]

    assert len(ends) == 2
    assert [
        end
        for end in ends
        if too_near(datetime(end.year, end.month, end.day, tzinfo=UTC).isoformat(), vermeulen.recorded_at)
    ] == []
