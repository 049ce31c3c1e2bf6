# ruff: noqa: ANN401 - members of any type
"""What is evaluated and why not, what rows leave open, and what is counted: with detections made for it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from builders.rows import AS_OF, Row, a_sign_in
from cases_kit import by_case
from engine_kit import a_baseline, an_audit, at, examined

from checks.signins.addresses import Networks, address_table
from checks.signins.detections import UNITS
from checks.signins.units import Family, Level, Unit
from scanner.snapshot.networks import address_of, is_private, near, wide

FOREIGN = Unit(
    id="D98",
    title="A sign-in from abroad",
    family=Family.PLACE,
    level=Level.LISTED,
    technique=("T1078",),
    window=timedelta(days=1),
    threshold={},
    fields=("country_or_region", "error_code"),
    false_alarms="Journeys.",
    why="Ask.",
    scope="is_success",
    query="""
        SELECT who, address, moment AS first, moment AS last, 1 AS times, TRUE AS succeeded, FALSE AS approved,
            NULL::VARCHAR AS level, [row] AS rows, {'country': country} AS facts
        FROM seen WHERE is_success AND country <> 'BE' ORDER BY first, row""",
)
"""Simple enough to see what the engine adds."""


def abroad(user: str = "user-1", minutes: float = 0, **given: Any) -> Row:
    return a_sign_in(user=user, **({"created_date_time": at(minutes), "country_or_region": "FR"} | given))


def home(user: str = "user-1", minutes: float = 0, **given: Any) -> Row:
    return abroad(user, minutes, **({"country_or_region": "BE"} | given))


def because(unit: Unit, *rows: Row, **how: Any) -> str:
    (state,) = examined(rows or [home()], [unit], **how).units
    assert state.evaluated is (not state.because)
    return state.because


def test_a_detection_says_who_where_and_which_rows() -> None:
    row = abroad("user-7", ip_address="198.51.100.7:443", app_display_name="Mail", autonomous_system_number=64500)

    (found,) = examined([home("user-8"), row], [FOREIGN]).detections

    assert (found.unit, found.user_id, found.name) == ("D98", "user-7", "Name of user-7")
    assert (found.source, found.first, found.facts) == ("198.51.100.7", row["created_date_time"], {"country": "FR"})
    assert (found.record_ids, found.countries, found.asns, found.apps) == ((row["id"],), ("FR",), (64500,), ("Mail",))


def because_of_each(units: Mapping[str, Unit], *rows: Row, **how: Any) -> dict[str, str]:
    """Ask of several detections in one examination."""
    asked = [replace(unit, id=f"D{number}") for number, unit in enumerate(units.values(), start=90)]
    told = examined(rows or [home()], asked, **how).units
    return {name: state.because for name, state in zip(units, told, strict=True)}


def test_what_was_not_read_is_not_evaluated() -> None:
    sessions = replace(FOREIGN, fields=("session_id",))
    units = {
        "plain": FOREIGN,
        "sessions": sessions,
        "audits": replace(FOREIGN, tables=("directory_audits",)),
        "baselines": replace(FOREIGN, tables=("sign_in_baselines",)),
    }

    assert because_of_each(units, home(session_id=None), beta_unread=True) == {
        "plain": "",
        "sessions": "beta_unread",
        "audits": "table:directory_audits",
        "baselines": "table:sign_in_baselines",
    }
    assert because_of_each(units, home(session_id=None), audits=[]) == {
        "plain": "",
        "sessions": "field_never_filled:session_id",
        "audits": "",
        "baselines": "table:sign_in_baselines",
    }
    assert because(sessions, home(session_id="s"), home(session_id=None)) == ""


def test_what_the_firm_did_not_state_is_not_evaluated() -> None:
    unit = replace(FOREIGN, statements=("break_glass",))

    assert because(unit) == "not_stated:break_glass"
    assert because(unit, break_glass=frozenset({"glass@contoso.example"})) == ""


def test_a_detection_that_looks_back_needs_a_log_or_a_baseline_that_goes_back() -> None:
    short = AS_OF - timedelta(days=59)
    units = {"looks back": replace(FOREIGN, needs_days=60), "looks at the day": FOREIGN}
    whole = [a_baseline("user-1", "week", "2026-W30", last_seen=short)]
    holed = [a_baseline("user-1", "week", "2026-W23")]

    def told(**how: Any) -> str:
        said = because_of_each(units, **how)
        assert said["looks at the day"] == ""
        return said["looks back"]

    assert told() == ""
    assert told(log_since=None) == "log_too_short"
    assert told(log_since=short, baselines=whole) == ""
    assert told(log_since=short, baselines=holed) == "log_too_short"


def test_what_a_row_does_not_say_leaves_its_person_in_doubt() -> None:
    rows = [home("fine"), home("unsaid", country_or_region=None), home("failed", country_or_region=None, error_code=1)]

    assert examined(rows, [FOREIGN]).doubts == {"unsaid": {"D98"}}


def test_whether_a_row_is_in_scope_may_be_unknown_too() -> None:
    assert examined([home("fine"), home("unsaid", error_code=None)], [FOREIGN]).doubts == {"unsaid": {"D98"}}


def test_a_row_without_a_time_is_in_doubt_and_counted() -> None:
    found = examined([home(), home("undated", created_date_time=None)], [FOREIGN])

    assert found.doubts == {"undated": {"D98"}}
    assert found.rows.without_time == 1


def test_a_row_that_names_nobody_may_be_about_anybody_and_one_of_no_account_is_about_nobody() -> None:
    unnamed = examined([home(), abroad(user_id=None)], [FOREIGN])
    stranger = examined([home(), abroad(user_id="", error_code=50034)], [FOREIGN])

    assert (unnamed.doubts, unnamed.rows.without_user) == ({None: {"D98"}}, 1)
    assert stranger.doubts == {}


def test_where_others_decide_a_hole_in_one_row_is_a_doubt_about_everybody() -> None:
    crowd = replace(FOREIGN, is_crowd=True)

    assert examined([home("a"), home("b", country_or_region=None)], [crowd]).doubts == {None: {"D98"}}


def test_silent_refreshes_leave_in_doubt_what_reads_them() -> None:
    silent = {"is_interactive": False, "authentication_protocol": "none", "client_app_used": "Browser"}
    rows = [home("user-1", user_agent="x"), home("user-2", country_or_region=None, user_agent="x", **silent)]
    reads = replace(FOREIGN, query=FOREIGN.query.replace("FROM seen", "FROM seen ANTI JOIN refreshes USING (row)"))

    assert examined(rows, [FOREIGN]).doubts == {}
    assert examined(rows, [reads]).doubts == {"user-2": {"D98"}}


def test_people_who_are_not_known_yet_are_told_apart() -> None:
    learning = replace(FOREIGN, needs_learning=True)
    rows = [home("new"), home("old"), home("old", -60 * 24 * 20)]

    found = examined(rows, [learning])

    assert found.doubts == {}
    assert found.unlearned["new"] == {"D98"}
    assert "D98" not in examined(rows, [FOREIGN]).unlearned.get("new", frozenset())


def test_everybody_in_the_log_is_named_once() -> None:
    rows = [home("b"), home("a"), home("a", 5), home("long-gone", created_date_time=AS_OF - timedelta(days=40))]

    assert [account.user_id for account in examined(rows, [FOREIGN]).accounts] == ["a", "b"]


def test_malformed_members_are_counted() -> None:
    rows = [home(), home(ip_address="?"), home(authentication_details="{"), home(error_code=None)]

    found = examined(rows, [FOREIGN]).rows

    assert (found.read, found.malformed, found.repeated) == (4, 3, 0)


def test_order_and_repetition_change_nothing_but_how_often_they_are_counted() -> None:
    rows = [abroad(f"user-{number % 3}", number // 2) for number in range(12)]
    once = examined(rows, [FOREIGN])

    for seed in range(3):
        shuffled = [*rows, *rows[:5], *rows[:2]]
        Random(seed).shuffle(shuffled)  # noqa: S311 - an order, no secret
        again = examined(shuffled, [FOREIGN])

        assert (again.detections, again.stories, again.doubts, again.accounts) == (
            once.detections,
            once.stories,
            once.doubts,
            once.accounts,
        ), seed
        assert (again.rows.read, again.rows.repeated) == (once.rows.read, 5), seed


def test_an_event_of_the_audit_log_is_told_of_the_account_it_was_done_to() -> None:
    target = '[{"id": "user-1", "type": "User"}]'
    events = [
        an_audit("Admin registered security info", "admin", at(20), target_resources=target),
        an_audit("Register device", "user-1", at(30)),
        an_audit("Register device", "user-1", at(40), result="failure"),
        an_audit("Update user", "user-1", at(50)),
        an_audit("Register device", "user-1", at(30), id="x", target_resources="{"),
    ]

    (story,) = examined([abroad()], [FOREIGN], audits=events).stories

    told = [moment.args["operation"] for moment in story.timeline if moment.what == "audit"]
    assert told == ["admin registered security info", "register device"]
    assert story.level is Level.HIGH


def test_what_a_row_of_an_attack_does_not_say_hides_it_from_nobody() -> None:
    """Neither a spray of four by one program, nor that the program got in an hour later from elsewhere."""
    program = {"user_agent": "Mozilla/5.0 (Windows NT 10.0)", "device_operating_system": "Windows 10"}
    strange = program | {"ip_address": "198.51.100.7", "autonomous_system_number": 64500}
    tries = [home(f"user-{number}", number, error_code=50126, **strange) for number in range(4)]
    entry = home("user-0", 30, **(program | {"ip_address": "203.0.113.9", "autonomous_system_number": 64501}))
    whole = [*tries, entry]
    cases = {"nothing is missing": whole} | {
        f"row {number} lacks {name}": [row | {name: None} if row is whole[number] else row for row in whole]
        for name in ("user_agent", "device_operating_system", "autonomous_system_number")
        for number in (2, 4)
    }

    for unit in UNITS:
        if unit.id in {"D01", "D02"}:
            assert {case: len(found) for case, found in by_case(unit, cases).items()} == dict.fromkeys(cases, 1)


def test_an_empty_log_finds_nothing_and_leaves_nothing_open() -> None:
    found = examined([])

    assert (found.detections, found.stories, found.doubts, found.rows.read) == ((), (), {}, 0)


def test_the_quick_way_to_compare_addresses_is_the_way_the_scanner_does() -> None:
    texts = [
        "192.0.2.1",
        "10.1.2.3",
        "100.64.0.1",
        "172.31.255.255",
        "0.0.0.0",  # noqa: S104 - no address at all
        "224.0.0.1",
        "203.0.113.255",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "192.0.2.1:80",
        "2001:db8::7",
        "::ffff:10.0.0.1",
        "?",
    ]

    rows = address_table(texts, Networks([])).to_pylist()

    for text, row in zip(texts, rows, strict=True):
        address = address_of(text)
        assert (row["address"], row["near"], row["wide"]) == (address, near(text), wide(text)), text
        assert row["is_private"] == (is_private(text) if address else None), text
