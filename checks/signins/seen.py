"""The sign-in log as the detections see it: tables on the evaluation's connection, built once per evaluation.

All ids are hashes (UBIGINT) that can be compared and joined and nothing else; times are TIMESTAMP in UTC. Null is what
the row does not say, and is never taken for no.

`seen`: one row per sign-in of the time looked at, left out the silent refreshes (below) of ordinary accounts.

    row                 which sign-in; breaks ties
    moment              TIMESTAMP, never null here
    who                 account or service principal; null where the row names nobody or one that does not exist
    person              who, else a stand-in of the typed name (folded), else of the row itself; never null
    is_stranger         names an account that does not exist
    address, near, wide hashes of the address (IPv6: its /64), its /24 or /64, its /16 or /32; null: no address
    asn                 BIGINT; country VARCHAR (ISO, upper case); latitude, longitude DOUBLE
    code                BIGINT, Entra's error code
    is_success          code 0
    is_signed_in        code 0, 50125, 50140, 70043, 70044: a success after many failures
    is_right            the password was right, or the sign-in succeeded
    is_wrong            wrong password or no such account
    is_try              wrong, locked out, blocked, disabled or expired: somebody tries a password
    is_lockout, is_blocked_address   the two meanings of 50053
    is_disabled, is_approval_failed (500121), is_interrupt, is_dead_token
    refusal             VARCHAR: fraud, wrong_number, declined, no_response; null: none, or not told (see is_refused)
    is_refused          whether the owner refused or left a request; denials INTEGER: how many in this sign-in
    is_interactive
    is_mfa_done         a second factor was performed in this sign-in, and accepted
    is_by_claim         MFA was satisfied by an earlier sign-in's token
    is_single_factor    only one factor was required
    is_password         a password was typed and was right, as the steps say
    is_otp              a one-time code was a step
    is_legacy           by a program that cannot be asked for a second factor, by its name
    is_ropc, is_device_code, is_prt, is_refresh_token
    is_managed          device compliant, managed or hybrid joined; is_joined: joined to the cloud alone
    is_mobile, is_scripted, is_kit   by the user agent
    is_microsoft, is_hosting         by AS number; is_private, is_trusted by address
    is_guest, is_break_glass, is_service (a service principal)
    app, resource       hashes of the lower-case ids
    is_broker, is_office_home, is_cli
    to_device_registration, to_graph, to_exchange, to_sharepoint, to_aad_graph
    client              VARCHAR client_app_used
    agent               hash of the user agent; family hash of what it, or else system and browser, belong to
    session, correlation, device     hashes
    ca                  VARCHAR conditional_access_status
    risk_state, risk_level, risk_level_now VARCHAR lower case; risk_types INTEGER, how many
    lacks               UBIGINT, a bit per column of FIELDS that is null; see `mask`
    is_new_country, is_new_near, is_new_asn, is_new_agent, is_new_client, is_new_flow, is_new_app
                        the account never succeeded with it before this moment, as far as log and baseline reach;
                        null where the row does not say who or what
    is_country_new_here nobody of the tenant succeeded from the country before
    is_common_near, is_common_asn, is_common_country
                        three other people succeeded from there, first more than a day before, and came back
    is_learned          the account was known for 14 days, or for 10 successes, before this moment

`refreshes`: successes without a human, not by device code, password, command line or legacy program, put together.
    row (one of them), who, session, address, near, asn, country, family, app, is_managed, is_microsoft, is_hosting,
    is_mobile, is_private, is_trusted, first, last, times, lacks

`history`: kind ('country', 'network', 'asn', 'agent', 'client', 'flow', 'app', 'broker_code', 'week'), who,
    value (hash of the text that `sign_in_baselines` has), first_seen, last_seen, successes
`activity`: who, first, last, successes: one row per day of the log or week of the baseline with a success
`people`: who, first_seen, successes, learned_at: accounts that succeeded ever, and since when they are known
`common`: kind ('network', 'asn', 'country'), value, third, fourth: when the third and fourth person came
`settled`: who, near, since: networks that somebody got in from more than once or twice, and since when
`audits`: moment, operation VARCHAR (lower case), who (initiator), target (account it was done to), address, near,
    is_success, device VARCHAR (names of devices it was done to), row (hash of the id)
`undated`: rows of the log without a time, as `seen`
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyarrow as pa

from checks.frame import plain
from checks.relations import Relation
from checks.signins.addresses import Networks, address_table, agent_table
from checks.signins.columns import (
    AGENT,
    FIELDS,
    LABELS,
    LOG,
    OUTCOME_KEY,
    OUTCOMES,
    PROGRAM_KEY,
    PROGRAMS,
    PROVED,
    outcomes_of,
    programs_of,
)
from checks.signins.history import ACTIVITY, COMMON, HISTORY, PEOPLE, REFRESHES, SETTLED, SUCCESSES

_COLUMNS: Final = ", ".join((*FIELDS, *LABELS))
_LARGEST: Final = ", ".join(f"max({name}) AS {name}" for name in (*FIELDS, *LABELS))
_NAMED: Final = "CASE WHEN id IS NOT NULL THEN hash(id) END"

_REPEATED: Final = f"SELECT {_NAMED} AS row FROM sign_ins WHERE id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"  # noqa: S608 - constants only
_MERGED: Final = f"""
(
    SELECT {_COLUMNS} FROM sign_ins WHERE coalesce({_NAMED} NOT IN (SELECT row FROM repeated), TRUE)
    UNION ALL
    SELECT {_LARGEST} FROM sign_ins WHERE {_NAMED} IN (SELECT row FROM repeated) GROUP BY {_NAMED}
)"""  # noqa: S608 - constants only
_AS_READ: Final = "sign_ins"

_KEYS: Final = {
    "country": ("country", "CASE WHEN proved.country IS NOT NULL THEN hash(proved.country) END"),
    "near": ("network", "proved.near"),
    "asn": ("asn", "CASE WHEN proved.asn IS NOT NULL THEN hash(proved.asn::VARCHAR) END"),
    "agent": ("agent", "proved.family"),
    "client": ("client", "proved.client_key"),
    "flow": ("flow", "CASE WHEN proved.flow IS NOT NULL THEN hash(proved.flow) END"),
    "app": ("app", "proved.app"),
}
"""By the name in `is_new_…`: kind in `history`, and value of the row."""
_SHARED: Final = ("country", "near", "asn")

_NEW: Final = ",\n    ".join(
    f"CASE WHEN proved.who IS NOT NULL AND {value} IS NOT NULL "
    f"THEN coalesce(of_{name}.first_seen >= moment, TRUE) END AS is_new_{name}"
    for name, (_, value) in _KEYS.items()
)
_COMMON: Final = ",\n    ".join(
    f"CASE WHEN {_KEYS[name][1]} IS NOT NULL THEN coalesce("
    f"CASE WHEN of_{name}.first_seen <= all_{name}.third THEN all_{name}.fourth ELSE all_{name}.third END "
    f"< moment - INTERVAL 1 DAY, FALSE) END AS is_common_{name}"
    for name in _SHARED
)
_JOINS: Final = "\n".join(
    f"LEFT JOIN (SELECT who, value, first_seen FROM history WHERE kind = '{kind}') of_{name} "  # noqa: S608 - constants only
    f"ON of_{name}.who = proved.who AND of_{name}.value = {value}"
    for name, (kind, value) in _KEYS.items()
)
_SHARED_JOINS: Final = "\n".join(
    f"LEFT JOIN (SELECT value, third, fourth FROM common WHERE kind = '{_KEYS[name][0]}') all_{name} "  # noqa: S608 - constants only
    f"ON all_{name}.value = {_KEYS[name][1]}"
    for name in _SHARED
)

_SEEN: Final = f"""
SELECT proved.* EXCLUDE (is_told, is_silent, client_key, flow),
    {_NEW},
    CASE WHEN proved.country IS NOT NULL THEN coalesce(here.first_seen >= moment, TRUE) END AS is_country_new_here,
    {_COMMON},
    CASE WHEN proved.who IS NOT NULL THEN coalesce(people.learned_at < moment, FALSE) END AS is_learned
