"""Measures what the detections find: recall and precision on labelled logs, given in folders or planted here.

Run with `make bench-detections` or `python -m bench.detections`; `docs/detections.md` tells the format of a labelled
folder. Prints, by detection and by story, what was planted, found, missed and false. Exits 1 when less than 95 of 100
planted attacks are found by a detection that must find them, or when more than one false story of medium or higher is
told per 100 people and month.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from bench.judging import Judged, Tally, judge, stories_together, together
from bench.plants.behaviour import ENDS, ordinary
from bench.plants.first_plant import first_plant
from bench.plants.labels import Planted, read_labelled
from bench.plants.oddities import odd_but_benign
from checks.relations import Relations
from checks.signins.columns import FIELDS, LABELS
from checks.signins.examine import examine
from checks.signins.model import Context, Examined, Story

PEOPLE: Final = (5, 20, 60, 150, 500)
SEEDS: Final = (1, 2, 3)
RECALL_BOUND: Final = 0.95
RATE_BOUND: Final = 1.0
"""False stories of medium or higher per 100 people and month."""
MUST_FIND: Final = (
    "D01", "D02", "D04", "D08", "D11", "D12", "D17", "D18", "D20", "D24", "D25", "D26", "D27", "D32", "D33", "D39",
    "D40",
)  # fmt: skip
_LISTED: Final = 40
"""How many missed and how many false ones are written out."""


def examined(planted: Planted) -> Examined:
    """Examine a labelled log as a scan would, without a baseline from before it."""
    moments = planted.sign_ins["created_date_time"]
    since = pc.min(moments).as_py()
    context = Context(
        planted.labels.as_of,
        break_glass=frozenset(planted.labels.break_glass),
        trusted_networks=planted.labels.trusted_networks,
        log_since=since - timedelta(days=1) if since else None,
    )
    with Relations() as relations:
        sign_ins = relations.relation("sign_ins", ds.dataset(planted.sign_ins), (*FIELDS, *LABELS))
        return examine(
            sign_ins,
            context,
            audits=_frame(planted.audits),
            baselines=_no_baselines(),
            beta_unread=False,
            applications_unread=False,
        )


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _no_baselines() -> pd.DataFrame:
    moment = pa.timestamp("us", "UTC")
    names = {"user_id": pa.string(), "kind": pa.string(), "value": pa.string(), "first_seen": moment,
             "last_seen": moment, "successes": pa.int64(), "days": pa.int64()}  # fmt: skip
    return _frame(pa.schema(list(names.items())).empty_table())


def judged(planted: Planted) -> Judged:
    """Examine a labelled log and judge the result."""
    begun = time.perf_counter()
    result = examined(planted)
    return judge(planted, result, time.perf_counter() - begun)


def unplanted(seed: int, people: int) -> Planted:
    """Return a firm to which nothing happens."""
    firm = odd_but_benign(ordinary(seed, people, end=ENDS[seed % len(ENDS)]))
    return Planted(firm.sign_ins, firm.audits, firm.labels, f"ordinary {firm.firm.slug}", len(firm.firm.desks))


def _plants(name: str) -> tuple[Callable[[int, int], Planted], ...]:
    if name == "none":
        return (unplanted,)
    plants: list[Callable[[int, int], Planted]] = [first_plant] if name in ("first", "both") else []
    if name in ("second", "both"):
        from bench.plants.second_plant import second_plant  # noqa: PLC0415 - nothing else may know of it

        plants.append(second_plant)
    return tuple(plants)


def _logs(folders: Sequence[Path], plant: str, people: Sequence[int], seeds: Sequence[int]) -> Iterator[Planted]:
    if folders:
        yield from map(read_labelled, folders)
        return
    for make in _plants(plant):
        yield from (make(seed, size) for size in people for seed in seeds)


def report(results: Sequence[Judged]) -> Iterator[str]:
    """Yield the lines that tell how detections and stories did."""
    yield f"{'':8}{'planted':>8}{'recalled':>9}{'hits':>8}{'false':>7}{'precision':>10}{'recall':>8}"
    for unit, tally in together(results).items():
        yield _line(unit, tally)
    yield "stories"
    for level, tally in stories_together(results).items():
        yield _line(level, tally)
    yield from _listed("missed", [f"{m.unit} of {m.attack} in {r.name}" for r in results for m in r.missed])
    yield from _listed("missed stories", [f"{name} in {r.name}" for r in results for name in r.missed_stories])
    yield from _listed(
        "false stories of medium or higher", [f"{_told(s)} in {r.name}" for r in results for s in r.false_stories]
    )
    kinds = Counter(kind for r in results for kind in r.benign_seen.elements())
    yield f"ordinary behaviour in them: {dict(kinds)}"
    yield f"not evaluated: {sorted({each for r in results for each in r.unevaluated})}"
    people, took_s = sum(r.people for r in results), sum(r.examined_s for r in results)
    yield f"{len(results)} logs, {people} people, examined in {took_s:.1f} s"
    yield f"false stories of medium or higher per 100 people and month: {pooled(results):.2f}"


def _line(name: str, tally: Tally) -> str:
    shares = [f"{share:.3f}" if share is not None else "-" for share in (tally.precision, tally.recall)]
    return f"{name:8}{tally.planted:8}{tally.recalled:9}{tally.hits:8}{tally.false:7}{shares[0]:>10}{shares[1]:>8}"


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"{title}: {len(lines)}"
    yield from (f"  {line}" for line in lines[:_LISTED])
    if len(lines) > _LISTED:
        yield f"  … and {len(lines) - _LISTED} more"


def _told(story: Story) -> str:
    units = "+".join(sorted({hit.unit for hit in story.detections}))
    return f"{story.level} {units} of {story.user_principal_name or story.source} at {story.began:%Y-%m-%d %H:%M}"


def pooled(results: Sequence[Judged]) -> float:
    """Return the false stories of all logs per 100 of all their people and month."""
    people = sum(each.people for each in results)
    return 100 * sum(len(each.false_stories) for each in results) / people if people else 0.0


def shortfalls(results: Sequence[Judged]) -> list[str]:
    """Return the bounds that are missed, in words."""
    tallies = together(results)
    low = [
        f"{unit} finds {tally.recall:.3f} of what was planted, {RECALL_BOUND} is asked"
        for unit, tally in tallies.items()
        if unit in MUST_FIND and tally.recall is not None and tally.recall < RECALL_BOUND
    ]
    rate = pooled(results)
    return [
        *low,
        *([f"{rate:.2f} false stories per 100 people and month, {RATE_BOUND:g} allowed"] * (rate > RATE_BOUND)),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what the sign-in detections find and what they make up.")
    parser.add_argument("folders", nargs="*", type=Path, help="labelled folders; without any, firms are made up")
    parser.add_argument("--people", nargs="+", type=int, default=PEOPLE, help="sizes of the firms")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, help="one firm of each size by seed")
    parser.add_argument("--plant", choices=("first", "second", "both", "none"), default="both")
    arguments = parser.parse_args()
    results = []
    for planted in _logs(arguments.folders, arguments.plant, arguments.people, arguments.seeds):
        results.append(judged(planted))
        last = results[-1]
        print(
            f"{last.name}: {last.people} people, {planted.sign_ins.num_rows:,} sign-ins, {len(last.missed)} missed, "
            f"{len(last.false_stories)} false stories, {last.examined_s:.1f} s",
            flush=True,
        )
    print(*report(results), sep="\n")
    missed = shortfalls(results)
    print(*(f"MISSED BOUND: {each}" for each in missed), sep="\n", end="\n" if missed else "")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
