"""Checks that judge the firm as a whole: one object, named by the id of its organization."""

from collections.abc import Mapping

import pandas as pd

from checks.frame import BOOL, column, judged, objects
from checks.model import Gap, Outcome
from checks.three_valued import Answer
from scanner.snapshot.ledger import TableState

_NO_ORGANIZATION = Gap("organization", TableState.PARTIAL, "empty", "rescan")


def firm_as_a_whole(
    organization: pd.DataFrame, failing: Answer, evidence: Mapping[str, tuple[object, object]], *, note: str = ""
) -> Outcome:
    """Make the outcome of a check whose only object is the firm.

    Args:
        organization: `id` and `display_name` of the one row of that table.
        failing: Yes: a failure. None: unknown. No: passed.
        evidence: By name: the value and its column's type.
        note: Said beside the verdict.
    """
    columns = {
        name: column([value] * len(organization), organization, dtype) for name, (value, dtype) in evidence.items()
    }
    named = objects(organization, ["id"], ["display_name", "id"], columns)
    answers = column([failing] * len(organization), organization, BOOL)
    # without the firm there would be nothing that could fail
    gaps = () if len(organization) else (_NO_ORGANIZATION,)
    return judged(named, answers, gaps=gaps, note=note)
