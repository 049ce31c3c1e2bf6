"""The second plant: attacks on made-up firms, told from the reference of detections alone.

It is a test set. Nothing of the engine is imported here, nothing here is imported by the engine, and no threshold is
chosen by what it says.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import zip_longest
from random import Random
from typing import Final

import pyarrow as pa

from bench.plants.behaviour import ordinary
from bench.plants.labels import Labels, Planted
from bench.plants.oddities import odd_but_benign
from bench.plants.second import accounts, approvals, attempts, places, sessions
from bench.plants.second.habits import Habits
from bench.plants.second.rows import Row
from bench.plants.second.stage import Scarce, Stage, Variant
from scanner.snapshot.schema import Table
from scanner.snapshot.tables.audits import DIRECTORY_AUDITS
from scanner.snapshot.tables.sign_ins import SIGN_INS

VARIANTS: Final = {
    **attempts.VARIANTS, **approvals.VARIANTS, **places.VARIANTS, **sessions.VARIANTS, **accounts.VARIANTS,
}  # fmt: skip
_WINDOW: Final = timedelta(days=27)
_MARGIN: Final = timedelta(days=1)
_KNOWN_SINCE: Final = timedelta(days=70)
_FEWEST: Final = 8
_SHARE: Final = 0.6
_OTHER_SALT: Final = 5_000_011


def second_plant(seed: int, people: int) -> Planted:
    """Return ninety days of a firm with attacks in the last four weeks, labelled.

    Args:
        seed: The same seed and size give the same firm.
        people: How many work there; a firm of five has eight attacks, one of 150 has every variant.
    """
    firm = odd_but_benign(ordinary(seed + _OTHER_SALT, people))
    end = firm.labels.as_of
    known = Habits(firm.sign_ins, firm.labels.trusted_networks, end - _KNOWN_SINCE, end - _WINDOW - _MARGIN)
    rng = Random(f"second {seed} {people}")  # noqa: S311  # a plant, no secret
    domains = Counter(each.target.user_principal_name.rpartition("@")[2] for each in known.known)
    stage = Stage(rng, known, people, domains.most_common(1)[0][0], end)
    _play(stage, _programme(rng, people, min(_FEWEST + round(people * _SHARE), sum(map(len, VARIANTS.values())))))
    return Planted(
        pa.concat_tables([firm.sign_ins, _table(SIGN_INS, stage.sign_ins)]),
        pa.concat_tables([firm.audits, _table(DIRECTORY_AUDITS, stage.audits)]),
        Labels(
            end,
            (*firm.labels.break_glass, *stage.break_glass),
            firm.labels.trusted_networks,
            tuple(stage.attacks),
            firm.labels.benign,
        ),
        f"second plant, seed {seed}, {people} people",
        people,
    )


def _programme(rng: Random, people: int, count: int) -> Sequence[Variant]:
    """Return variants in turns over the detections, so that few attacks are of many kinds."""
    kinds = [rng.sample(each, len(each)) for each in VARIANTS.values()]
    if people <= attempts.SMALL_FIRM:
        kinds[0].sort(key=lambda variant: variant is not attempts.few_people)
    rng.shuffle(kinds)
    turns: Iterator[Variant] = (each for turn in zip_longest(*kinds) for each in turn if each is not None)
    chosen = [variant for variant, _ in zip(turns, range(count), strict=False)]
    rng.shuffle(chosen)
    return chosen


def _play(stage: Stage, programme: Sequence[Variant]) -> None:
    """Play attacks one after another through the weeks looked at; what a firm has nobody for is left out."""
    slot = _WINDOW / len(programme)
    for number, variant in enumerate(programme):
        stage.at = stage.end - _WINDOW + slot * number + slot * stage.rng.random() * 0.6
        try:
            variant(stage)
        except Scarce:
            continue


def _table(table: Table, rows: Sequence[Row]) -> pa.Table:
    schema = table.arrow_schema
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema)
