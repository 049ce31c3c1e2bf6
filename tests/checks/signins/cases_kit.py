# ruff: noqa: ANN401 - columns of any type
"""Many cases in one log: each has people, networks and countries of its own, so that none is part of another.

An examination costs the same for two rows as for two thousand. What two cases share are programs, apps and the time:
detections that compare these between people (D03, D06, D34, …) are not for this kit.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from builders.rows import Row
from engine_kit import examined

from checks.signins.codes import NOBODY
from checks.signins.hosting import HOSTING, MICROSOFT
from checks.signins.model import Detection
from checks.signins.units import Level, Unit
from scanner.snapshot.networks import is_private

T = TypeVar("T")
Cases = Mapping[str, Sequence[Row]]
Table = Mapping[str, tuple[Sequence[Row], Any]]
"""Case to its rows and what is expected of them."""
Found = Mapping[str, list[Detection]]
"""Case to what was found of it, in the names that the case uses."""

_RENTED: Final = sorted(HOSTING)
_REGIONS: Final = 16
_FOUR: Final = re.compile(r"(\d+)\.(\d+)(\.\d+\.\d+.*)")
_SIX: Final = re.compile(r"2001:db8(:.*)", re.IGNORECASE)
_NAMES: Final = (
    "id",
    "user_id",
    "user_principal_name",
    "service_principal_id",
    "session_id",
    "correlation_id",
    "device_id",
)


def by_case(
    unit: Unit,
    cases: Cases,
    *,
    audits: Cases | None = None,
    baselines: Cases | None = None,
    trusted_networks: Iterable[str] = (),
    break_glass: Iterable[str] = (),
    **how: Any,
) -> Found:
    """Examine all cases at once for one detection.

    Args:
        unit: One that looks at what a person, an address or a network does.
        cases: Rows of `sign_ins`, with an id.
        audits: Rows of `an_audit`, of cases that have some.
        baselines: Rows of `a_baseline`, of cases that have some.
        trusted_networks: Of each case.
        break_glass: Of each case.
        **how: As `engine_kit.examined` takes it.

    Raises:
        ValueError: The detection was not evaluated.
    """
    worlds = {case: _World(number) for number, case in enumerate(cases, start=1)}

    def moved(move: Callable[["_World", Row], Row], given: Cases | None) -> list[Row] | None:
        return None if given is None else [move(worlds[case], row) for case, rows in given.items() for row in rows]

    result = examined(
        moved(_World.sign_in, cases) or [],
        [unit],
        audits=moved(_World.audit, audits),
        baselines=moved(_World.baseline, baselines),
        trusted_networks=tuple(world.address(one) for world in worlds.values() for one in trusted_networks),
        break_glass=frozenset(world.named(one) for world in worlds.values() for one in break_glass),
        **how,
    )
    if because := result.units[0].because:
        raise ValueError(f"{unit.id} was not evaluated: {because}")
    return _sorted_out(worlds, result.detections)


def rows_of(table: Table) -> dict[str, Sequence[Row]]:
    return {case: rows for case, (rows, _) in table.items()}


def expected_of(table: Table) -> dict[str, Any]:
    return {case: expected for case, (_, expected) in table.items()}


def people(found: Found) -> dict[str, list[str | None]]:
    """Return the accounts that are named in each case, or the sources of those without an account."""
    return {case: [one.user_id or one.source for one in ones] for case, ones in found.items()}


def levels(found: Found) -> dict[str, list[Level]]:
    return {case: [one.level for one in ones] for case, ones in found.items()}


def _sorted_out(worlds: Mapping[str, "_World"], detections: Iterable[Detection]) -> Found:
    found: dict[str, list[Detection]] = {case: [] for case in worlds}
    cases = list(worlds)
    for one in detections:
        (number,) = {int(name.partition("~")[0]) for name in one.record_ids or [one.user_id or ""]}
        case = cases[number - 1]
        found[case].append(worlds[case].told(one))
    return found


class _World:
    """What is a case's own, and the way back to the names that the case uses."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._regions: list[str] = []
        self._back: dict[object, Any] = {}

    def sign_in(self, row: Row) -> Row:
        return (
            row
            | {name: self.named(row[name]) for name in _NAMES}
            | {
                "ip_address": self.address(row["ip_address"]),
                "country_or_region": self.country(row["country_or_region"]),
                "autonomous_system_number": self.network(row["autonomous_system_number"]),
            }
        )

    def audit(self, row: Row) -> Row:
        return row | {name: self.named(row[name]) for name in ("id", "initiated_by_user_id")}

    def baseline(self, row: Row) -> Row:
        moves: dict[str, Callable[[str], object]] = {
            "country": self.country,
            "network": self.address,
            "asn": lambda number: str(self.network(int(number))),
        }
        return row | {
            "user_id": self.named(row["user_id"]),
            "value": moves.get(row["kind"], str)(row["value"]),
        }

    def named(self, name: str | None) -> str | None:
        return f"{self._number}~{name}" if name and name != NOBODY else name

    def address(self, text: str | None) -> str | None:
        """Return an address, or a network, of those that nobody has."""
        if text is None or is_private(text):
            return text
        if six := _SIX.fullmatch(text):
            return f"3fff:{self._number:x}{six[1]}"
        if four := _FOUR.fullmatch(text):
            return (
                f"{240 + self._number // 16}.{self._number % 16 * 16 + self._region(f'{four[1]}.{four[2]}')}{four[3]}"
            )
        return text

    def _region(self, region: str) -> int:
        if region not in self._regions:
            self._regions.append(region)
        number = self._regions.index(region)
        if number >= _REGIONS:
            raise ValueError(f"A case has addresses of {_REGIONS} regions at most")
        return number

    def country(self, country: str | None) -> str | None:
        return self._keep(country, f"{country}{self._number}") if country else country

    def network(self, asn: int | None) -> int | None:
        if asn is None or asn in MICROSOFT:
            return asn
        if asn in HOSTING:
            return self._keep(asn, _RENTED[(_RENTED.index(asn) + self._number) % len(_RENTED)])
        return self._keep(asn, asn + self._number * 100_000)

    def _keep(self, said: object, moved: T) -> T:
        self._back[moved] = said
        return moved

    def told(self, one: Detection) -> Detection:
        """Return what was found, in the words of the case."""
        return replace(
            one,
            user_id=one.user_id and self._unnamed(one.user_id),
            user_principal_name=one.user_principal_name and self._unnamed(one.user_principal_name),
            source=one.source and self._unaddressed(one.source),
            record_ids=tuple(map(self._unnamed, one.record_ids)),
            addresses=tuple(map(self._unaddressed, one.addresses)),
            countries=tuple(self._back.get(country, country) for country in one.countries),
            asns=tuple(self._back.get(asn, asn) for asn in one.asns),
            facts={
                name: self._back.get(value, value) if isinstance(value, str) or name == "asn" else value
                for name, value in one.facts.items()
            },
        )

    def _unnamed(self, name: str) -> str:
        return name.removeprefix("sp:").removeprefix(f"{self._number}~")

    def _unaddressed(self, text: str) -> str:
        if text.startswith(f"3fff:{self._number:x}:"):
            return "2001:db8" + text.removeprefix(f"3fff:{self._number:x}")
        first, second, *others = text.split(".")
        if int(first) < 240:
            return text
        return ".".join([self._regions[int(second) % 16], *others])
