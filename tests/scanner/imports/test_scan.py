"""An import is merged into the tenant's days: none is lost, none is there twice, in whatever order files come."""

import errno
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from exports import Json, SignIn, a_file, as_archived, as_audit, as_graph, as_lines, as_rule_change
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stored_scans import MOMENT, TENANT, TEST_KEY, a_scan, a_sign_in, a_tenant, a_user

from m365_posture.keys import TenantKey
from scanner.imports.errors import ImportUnusable, NothingFound
from scanner.imports.records import Scope, row_of_record
from scanner.imports.scan import Imported, import_files
from scanner.imports.tally import Skipped
from scanner.snapshot.crypto import Vault
from scanner.snapshot.ledger import Coverage, TableState
from scanner.snapshot.manifest import finished_scans, newest_finished, scan_folders
from scanner.snapshot.purge import purge_table
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.rows import to_arrow
from scanner.snapshot.tables.directory import USERS
from scanner.snapshot.tables.sign_ins import SIGN_INS as SIGN_INS_TABLE
from scanner.snapshot.uniting import unite

UNLICENSED = Coverage(TableState.UNLICENSED, reason="unlicensed", mend="license:AAD_PREMIUM")


class Firm:
    """A tenant's folder, its vault, and files to import."""

    def __init__(self, data: Path) -> None:
        self.folder, self.vault = a_tenant(data / "data")
        self.files = data / "files"
        self.files.mkdir(exist_ok=True)
        self._numbers = iter(range(1000))

    def imports(self, *contents: object, hours: float = 0) -> Imported:
        """Import files of these contents, so many hours after `MOMENT`."""
        files = [a_file(self.files, f"{next(self._numbers)}.json", content) for content in contents]
        return import_files(self.folder, TENANT, self.vault, MOMENT + timedelta(hours=hours), files)

    def newest(self) -> SnapshotReader:
        return SnapshotReader.open(finished_scans(self.folder)[-1], self.vault)

    def rows(self, table: str = "sign_ins") -> list[Json]:
        rows: list[Json] = self.newest().dataset(table).to_table().to_pylist()
        return rows

    def ids(self) -> list[str]:
        return [row["id"] for row in self.rows()]


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return Firm(tmp_path)


SIGN_INS = [SignIn(number).later(hours=-number) for number in range(40)]


def test_what_was_new_and_what_was_there_is_told(firm: Firm) -> None:
    first = firm.imports(as_lines(map_of(as_graph, SIGN_INS[:30])))
    second = firm.imports(as_lines(map_of(as_audit, SIGN_INS[20:])), [as_rule_change(1)], hours=1)

    assert (first.tally.records, first.tally.sign_ins, first.new) == (30, 30, 30)
    assert (second.tally.records, second.tally.sign_ins, second.tally.mailbox_changes, second.new) == (21, 20, 1, 11)
    assert second.newest == SIGN_INS[20].at
    assert firm.ids() == [one.id for one in reversed(SIGN_INS)]


def map_of(form: Any, sign_ins: Sequence[SignIn]) -> list[Json]:  # noqa: ANN401 - a builder
    return [form(sign_in) for sign_in in sign_ins]


def test_the_log_is_partial_because_it_was_imported_and_never_becomes_the_newest_scan(firm: Firm) -> None:
    whole = a_scan(firm.folder, firm.vault, MOMENT - timedelta(hours=1), tables={}, states={"sign_ins": UNLICENSED})
    firm.imports([as_graph(SIGN_INS[0])])

    coverage = firm.newest().coverage("sign_ins")
    assert (coverage.state, coverage.reason, coverage.rows) == ("partial", "imported", 1)
    assert coverage.groups["beta_properties"].state is TableState.PARTIAL
    assert firm.newest().manifest.is_import
    newest = newest_finished(firm.folder)
    assert newest is not None
    assert newest.name == whole.scan_id


def test_the_next_scan_keeps_what_was_imported_and_so_does_the_one_after(firm: Firm) -> None:
    a_scan(firm.folder, firm.vault, MOMENT - timedelta(hours=9), tables={"sign_ins": [a_sign_in(1)]})
    firm.imports([as_graph(SIGN_INS[0])])
    for day in (1, 2):
        a_scan(firm.folder, firm.vault, MOMENT + timedelta(days=day), tables={"sign_ins": [a_sign_in(day + 1)]})

    assert firm.ids() == sorted([SIGN_INS[0].id, "sign-in-0001", "sign-in-0002", "sign-in-0003"])


def test_a_scan_of_some_areas_in_between_loses_nothing(firm: Firm) -> None:
    firm.imports([as_graph(SIGN_INS[0])])
    a_scan(firm.folder, firm.vault, MOMENT + timedelta(hours=1), tables={"users": [a_user(1)]}, only=["directory"])
    a_scan(firm.folder, firm.vault, MOMENT + timedelta(hours=2), tables={"sign_ins": []})

    assert firm.ids() == [SIGN_INS[0].id]


