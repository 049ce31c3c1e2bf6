"""Sign-in logs for property tests: attacks, what only looks like one, and ordinary days."""

import json
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st

from builders.rows import AS_OF, Row, row
from builders.told_sign_ins import a_told_sign_in

_STRANGE: Final = "198.51.100.7"
_REFUSED: Final = 500121

_SPRAY: Final = [(f"u{number}", number * 4, 50126, _STRANGE) for number in range(5)]
_REFUSALS: Final = [("u0", number * 3, _REFUSED, _STRANGE) for number in range(3)]
_OTHERS: Final = st.tuples(
    st.sampled_from(["u0", "u1", "u2"]),
    st.sampled_from([-9000, 12, 25, 3000]),
    st.sampled_from([0, 0, 53003, 50126, None]),
    st.sampled_from([_STRANGE, _STRANGE, "192.0.2.1", None]),
    st.sampled_from(["BE", "BE", "RO", None]),
)


@st.composite
def sign_ins(draw: st.DrawFn) -> list[Row]:
    attack = draw(st.sampled_from([[], _SPRAY, _SPRAY[1:], _REFUSALS, [*_SPRAY, *_REFUSALS]]))
    others = draw(st.lists(_OTHERS, max_size=3))
    return [_sign_in(number, *values) for number, values in enumerate([*attack, *others])]


def _sign_in(
    number: int, user: str, minutes: int, code: int | None, address: str | None, country: str | None = "BE"
) -> Row:
    moment = AS_OF - timedelta(days=3) + timedelta(minutes=minutes)
    details = "MFA denied; user declined the authentication" if code == _REFUSED else ""
    return a_told_sign_in(
        f"s{number}",
        user=user,
        created_date_time=moment,
        error_code=code,
        ip_address=address,
        additional_details=details,
        country_or_region=country,
    )


@st.composite
def audits(draw: st.DrawFn) -> list[Row]:
    """What somebody who got in does, or only the owner."""
    return [
        row(
            "directory_audits",
            {},
            {
                "id": f"a{number}",
                "activity_date_time": AS_OF - timedelta(days=3) + timedelta(minutes=minutes),
                "activity_display_name": "User registered security info",
                "result": "success",
                "initiated_by_user_id": user,
                "target_resources": json.dumps([{"type": "User", "id": user}]),
            },
        )
        for number, (user, minutes) in enumerate(draw(st.lists(_EVENTS, max_size=1)))
    ]


_EVENTS: Final = st.tuples(st.sampled_from(["u0", "u1"]), st.sampled_from([14, 40, 9000]))


@st.composite
def baselines(draw: st.DrawFn) -> list[Row]:
    """What was ordinary before the log begins."""
    return [
        row(
            "sign_in_baselines",
            {},
            {
                "user_id": user,
                "kind": kind,
                "value": value,
                "first_seen": AS_OF - timedelta(days=100),
                "last_seen": AS_OF - timedelta(days=40),
                "successes": 12,
                "days": 10,
            },
        )
        for user, kind, value in draw(st.lists(_HABITS, unique=True, max_size=3))
    ]


_HABITS: Final = st.tuples(st.sampled_from(["u0", "u1"]), st.just("country"), st.sampled_from(["BE", "RO"]))
