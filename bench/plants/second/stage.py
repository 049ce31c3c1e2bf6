"""Where attacks are played: days, victims and places that nothing before them used up."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from bench.plants.labels import Attack, StoryLevel
from bench.plants.second.habits import MICROSOFT, Habits, Known
from bench.plants.second.rows import BROKER, NOBODY, Origin, Row, Spot, Target, Tool

HOSTING: Final = (
    399629, 14061, 136787, 9009, 45102, 215540, 29802, 62240, 204957, 395092, 393406, 400940, 59711, 132203,
)  # fmt: skip
"""The networks of the reference's D20 list."""
BRUSSELS: Final = Spot("Brussels", "BE", 50.85, 4.35)
_SPOTS: Final = tuple(
    Spot(*each)
    for each in (
        ("Lagos", "NG", 6.45, 3.39), ("Accra", "GH", 5.56, -0.2), ("Johannesburg", "ZA", -26.2, 28.05),
        ("Nairobi", "KE", -1.29, 36.82), ("Cairo", "EG", 30.04, 31.24), ("Tunis", "TN", 36.81, 10.18),
        ("Istanbul", "TR", 41.01, 28.98), ("Kyiv", "UA", 50.45, 30.52), ("Moscow", "RU", 55.75, 37.62),
        ("Chisinau", "MD", 47.01, 28.86), ("Sofia", "BG", 42.7, 23.32), ("Belgrade", "RS", 44.79, 20.45),
        ("Tirana", "AL", 41.33, 19.82), ("Riga", "LV", 56.95, 24.11), ("Vilnius", "LT", 54.69, 25.28),
        ("Stockholm", "SE", 59.33, 18.07), ("Helsinki", "FI", 60.17, 24.94), ("Reykjavik", "IS", 64.15, -21.94),
        ("Mumbai", "IN", 19.08, 72.88), ("Karachi", "PK", 24.86, 67.0), ("Dhaka", "BD", 23.81, 90.41),
        ("Colombo", "LK", 6.93, 79.86), ("Jakarta", "ID", -6.21, 106.85), ("Manila", "PH", 14.6, 120.98),
        ("Hanoi", "VN", 21.03, 105.85), ("Bangkok", "TH", 13.76, 100.5), ("Kuala Lumpur", "MY", 3.14, 101.69),
        ("Hong Kong", "HK", 22.32, 114.17), ("Shenzhen", "CN", 22.54, 114.06), ("Seoul", "KR", 37.57, 126.98),
        ("Tokyo", "JP", 35.68, 139.69), ("Almaty", "KZ", 43.24, 76.95), ("Tbilisi", "GE", 41.72, 44.79),
        ("Yerevan", "AM", 40.18, 44.51), ("Tehran", "IR", 35.69, 51.39), ("Baghdad", "IQ", 33.31, 44.36),
        ("Dubai", "AE", 25.2, 55.27), ("Sao Paulo", "BR", -23.55, -46.63), ("Buenos Aires", "AR", -34.6, -58.38),
        ("Bogota", "CO", 4.71, -74.07), ("Lima", "PE", -12.05, -77.04), ("Mexico City", "MX", 19.43, -99.13),
        ("Caracas", "VE", 10.48, -66.9), ("Santo Domingo", "DO", 18.49, -69.93), ("Toronto", "CA", 43.65, -79.38),
        ("Chicago", "US", 41.88, -87.63), ("Sydney", "AU", -33.87, 151.21), ("Abidjan", "CI", 5.36, -4.01),
        ("Cotonou", "BJ", 6.37, 2.39), ("Dakar", "SN", 14.72, -17.47), ("Algiers", "DZ", 36.75, 3.06),
        ("Beirut", "LB", 33.89, 35.5), ("Singapore", "SG", 1.35, 103.82), ("Phnom Penh", "KH", 11.56, 104.92),
    )
)  # fmt: skip
_OTHERS: Final = 2
"""How many people may succeed from one country or network before it becomes the firm's own for the next."""
_CARRIERS: Final = range(64512, 65500)
_TRAVEL_EXEMPT: Final = frozenset((BROKER,))
_CLIENTS_THAT_TRAVEL: Final = frozenset(("Browser", "Mobile Apps and Desktop clients"))


