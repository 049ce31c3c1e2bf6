"""What keeps a master key usable over the years: rotation and backup."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from m365_posture.files import private_folder, write_durably
from m365_posture.keys import KEY_BYTES, TENANT_KEY_FILE, KeyUnusable, MasterKey, TenantKey, WrappedKey

PASSPHRASE_CHARACTERS: Final = 12

_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_COST: Final = 2**17
"""scrypt's N: 128 MiB and some tenths of a second per guess."""
_BLOCK: Final = 8
_BOUND_TO: Final = b"m365-posture master key backup"


def rotate(
    old: MasterKey, new: MasterKey, data_dir: Path, write: Callable[[WrappedKey, Path], None] = WrappedKey.write
) -> int:
    """Let `new` open every tenant below `data_dir` in place of `old`; return how many tenants there are.

    First every tenant's key is wrapped with both, then the old wrapping goes. Interrupted in the
    first half, `old` still opens every tenant; in the second, `new` does. Running it again with the
    same two keys finishes the work.

    Args:
        old: The key in use.
        new: The key to use from now on; the caller has put it where it stays.
        data_dir: Folder of the tenants' folders.
        write: Puts a tenant's key file in its place.

    Raises:
        KeyUnusable: A tenant is opened by neither key; nothing was taken away then.
    """
    folders = sorted(path.parent for path in data_dir.glob(f"*/{TENANT_KEY_FILE}"))
    keys = [_opened_by_either(folder, old, new) for folder in folders]
    for folder, key in zip(folders, keys, strict=True):
        if set(WrappedKey.read(folder).generations) != {new.id}:
            write(WrappedKey.of(key, old, new), folder)
    for folder, key in zip(folders, keys, strict=True):
        write(WrappedKey.of(key, new), folder)
    return len(folders)


def _opened_by_either(folder: Path, old: MasterKey, new: MasterKey) -> TenantKey:
    wrapped = WrappedKey.read(folder)
    return wrapped.opened_by(new if new.id in wrapped.generations else old)


def back_up(master: MasterKey, path: Path, passphrase: str) -> None:
    """Write a copy of the master key to `path` that only `passphrase` opens.

    Raises:
        KeyUnusable: The passphrase is short, or the file exists.
    """
    if len(passphrase) < PASSPHRASE_CHARACTERS:
        raise KeyUnusable(f"The passphrase is too short: use at least {PASSPHRASE_CHARACTERS} characters.")
    if path.exists():
        raise KeyUnusable(f"{path} exists already: choose another file for the backup.")
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, master.secret, _BOUND_TO)
    document = {
        "schema": 1,
        "kind": "m365-posture master key backup",
        "key_id": master.id,
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "sealed": sealed.hex(),
    }
    private_folder(path.parent)
    write_durably(path, f"{json.dumps(document, indent=1)}\n".encode())


def restore(path: Path, passphrase: str) -> MasterKey:
    """Return the master key of a backup.

    Raises:
        KeyUnusable: The file is no backup, is damaged, or the passphrase is wrong.
    """
    try:
        document: Any = json.loads(path.read_bytes())
        salt, nonce, sealed = (bytes.fromhex(document[name]) for name in ("salt", "nonce", "sealed"))
    except OSError as error:
        raise KeyUnusable(f"Backup {path} cannot be read ({error.strerror}): correct the path.") from None
    except (ValueError, KeyError, TypeError):
        raise KeyUnusable(f"{path} is no backup of a key: choose the file `m365-posture keys backup` wrote.") from None
    try:
        return MasterKey(AESGCM(_stretched(passphrase, salt)).decrypt(nonce, sealed, _BOUND_TO))
    except (InvalidTag, ValueError):
        raise KeyUnusable(f"The passphrase does not open {path}: try again, or use another backup.") from None


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, n=_COST, r=_BLOCK, p=1).derive(passphrase.encode())
