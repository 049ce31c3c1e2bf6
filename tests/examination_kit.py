"""Examines the attacked log of the builders, whole, spoilt or split, as a scan would."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
from builders.attacked_log import EMERGENCY, TRUSTED, attacked_log, its_audits
from builders.rows import AS_OF, Row
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from checks.relations import Relation, Relations
from checks.signins.columns import FIELDS, LABELS
from checks.signins.examine import examine
from checks.signins.model import Context, Examined
from scanner.snapshot.tables import TABLES

SIGN_INS: Final = TABLES["sign_ins"].arrow_schema
COLUMNS: Final = tuple(name for name in SIGN_INS.names if name in {*FIELDS, *LABELS})
"""What an examination reads of a log."""
CONTEXT: Final = Context(
    AS_OF,
    break_glass=frozenset({EMERGENCY}),
    trusted_networks=TRUSTED,
    log_since=AS_OF - timedelta(days=90),
)
_MOMENT: Final = pa.timestamp("us", "UTC")
_BASELINES: Final = pa.schema(
    {"user_id": pa.string(), "kind": pa.string(), "value": pa.string(), "first_seen": _MOMENT, "last_seen": _MOMENT,
     "successes": pa.int64(), "days": pa.int64()}
)  # fmt: skip

few = settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
deep = settings(few, max_examples=150)


def table(rows: Iterable[Row]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SIGN_INS)


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def told(relation: Relation) -> Examined:
    """Examine a relation with the columns FIELDS and LABELS."""
    audits = pa.Table.from_pylist(its_audits(), schema=TABLES["directory_audits"].arrow_schema)
    return examine(
        relation,
        CONTEXT,
        audits=_frame(audits),
        baselines=_frame(_BASELINES.empty_table()),
        beta_unread=False,
        applications_unread=False,
    )


def examined(*parts: Iterable[Row]) -> Examined:
    """Examine a log that lies in several files, in the order of the parts."""
    with Relations(threads=1) as relations:
        files = ds.dataset([ds.InMemoryDataset(table(part)) for part in parts])
        return told(relations.relation("sign_ins", files, (*FIELDS, *LABELS)))


@cache
def as_it_is() -> Examined:
    """Examine the log with nothing done to it."""
    return examined(attacked_log())


ODD_VALUES: Final[Mapping[str, Sequence[Any]]] = {
    "id": ["", "x" * 10_000],
    "created_date_time": [datetime(1, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)],
    "user_id": ["", "00000000-0000-0000-0000-000000000000", "'; DROP TABLE seen; --", "\x00\ud7ff\U0010ffff"],
    "user_principal_name": ["", "@", "é" * 5_000],
    "ip_address": ["", "not an address", "999.1.1.1", "198.51.100.7:44321", "[2001:db8::9]:443", "::ffff:198.51.100.7",
                   "2001:db8::%eth0", "0.0.0.255", "1" * 10_000],
    "error_code": [-1, 2**62, -(2**62)],
    "user_agent": ["", "Mozilla/5.0 " * 900, "\U0001f600" * 3_000, "\n\t\r"],
    "authentication_details": ["", "[", "{}", "null", "[1, null, [[]]]", '"text"', "[" * 5_000,
                               '[{"succeeded": "perhaps", "authenticationMethod": 7}]', '[{"succeeded": null}]'],
    "additional_details": ["", "fraud" * 4_000],
    "latitude": [float("nan"), float("inf"), -1e308, 91.0],
    "longitude": [float("nan"), float("-inf"), 1e308, 541.0],
    "autonomous_system_number": [-1, 0, 2**62],
    "country_or_region": ["", "be", "Belgium", "\u202e"],
    "client_app_used": ["", "a client of tomorrow", "IMAP4 " * 2_000],
    "session_id": ["", "s" * 10_000],
    "correlation_id": ["", "0"],
    "risk_state": ["", "hidden", "unknownFutureValue"],
    "risk_event_types_v2": [[], [None], ["x" * 1_000] * 50],
    "authentication_protocol": ["", "unknownFutureValue", "DEVICECODE"],
    "incoming_token_type": ["", "unknownFutureValue"],
    "original_transfer_method": ["", "unknownFutureValue"],
    "user_type": ["", "robot"],
    "device_operating_system": ["", "\x00", "Windows " * 2_000],
    "device_browser": ["", "Lynx " * 2_000],
    "app_id": ["", "no guid"],
    "resource_id": ["", "no guid"],
}  # fmt: skip


CELLS: Final = st.lists(
    st.tuples(st.integers(0, 10_000), st.sampled_from(COLUMNS), st.integers(-1, 20)), min_size=1, max_size=12
)


def spoilt(cells: Iterable[tuple[int, str, int]]) -> list[Row]:
    """Return the log with some cells null or odd, as drawn from CELLS."""
    rows = [dict(each) for each in attacked_log()]
    for place, column, which in cells:
        values = ODD_VALUES.get(column, [None])
        rows[place % len(rows)][column] = None if which < 0 else values[which % len(values)]
    return rows
