"""A sign-in log of any length, made row by row while it is read."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson

from simulator.filters import Filter
from simulator.names import CITIES, stable_uuid
from simulator.odata import picked
from simulator.properties import SIGN_IN

_SHAPES: Final = 499
"""How many different kinds of row there are; prime, so that neighbours differ."""
_STRIDE: Final = 40_503
_MIX: Final = 2_654_435_761
_WORD: Final = 0xFFFF_FFFF
_DAY_S: Final = 86_400
_USER_AGENT: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0"
_KEPT_PAGES: Final = 64
"""Pages kept as they were sent: a benchmark that reads them twice measures the reader the second time."""
_CHEAP: Final = frozenset({"createdDateTime", "signInEventTypes"})
_EVENT_TYPES: Final = ("interactiveUser", "nonInteractiveUser", "servicePrincipal")
_EVENT_WEIGHTS: Final = (30, 65, 5)
_ADDRESSES: Final = ("192.0.2.", "198.51.100.", "203.0.113.")
_APPS: Final = (
    ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"),
    ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams"),
    ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office"),
    ("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome"),
)
_FAILURES: Final = ((0, 88), (50126, 5), (50074, 3), (50140, 2), (50053, 1), (53003, 1))
_REASONS: Final = {
    0: "Other.",
    50126: "Error validating credentials due to invalid username or password.",
    50074: "Strong Authentication is required.",
    50140: "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
    50053: "Account is locked because user tried to sign in too many times with an incorrect user ID or password.",
    53003: "Access has been blocked by Conditional Access policies.",
}


@dataclass(frozen=True, slots=True)
class _Shape:
    """Everything of a row that does not differ from row to row."""

    properties: dict[str, Any]
    event_types: list[str]


class GeneratedSignIns:
    """Rows newest first; row `i` is the same whenever it is read.

    Args:
        seed: Same seed, same rows.
        rows: How many.
        users: Whose sign-ins; objects with `id`, `displayName`, `userPrincipalName`.
        newest_at: UTC; the log ends here.
        days: How far back it goes.
        tenant_id: Home and resource tenant of every row.
    """

    def __init__(
        self, seed: int, rows: int, users: Sequence[dict[str, Any]], newest_at: datetime, days: int, tenant_id: str
    ) -> None:
        self._rows = rows
        self._seed = seed
        self._newest_s = int(newest_at.timestamp())
        self._step_s = days * _DAY_S / max(rows, 1)
        self._users = users
        self._tenant_id = tenant_id
        self._shapes: dict[int, _Shape] = {}
        self._tails: dict[tuple[bool, tuple[str, ...]], dict[int, bytes]] = {}
        self._pages: dict[tuple[str, bool, tuple[str, ...], int, int], tuple[bytes, int | None]] = {}

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < self._rows:
            raise IndexError(index)
        row: dict[str, Any] = orjson.loads(self._writer(beta=True, select=())(index))
        return row

    def page(
        self, wanted: Filter, *, beta: bool, select: tuple[str, ...], start: int, top: int
    ) -> tuple[bytes, int | None]:
        """Return up to `top` rows as JSON without brackets, and the index where the next page starts (None: end)."""
        key = (wanted.text, beta, select, start, top)
        if key not in self._pages:
            if len(self._pages) >= _KEPT_PAGES:
                self._pages.pop(next(iter(self._pages)))
            self._pages[key] = self._made_page(wanted, beta=beta, select=select, start=start, top=top)
        return self._pages[key]

    def _made_page(
        self, wanted: Filter, *, beta: bool, select: tuple[str, ...], start: int, top: int
    ) -> tuple[bytes, int | None]:
        parts: list[bytes] = []
        matches = self._matcher(wanted)
        write = self._writer(beta=beta, select=select)
        for index in self._candidates(wanted, start):
            if not matches(index):
                continue
            if len(parts) == top:
                return b",".join(parts), index
            parts.append(write(index))
        return b",".join(parts), None

    def _candidates(self, wanted: Filter, start: int) -> range:
        """Return the rows between the filter's bounds, a little too many rather than one too few."""
        first = self._first_until(_second(wanted.newest) + 1) if wanted.newest else 0
        last = self._first_until(_second(wanted.oldest) - 1) if wanted.oldest else self._rows
        return range(max(start, first), last)

    def _matcher(self, wanted: Filter) -> Callable[[int], bool]:
        """Return what judges a row; away from the filter's bounds rows of one shape are judged once."""
        if not wanted.properties <= _CHEAP:
            return lambda index: wanted.judge(self[index])

        def judged(index: int) -> bool:
            types = self._shape(self._shape_of(index)).event_types
            return wanted.judge({"createdDateTime": _written(self._second_of(index)), "signInEventTypes": types})

        if not wanted.only_bounds:
            return judged
        inside = range(
            self._first_until(_second(wanted.newest) - 1) if wanted.newest else 0,
            self._first_until(_second(wanted.oldest) + 1) if wanted.oldest else self._rows,
        )
        verdicts: dict[int, bool] = {}

        def remembered(index: int) -> bool:
            if index not in inside:
                return judged(index)
            shape = self._shape_of(index)
            if shape not in verdicts:
                verdicts[shape] = judged(index)
            return verdicts[shape]

        return remembered

    def _writer(self, *, beta: bool, select: tuple[str, ...]) -> Callable[[int], bytes]:
        """Return what turns a row into bytes; the pieces of a shape are serialised once for each `$select`."""
        names = select or _default_names(self._shape(0), beta=beta)
        pieces = [piece for name, piece in _PIECES.items() if name in names]
        tails = self._tails.setdefault((beta, select), {})

        def write(index: int) -> bytes:
            mixed = (index * _MIX + self._seed) & _WORD
            second = self._second_of(index)
            head = b",".join([piece(mixed, index, second) for piece in pieces])
            shape = self._shape_of(index)
            if shape not in tails:
                tails[shape] = _tail(picked(self._shape(shape).properties, names), follows=bool(pieces))
            return b"{" + head + tails[shape]

        return write

    def _shape(self, number: int) -> _Shape:
        if number not in self._shapes:
            chance = random.Random(f"{self._seed}/{number}")  # noqa: S311 - no secret
            self._shapes[number] = _shape(chance, self._users, self._tenant_id)
        return self._shapes[number]

    def _shape_of(self, index: int) -> int:
        return (index * _STRIDE + self._seed) % _SHAPES

    def _second_of(self, index: int) -> int:
        """Return the time of a row; never later than the row before it."""
        mixed = (index * _MIX + self._seed) & _WORD
        return int(self._newest_s - (index + mixed / (_WORD + 1)) * self._step_s)

    def _first_until(self, second: int) -> int:
        """Return the first row that is not younger than `second`."""
        low, high = 0, self._rows
        while low < high:
            middle = (low + high) // 2
            if self._second_of(middle) > second:
                low = middle + 1
            else:
                high = middle
        return low


