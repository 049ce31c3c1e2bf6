from typing import Final

import pytest
from builders.rows import Row
from cases_kit import Found, Table, by_case, expected_of, people, rows_of
from engine_kit import HOME, STRANGE
from password_kit import IPHONE, days, everybody, own, right, unit, wrong

from checks.signins.units import Level

D08 = unit("D08")
PASSWORD_ONLY = '[{"authenticationMethod":"Password","succeeded":true,"authenticationStepResultDetail":""}]'
WRONG_PASSWORD = PASSWORD_ONLY.replace("true", "false")
DECLINED = "MFA denied; user declined the authentication"
PHONE = {"user_agent": IPHONE, "is_interactive": False}
UNSAID = ("user_id", "ip_address", "country_or_region", "autonomous_system_number")


def stopped(minutes: float = 0, user: str = "user-1", **given: object) -> Row:
    return wrong(minutes, user, **{"error_code": 50074} | given)


def answered(*codes: int) -> list[Row]:
    """As many people as codes, each with ordinary days and then one of the codes from abroad."""
    users = everybody(len(codes))
    return [*days(users), *(stopped(user=user, error_code=code) for user, code in zip(users, codes, strict=True))]


STOPS: Final[Table] = {
    "a country that the person does not use": ([*days(), stopped()], ["user-1"]),
    "each way of being stopped after the password": (
        answered(50055, 50072, 50074, 50076, 50079, 50105, 50131, 50144, 53000, 53003, 53004, 500121),
        sorted(everybody(12)),
    ),
    "wrong passwords, successes and mere interruptions": (answered(50126, 0, 50140, 50058, 50173, 50133, 16000), []),
    "an interruption where the steps say that the password was right": (
        [*days(), stopped(error_code=50158, authentication_details=PASSWORD_ONLY)],
        ["user-1"],
    ),
    "the steps say that the password was right, whatever the code": (
        [*days(), stopped(error_code=530034, authentication_details=PASSWORD_ONLY)],
        ["user-1"],
    ),
    "the steps say that the password was wrong": (
        [*days(), stopped(error_code=530034, authentication_details=WRONG_PASSWORD)],
        [],
    ),
    "a token that is stopped": (
        [
            *days(everybody(2)),
            stopped(user="user-1", error_code=53003, is_interactive=False),
            stopped(user="user-2", error_code=53003, incoming_token_type="refreshToken"),
        ],
        [],
    ),
    "a country known for long": ([*days(), *days(count=1, country_or_region="BR"), stopped()], []),
    "a rented server in the own country, and a carrier": (
        [
            *days(everybody(2)),
            stopped(user="user-1", country_or_region="BE", autonomous_system_number=14061),
            stopped(user="user-2", country_or_region="BE", autonomous_system_number=64500),
        ],
        ["user-1"],
    ),
    "a traveller who is in within the hour, and later, and after three stops": (
        [
            *days(everybody(3)),
            *[stopped(user="user-1"), right(60, "user-1"), stopped(user="user-2"), right(61, "user-2")],
            *[stopped(turn, "user-3") for turn in range(3)],
            right(5, "user-3"),
        ],
        ["user-2", "user-3"],
    ),
    "a traveller whose own telephone is in the country that day, or later, or at home, or not his own": (
        [
            *days(everybody(3), **PHONE),
            *[stopped(user=user) for user in everybody(4)],
            right(20 * 60, "user-1", **PHONE),
            right(25 * 60, "user-2", **PHONE),
            right(20 * 60, "user-3", **PHONE | {"country_or_region": "BE"}),
            *days(["user-4"]),
            right(20 * 60, "user-4", **PHONE),
        ],
        ["user-2", "user-3", "user-4"],
    ),
    "a request that the owner refused, whatever came after": (
        [*days(), stopped(error_code=500121, additional_details=DECLINED), right(10)],
        ["user-1"],
    ),
    "a device of the firm": ([*days(), stopped(device_is_managed=True)], []),
    "somebody not known yet": ([*days(count=5), stopped()], []),
    "a network that three others use": (
        [*days(), *days(["user-2", "user-3", "user-4"], ip_address="198.51.100.9"), stopped()],
        [],
    ),
    "stops of one day, and one a day later": (
        [*days(), stopped(0), stopped(300), stopped(300 + 24 * 60 + 1)],
        ["user-1", "user-1"],
    ),
    "at home": ([*days(), own(error_code=50074, ip_address=HOME)], []),
    "rows that do not say something stop nothing": (
        [
            *days([f"of-{column}" for column in UNSAID]),
            *[{**stopped(user=f"of-{column}"), column: None} for column in UNSAID],
            *[stopped(1, f"of-{column}") for column in UNSAID],
        ],
        sorted(f"of-{column}" for column in UNSAID),
    ),
}
"""Who is stopped after the password, and whose password somebody else knows."""
IN_THE_FIRMS_NETWORK: Final[Table] = {
    "inside": ([*days(), stopped()], []),
    "outside": ([*days(), stopped(ip_address="203.0.113.7")], ["user-1"]),
}


@pytest.fixture(scope="module")
def stops() -> Found:
    return by_case(D08, rows_of(STOPS))


def test_a_right_password_where_its_owner_is_not_is_told(stops: Found) -> None:
    assert {case: sorted(map(str, told)) for case, told in people(stops).items()} == expected_of(STOPS)


def test_a_right_password_that_was_stopped_says_whose_and_from_where(stops: Found) -> None:
    [found] = stops["a country that the person does not use"]

    assert (found.user_id, found.source, found.level) == ("user-1", STRANGE, Level.MEDIUM)
    assert (found.succeeded, found.approved) == (True, False)
    assert found.facts["country"] == "BR"
    assert [one.times for one in stops["stops of one day, and one a day later"]] == [2, 1]


def test_a_trusted_network_is_no_stranger() -> None:
    found = by_case(D08, rows_of(IN_THE_FIRMS_NETWORK), trusted_networks=("198.51.100.0/24",))

    assert people(found) == expected_of(IN_THE_FIRMS_NETWORK)