def test_what_a_scan_read_is_not_made_poorer_by_a_log_that_says_less(firm: Firm) -> None:
    firm.imports([as_graph(SIGN_INS[0], riskState="atRisk")])
    before = firm.rows()
    firm.imports([as_audit(SIGN_INS[0])], [as_graph(SIGN_INS[0], riskState="none")], hours=1)

    [row] = firm.rows()
    kept = {name: value for name, value in before[0].items() if value is not None}
    assert {name: row[name] for name in kept} == kept
    assert row["session_id"] == "55555555-1111-4222-8333-000000000001"


def test_accounts_are_taken_over_from_the_newest_scan_and_go_when_that_one_loses_them(firm: Firm) -> None:
    a_scan(firm.folder, firm.vault, MOMENT - timedelta(hours=9), tables={"users": [a_user(1)]})
    firm.imports([as_graph(SIGN_INS[0])])

    assert [row["id"] for row in firm.rows("users")] == ["user-1"]
    assert firm.newest().coverage("groups").state is TableState.SKIPPED

    purge_table(firm.folder, firm.vault, USERS, before=MOMENT, at=MOMENT, reason="retention")

    assert firm.newest().coverage("users").state is TableState.PURGED
    assert not list(firm.folder.rglob("tables/users/*.parquet"))


def test_an_import_makes_the_baselines_of_the_people_in_it(firm: Firm) -> None:
    firm.imports(as_lines(map_of(as_graph, SIGN_INS)))

    kinds = {row["kind"]: row["successes"] for row in firm.rows("sign_in_baselines") if row["kind"] != "week"}
    assert kinds == {"country": 40, "network": 40, "asn": 40, "agent": 40, "client": 40, "app": 40}


def test_changes_of_mailboxes_stay_from_import_to_import(firm: Firm) -> None:
    firm.imports([as_rule_change(1)])
    firm.imports([as_graph(SIGN_INS[0])], hours=1)

    assert [row["operation"] for row in firm.rows("mailbox_audits")] == ["New-InboxRule"]
    assert firm.newest().coverage("mailbox_audits").reason == "imported"


@pytest.mark.parametrize("content", ["a letter", [], '[{"createdDateTime": "2026-11-16T06'])
def test_a_file_that_cannot_be_used_leaves_everything_as_it_was(firm: Firm, content: object) -> None:
    a_scan(firm.folder, firm.vault, MOMENT - timedelta(hours=9), tables={"sign_ins": [a_sign_in(1)]})
    files = sorted(firm.folder.rglob("*.*"))

    with pytest.raises(ImportUnusable):
        firm.imports(as_lines(map_of(as_graph, SIGN_INS)), content)

    assert sorted(firm.folder.rglob("*.*")) == files
    assert len(scan_folders(firm.folder)) == 1


class FullDisk(Vault):
    """Nothing can be written any more when all tables are."""

    def seal(self, content: bytes) -> str:
        raise OSError(errno.ENOSPC, f"no room for {len(content)} bytes")


def test_an_import_that_ends_halfway_for_whatever_reason_leaves_nothing_behind(firm: Firm) -> None:
    files = sorted(firm.folder.rglob("*.*"))
    full = FullDisk(TenantKey.open_or_create(firm.folder, TEST_KEY))

    with pytest.raises(OSError, match="no room"):
        import_files(firm.folder, TENANT, full, MOMENT, [a_file(firm.files, "log.json", [as_graph(SIGN_INS[0])])])

    assert sorted(firm.folder.rglob("*.*")) == files
    assert scan_folders(firm.folder) == []


def test_an_import_that_is_interrupted_while_it_reads_leaves_everything_as_it_was(firm: Firm) -> None:
    def until_interrupted() -> Iterator[Path]:
        yield a_file(firm.files, "log.json", [as_graph(SIGN_INS[0])])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_files(firm.folder, TENANT, firm.vault, MOMENT, until_interrupted())

    assert scan_folders(firm.folder) == []


def test_what_is_dated_more_than_a_day_ahead_is_left_out_and_counted(firm: Firm) -> None:
    now, soon, future = (SignIn(number, MOMENT + timedelta(days=days)) for number, days in enumerate((0, 1, 1.01)))

    imported = firm.imports([as_graph(now), as_graph(soon)], [as_graph(future)], [as_rule_change(1, future.at)])

    assert firm.ids() == [now.id, soon.id]
    assert imported.newest == soon.at
    assert (imported.tally.sign_ins, imported.tally.mailbox_changes) == (2, 0)
    assert imported.tally.skipped == {Skipped.TOO_NEW: 2}


