"""What is written can be read with the tenant's key only, and not even its shape shows without."""

import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from m365_posture.keys import TenantKey
from scanner.snapshot.crypto import MAGIC_OF_ENCRYPTED, Vault, ends_well, file_hash
from scanner.snapshot.errors import Truncated, WrongKey

CANARY = "canary-gent-9000"
ROWS = pa.table({"very_telling_column": [CANARY] * 5000 + [None], "number": list(range(5001))})


def test_what_was_written_comes_back(tmp_path: Path, vault: Vault) -> None:
    sha256 = vault.write_table(tmp_path / "new" / "part.parquet", ROWS)

    assert vault.read(tmp_path / "new" / "part.parquet").equals(ROWS)
    assert sha256 == file_hash(tmp_path / "new" / "part.parquet")


def test_rows_schema_and_statistics_are_not_in_the_clear(tmp_path: Path, vault: Vault) -> None:
    path = tmp_path / "part.parquet"
    vault.write_table(path, ROWS)
    content = path.read_bytes()

    assert content[:4] == content[-4:] == MAGIC_OF_ENCRYPTED
    for told in (CANARY, "very_telling_column", "number", "ARROW:schema", "parquet-cpp"):
        assert told.encode() not in content
        assert told.encode("utf-16-le") not in content
    with pytest.raises(OSError, match="encrypted"):
        pq.read_schema(path)


def test_no_two_files_have_the_same_key(tmp_path: Path, vault: Vault) -> None:
    first, second = (vault.write_table(tmp_path / name, ROWS) for name in ("a.parquet", "b.parquet"))

    assert first != second


def test_another_tenants_key_does_not_open_it(tmp_path: Path, vault: Vault) -> None:
    vault.write_table(tmp_path / "part.parquet", ROWS)
    other = Vault(TenantKey("other", b"x" * 32))

    with pytest.raises(WrongKey, match="another key"):
        other.read(tmp_path / "part.parquet")
    with pytest.raises(WrongKey, match="another key"):
        other.dataset([tmp_path / "part.parquet"], ROWS.schema).to_table()


@pytest.mark.parametrize("keep", [0, 3, 100, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, vault: Vault, keep: int) -> None:
    path = tmp_path / "part.parquet"
    vault.write_table(path, ROWS)
    path.write_bytes(path.read_bytes()[:keep])

    assert not ends_well(path)
    with pytest.raises(Truncated):
        vault.read(path)


def test_a_changed_bit_is_noticed_by_the_encryption_itself(tmp_path: Path, vault: Vault) -> None:
    path = tmp_path / "part.parquet"
    vault.write_table(path, ROWS)
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 1
    path.write_bytes(content)

    with pytest.raises(Truncated):
        vault.read(path)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, vault: Vault) -> None:
    path = tmp_path / "part.parquet"
    vault.write_table(path, ROWS)
    before = path.read_bytes()
    wrong = pa.table({"another_column": [1]})
    with pytest.raises(ValueError, match="schema"), vault.writer(path, ROWS.schema) as writer:
        writer.write_table(wrong)

    assert path.read_bytes() == before
    assert list(tmp_path.glob(".*")) == []


def test_no_files_are_no_rows_of_the_schema_asked_for(vault: Vault) -> None:
    rows = vault.dataset([], ROWS.schema).to_table()

    assert (rows.num_rows, rows.schema) == (0, ROWS.schema)
    with pytest.raises(ValueError, match="schema"):
        vault.dataset([])


def test_encryption_costs_little(tmp_path: Path, vault: Vault) -> None:
    """Loose on purpose, and of this process alone: it shall notice a factor, not a busy machine."""
    rows = pa.table({"id": [f"id-{n:032}" for n in range(200_000)], "n": list(range(200_000))})
    started = time.process_time()
    pq.write_table(rows, tmp_path / "plain.parquet", compression="zstd")
    pq.read_table(tmp_path / "plain.parquet")
    plain_s = time.process_time() - started
    started = time.process_time()
    vault.write_table(tmp_path / "part.parquet", rows)
    vault.read(tmp_path / "part.parquet")
    encrypted_s = time.process_time() - started

    assert encrypted_s < 4 * plain_s + 1
    assert (tmp_path / "part.parquet").stat().st_size < 1.05 * (tmp_path / "plain.parquet").stat().st_size