FROM proved
{_JOINS}
{_SHARED_JOINS}
LEFT JOIN here ON here.value = {_KEYS["country"][1]}
LEFT JOIN people ON people.who = proved.who
"""  # noqa: S608 - constants only
_HERE: Final = "SELECT value, min(first_seen) AS first_seen FROM history WHERE kind = 'country' GROUP BY value"
# said so that Arrow does not filter: nearly every row is wanted, and it would copy them all
_UNTIL: Final = "epoch_us(created_date_time) <= epoch_us(?::TIMESTAMPTZ)"
_NONE: Final = "SELECT * FROM seen WHERE FALSE"
_IN_TIME: Final = "created_date_time > ? AND created_date_time <= ?"
_UNDATED: Final = "created_date_time IS NULL"

_TABLES: Final = (
    "repeated",
    "successes",
    "refreshes",
    "history",
    "activity",
    "people",
    "common",
    "settled",
    "seen",
    "undated",
)


@dataclass(frozen=True, slots=True)
class Built:
    """What the tables were built of."""

    source: str
    """The rows as they count, for SQL: each id once."""
    undated: int
    """How many of them have no time."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time looked at, UTC; the beginning is left out."""

    since: datetime
    until: datetime


def build(
    sign_ins: Relation, span: Span, *, baselines: pa.Table, trusted_networks: Iterable[str], break_glass: Iterable[str]
) -> Built:
    """Build the tables of this module on the relation's connection.

    Args:
        sign_ins: With the columns FIELDS and LABELS.
        span: The time looked at.
        baselines: Columns of `sign_in_baselines`; no rows where it was not read.
        trusted_networks: The firm's own networks, in CIDR notation.
        break_glass: User principal names of the emergency accounts, lower case.
    """
    _register_small(sign_ins, baselines, trusted_networks, break_glass)
    sign_ins.materialise("repeated", _REPEATED)
    (repeated,) = plain(sign_ins.sql("SELECT count(*) AS rows FROM repeated")["rows"])
    source = _MERGED if repeated else _AS_READ
    _materialise_distinct(sign_ins, source)
    since = span.since.replace(tzinfo=None)
    sign_ins.materialise("successes", f"WITH {_log(source, _UNTIL)} {SUCCESSES}", [span.until, since])
    sign_ins.materialise("history", HISTORY, [span.until])
    sign_ins.materialise("activity", f"WITH source AS (SELECT * FROM {source}), {ACTIVITY}", [span.until])  # noqa: S608 - constants only
    sign_ins.materialise("people", PEOPLE)
    sign_ins.materialise("common", COMMON)
    sign_ins.materialise("settled", SETTLED)
    sign_ins.materialise("here", _HERE)
    sign_ins.materialise("proved", _rows(source, _IN_TIME), [span.since, span.until])
    sign_ins.materialise("seen", _SEEN)
    (undated,) = plain(sign_ins.sql(f"SELECT count(*) AS rows FROM sign_ins WHERE {_UNDATED}")["rows"])  # noqa: S608 - constants only
    if undated:
        sign_ins.materialise("proved", _rows(source, _UNDATED))
    sign_ins.materialise("undated", _SEEN if undated else _NONE)
    sign_ins.materialise("refreshes", REFRESHES)
    sign_ins.drop("successes", "proved", "here", "programs", "outcomes")
    return Built(source, undated)


