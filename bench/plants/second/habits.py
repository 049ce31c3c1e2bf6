"""What a firm's ordinary sign-ins tell an attacker's author: who is well known, where from, and what nobody used."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Final

import duckdb
import pyarrow as pa

from bench.plants.second.rows import Row, Target

MICROSOFT: Final = (8075, 8068, 8069, 8070, 12076)
_MANY: Final = 3
"""How many other people make a network, carrier or country the firm's own."""

_DESK: Final = """
    error_code = 0 AND is_interactive AND latitude IS NOT NULL AND longitude IS NOT NULL
    AND client_app_used IN ('Browser', 'Mobile Apps and Desktop clients')
    AND device_operating_system IS NOT NULL
    AND NOT regexp_matches(lower(device_operating_system), '^(ios|android|ipad)')
    AND NOT regexp_matches(coalesce(user_agent, ''), 'Android|iPhone|iPad|PKeyAuth|WebView')
    AND autonomous_system_number NOT IN (8075, 8068, 8069, 8070, 12076)
"""
_NEAR: Final = """CASE WHEN ip_address LIKE '%:%' THEN array_to_string(string_split(ip_address, ':')[1:4], ':')
    ELSE regexp_extract(ip_address, '^[0-9]+[.][0-9]+[.][0-9]+') END"""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with an ordinary life in the log."""

    target: Target
    countries: frozenset[str]
    clients: frozenset[str]
    protocols: frozenset[str]


class Habits:
    """The ordinary log, asked."""

    def __init__(
        self, sign_ins: pa.Table, trusted: Iterable[str], known_since: datetime, known_until: datetime
    ) -> None:
        """Read the log once.

        Args:
            sign_ins: Ordinary behaviour, in the schema of `SIGN_INS`.
            trusted: The firm's own networks, in CIDR notation.
            known_since: People whose first success is later are left alone.
            known_until: Only what was before it makes somebody known.
        """
        self._trusted = tuple(ip_network(text, strict=False) for text in trusted)
        self._log = duckdb.connect(config={"threads": 1})
        self._log.execute("SET TimeZone = 'UTC'")
        self._log.register("given", sign_ins)
        self._log.execute(f"CREATE TABLE log AS SELECT *, {_NEAR} AS near FROM given")  # noqa: S608  # own text
        self._log.unregister("given")
        self._log.execute(
            "CREATE TABLE shared AS SELECT near FROM log WHERE error_code = 0 AND near IS NOT NULL "
            "GROUP BY near HAVING count(DISTINCT user_id) > ?",
            [_MANY - 1],
        )
        self.known = self._people(known_since, known_until)
        self.asns = frozenset(self._column("SELECT DISTINCT autonomous_system_number FROM log"))
        used = self._log.execute(
            "SELECT country_or_region, count(DISTINCT user_id) FROM log WHERE error_code = 0 AND user_id IS NOT NULL "
            "GROUP BY country_or_region HAVING country_or_region <> ''"
        ).fetchall()
        self.countries = Counter({str(country): int(people) for country, people in used})

    def _column(self, query: str) -> list[object]:
        return [value for (value,) in self._log.execute(query).fetchall() if value is not None]

    def _people(self, since: datetime, until: datetime) -> tuple[Known, ...]:
        rows = self._log.execute(
            f"""
            SELECT user_id, any_value(user_principal_name), any_value(user_display_name),
                list(DISTINCT country_or_region), list(DISTINCT client_app_used),
                list(DISTINCT authentication_protocol) || list(DISTINCT original_transfer_method)
            FROM log WHERE error_code = 0 AND user_id <> '' AND coalesce(user_type, 'member') = 'member'
            GROUP BY user_id
            HAVING min(created_date_time) < ? AND count(*) FILTER (created_date_time < ?) >= 60
                AND count(*) FILTER (created_date_time < ? AND {_DESK}) >= 15
            ORDER BY user_id
            """,  # noqa: S608  # own text
            [since, until, until],
        ).fetchall()
        return tuple(
            Known(
                Target(name or upn, upn, user),
                frozenset(filter(None, countries)),
                frozenset(filter(None, clients)),
                frozenset(filter(None, protocols)),
            )
            for user, upn, name, countries, clients, protocols in rows
        )

    def at_a_desk(self, who: Target, since: datetime, until: datetime, *, alone: bool = False) -> list[Row]:
        """Return somebody's interactive successes of a computer, with a place, oldest first.

        Args:
            who: Whose.
            since: First moment.
            until: Moment after the last.
            alone: Only from networks that fewer than three others use and that the firm does not trust.
        """
        own = "AND near NOT IN (SELECT near FROM shared)" if alone else ""
        found = self._log.sql(
            f"SELECT * EXCLUDE (near) FROM log WHERE user_id = ? AND created_date_time >= ? AND created_date_time < ? "  # noqa: S608  # own text
            f"AND {_DESK} {own} ORDER BY created_date_time, id",
            params=[who.user_id, since, until],
        ).to_arrow_table()
        rows: list[Row] = found.to_pylist()
        return [row for row in rows if not (alone and self._is_trusted(row["ip_address"]))]

    def successes_between(self, who: Target, since: datetime, until: datetime) -> int:
        return self._count("user_id = ? AND error_code = 0", who.user_id, since, until)

    def _count(self, where: str, value: str, since: datetime, until: datetime) -> int:
        query = f"SELECT count(*) FROM log WHERE {where} AND created_date_time >= ? AND created_date_time < ?"  # noqa: S608
        found = self._log.execute(query, [value, since, until]).fetchone()
        return int(found[0]) if found else 0

    def _is_trusted(self, address: str) -> bool:
        here = ip_address(address)
        return any(here in network for network in self._trusted)
