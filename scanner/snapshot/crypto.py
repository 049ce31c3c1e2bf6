"""Encrypted Parquet: what is written can be read with the tenant's key only, names and statistics included."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from m365_posture.files import PRIVATE_FILE, private_folder, replace_durably, temporary_beside
from m365_posture.keys import KeyUnusable, TenantKey
from scanner.snapshot.errors import SnapshotError, Truncated, WrongKey

MAGIC_OF_ENCRYPTED: Final = b"PARE"
"""First and last bytes of a Parquet file whose footer, and so its schema and statistics, is encrypted."""

_KEY_NAME: Final = "tenant"
_CONCEALED: Final = "concealed text"
_COMPRESSION: Final = "zstd"
_KEYS_KEPT: Final = timedelta(days=1)
"""How long unwrapped keys of files stay in memory: longer than any scan or judging takes."""


class _Kms(pe.KmsClient):  # type: ignore[misc] # pyarrow has no types
    """Lets Parquet wrap each file's key with the tenant's."""

    def __init__(self, key: TenantKey) -> None:
        super().__init__()
        self._key = key

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> str:
        return self._key.wrap(key_bytes, master_key_identifier)

    def unwrap_key(self, wrapped_key: str, master_key_identifier: str) -> bytes:
        try:
            return self._key.unwrap(wrapped_key, master_key_identifier)
        except KeyUnusable as error:
            raise WrongKey(str(error)) from None


class Vault:
    """Writes and reads the Parquet files of one tenant, every byte of them under its key."""

    def __init__(self, key: TenantKey) -> None:
        self._key = key
        self._factory = pe.CryptoFactory(lambda _: _Kms(key))
        self._connection = pe.KmsConnectionConfig()
        self._encryption = pe.EncryptionConfiguration(
            footer_key=_KEY_NAME, uniform_encryption=True, plaintext_footer=False, data_key_length_bits=256
        )

    @property
    def key_id(self) -> str:
        """Id of the tenant's key."""
        return self._key.id

    def seal(self, content: bytes) -> str:
        """Return what proves that a holder of the key wrote `content`."""
        return self._key.seal(content)

    def conceal(self, content: bytes) -> str:
        """Return `content` as text that only a holder of the key can read: for files that are not Parquet."""
        return self._key.wrap(content, _CONCEALED)

    def reveal(self, concealed: str) -> bytes:
        """Return what `conceal` was given.

        Raises:
            WrongKey: It was concealed with another key, or was changed.
        """
        try:
            return self._key.unwrap(concealed, _CONCEALED)
        except KeyUnusable as error:
            raise WrongKey(str(error)) from None

    @contextmanager
    def writer(self, path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
        """Give a writer whose file appears at `path` when the block ends well, fsynced, and not at all otherwise."""
        private_folder(path.parent)
        temporary = temporary_beside(path)
        properties = self._factory.file_encryption_properties(self._connection, self._encryption)
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, PRIVATE_FILE)
            with os.fdopen(descriptor, "wb") as file:
                with pq.ParquetWriter(
                    file, schema, encryption_properties=properties, compression=_COMPRESSION
                ) as writer:
                    yield writer
                file.flush()
                os.fsync(file.fileno())
            replace_durably(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)

    def write_table(self, path: Path, table: pa.Table) -> str:
        """Write `table` to `path` and return the SHA-256 of the file."""
        with self.writer(path, table.schema) as writer:
            writer.write_table(table)
        return file_hash(path)

    def read(self, path: Path, schema: pa.Schema | None = None) -> pa.Table:
        """Return the rows of `path`; with `schema`, its columns and no others, absent ones as nulls.

        Raises:
            WrongKey: It was written with another key.
            Truncated: It is missing or no whole file.
        """
        with readable(path):
            return self.dataset([path], schema).to_table()

    def dataset(self, paths: Sequence[Path], schema: pa.Schema | None = None) -> ds.Dataset:
        """Return the rows of `paths` as an Arrow dataset, read only as far as they are asked for."""
        if not paths:
            if schema is None:
                raise ValueError("a dataset of no files needs a schema")
            return ds.dataset(schema.empty_table())
        configuration = pe.DecryptionConfiguration(cache_lifetime=_KEYS_KEPT)
        decryption = ds.ParquetDecryptionConfig(self._factory, self._connection, configuration)
        scan = ds.ParquetFragmentScanOptions(decryption_config=decryption)
        file_format = ds.ParquetFileFormat(default_fragment_scan_options=scan)
        dataset = ds.dataset([str(path) for path in paths], format=file_format, schema=schema)
        # pyarrow starts a streamed scan while it holds the interpreter's lock, and would wait for ever for a
        # key that only Python can unwrap: so every file's key is unwrapped before.
        for fragment in dataset.get_fragments():
            fragment.ensure_complete_metadata()
        return dataset


_BINARY: Final = getattr(os, "O_BINARY", 0)
"""Windows would otherwise translate line ends."""


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what pyarrow says of a damaged file into a `SnapshotError`."""
    try:
        yield
    except SnapshotError:
        raise
    except FileNotFoundError:
        raise Truncated(f"{path} is missing: put it back from a backup, or scan again.") from None
    except PermissionError:
        raise SnapshotError(f"{path} cannot be read: make it readable for this user.") from None
    except (OSError, pa.ArrowException):
        raise Truncated(f"{path} is no whole file: put it back from a backup, or scan again.") from None


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ends_well(path: Path) -> bool:
    """Whether the file ends as a whole encrypted Parquet file does."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() < 2 * len(MAGIC_OF_ENCRYPTED):
            return False
        file.seek(-len(MAGIC_OF_ENCRYPTED), os.SEEK_END)
        return file.read() == MAGIC_OF_ENCRYPTED
