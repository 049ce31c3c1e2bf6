"""Keys: one master key of the user wraps one key per tenant, which protects all that is kept of it.

::

    master key   --key-file, M365_POSTURE_KEY or the keyring; never in a data folder
    └── tenant key      <data>/<tenant>/key.json, wrapped; offboarding deletes it with the folder
        ├── Parquet     wraps the keys of each file
        ├── database    key of tenant.sqlite
        └── seal        proves that a manifest was written by a holder of the key
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from m365_posture.files import PRIVATE_FILE, private_folder, sync_folder, write_durably

KEY_VARIABLE: Final = "M365_POSTURE_KEY"
KEY_BYTES: Final = 32
KEYRING_SERVICE: Final = "m365-posture"
KEYRING_NAME: Final = "master-key"
TENANT_KEY_FILE: Final = "key.json"

_NONCE_BYTES: Final = 12
_SCHEMA: Final = 1


class KeyUnusable(Exception):
    """A key is missing, wrong or unsafe; the message is one sentence that says what to do."""


def _derive(secret: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=f"m365-posture {purpose}".encode()).derive(secret)


def _seal(key: bytes, content: bytes, bound_to: str) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, content, bound_to.encode())).decode()


def _unseal(key: bytes, sealed: str, bound_to: str) -> bytes:
    """Return the content; `ValueError` or `InvalidTag` when it was not sealed with `key` for `bound_to`."""
    raw = base64.b64decode(sealed, validate=True)
    return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to.encode())


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The user's key: 32 random bytes that never stand in a data folder."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(self.secret)}")

    @classmethod
    def generate(cls) -> "MasterKey":
        """Return a new random key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @property
    def id(self) -> str:
        """Sixteen hex digits that tell keys apart and give nothing away."""
        return _derive(self.secret, "master key id", 8).hex()

    @property
    def text(self) -> str:
        """The key as it stands in a key file or in `M365_POSTURE_KEY`: base64."""
        return base64.b64encode(self.secret).decode()


def _parse(text: str, source: str) -> MasterKey:
    try:
        return MasterKey(base64.b64decode(text.strip(), validate=True))
    except (binascii.Error, ValueError):
        raise KeyUnusable(
            f"{source} holds no key: it must be {KEY_BYTES} bytes in base64, "
            "as `m365-posture keys create FILE` writes them."
        ) from None


