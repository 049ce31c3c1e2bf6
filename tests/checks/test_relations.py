import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from builders import a_sign_in

from checks.frame import plain
from checks.relations import Relations
from scanner.snapshot.tables.sign_ins import SIGN_INS

ROOT = Path(__file__).parents[2]


def a_log(*rows: dict[str, object]) -> ds.Dataset:
    return ds.dataset(pa.Table.from_pylist(list(rows), schema=SIGN_INS.arrow_schema))


LOG = a_log(a_sign_in("a", error_code=0), a_sign_in("b", error_code=50126))


def test_a_query_names_the_table_and_gives_nullable_columns() -> None:
    with Relations() as relations:
        found = relations.relation("sign_ins", LOG, ["id", "error_code"]).sql(
            "SELECT id, nullif(error_code, 0) AS code FROM sign_ins ORDER BY id"
        )

    assert [plain(found[name]) for name in ("id", "code")] == [["a", "b"], [None, 50126]]


def test_values_go_beside_the_query_never_into_it() -> None:
    with Relations() as relations:
        found = relations.relation("sign_ins", LOG, ["id"]).sql(
            "SELECT id FROM sign_ins WHERE id = ?", ["a' OR 1=1 --"]
        )

    assert len(found) == 0


def test_times_are_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    moment = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    with Relations() as relations:
        log = relations.relation("sign_ins", a_log(a_sign_in(created_date_time=moment)), ["created_date_time"])
        found = log.sql("SELECT created_date_time, day(created_date_time) AS day FROM sign_ins")

    assert plain(found["created_date_time"]) == [moment]
    assert plain(found["day"]) == [20]


def test_a_column_that_no_check_named_is_not_there() -> None:
    with Relations() as relations, pytest.raises(duckdb.BinderException):
        relations.relation("sign_ins", LOG, ["id"]).sql("SELECT ip_address FROM sign_ins")


def test_a_column_that_was_not_read_is_null_and_keeps_its_type() -> None:
    with Relations() as relations:
        log = relations.relation("sign_ins", LOG, ["id", "error_code"], unread=["error_code"])
        found = log.sql("SELECT error_code FROM sign_ins")

    assert found["error_code"].isna().all()
    assert found["error_code"].dtype.pyarrow_dtype == pa.int64()


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("SELECT * FROM read_csv('/etc/hostname')", id="reading a file"),
        pytest.param("COPY (SELECT 1) TO 'stolen.csv'", id="writing a file"),
        pytest.param("ATTACH 'other.db'", id="opening a database"),
        pytest.param("INSTALL httpfs", id="fetching an extension"),
        pytest.param("LOAD httpfs", id="loading one"),
        pytest.param("SET threads = 16", id="taking more threads"),
        pytest.param("SET enable_external_access = true", id="opening the way out"),
        pytest.param("SELECT * FROM LOG", id="reading a variable of the program"),
    ],
)
def test_a_query_cannot_leave_the_snapshot(query: str) -> None:
    with Relations() as relations, pytest.raises(duckdb.Error):
        relations.relation("sign_ins", LOG, ["id"]).sql(query)


def test_a_query_that_needs_too_much_memory_fails_and_spills_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = pa.table({"id": [f"{number:0200}" for number in range(200_000)]})

    with Relations(memory_limit="20MB") as relations:
        log = relations.relation("sign_ins", ds.dataset(rows), ["id"])
        with pytest.raises(duckdb.OutOfMemoryException):
            log.sql("SELECT id, list(id) FROM sign_ins GROUP BY id ORDER BY id")

    assert list(tmp_path.iterdir()) == []


def test_the_connection_is_gone_after_the_evaluation() -> None:
    with Relations() as relations:
        log = relations.relation("sign_ins", LOG, ["id"])

    with pytest.raises(duckdb.ConnectionException):
        log.sql("SELECT id FROM sign_ins")


ENCRYPTED = """
import sys
from pathlib import Path
import pyarrow as pa
from checks.relations import Relations
from m365_posture.keys import MasterKey, TenantKey
from scanner.snapshot.crypto import Vault

folder = Path(sys.argv[1])
vault = Vault(TenantKey.create(folder, MasterKey.generate()))
rows = pa.table({"id": ["a", "b"]})
vault.write_table(folder / "part.parquet", rows)
with Relations() as relations:
    log = relations.relation("sign_ins", vault.dataset([folder / "part.parquet"], rows.schema), ["id"])
    print(len(log.sql("SELECT id FROM sign_ins")))
"""


def test_a_program_that_queried_an_encrypted_log_ends_in_silence(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", ENCRYPTED, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )

    assert (done.stdout, done.stderr) == ("2\n", "")


def test_a_result_can_be_kept_under_a_name_that_later_queries_use() -> None:
    with Relations() as relations:
        log = relations.relation("sign_ins", LOG, ["id", "error_code"])
        log.materialise("failed", "SELECT id FROM sign_ins WHERE error_code <> ?", [0])
        log.materialise("failed", "SELECT id, upper(id) AS shown FROM failed")

        assert plain(log.sql("SELECT shown FROM failed")["shown"]) == ["B"]

        log.drop("failed", "what_never_was")
        with pytest.raises(duckdb.CatalogException):
            log.sql("SELECT * FROM failed")


def test_rows_in_memory_can_be_joined_under_a_name() -> None:
    with Relations() as relations:
        log = relations.relation("sign_ins", LOG, ["id", "error_code"])
        for wanted in ("a", "b"):
            log.register("wanted", pa.table({"id": [wanted]}))

            assert plain(log.sql("SELECT error_code FROM sign_ins JOIN wanted USING (id)")["error_code"]) == [
                {"a": 0, "b": 50126}[wanted]
            ]


def test_what_is_kept_stays_in_memory_and_reaches_no_file(tmp_path: Path) -> None:
    with Relations() as relations:
        log = relations.relation("sign_ins", LOG, ["id"])
        log.materialise("kept", "SELECT id FROM sign_ins")

        with pytest.raises(duckdb.Error):
            log.materialise("kept", "SELECT * FROM read_csv(?)", [str(tmp_path / "x.csv")])
        with pytest.raises(duckdb.Error):
            log.sql(f"COPY kept TO '{tmp_path / 'x.csv'}'")
    assert list(tmp_path.iterdir()) == []
