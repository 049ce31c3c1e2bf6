# ruff: noqa: ANN401 - columns of any type
"""A sign-in log in memory, examined: what the tests of the detections stand on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
from builders.rows import AS_OF, Row, row

from checks.model import Gap
from checks.relations import Relations
from checks.signins.columns import FIELDS, LABELS
from checks.signins.detections import UNITS
from checks.signins.examine import examine
from checks.signins.model import Context, Detection, Examined
from checks.signins.units import Unit
from scanner.snapshot.ledger import TableState
from scanner.snapshot.tables import TABLES

SIGN_INS = TABLES["sign_ins"].arrow_schema
UNREAD = Gap("a table", TableState.SKIPPED, "not_asked")
START = AS_OF - timedelta(days=3)
"""When an attack begins."""
STRANGE = "198.51.100.7"
HOME = "192.0.2.1"


def at(minutes: float, start: datetime = START) -> datetime:
    return start + timedelta(minutes=minutes)


def examined(
    rows: Iterable[Row],
    units: Sequence[Unit] = UNITS,
    *,
    audits: Iterable[Row] | None = None,
    baselines: Iterable[Mapping[str, Any]] | None = None,
    beta_unread: bool = False,
    applications_unread: bool = False,
    **context: Any,
) -> Examined:
    """Examine rows of `a_sign_in`; tables that are not given were not read.

    Args:
        rows: Of `sign_ins`.
        units: The detections.
        audits: Rows of `an_audit`.
        baselines: Rows of `a_baseline`.
        beta_unread: Whether only v1.0 was read.
        applications_unread: Whether the sign-ins of applications were refused.
        **context: Members of `Context` besides `as_of`; `log_since` is 90 days ago unless given.
    """
    table = pa.Table.from_pylist(list(rows), schema=SIGN_INS)
    given = {"as_of": AS_OF, "log_since": AS_OF - timedelta(days=90)} | context
    # a log of few rows is searched by one thread sooner than shared out
    with Relations(threads=1) as relations:
        relation = relations.relation("sign_ins", ds.dataset(table), (*FIELDS, *LABELS))
        return examine(
            relation,
            Context(**given),
            audits=_frame("directory_audits", audits),
            baselines=UNREAD if baselines is None else pd.DataFrame(list(baselines), columns=_BASELINE),
            beta_unread=beta_unread,
            applications_unread=applications_unread,
            units=units,
        )


def detections(unit: Unit, rows: Iterable[Row], **how: Any) -> tuple[Detection, ...]:
    """Return what one detection finds."""
    return examined(rows, [unit], **how).detections


def whom(unit: Unit, rows: Iterable[Row], **how: Any) -> list[str | None]:
    """Return the accounts that one detection names, or the sources of those without an account."""
    return [one.user_id or one.source for one in detections(unit, rows, **how)]


def an_audit(operation: str, user: str, moment: datetime, **given: Any) -> Row:
    """An event of the directory's audit log that somebody brought about."""
    defaults = {
        "id": f"{operation} {user} {moment.isoformat()}",
        "activity_date_time": moment,
        "activity_display_name": operation,
        "initiated_by_user_id": user,
        "result": "success",
        "target_resources": "[]",
    }
    return row("directory_audits", given, defaults)


_BASELINE = ["user_id", "kind", "value", "first_seen", "last_seen", "successes", "days"]


def a_baseline(user: str, kind: str, value: str, **given: Any) -> dict[str, Any]:
    """What an account did ordinarily before the log begins."""
    defaults = {
        "user_id": user,
        "kind": kind,
        "value": value,
        "first_seen": AS_OF - timedelta(days=170),
        "last_seen": AS_OF - timedelta(days=100),
        "successes": 40,
        "days": 30,
    }
    return defaults | given


def _frame(name: str, rows: Iterable[Row] | None) -> pd.DataFrame | Gap:
    if rows is None:
        return UNREAD
    frame: pd.DataFrame = pa.Table.from_pylist(list(rows), schema=TABLES[name].arrow_schema).to_pandas(
        types_mapper=pd.ArrowDtype
    )
    return frame