def create_master_key(path: Path, key: MasterKey | None = None) -> MasterKey:
    """Make a master key, or take one that was restored, and write it to a new file that only its owner can read.

    Raises:
        KeyUnusable: The file exists; a key is never overwritten.
    """
    key = key or MasterKey.generate()
    private_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    except FileExistsError:
        raise KeyUnusable(f"{path} exists already: choose another file, a key is never overwritten.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(f"{key.text}\n".encode())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return key


def read_key_file(path: Path) -> MasterKey:
    """Read the master key in `path`.

    Raises:
        KeyUnusable: The file is missing, holds no key or, on POSIX, can be read by others.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read()
    except OSError as error:
        raise KeyUnusable(
            f"Key file {path} cannot be read ({error.strerror}): correct --key-file, or make one with "
            f"`m365-posture keys create {path}`."
        ) from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise KeyUnusable(f"Key file {path} can be read by others on this machine: run `chmod 600 {path}`.")
    return _parse(content.decode("ascii", errors="replace"), f"Key file {path}")


def keyring_entry() -> str | None:
    """Return the master key's text from the operating system's keyring, None when it has none."""
    import keyring  # noqa: PLC0415 - slow to import, and asked last
    from keyring.errors import KeyringError  # noqa: PLC0415 - the same

    try:
        return keyring.get_password(KEYRING_SERVICE, KEYRING_NAME)
    except KeyringError:  # no keyring here, or locked: the same as no entry, the caller says what to do
        return None


def load_master_key(
    key_file: Path | None, environ: Mapping[str, str], keyring: Callable[[], str | None] = keyring_entry
) -> MasterKey:
    """Return the master key of `--key-file`, else of `M365_POSTURE_KEY`, else of the keyring.

    Raises:
        KeyUnusable: The first source that is there holds no usable key, or none is there.
    """
    if key_file is not None:
        return read_key_file(key_file)
    if text := environ.get(KEY_VARIABLE, ""):
        return _parse(text, f"The variable {KEY_VARIABLE}")
    if entry := keyring():
        return _parse(entry, f"The keyring entry {KEYRING_SERVICE}/{KEYRING_NAME}")
    raise KeyUnusable(
        f"There is no key: give --key-file FILE, or set {KEY_VARIABLE}, "
        "or make a key with `m365-posture keys create FILE`."
    )


@dataclass(frozen=True, slots=True)
class TenantKey:
    """A tenant's own key, opened."""

    tenant_id: str
    secret: bytes = field(repr=False)

    @classmethod
    def create(cls, folder: Path, master: MasterKey) -> "TenantKey":
        """Make the key of the tenant that lives in `folder` (named by its id) and keep it there, wrapped.

        Raises:
            KeyUnusable: The tenant has a key already; what it protects would be lost.
        """
        path = folder / TENANT_KEY_FILE
        if path.exists():
            raise KeyUnusable(f"{path} exists already: a tenant's key is never overwritten.")
        key = cls(folder.name, secrets.token_bytes(KEY_BYTES))
        private_folder(folder)
        WrappedKey.of(key, master).write(folder)
        return key

    @classmethod
    def open(cls, folder: Path, master: MasterKey) -> "TenantKey":
        """Return the key of the tenant that lives in `folder`.

        Raises:
            KeyUnusable: There is none, it is damaged, or `master` does not open it.
        """
        return WrappedKey.read(folder).opened_by(master)

    @classmethod
    def open_or_create(cls, folder: Path, master: MasterKey) -> "TenantKey":
        """Return the tenant's key, making it when this is the tenant's first scan.

        Raises:
            KeyUnusable: As `open`; also when data is there and its key is not.
        """
        if (folder / TENANT_KEY_FILE).exists():
            return cls.open(folder, master)
        if any((folder / kept).exists() for kept in ("scans", "events", "tenant.sqlite")):
            raise KeyUnusable(f"{folder} holds data but no {TENANT_KEY_FILE}: put the file back from a backup.")
        return cls.create(folder, master)

    @property
    def id(self) -> str:
        """Sixteen hex digits that tell tenant keys apart; stays when the master key is rotated."""
        return _derive(self.secret, "tenant key id", 8).hex()

    def database_key(self) -> str:
        """Return the key of tenant.sqlite: 64 hex digits, for SQLCipher's raw key form."""
        return _derive(self.secret, "database").hex()

    def reference(self) -> str:
        """Return a code for the tenant that tells nobody whose it is, e.g. ``T-7K3Q-MD5A``; stays with the key."""
        code = base64.b32hexencode(_derive(self.secret, "reference", 5)).decode()
        return f"T-{code[:4]}-{code[4:]}"

    def wrap(self, content: bytes, name: str) -> str:
        """Return a Parquet file's key, wrapped for `name` (Parquet's master key id), as text."""
        return _seal(_derive(self.secret, "parquet"), content, name)

    def unwrap(self, wrapped: str, name: str) -> bytes:
        """Return what `wrap` was given.

        Raises:
            KeyUnusable: It was wrapped with another tenant's key, or was changed.
        """
        try:
            return _unseal(_derive(self.secret, "parquet"), wrapped, name)
        except (InvalidTag, ValueError):
            raise KeyUnusable("A file was written with another key: use the key it was written with.") from None

    def seal(self, content: bytes) -> str:
        """Return 64 hex digits that only a holder of the key can give for `content`."""
        return hmac.new(_derive(self.secret, "seal"), content, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A tenant's key file: the same key, wrapped once per master key that opens it."""

    tenant_id: str
    generations: Mapping[str, str]
    """Wrapped key by id of the master key; two while the master key is being rotated."""

    @classmethod
    def of(cls, key: TenantKey, *masters: MasterKey) -> "WrappedKey":
        """Wrap `key` with each of `masters`."""
        wrapped = {m.id: _seal(m.secret, key.secret, f"tenant key {key.tenant_id} {m.id}") for m in masters}
        return cls(key.tenant_id, wrapped)

    @classmethod
    def read(cls, folder: Path) -> "WrappedKey":
        """Read the key file of the tenant in `folder`.

        Raises:
            KeyUnusable: It is missing or damaged.
        """
        path = folder / TENANT_KEY_FILE
        try:
            document: Any = json.loads(path.read_bytes())
            return cls(folder.name, {str(k): str(v) for k, v in document["generations"].items()})
        except FileNotFoundError:
            raise KeyUnusable(
                f"{path} is missing: scan the tenant first, or put the file back from a backup."
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeyUnusable(f"{path} is damaged: put the file back from a backup.") from None

    def write(self, folder: Path) -> None:
        """Put this in place of the tenant's key file, whole or not at all."""
        document = {"schema": _SCHEMA, "generations": dict(self.generations)}
        write_durably(folder / TENANT_KEY_FILE, f"{json.dumps(document, sort_keys=True, indent=1)}\n".encode())

    def opened_by(self, master: MasterKey) -> TenantKey:
        """Return the tenant's key.

        Raises:
            KeyUnusable: No generation was wrapped with `master` for this tenant.
        """
        try:
            wrapped = self.generations[master.id]
            return TenantKey(
                self.tenant_id, _unseal(master.secret, wrapped, f"tenant key {self.tenant_id} {master.id}")
            )
        except (KeyError, InvalidTag, ValueError):
            raise KeyUnusable(
                f"This key does not open tenant {self.tenant_id}: give the key it was last scanned with, "
                f"through --key-file or {KEY_VARIABLE}."
            ) from None