def forget(sign_ins: Relation) -> None:
    """Free the memory of the tables."""
    sign_ins.drop(*_TABLES)


def _register_small(
    sign_ins: Relation, baselines: pa.Table, trusted_networks: Iterable[str], break_glass: Iterable[str]
) -> None:
    names = pa.array(sorted({name.casefold() for name in break_glass}), pa.string())
    sign_ins.register("emergency_accounts", pa.table({"name": names}))
    sign_ins.register("baselines", baselines)
    texts = sign_ins.sql("SELECT DISTINCT ip_address FROM sign_ins WHERE ip_address IS NOT NULL")
    sign_ins.register("address_texts", address_table(plain(texts["ip_address"]), Networks(trusted_networks)))
    sign_ins.materialise("addresses", _HASHED_ADDRESSES)


def _materialise_distinct(sign_ins: Relation, source: str) -> None:
    """Judge what few distinct programs and outcomes say once instead of in each row."""
    sign_ins.materialise("programs_read", programs_of(source))
    sign_ins.materialise("outcomes_read", outcomes_of(source))
    agents = sign_ins.sql(_AGENTS)
    sign_ins.register("agent_texts", agent_table(list(zip(*(plain(agents[name]) for name in agents), strict=True))))
    sign_ins.materialise("agents", _HASHED_AGENTS)
    sign_ins.materialise("programs", PROGRAMS)
    sign_ins.materialise("outcomes", OUTCOMES)
    sign_ins.drop("programs_read", "outcomes_read", "agents")


_HASHED_ADDRESSES: Final = """
SELECT text, CASE WHEN address IS NOT NULL THEN hash(address) END AS address,
    CASE WHEN near IS NOT NULL THEN hash(near) END AS near, CASE WHEN wide IS NOT NULL THEN hash(wide) END AS wide,
    is_private, is_trusted
FROM address_texts"""
_AGENTS: Final = f"""
SELECT {AGENT} AS agent, any_value(user_agent) AS user_agent,
    any_value(device_operating_system) AS device_operating_system, any_value(device_browser) AS device_browser
FROM programs_read GROUP BY 1"""  # noqa: S608 - constants only
_HASHED_AGENTS: Final = """
SELECT agent, CASE WHEN family IS NOT NULL THEN hash(family) END AS family, is_mobile, is_scripted, is_kit
FROM agent_texts"""


def _log(source: str, condition: str) -> str:
    """Return SQL for rows with the columns of `checks.signins.columns.LOG`, as `log`, to stand after WITH.

    Args:
        source: A constant: the rows as they were read.
        condition: A constant about their time.
    """
    keys = f"{PROGRAM_KEY} AS program, {OUTCOME_KEY} AS outcome"
    return f"entries AS (SELECT *, {keys} FROM {source} WHERE {condition}), log AS ({LOG})"  # noqa: S608 - constants only


def _rows(source: str, condition: str) -> str:
    """Return SQL for rows as `seen` has them, without what is new in them."""
    return (
        f"WITH {_log(source, condition)}, chosen AS (SELECT * FROM log WHERE moment IS NULL OR NOT is_silent) {PROVED}"  # noqa: S608 - constants only
    )
