"""A healthy firm of fourteen people that is full of honest oddities, had it the licence that keeps a log."""

from typing import Any, Final

import pyarrow as pa
import pytest

from bench.detections import examined
from bench.plants.behaviour import ENDS, ordinary
from bench.plants.labels import Planted
from bench.plants.oddities import odd_but_benign
from checks.signins.detections import UNITS
from checks.signins.units import Level
from simulator.tenants import load_sample

DAYS: Final = 90
NAMES: Final = {"user_id": "id", "user_principal_name": "userPrincipalName", "user_display_name": "displayName"}
"""Column of the log to member of Graph's user."""


def staff() -> list[dict[str, Any]]:
    members = [user for user in load_sample("peeters").users if user["userType"] == "Member"]
    return [user for user in members if user["accountEnabled"] and user["assignedLicenses"]]


def its_own_log(seed: int) -> Planted:
    """The ordinary days of a firm of its size, signed in to by its own people, as a log of P1 would tell them."""
    people = staff()
    firm = odd_but_benign(ordinary(seed, len(people), DAYS, ENDS[seed % len(ENDS)]))
    known = {person.user_id: user for person, user in zip(firm.firm.desks, people, strict=True)}
    log = firm.sign_ins
    ids = log["user_id"].to_pylist()
    for column, member in NAMES.items():
        told = [
            known[who][member] if who in known else own for who, own in zip(ids, log[column].to_pylist(), strict=True)
        ]
        log = log.set_column(log.schema.get_field_index(column), log.schema.field(column), pa.array(told, pa.string()))
    return Planted(log, firm.audits, firm.labels, "peeters", len(people))


@pytest.mark.parametrize(
    "seed", [14, pytest.param(15, marks=pytest.mark.deep), pytest.param(16, marks=pytest.mark.deep)]
)
def test_ninety_ordinary_days_make_no_story_worth_a_look(seed: int) -> None:
    log = its_own_log(seed)

    found = examined(log)

    theirs = {user["id"] for user in staff()}
    assert len(theirs) >= 13
    assert theirs <= {account.user_id for account in found.accounts}
    assert [story for story in found.stories if story.level is not Level.LISTED] == []
    assert sum(state.evaluated for state in found.units) >= len(UNITS) - 2
