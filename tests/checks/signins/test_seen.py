# ruff: noqa: ANN401 - columns of any type
"""What the detections see of a row: three values, hashes instead of ids, and what was ordinary before."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from builders.rows import AS_OF, Row, a_sign_in
from engine_kit import SIGN_INS, a_baseline

from checks.frame import records
from checks.relations import Relations
from checks.signins.columns import FIELDS, LABELS, mask
from checks.signins.examine import _BASELINES
from checks.signins.seen import Span, build

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
SILENT = {
    "is_interactive": False,
    "authentication_protocol": "none",
    "client_app_used": "Browser",
    "user_agent": CHROME,
}


def tables(rows: Iterable[Row], *names: str, baselines: Iterable[Row] = (), **given: Any) -> list[list[Row]]:
    """Rows of the engine's tables, in order of their time."""
    log = pa.Table.from_pylist(list(rows), schema=SIGN_INS)
    ordinary = pa.Table.from_pylist(
        [{name: row[name] for name in _BASELINES.names} for row in baselines], schema=_BASELINES
    )
    with Relations() as relations:
        relation = relations.relation("sign_ins", ds.dataset(log), (*FIELDS, *LABELS))
        span = Span(AS_OF - timedelta(days=30), AS_OF)
        how: dict[str, Any] = {"trusted_networks": (), "break_glass": ()} | given
        build(relation, span, baselines=ordinary, **how)
        return [records(relation.sql(f"FROM {name} ORDER BY ALL")) for name in names]


def seen(*rows: Row, **given: Any) -> list[Row]:
    (found,) = tables(rows, "seen", **given)
    return sorted(found, key=lambda row: (row["moment"], row["row"]))


def one(**given: Any) -> Row:
    (row,) = seen(a_sign_in(**given))
    return row


def steps(*given: tuple[str | None, Any, str | None]) -> str:
    names = ("authenticationMethod", "succeeded", "authenticationStepResultDetail")
    return json.dumps([dict(zip(names, step, strict=True)) for step in given])


def each(cases: Iterable[Row]) -> list[Row]:
    """What is seen of sign-ins that differ in what is given, in the order given."""
    return seen(
        *(
            a_sign_in(created_date_time=AS_OF - timedelta(hours=9, minutes=-at)) | given
            for at, given in enumerate(cases)
        )
    )