def test_half_a_character_is_kept_as_a_question_mark_alone_and_in_a_list(firm: Firm) -> None:
    odd = as_graph(SIGN_INS[0], userDisplayName="An \ud800", riskEventTypes_v2=["un\ud800known", "other"])

    firm.imports([odd])

    [row] = firm.rows()
    assert (row["user_display_name"], row["risk_event_types_v2"]) == ("An ?", ["un?known", "other"])


def test_files_of_another_tenant_are_refused_in_one_sentence(firm: Firm) -> None:
    foreign = [as_audit(SIGN_INS[0], OrganizationId="12345678-1111-4222-8333-123456789012")]

    with pytest.raises(NothingFound, match=r"^Every record is of another tenant: .*; nothing was imported\.$"):
        firm.imports(foreign)


def test_files_without_a_row_to_keep_say_why(firm: Firm) -> None:
    with pytest.raises(NothingFound, match=r"\(no_id: 1, too_old: 1\)"):
        firm.imports([as_graph(SIGN_INS[0], id=""), as_graph(SIGN_INS[0].later(days=-99))])


def test_a_damaged_day_is_not_replaced_by_what_an_export_has_of_it(firm: Firm) -> None:
    firm.imports([as_graph(SIGN_INS[0])])
    day = next((firm.folder / "events").rglob("*.parquet"))
    content = day.read_bytes()
    day.write_bytes(content[:-20])

    with pytest.raises(ImportUnusable, match="2026-11-15 is damaged"):
        firm.imports([as_graph(SIGN_INS[1])], hours=1)
    day.write_bytes(content)

    assert firm.ids() == [SIGN_INS[0].id]


FORMS = (as_graph, as_archived, as_audit)
VARIANTS: Sequence[Json] = ({}, {"riskState": "none"}, {"riskState": "atRisk"}, {"userDisplayName": ""}, {"city": "x"})


@st.composite
def exports(draw: st.DrawFn) -> list[Json]:
    """Draw records of up to six sign-ins around midnight, in several logs, some of them twice and not alike."""
    chosen = st.tuples(
        st.integers(0, 5), st.sampled_from(FORMS), st.sampled_from(VARIANTS), st.sampled_from([0, 50126])
    )
    records = []
    for number, form, more, code in draw(st.lists(chosen, min_size=1, max_size=12)):
        sign_in = SignIn(number, MOMENT - timedelta(hours=3 * number), code)
        records.append({**form(sign_in), **more})
    return records


def days_after(contents: Sequence[Sequence[Json]], *, at_once: bool) -> dict[str, list[Json]]:
    """Return the rows of every day after importing files, in one import or in one each."""
    with TemporaryDirectory() as folder:
        firm = Firm(Path(folder))
        if at_once:
            firm.imports(*(as_lines(content) for content in contents))
        else:
            for number, content in enumerate(contents):
                firm.imports(as_lines(content), hours=number)
        return days_of(firm.newest(), firm.vault, firm.folder)


def days_of(reader: SnapshotReader, vault: Vault, folder: Path) -> dict[str, list[Json]]:
    files = reader.event_files("sign_ins")
    return {day: vault.read(folder / file.path).to_pylist() for day, file in files.items()}


def rows_in(records: Sequence[Json]) -> pa.Table:
    scope = Scope(TENANT, MOMENT - timedelta(days=90), MOMENT)
    found = [row_of_record(record, scope) for record in records]
    return to_arrow(SIGN_INS_TABLE, [one[1] for one in found if not isinstance(one, Skipped)])


@settings(max_examples=40, deadline=None)
@given(records=exports(), order=st.randoms(), cut=st.integers(0, 11))
def test_rows_of_several_exports_are_united_alike_in_any_order_and_in_steps(
    records: list[Json], order: random.Random, cut: int
) -> None:
    shuffled = order.sample(records, len(records))
    first, second = unite(SIGN_INS_TABLE, rows_in(shuffled[:cut])), rows_in(shuffled[cut:])

    once = unite(SIGN_INS_TABLE, rows_in(records))

    assert unite(SIGN_INS_TABLE, rows_in(shuffled)).equals(once)
    assert unite(SIGN_INS_TABLE, pa.concat_tables([first, second])).equals(once)
    assert unite(SIGN_INS_TABLE, pa.concat_tables([once, once])).equals(once)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=exports(), order=st.randoms(), cut=st.integers(1, 11))
def test_importing_twice_in_another_order_or_in_pieces_gives_the_same_days(
    records: list[Json], order: random.Random, cut: int
) -> None:
    shuffled = order.sample(records, len(records))
    pieces = [piece for piece in (shuffled[:cut], shuffled[cut:]) if piece]

    once = days_after([records], at_once=True)

    assert days_after([records, records], at_once=False) == once
    assert days_after([shuffled], at_once=True) == once
    assert days_after(pieces, at_once=False) == once
    assert days_after([*reversed(pieces), shuffled], at_once=True) == once
