"""What an examination of the sign-in log promises whatever the log: the same stories, and nothing that leaves."""

import json
import resource
import socket
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from builders.attacked_log import attacked_log
from builders.rows import Row
from examination_kit import SIGN_INS, as_it_is, deep, examined, few, table, told
from hypothesis import given
from hypothesis import strategies as st

from checks.relations import Relation, Relations
from checks.signins.columns import FIELDS, LABELS
from checks.signins.detections import UNITS
from checks.signins.model import Examined

# --- the same log, told in another way ---------------------------------------------------------------------------


def test_the_log_of_these_tests_holds_something_of_every_kind() -> None:
    """Without it every promise below would be an empty one."""
    kinds = {each.unit for each in as_it_is().detections}
    wanted = {unit.id for unit in UNITS} & {
        "D01", "D02", "D04", "D08", "D11", "D12", "D17", "D18", "D20", "D24", "D25", "D26", "D27", "D32", "D33",
        "D39", "D40",
    }  # fmt: skip

    assert kinds >= wanted
    assert any(story.level == "high" for story in as_it_is().stories)


def _hold_for_any_order(seed: int, files: int, overlap: int) -> None:
    chance = Random(seed)  # noqa: S311 - an order, no secret
    rows = attacked_log()
    again = chance.sample(rows, overlap)
    whole = rows + again
    chance.shuffle(whole)

    result = examined(*(whole[number::files] for number in range(files)))

    assert result.stories == as_it_is().stories
    assert result.detections == as_it_is().detections
    assert result.units == as_it_is().units
    assert result.doubts == as_it_is().doubts
    assert result.rows.read == as_it_is().rows.read
    assert result.rows.repeated == overlap


ORDERS: Final = (st.integers(0, 2**32), st.integers(1, 7), st.integers(0, 80))


@few
@given(*ORDERS)
def test_shuffled_rows_split_files_and_overlapping_imports_tell_the_same_stories(
    seed: int, files: int, overlap: int
) -> None:
    _hold_for_any_order(seed, files, overlap)


@pytest.mark.deep
@deep
@given(*ORDERS)
def test_every_order_tells_the_same_stories(seed: int, files: int, overlap: int) -> None:
    _hold_for_any_order(seed, files, overlap)


def test_a_row_that_came_again_with_more_in_it_counts_once() -> None:
    """An import of less, beside a scan of more, of the same sign-ins."""
    rows = attacked_log()
    poorer = [dict(each, user_agent=None, authentication_details=None, session_id=None) for each in rows]

    result = examined(poorer, rows)

    assert result.stories == as_it_is().stories
    assert result.rows.repeated == len(rows)


# --- nothing leaves, nothing is opened, nothing of the data becomes SQL ------------------------------------------

_WATCHED: Final = (
    "socket.",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
    "subprocess.",
    "os.system",
    "open",
    "os.posix_spawn",
)
_NOTED: Final[list[str]] = []
_IS_WATCHING: Final[list[bool]] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _IS_WATCHING and event.startswith(_WATCHED):
        _NOTED.append(f"{event} {arguments!r:.200}")


@contextmanager
def _cut_off() -> Iterator[list[str]]:
    """Let the process open no file and no socket, by any library; yield what Python tried nevertheless."""
    sys.addaudithook(_note)
    _NOTED.clear()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    _IS_WATCHING.append(True)
    try:
        yield _NOTED
    finally:
        _IS_WATCHING.clear()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_process_that_is_cut_off_can_reach_nothing() -> None:
    """The proof below is worth what this refusal is worth."""
    with _cut_off() as tried:
        with pytest.raises(OSError, match="Too many open files"):
            open(__file__, encoding="utf-8")  # noqa: PTH123, SIM115 - refused
        with pytest.raises((OSError, RuntimeError)):
            socket.create_connection(("192.0.2.1", 443), timeout=1)
        with pytest.raises((OSError, RuntimeError)):
            socket.getaddrinfo("contoso.example", 443)

    assert any(event.startswith("open") for event in tried)


def test_the_whole_examination_runs_with_network_and_files_refused() -> None:
    """No name is looked up, no address asked, no file read or written: not by Python and not by its libraries.

    The connection is there before: to begin one, DuckDB asks the machine how much memory it has.
    """
    expected = as_it_is()
    rows = table(attacked_log())

    with Relations() as relations:
        relation = relations.relation("sign_ins", ds.dataset([ds.InMemoryDataset(rows)]), (*FIELDS, *LABELS))
        with _cut_off() as tried:
            result = told(relation)
            noted = list(tried)

    assert result == expected
    assert noted == []


class _Overheard(Relation):
    """A relation that writes down every text it is asked to run or to name."""

    texts: list[str]

    def sql(self, query: str, parameters: Sequence[object] = ()) -> pd.DataFrame:
        self.texts.append(query)
        return super().sql(query, parameters)

    def materialise(self, name: str, query: str, parameters: Sequence[object] = ()) -> None:
        self.texts += [name, query]
        super().materialise(name, query, parameters)

    def register(self, name: str, rows: pa.Table) -> None:
        self.texts.append(name)
        super().register(name, rows)


def _overheard(rows: Iterable[Row]) -> tuple[list[str], Examined]:
    with Relations() as relations:
        files = ds.dataset([ds.InMemoryDataset(table(rows))])
        own = relations.relation("sign_ins", files, (*FIELDS, *LABELS))
        relation = _Overheard(own._connection, own._name, own._definition)
        relation.texts = []
        result = told(relation)
        return relation.texts, result


def test_nothing_of_the_data_reaches_the_text_of_a_query() -> None:
    """Every text of every row carries a mark and a quote; no query does, and other data make no other queries."""
    mark = "'\"); DROP TABLE seen; -- kanarie"
    names = [field.name for field in SIGN_INS if field.type == pa.string() and field.name != "authentication_details"]
    marked = [
        {**each, **{name: f"{each[name]}{mark}" for name in names if each[name] is not None}} for each in attacked_log()
    ]
    steps = json.dumps([{"authenticationMethod": mark, "succeeded": True, "authenticationStepResultDetail": mark}])

    texts, result = _overheard(dict(each, authentication_details=steps) for each in marked)
    usual, _ = _overheard(attacked_log())

    assert result.rows.read == as_it_is().rows.read
    assert not [text for text in texts if "kanarie" in text]
    assert set(texts) <= set(usual)