def answers(rows: Iterable[Row], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_a_code_says_whether_the_password_was_right() -> None:
    true = {
        0: {"is_success", "is_right", "is_signed_in"},
        50126: {"is_wrong", "is_try"},
        50034: {"is_wrong", "is_try"},
        50055: {"is_right", "is_try"},
        53003: {"is_right"},
        50140: {"is_right", "is_signed_in", "is_interrupt"},
        50057: {"is_disabled", "is_try"},
        500121: {"is_right", "is_approval_failed"},
        50173: {"is_right", "is_dead_token"},
    }
    names = sorted(set().union(*true.values()))

    rows = each({"error_code": code} for code in true)

    assert [{name for name in names if row[name] is True} for row in rows] == list(true.values())
    assert all(row[name] is not None for row in rows for name in names)


def test_no_code_says_nothing() -> None:
    row = one(error_code=None)

    assert [row[name] for name in ("is_success", "is_right", "is_wrong", "is_try", "is_refused")] == [None] * 5


def test_the_reason_tells_a_lock_out_from_a_blocked_address() -> None:
    reasons = (
        "The account is locked, you've tried to sign in too many times.",
        "Sign-in was blocked because it came from an IP address with malicious activity.",
        None,
    )

    rows = each({"error_code": 50053, "failure_reason": reason} for reason in reasons)

    assert answers(rows, "is_lockout", "is_blocked_address") == [(True, False), (False, True), (None, None)]


def test_a_row_names_an_account_or_one_that_does_not_exist_or_nobody() -> None:
    rows = each(
        [
            {},
            {"user_id": "00000000-0000-0000-0000-000000000000", "error_code": 50034},
            {"user_id": None},
            {"user_id": None, "error_code": 50034},
            {"user_id": None, "service_principal_id": "sp-1"},
        ]
    )

    assert [row["who"] is not None for row in rows] == [True, False, False, False, True]
    assert answers(rows, "is_stranger", "is_service") == [
        (False, False),
        (True, False),
        (None, False),
        (True, False),
        (False, True),
    ]
    assert all(row["person"] is not None for row in rows)


def test_a_typed_name_stands_for_a_stranger_whatever_its_case() -> None:
    nobody = {"user_id": "", "error_code": 50034}
    rows = seen(
        a_sign_in(user_principal_name="Info@Contoso.example", **nobody),
        a_sign_in(user_principal_name="info@contoso.example", **nobody),
        a_sign_in(user_principal_name="sales@contoso.example", **nobody),
    )

    assert len({row["person"] for row in rows}) == 2


def test_addresses_are_compared_by_host_site_and_region() -> None:
    pairs = {
        ("203.0.113.9", "203.0.113.9:5544"): {"address", "near", "wide"},
        ("203.0.113.9", "203.0.113.77"): {"near", "wide"},
        ("203.0.113.9", "203.0.7.1"): {"wide"},
        ("2001:db8:1:2:3::4", "2001:DB8:1:2::9"): {"address", "near", "wide"},
        ("2001:db8:1:2::9", "2001:db8:1:3::9"): {"wide"},
        ("no address", ""): set(),
    }

    rows = each({"ip_address": text} for pair in pairs for text in pair)

    alike = [
        {name for name in ("address", "near", "wide") if one[name] is not None and one[name] == other[name]}
        for one, other in zip(rows[::2], rows[1::2], strict=True)
    ]
    assert alike == list(pairs.values())


def test_trusted_and_private_addresses_are_known_and_others_are_not_taken_for_them() -> None:
    rows = seen(
        a_sign_in(ip_address="198.51.100.7"),
        a_sign_in(ip_address="10.0.0.1"),
        a_sign_in(ip_address="2001:db8::1"),
        a_sign_in(ip_address=None),
        trusted_networks=["198.51.100.0/25", "2001:db8::/48"],
    )

    assert sorted((row["is_trusted"], row["is_private"]) for row in rows if row["address"] is not None) == [
        (False, True),
        (True, False),
        (True, False),
    ]
    assert [(row["is_trusted"], row["is_private"]) for row in rows if row["address"] is None] == [(None, None)]


def test_what_became_of_a_request_for_approval() -> None:
    by_steps = steps(
        ("Password", True, "Correct password"),
        ("Mobile app notification", False, "MFA denied; user declined the authentication"),
        ("Mobile app notification", False, "MFA denied; user did not select the correct number"),
    )
    told = [
        "MFA denied; user declined the authentication",
        "MFA denied; user did not respond to mobile app notification",
        "MFA denied; fraud reported by user",
        "MFA failed; wrong verification code",
        None,
    ]
    given = [{"additional_details": text} for text in told] + [{"authentication_details": by_steps}]

    rows = each({"error_code": 500121} | one for one in given)

    assert answers(rows, "is_refused", "refusal", "denials") == [
        (True, "declined", 1),
        (True, "no_response", 1),
        (True, "fraud", 1),
        (False, None, 0),
        (None, None, None),
        (True, "wrong_number", 2),
    ]


def test_the_steps_tell_whether_a_second_factor_was_shown_now() -> None:
    typed = ("Password", True, "Correct password")
    claim = "MFA requirement satisfied by claim in the token"
    cases: dict[tuple[bool | None, ...], Row] = {
        (True, False, True): {"authentication_details": steps(typed, ("Text message", True, "MFA completed"))},
        (False, True, False): {"authentication_details": steps(("Previously satisfied", True, claim))},
        (False, False, True): {"authentication_details": steps(typed)},
        (False, True, None): {"additional_details": claim},
        (False, None, None): {"authentication_requirement": "singleFactorAuthentication"},
        (None, None, None): {"authentication_details": "[]"},
    }

    rows = each(cases.values())

    assert answers(rows, "is_mfa_done", "is_by_claim", "is_password") == list(cases)


def test_steps_of_another_shape_say_nothing_and_stop_nothing() -> None:
    texts = ["?", "{}", "5", '"x"', "[5]", '[{"succeeded": {"a": 1}}]', "[null]", "[[]]"]

    rows = each({"authentication_details": text} for text in texts)

    assert not any(row["is_mfa_done"] or row["is_password"] for row in rows)
    assert [row["is_malformed"] for row in rows[:4]] == [True] * 4


def test_silent_refreshes_are_put_together_and_not_seen() -> None:
    rows = [a_sign_in(session_id="s1", app_id="mail", **SILENT) for _ in range(3)]
    legacy = a_sign_in(**(SILENT | {"client_app_used": "IMAP4"}))
    by_code = a_sign_in(**(SILENT | {"authentication_protocol": "deviceCode"}))
    failed = a_sign_in(error_code=50173, **SILENT)
    unsaid = a_sign_in(**(SILENT | {"authentication_protocol": None}))

    found, refreshes = tables([*rows, legacy, by_code, failed, unsaid], "seen", "refreshes")

    assert len(found) == 4
    assert [row["times"] for row in refreshes] == [3]


def test_sign_ins_before_the_time_looked_at_and_after_it_are_history_or_nothing() -> None:
    old = a_sign_in(country_or_region="BE", created_date_time=AS_OF - timedelta(days=60))
    to_come = a_sign_in(country_or_region="FR", created_date_time=AS_OF + timedelta(hours=1))

    found, history = tables([old, to_come], "seen", "history")

    assert found == []
    assert [row["successes"] for row in history if row["kind"] == "country"] == [1]


def test_a_place_is_new_until_the_account_got_in_from_there() -> None:
    def from_(days: float, country: str, **given: Any) -> Row:
        return a_sign_in(created_date_time=AS_OF - timedelta(days=days), country_or_region=country, **given)

    rows = seen(
        from_(20, "BE"),
        from_(10, "FR", error_code=50126),
        from_(9, "FR"),
        from_(8, "FR"),
        from_(7, ""),
        from_(6, "fr"),
    )

    assert [row["is_new_country"] for row in rows] == [True, True, True, False, None, False]


def test_the_baseline_of_earlier_scans_is_remembered() -> None:
    sign_in = a_sign_in(user="user-1", country_or_region="BE", ip_address="192.0.2.1", app_id="APP")
    ordinary = [
        a_baseline("user-1", "country", "BE"),
        a_baseline("user-1", "network", "192.0.2.0/24"),
        a_baseline("user-1", "app", "app"),
        a_baseline("user-2", "asn", "64500"),
    ]

    (row,) = seen(sign_in | {"autonomous_system_number": 64500}, baselines=ordinary)

    names = ("is_new_country", "is_new_near", "is_new_app", "is_new_asn", "is_country_new_here")
    assert [row[name] for name in names] == [False, False, False, True, False]
    assert row["is_learned"]


def test_an_account_is_learned_after_two_weeks_or_ten_successes_and_not_by_those_of_today() -> None:
    known = {(15, 1): True, (13, 1): False, (3, 10): True, (3, 9): False, (0, 12): False}

    def before(days: float, times: int) -> list[Row]:
        began = AS_OF - timedelta(days=days)
        return [
            a_sign_in(user=f"{days} {times}", created_date_time=began - timedelta(minutes=number))
            for number in range(times)
        ]

    rows = seen(
        *(row for case in known for row in before(*case)),
        *(
            a_sign_in(user=f"{days} {times}", created_date_time=AS_OF, country_or_region=f"{days} {times}")
            for days, times in known
        ),
    )

    assert {row["country"]: row["is_learned"] for row in rows if row["country"]} == {
        f"{days} {times}": is_known for (days, times), is_known in known.items()
    }


def test_a_network_is_common_when_three_others_came_a_day_before_and_came_back() -> None:
    came = {
        "three others": ({9.0: "abc", 7.0: "abc"}, True),
        "two others and oneself": ({9.0: "abd", 7.0: "abd"}, False),
        "three others once": ({9.0: "abc"}, False),
        "three others who came back since": ({1.9: "abc", 0.5: "abc"}, False),
    }

    def sign_in(network: int, user: str, days: float, **given: Any) -> Row:
        moment = AS_OF - timedelta(days=days)
        return a_sign_in(user=f"{user} {network}", ip_address=f"192.0.{network}.1", created_date_time=moment, **given)

    rows = seen(
        *(
            sign_in(network, user, days)
            for network, (times, _) in enumerate(came.values())
            for days, users in times.items()
            for user in users
        ),
        *(sign_in(network, "d", 1, country_or_region=case) for network, case in enumerate(came)),
    )

    assert {row["country"]: row["is_common_near"] for row in rows if row["country"]} == {
        case.upper(): is_common for case, (_, is_common) in came.items()
    }


def test_what_a_row_lacks_is_told_by_column() -> None:
    row = one(ip_address="?", session_id="", error_code=50126, failure_reason=None)

    lacking = {name for name in FIELDS if row["lacks"] & mask(name)}
    assert {"ip_address", "session_id"} <= lacking
    assert not {"id", "user_id", "error_code", "failure_reason", "additional_details"} & lacking


def test_emergency_accounts_are_known_by_their_name_in_any_case() -> None:
    rows = seen(
        a_sign_in(user_principal_name="Glass@Contoso.example"),
        a_sign_in(user_principal_name=None),
        a_sign_in(),
        break_glass=["glass@contoso.example"],
    )

    assert sorted(str(row["is_break_glass"]) for row in rows) == ["False", "None", "True"]


def test_rows_without_a_time_are_kept_apart() -> None:
    found, undated = tables([a_sign_in(created_date_time=None)], "seen", "undated")

    assert found == []
    assert [row["moment"] for row in undated] == [None]


def test_a_sign_in_that_came_twice_counts_once_with_everything_that_either_says() -> None:
    twice = [a_sign_in("x", country_or_region="BE"), a_sign_in("x", app_id="app")]

    (row,) = seen(*twice)

    assert (row["country"], row["app"] is not None) == ("BE", True)


def test_unnamed_rows_are_not_taken_for_one_another() -> None:
    assert len(seen(a_sign_in() | {"id": None}, a_sign_in(user="user-2") | {"id": None})) == 2


def test_any_column_may_be_null() -> None:
    rows = [a_sign_in(user=f"user-{number}") | {name: None} for number, name in enumerate(SIGN_INS.names)]

    found, undated = tables(rows, "seen", "undated")

    assert (len(found), len(undated)) == (len(rows) - 1, 1)


def test_programs_are_compared_by_their_user_agent_and_one_without_is_compared_with_none() -> None:
    rows = each(
        [
            {"user_agent": CHROME, "device_operating_system": "Windows 10"},
            {"user_agent": CHROME, "device_operating_system": None},
            {"user_agent": "", "device_operating_system": "Windows 10"},
        ]
    )

    assert rows[0]["agent"] == rows[1]["agent"] is not None
    assert rows[2]["agent"] is None