class Scarce(Exception):
    """The firm has nobody or nothing left for this attack; another day, another firm."""


class Stage:
    """One firm with the attacks played on it so far."""

    def __init__(self, rng: Random, habits: Habits, people: int, domain: str, end: datetime) -> None:
        self.rng = rng
        self.end = end
        self.habits = habits
        self.people = people
        self.domain = domain
        self.at = end
        """When the next attack begins; each attack has a time of its own."""
        self.attacks: list[Attack] = []
        self.sign_ins: list[Row] = []
        self.audits: list[Row] = []
        self.break_glass: list[str] = []
        self._known = {
            each.target.user_id: each for each in habits.known if each.target.user_principal_name.endswith(f"@{domain}")
        }
        self._spots = list(_SPOTS)
        rng.shuffle(self._spots)
        self._seen = Counter(habits.countries)
        self._asns: Counter[int] = Counter()
        self._numbers = rng.sample(_CARRIERS, len(_CARRIERS))
        self._sites = rng.sample(range(512), 512)
        self._topics: set[tuple[str, str]] = set()
        self._load: Counter[str] = Counter()

    def guid(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def victim(self, topic: str, *, fit: Callable[[Known], bool] = lambda _: True) -> Target:
        """Return somebody well known to the log whom this kind of attack has not met yet; the least attacked first."""
        able = [
            each.target
            for each in self._known.values()
            if (topic, each.target.user_id) not in self._topics and fit(each)
        ]
        if not able:
            raise Scarce(topic)
        least = min(self._load[each.user_id] for each in able)
        chosen = self.rng.choice([each for each in able if self._load[each.user_id] == least])
        self._topics.add((topic, chosen.user_id))
        self._load[chosen.user_id] += 1
        return chosen

    def met(self, topic: str, who: Target) -> bool:
        """Whether somebody was the victim of this kind of attack before."""
        return (topic, who.user_id) in self._topics

    @property
    def listed(self) -> int:
        """How many people a list of the firm's accounts holds."""
        return len(self._known)

    def crowd(self, count: int) -> list[Target]:
        """Return so many different people, in no order."""
        everybody = [each.target for each in self._known.values()]
        if len(everybody) < count:
            raise Scarce("a crowd")
        return self.rng.sample(everybody, count)

    def strangers(self, count: int) -> list[Target]:
        """Return names that nobody here has, as somebody guesses them."""
        guesses = ("admin", "info", "test", "backup", "scanner", "support", "hr", "finance", "office", "jan", "marie")
        return [Target(name, f"{name}.{self.rng.randrange(99)}@{self.domain}") for name in guesses[:count]]

    def spot(self, *, users: int) -> Spot:
        """Return a place in a country that at most one other person of the firm ever succeeded from."""
        for spot in sorted(self._spots, key=lambda each: self._seen[each.country]):
            if self._seen[spot.country] + users <= _OTHERS:
                self._seen[spot.country] += users
                self._spots.remove(spot)
                self._spots.append(spot)
                return spot
        raise Scarce("a country")

    def hosting(self, *, users: int) -> int:
        """Return a hosting network that nobody of the firm uses."""
        free = [each for each in HOSTING if each not in self.habits.asns and self._asns[each] + users <= _OTHERS]
        if not free:
            raise Scarce("a hosting network")
        chosen = min(self.rng.sample(free, len(free)), key=lambda each: self._asns[each])
        self._asns[chosen] += users
        return chosen

    def origin(
        self,
        *,
        users: int = 1,
        hosting: bool = False,
        six: bool = False,
        at: Spot | None = None,
        asn: int | None = None,
    ) -> Origin:
        """Return an address that the log does not know yet.

        Args:
            users: How many people will succeed from there.
            hosting: In a network of the hosting list, else of a carrier of its own.
            six: An IPv6 address.
            at: Where; a country new to the firm unless told.
            asn: Whose network; a new one unless told.
        """
        spot = at or self.spot(users=users)
        if asn is None:
            asn = self.hosting(users=users) if hosting else self._numbers.pop()
        return Origin(self._address(six=six), asn, spot, is_hosting=hosting)

    def beside(self, origin: Origin) -> Origin:
        """Return another address of the same IPv6 site: the same /64."""
        site = origin.address.rsplit(":", 4)[0]
        return Origin(f"{site}:{self._groups()}", origin.asn, origin.spot, origin.is_hosting)

    def _address(self, *, six: bool) -> str:
        site = self._sites.pop()
        if six:
            return f"3fff:{0x800 + site:x}:{self.rng.randrange(1, 0xFFFF):x}:1:{self._groups()}"
        return f"198.{18 + site // 256}.{site % 256}.{self.rng.randrange(2, 250)}"

    def _groups(self) -> str:
        return ":".join(f"{self.rng.randrange(1, 0xFFFF):x}" for _ in range(4))

    def after(self, low_s: float, high_s: float | None = None) -> timedelta:
        """Return a pause, of a length between the two where two are told."""
        return timedelta(seconds=round(self.rng.uniform(low_s, low_s if high_s is None else high_s), 3))

    def attack(
        self,
        name: str,
        detections: Iterable[str],
        rows: Sequence[Row],
        *,
        users: Iterable[Target] | None = None,
        story: StoryLevel = "listed",
        audits: Sequence[Row] = (),
    ) -> None:
        """Play rows and say what must be found of them, with what every arrival from a strange place deserves."""
        for row in rows:
            row.setdefault("id", self.guid())
            row.setdefault("correlation_id", self.guid())
            row.setdefault("unique_token_identifier", self.guid())
        for event in audits:
            event["id"] = f"Directory_{self.guid()}"
            event["correlation_id"] = self.guid()
        named = [each.user_id for each in users] if users is not None else [row["user_id"] for row in rows]
        moments = [row["created_date_time"] for row in rows]
        self.attacks.append(
            Attack(
                f"second-{len(self.attacks) + 1:03}-{name}",
                tuple(sorted({*detections, *self._arrivals(rows)})),
                tuple(sorted({each for each in named if each and each != NOBODY})),
                tuple(row["id"] for row in rows),
                min(moments),
                max(moments),
                story,
                tuple(sorted({row["ip_address"] for row in rows})),
            )
        )
        self.sign_ins += rows
        self.audits += audits

    def _arrivals(self, rows: Sequence[Row]) -> Iterable[str]:
        """Yield the detections that a person's success from a new country or a hosting network deserves by itself."""
        for row in rows:
            known = self._known.get(row["user_id"])
            if known is None or row["error_code"] != 0 or not row["is_interactive"]:
                continue
            if row["autonomous_system_number"] in MICROSOFT:
                continue
            if row["autonomous_system_number"] in HOSTING and row["autonomous_system_number"] not in self.habits.asns:
                yield "D20"
            if (
                row["country_or_region"] not in known.countries
                and row["client_app_used"] in _CLIENTS_THAT_TRAVEL
                and row["app_id"] not in _TRAVEL_EXEMPT
                and "Mobile" not in (row["user_agent"] or "")
            ):
                yield "D18"


def paced(stage: Stage, people: Iterable[Target], low_s: float, high_s: float) -> Iterable[tuple[Target, datetime]]:
    """Yield people one after another with a pause between two."""
    at = stage.at
    for who in people:
        yield who, at
        at += stage.after(low_s, high_s)


Variant = Callable[[Stage], None]


def one_of(stage: Stage, tools: Sequence[Tool]) -> Tool:
    return stage.rng.choice(tools)
