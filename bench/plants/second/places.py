"""Where somebody cannot be: impossible travel (D17), a new country (D18), a hosting network (D20)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import asin, cos, radians, sin, sqrt

from bench.plants.second import rows as say
from bench.plants.second.rows import Answer, Origin, Row, Spot, Target, Tool, sign_in
from bench.plants.second.stage import BRUSSELS, Scarce, Stage, Variant

_NEAR_ENOUGH = timedelta(days=4)
_TO_THE_HOUR_KM = 900
_ERROR_KM = 100
_TRIES = 8


def _alone(stage: Stage) -> tuple[Target, Row]:
    """Return somebody and a sign-in of his at a place that is not the firm's, near in time to the attack's turn."""
    for _ in range(_TRIES):
        who = stage.victim("travel")
        if found := stage.habits.at_a_desk(who, stage.at - _NEAR_ENOUGH, stage.at + _NEAR_ENOUGH, alone=True):
            return who, min(found, key=lambda row: abs(row["created_date_time"] - stage.at))
    raise Scarce("somebody at home")


def _far(stage: Stage, *others: Spot, km: float = 1500) -> Spot:
    """Return a place at least so far from others, in a country new to the firm."""
    for _ in range(40):
        spot = stage.spot(users=1)
        if all(distance_km(spot, other) >= km for other in others):
            return spot
    raise Scarce("a far place")


def _spot(row: Row) -> Spot:
    return Spot(row["city"], row["country_or_region"], row["latitude"], row["longitude"])


def distance_km(one: Spot, other: Spot) -> float:
    """Return the way along the surface between two places."""
    north, north_2 = radians(one.latitude), radians(other.latitude)
    east = radians(other.longitude - one.longitude)
    half = sin((north_2 - north) / 2) ** 2 + cos(north) * cos(north_2) * sin(east / 2) ** 2
    return 12_742 * asin(sqrt(half))


def _pause(stage: Stage, km: float) -> timedelta:
    """Return a pause that leaves at least twice the speed of an aircraft."""
    longest_s = (km - _ERROR_KM) / (2 * _TO_THE_HOUR_KM) * 3600
    return stage.after(90, longest_s)


def _travel(stage: Stage, name: str, tool: Tool, answer: Answer, *, six: bool = False, hosting: bool = False) -> None:
    victim, home = _alone(stage)
    spot = _far(stage, _spot(home))
    origin = stage.origin(at=spot, six=six, hosting=hosting)
    at = home["created_date_time"] + _pause(stage, distance_km(spot, _spot(home)))
    rows = [sign_in(victim, origin, tool, say.OFFICE_HOME, at, answer, session_id=stage.guid())]
    if answer.code == 0 and stage.rng.random() < 0.5:  # half of them
        rows.append(sign_in(victim, origin, tool, say.MAIL, at + stage.after(20, 900), answer))
    stage.attack(name, ["D17"] if answer.code == 0 else ["D08", "D17"], rows)


def away_at_once(stage: Stage) -> None:
    """At home, and soon after on another continent."""
    _travel(stage, "away-at-once", say.CHROME, say.admitted())


def away_with_approval(stage: Stage) -> None:
    """The same with a second factor that was phished along, over IPv6."""
    _travel(stage, "away-with-approval", say.SAFARI, say.admitted(push=True), six=True)


def away_with_a_cookie(stage: Stage) -> None:
    """The same from a hosting network with a factor done earlier, on a telephone's browser."""
    _travel(stage, "away-with-a-cookie", say.ANDROID, say.admitted(by_claim=True), hosting=True)


def away_and_stopped(stage: Stage) -> None:
    """The password was right over there, and a policy stopped the rest."""
    _travel(stage, "away-and-stopped", say.FIREFOX, say.stopped(53003))


def two_at_a_time(stage: Stage) -> None:
    """The attacker works on while the person does: there, here, there."""
    victim, home = _alone(stage)
    origin = stage.origin(at=_far(stage, _spot(home)))
    around = home["created_date_time"]
    rows = [
        sign_in(victim, origin, say.FIREFOX, say.OFFICE_HOME, around - stage.after(300, 900), say.admitted()),
        sign_in(victim, origin, say.FIREFOX, say.MAIL, around + stage.after(300, 900), say.admitted(by_claim=True)),
    ]
    stage.attack("two-at-a-time", ["D17"], rows)


