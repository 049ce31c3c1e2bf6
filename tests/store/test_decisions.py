"""What people decided about a tenant: kept encrypted, with a trail that only grows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from store.decided import Answer, Attestation, FindingWork, Waiver, WorkStatus
from store.decisions import FILE_NAME, Decisions
from store.errors import StoreUnusable

KEY = "4f" * 32
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
WAIVER = Waiver(
    check_id="EM-05",
    object_id="mailbox/rule",
    reason="drop box of the accounting platform",
    approved_by="Hélène Noël",
    decided_at=NOW,
    until=date(2027, 6, 30),
    condition={"target": "inbox@boekhoudplatform.example", "is_enabled": True},
)


@pytest.fixture
def decisions(tmp_path: Path) -> Iterator[Decisions]:
    with Decisions(tmp_path, KEY) as opened:
        yield opened


def test_a_waiver_is_read_as_it_was_decided(decisions: Decisions) -> None:
    decisions.waive(WAIVER, actor="an")

    assert decisions.waivers() == [WAIVER]


def test_a_new_waiver_on_the_same_finding_replaces_the_old_one(decisions: Decisions) -> None:
    longer = replace(WAIVER, until=date(2028, 1, 1))
    elsewhere = replace(WAIVER, object_id="mailbox/other")
    for waiver in (WAIVER, elsewhere, longer):
        decisions.waive(waiver, actor="an")

    assert decisions.waivers() == [elsewhere, longer]


def test_a_waiver_taken_back_no_longer_counts(decisions: Decisions) -> None:
    decisions.waive(WAIVER, actor="an")
    decisions.revoke_waiver(WAIVER.check_id, WAIVER.object_id, actor="bo", at=NOW)

    assert decisions.waivers() == []


def test_work_on_a_finding_keeps_its_last_word(decisions: Decisions) -> None:
    first = FindingWork("AC-04", "u1", WorkStatus.IN_PROGRESS, "asked the partner", "an", NOW)
    last = replace(first, status=WorkStatus.DONE)
    decisions.set_work(first)
    decisions.set_work(last)

    assert decisions.work() == [last]


def test_an_answer_says_what_covers_it_elsewhere(decisions: Decisions) -> None:
    answer = Answer("IQ27", "yes", "links pass through the document platform", "an", NOW)
    decisions.answer(answer)

    assert decisions.answers() == [answer]


def test_an_attestation_counts_until_its_last_day(decisions: Decisions) -> None:
    attestation = Attestation("ID-07", "safe 12, envelope 3", "office manager", NOW, date(2026, 12, 31))
    decisions.attest(attestation)

    assert decisions.attestations(date(2026, 12, 31)) == [attestation]
    assert decisions.attestations(date(2027, 1, 1)) == []


def test_every_change_leaves_a_line_in_the_audit_trail(decisions: Decisions) -> None:
    decisions.waive(WAIVER, actor="an")
    decisions.set_work(FindingWork("AC-04", "u1", WorkStatus.DONE, "", "bo", NOW))
    decisions.revoke_waiver("EM-05", "mailbox/rule", actor="cy", at=NOW)

    trail = [(entry.actor, entry.action, entry.subject, dict(entry.details)) for entry in decisions.audit_trail()]
    assert trail == [
        ("an", "waive", "EM-05 mailbox/rule", {}),
        ("bo", "set_work", "AC-04 u1", {"status": "done"}),
        ("cy", "revoke_waiver", "EM-05 mailbox/rule", {}),
    ]


@pytest.mark.parametrize("sql", ["DELETE FROM audit_trail", "UPDATE audit_trail SET actor = 'nobody'"])
def test_the_audit_trail_cannot_be_rewritten(tmp_path: Path, sql: str) -> None:
    with Decisions(tmp_path, KEY) as decisions:
        decisions.waive(WAIVER, actor="an")
    connection = sqlcipher.connect(str(tmp_path / FILE_NAME))
    connection.execute(f"PRAGMA key = \"x'{KEY}'\"")

    with pytest.raises(sqlcipher.IntegrityError, match="only grows"):
        connection.execute(sql)
    connection.close()


def test_a_change_that_fails_leaves_neither_the_change_nor_a_line(decisions: Decisions) -> None:
    with pytest.raises(TypeError):
        decisions.waive(replace(WAIVER, condition={"target": object()}), actor="an")

    assert decisions.waivers() == []
    assert decisions.audit_trail() == []


def test_nothing_stands_in_clear_neither_in_the_file_nor_in_its_log(tmp_path: Path) -> None:
    with Decisions(tmp_path, KEY) as decisions:
        decisions.waive(WAIVER, actor="an")
        files = list(tmp_path.iterdir())
        content = b"".join(file.read_bytes() for file in files)

    assert {file.name for file in files} >= {FILE_NAME, f"{FILE_NAME}-wal"}
    assert b"SQLite format" not in content
    for canary in ("boekhoudplatform", "Hélène", "EM-05", "waivers"):
        assert canary.encode() not in content


def test_another_key_is_refused_in_one_sentence(tmp_path: Path) -> None:
    Decisions(tmp_path, KEY).close()

    with pytest.raises(StoreUnusable, match="damaged or belongs to another key"):
        Decisions(tmp_path, "aa" * 32)


def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    Decisions(tmp_path, KEY).close()
    connection = sqlcipher.connect(str(tmp_path / FILE_NAME))
    connection.execute(f"PRAGMA key = \"x'{KEY}'\"")
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(StoreUnusable, match="newer version"):
        Decisions(tmp_path, KEY)


def test_a_file_that_another_process_keeps_to_itself_is_in_use_and_not_damaged(tmp_path: Path) -> None:
    Decisions(tmp_path, KEY).close()
    holder = sqlcipher.connect(str(tmp_path / FILE_NAME), isolation_level=None)
    holder.execute(f"PRAGMA key = \"x'{KEY}'\"")
    holder.execute("PRAGMA journal_mode = DELETE")
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreUnusable, match="in use by another process"):
        Decisions(tmp_path, KEY, patience_s=0.2)

    holder.close()
    with Decisions(tmp_path, KEY) as decisions:
        assert decisions.outputs() == []


def test_decisions_outlive_the_program(tmp_path: Path) -> None:
    with Decisions(tmp_path, KEY) as decisions:
        decisions.waive(WAIVER, actor="an")

    with Decisions(tmp_path, KEY) as decisions:
        assert decisions.waivers() == [WAIVER]
