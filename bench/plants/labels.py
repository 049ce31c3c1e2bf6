"""What is known about a log: which sign-ins are attacks, which detections they deserve, and which are ordinary.

A labelled log is a folder of Graph's own objects beside a file of labels, or the same in memory. The format is told
in `docs/detections.md`. Folders are read through the shape of the scanner, so real JSON takes the way of a scan.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from scanner.collectors.audits import SHAPE as AUDITS_SHAPE
from scanner.collectors.rows import Shape, timestamp
from scanner.collectors.sign_in_rows import SHAPE
from scanner.snapshot.events import merge

StoryLevel = Literal["listed", "medium", "high"]

LABELS_FILE: Final = "labels.json"
AUDITS_FOLDER: Final = "audits"
_ROWS_A_FILE: Final = 50_000
_ROWS_AT_ONCE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Attack:
    """Something that must be found: these detections, for one of these people or sources, within this time."""

    id: str
    detections: tuple[str, ...]
    users: tuple[str, ...]
    """Object ids of the people attacked; empty where nobody is named."""
    records: tuple[str, ...]
    """Ids of the sign-ins that make the attack."""
    began: datetime
    ended: datetime
    story: StoryLevel = "listed"
    """What a story of it must at least be worth."""
    sources: tuple[str, ...] = ()
    """Addresses it came from; a hit that names no person is matched by them."""


@dataclass(frozen=True, slots=True)
class Benign:
    """Something ordinary that looks odd: no story of medium or higher may be made of it."""

    id: str
    why: str
    users: tuple[str, ...]
    records: tuple[str, ...] = ()
    """Empty: everything that these people did and no attack names."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What a log holds, and what the firm stated about itself."""

    as_of: datetime
    break_glass: tuple[str, ...] = ()
    """User principal names in lower case."""
    trusted_networks: tuple[str, ...] = ()
    """In CIDR notation."""
    attacks: tuple[Attack, ...] = ()
    benign: tuple[Benign, ...] = ()


@dataclass(frozen=True, slots=True)
class Planted:
    """A log with its labels: sign-ins in the schema of `SIGN_INS`, audits in that of `DIRECTORY_AUDITS`."""

    sign_ins: pa.Table
    audits: pa.Table
    labels: Labels
    name: str = ""
    people: int = 0
    """How many people the firm has, for rates; 0 where nobody counted them."""


def read_labelled(folder: Path) -> Planted:
    """Read a labelled folder; files in the order of their names, equal ids once.

    Raises:
        Malformed: An object is not of Graph's shape.
        ValueError: The labels are not of the documented format.
    """
    labels = _labels(json.loads((folder / LABELS_FILE).read_text("utf-8")))
    sign_ins = _read(SHAPE, sorted(folder.glob("*.ndjson")))
    audits = _read(AUDITS_SHAPE, sorted((folder / AUDITS_FOLDER).glob("*.ndjson")))
    people = pc.count_distinct(sign_ins["user_id"]).as_py()
    return Planted(sign_ins, audits, labels, folder.name, people)


def write_labelled(planted: Planted, folder: Path) -> None:
    """Write a labelled folder of Graph's objects, as `read_labelled` reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(SHAPE, planted.sign_ins, folder, "sign_ins")
    if planted.audits.num_rows:
        (folder / AUDITS_FOLDER).mkdir(exist_ok=True)
        _write(AUDITS_SHAPE, planted.audits, folder / AUDITS_FOLDER, "audits")
    (folder / LABELS_FILE).write_text(json.dumps(_as_json(planted.labels), indent=1, ensure_ascii=False), "utf-8")


def read_objects(shape: Shape, objects: Iterable[dict[str, Any]], endpoint: str) -> pa.Table:
    """Return Graph's objects as a table, equal ids merged as a scan merges them."""
    return merge(shape.table, shape.convert(list(objects), endpoint))


def _read(shape: Shape, files: Iterable[Path]) -> pa.Table:
    rows = (orjson.loads(line) for file in files for line in file.read_bytes().splitlines() if line.strip())
    return read_objects(shape, rows, shape.table.name)


def _write(shape: Shape, table: pa.Table, folder: Path, name: str) -> None:
    for number, start in enumerate(range(0, table.num_rows, _ROWS_A_FILE)):
        with (folder / f"{name}_{number:03}.ndjson").open("wb") as file:
            for batch in table.slice(start, _ROWS_A_FILE).to_batches(_ROWS_AT_ONCE):
                file.writelines(orjson.dumps(each) + b"\n" for each in _objects(shape, batch))


def _objects(shape: Shape, batch: pa.RecordBatch) -> Iterable[dict[str, Any]]:
    """Yield rows as Graph writes them; a null is an absent property."""
    paths = [(name, shape.path(name).split("/")) for name in batch.schema.names]
    texts = frozenset(shape.readers)
    for row in batch.to_pylist():
        written: dict[str, Any] = {}
        for name, (*parents, leaf) in paths:
            if (value := row[name]) is None:
                continue
            place = written
            for parent in parents:
                place = place.setdefault(parent, {})
            place[leaf] = orjson.loads(value) if name in texts else _text(value)
        yield written


def _text(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value


def _as_json(labels: Labels) -> dict[str, Any]:
    attacks = [
        {
            "id": each.id,
            "detections": each.detections,
            "users": each.users,
            "sources": each.sources,
            "records": each.records,
            "from": _text(each.began),
            "to": _text(each.ended),
            "story": each.story,
        }
        for each in labels.attacks
    ]
    benign = [{"id": b.id, "why": b.why, "users": b.users, "records": b.records} for b in labels.benign]
    return {
        "as_of": _text(labels.as_of),
        "break_glass": labels.break_glass,
        "trusted_networks": labels.trusted_networks,
        "attacks": attacks,
        "benign": benign,
    }


def _labels(told: Mapping[str, Any]) -> Labels:
    try:
        return Labels(
            timestamp(told["as_of"]),
            tuple(name.lower() for name in told.get("break_glass", ())),
            tuple(told.get("trusted_networks", ())),
            tuple(_attack(each) for each in told.get("attacks", ())),
            tuple(_benign(each) for each in told.get("benign", ())),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"labels are not of the documented format: {error}") from error


def _attack(told: Mapping[str, Any]) -> Attack:
    attack = Attack(
        told["id"],
        tuple(told["detections"]),
        tuple(told.get("users", ())),
        tuple(told.get("records", ())),
        timestamp(told["from"]),
        timestamp(told["to"]),
        sources=tuple(told.get("sources", ())),
    )
    return replace(attack, story=told["story"]) if "story" in told else attack


def _benign(told: Mapping[str, Any]) -> Benign:
    return Benign(told["id"], told.get("why", ""), tuple(told.get("users", ())), tuple(told.get("records", ())))