def _id_piece(mixed: int, index: int, _second: int) -> bytes:
    return b'"id":"%08x-0000-4000-8000-%012x"' % (mixed, index)


def _time_piece(_mixed: int, _index: int, second: int) -> bytes:
    minute, rest = divmod(second, 60)
    return b'"createdDateTime":"%b%02dZ"' % (_minute(minute), rest)


def _correlation_piece(mixed: int, index: int, _second: int) -> bytes:
    return b'"correlationId":"%08x-0000-4000-9000-%012x"' % (mixed ^ _WORD, index)


_PIECES: Final[dict[str, Callable[[int, int, int], bytes]]] = {
    "id": _id_piece,
    "createdDateTime": _time_piece,
    "correlationId": _correlation_piece,
}
_OWN: Final = tuple(_PIECES)
"""Properties that differ from row to row; all others come from the row's shape."""


def _second(bound: str) -> int:
    """Return the whole second of a filter's bound."""
    return int(datetime.fromisoformat(bound[:19]).replace(tzinfo=UTC).timestamp())


def _default_names(shape: _Shape, *, beta: bool) -> tuple[str, ...]:
    names = (*_OWN, *shape.properties)
    return names if beta else tuple(name for name in names if name in SIGN_IN)


def _tail(properties: dict[str, Any], *, follows: bool) -> bytes:
    body: bytes = orjson.dumps(properties)[1:]
    return b"," + body if follows and properties else body


@lru_cache(maxsize=4_096)
def _minute(minute: int) -> bytes:
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M:").encode()