def from_a_hotel(stage: Stage) -> None:
    """The person travels and signs in from a hotel; the attacker follows from a third country."""
    victim, template = _alone(stage)
    hotel = _far(stage, BRUSSELS)
    far = _far(stage, BRUSSELS, hotel)
    km = distance_km(hotel, far)
    here = stage.origin(at=hotel)
    own = dict(template) | {
        "ip_address": here.address,
        "autonomous_system_number": here.asn,
        "city": hotel.city,
        "state": hotel.city,
        "country_or_region": hotel.country,
        "latitude": hotel.latitude,
        "longitude": hotel.longitude,
        "created_date_time": template["created_date_time"] + stage.after(5, 60),
        "session_id": stage.guid(),
    }
    for name in ("id", "correlation_id", "unique_token_identifier"):
        own[name] = stage.guid()
    at = own["created_date_time"] + _pause(stage, km)
    attack = sign_in(victim, stage.origin(at=far), say.FIREFOX, say.OFFICE_HOME, at, say.admitted())
    stage.attack("from-a-hotel", ["D17"], [own, attack])


# --- D18 ---------------------------------------------------------------------------------------------------------


def new_to_all(stage: Stage) -> None:
    """A country nobody here ever signed in from."""
    victim = stage.victim("country")
    answer = say.admitted(push=stage.rng.random() < 0.5)
    origin = stage.origin(six=stage.rng.random() < 0.4)
    rows = [sign_in(victim, origin, stage.rng.choice((say.CHROME, say.SAFARI)), say.OFFICE, stage.at, answer)]
    stage.attack("new-to-all", ["D18"], rows)


def new_to_one(stage: Stage) -> None:
    """A country where one or two others were, but never this person."""
    used = [country for country, people in stage.habits.countries.items() if 1 <= people <= 2]
    if not used:
        raise Scarce("a country of few")
    country = stage.rng.choice(sorted(used))
    victim = stage.victim("country", fit=lambda each: country not in each.countries)
    spot = Spot("Somewhere", country, 40.0 + stage.rng.random(), 5.0 + stage.rng.random())
    rows = [sign_in(victim, stage.origin(at=spot), say.FIREFOX, say.OFFICE_HOME, stage.at, say.admitted())]
    stage.attack("new-to-one", ["D18"], rows)


def new_and_stopped(stage: Stage) -> None:
    """The password was right in a new country; a policy stopped the rest."""
    victim = stage.victim("country")
    rows = [sign_in(victim, stage.origin(), say.CHROME, say.PORTAL, stage.at, say.stopped(53003))]
    stage.attack("new-and-stopped", ["D08", "D18"], rows)


def new_without_town(stage: Stage) -> None:
    """The log tells the country and neither town nor coordinates."""
    victim = stage.victim("country")
    unplaced: Row = {"city": "", "state": "", "latitude": None, "longitude": None}
    rows = [sign_in(victim, stage.origin(), say.EDGE_OLD, say.OFFICE_HOME, stage.at, say.admitted(), **unplaced)]
    stage.attack("new-without-town", ["D18"], rows)


# --- D20 ---------------------------------------------------------------------------------------------------------


def _rented(stage: Stage, name: str, tool: Tool, rows: Sequence[tuple[say.App, Answer]], **other: object) -> None:
    victim = stage.victim("hosting")
    origin: Origin = stage.origin(hosting=True, at=BRUSSELS, six=stage.rng.random() < 0.3)
    at = stage.at
    played = []
    for app, answer in rows:
        played.append(sign_in(victim, origin, tool, app, at, answer, **other))
        at += stage.after(10, 900)
    stage.attack(name, ["D20"], played)


def rented_nearby(stage: Stage) -> None:
    """A rented server in the person's own country: only the network is strange."""
    _rented(stage, "rented-nearby", say.CHROME, [(say.OFFICE_HOME, say.admitted(push=True))])


def rented_with_a_token(stage: Stage) -> None:
    """Nothing is typed: an earlier factor is claimed."""
    claim = say.admitted(by_claim=True)
    _rented(stage, "rented-token", say.FIREFOX, [(say.OFFICE_HOME, claim), (say.MAIL, claim)])


def rented_by_a_script(stage: Stage) -> None:
    """A script with a refresh token, logged as not interactive."""
    _rented(
        stage, "rented-script", say.MSAL, [(say.OFFICE, say.admitted(by_claim=True))] * 4,
        is_interactive=False, incoming_token_type="refreshToken",  # noqa: S106  # a kind of token
    )  # fmt: skip


def rented_far_away(stage: Stage) -> None:
    """A rented server in a new country."""
    victim = stage.victim("hosting")
    tool = replace(say.CHROME, system="Linux")
    rows = [sign_in(victim, stage.origin(hosting=True), tool, say.OFFICE, stage.at, say.admitted())]
    stage.attack("rented-far", ["D18", "D20"], rows)


VARIANTS: dict[str, tuple[Variant, ...]] = {
    "D17": (away_at_once, away_with_approval, away_with_a_cookie, away_and_stopped, two_at_a_time, from_a_hotel),
    "D18": (new_to_all, new_to_one, new_and_stopped, new_without_town),
    "D20": (rented_nearby, rented_with_a_token, rented_by_a_script, rented_far_away),
}