def _written(second: int) -> str:
    minute, rest = divmod(second, 60)
    return f"{_minute(minute).decode()}{rest:02}Z"


def _shape(chance: random.Random, users: Sequence[dict[str, Any]], tenant_id: str) -> _Shape:
    user = chance.choice(users)
    event_type = chance.choices(_EVENT_TYPES, _EVENT_WEIGHTS)[0]
    resource, app = chance.choice(_APPS), chance.choice(_APPS)
    city, state, country, latitude, longitude = chance.choice(CITIES)
    failure = chance.choices([code for code, _ in _FAILURES], [weight for _, weight in _FAILURES])[0]
    multifactor = chance.random() < 0.6  # noqa: PLR2004 - a believable share
    is_app = event_type == "servicePrincipal"
    properties = {
        "userId": "" if is_app else user["id"],
        "userDisplayName": "" if is_app else user["displayName"],
        "userPrincipalName": "" if is_app else user["userPrincipalName"].lower(),
        "userType": "member",
        "appId": app[0],
        "appDisplayName": app[1],
        "resourceId": resource[0],
        "resourceDisplayName": resource[1],
        "ipAddress": f"{chance.choice(_ADDRESSES)}{chance.randrange(1, 255)}",
        "autonomousSystemNumber": chance.randrange(64_496, 64_512),
        "clientAppUsed": chance.choice(("Browser", "Mobile Apps and Desktop clients")),
        "userAgent": _USER_AGENT,
        "isInteractive": event_type == "interactiveUser",
        "signInEventTypes": [event_type],
        "conditionalAccessStatus": chance.choice(("success", "notApplied")) if failure == 0 else "failure",
        "appliedConditionalAccessPolicies": [],
        "status": {"errorCode": failure, "failureReason": _REASONS[failure], "additionalDetails": None},
        "deviceDetail": _device(chance),
        "location": {
            "city": city,
            "state": state,
            "countryOrRegion": country,
            "geoCoordinates": {"altitude": None, "latitude": latitude, "longitude": longitude},
        },
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "riskEventTypes_v2": [],
        "homeTenantId": tenant_id,
        "resourceTenantId": tenant_id,
        "servicePrincipalId": stable_uuid("service", chance.randrange(5)) if is_app else "",
        "servicePrincipalName": "Backup connector" if is_app else None,
        **_authentication(chance, multifactor=multifactor),
    }
    return _Shape(properties, [event_type])


def _device(chance: random.Random) -> dict[str, Any]:
    managed = chance.random() < 0.5  # noqa: PLR2004 - a believable share
    return {
        "deviceId": stable_uuid("device", chance.randrange(200)) if managed else "",
        "displayName": f"PC-{chance.randrange(200):03}" if managed else None,
        "operatingSystem": chance.choice(("Windows11", "Windows10", "Ios 18.6", "MacOs")),
        "browser": chance.choice(("Edge 142.0.0", "Chrome 142.0.0", "Safari 18.6")),
        "isCompliant": True if managed else None,
        "isManaged": True if managed else None,
        "trustType": "Azure AD joined" if managed else None,
    }


def _authentication(chance: random.Random, *, multifactor: bool) -> dict[str, Any]:
    step = {
        "authenticationStepDateTime": "2026-11-01T08:00:00Z",
        "authenticationMethod": "Password",
        "authenticationMethodDetail": "Password in the cloud",
        "succeeded": True,
        "authenticationStepResultDetail": "Correct password",
        "authenticationStepRequirement": "Primary authentication",
    }
    return {
        "authenticationRequirement": "multiFactorAuthentication" if multifactor else "singleFactorAuthentication",
        "authenticationProtocol": chance.choice(("none", "none", "none", "deviceCode")),
        "incomingTokenType": chance.choice(("none", "primaryRefreshToken")),
        "originalTransferMethod": "none",
        "authenticationDetails": [step],
        "mfaDetail": {"authMethod": "Mobile app notification", "authDetail": None} if multifactor else None,
        "sessionId": stable_uuid("session", chance.randrange(10_000)),
        "uniqueTokenIdentifier": f"tok{chance.randrange(10**12):012}",
        "crossTenantAccessType": "none",
    }
