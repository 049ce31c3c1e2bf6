"""Keys: found in one order, refused with one sentence, and never lost by a rotation."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from m365_posture.key_care import back_up, restore, rotate
from m365_posture.keys import (
    KEY_VARIABLE,
    TENANT_KEY_FILE,
    KeyUnusable,
    MasterKey,
    TenantKey,
    WrappedKey,
    create_master_key,
    load_master_key,
)

OLD = MasterKey(b"o" * 32)
NEW = MasterKey(b"n" * 32)
STRANGER = MasterKey(b"s" * 32)
PASSPHRASE = "correct horse battery"
POSIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")


class KeyringWith(KeyringBackend):
    """A keyring that holds what a test puts into it."""

    entry: str | None = None
    is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked
        return self.entry if (service, username) == ("m365-posture", "master-key") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def a_keyring() -> Iterator[KeyringWith]:
    before, own = keyring.get_keyring(), KeyringWith()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


def no_keyring() -> str | None:
    return None


def load(key_file: Path | None = None, environ: Mapping[str, str] | None = None, entry: str | None = None) -> MasterKey:
    return load_master_key(key_file, environ or {}, lambda: entry)


def is_one_sentence(error: pytest.ExceptionInfo[KeyUnusable]) -> bool:
    return re.fullmatch(r"[^\n]+: [^\n]+\.", str(error.value)) is not None


class TestMasterKey:
    """Where the master key comes from."""

    def test_a_new_key_file_holds_a_key_that_is_read_back(self, tmp_path: Path) -> None:
        key = create_master_key(tmp_path / "sub" / "master.key")

        assert load(tmp_path / "sub" / "master.key") == key
        assert len(key.secret) == 32

    @POSIX_ONLY
    def test_a_new_key_file_is_its_owners_alone(self, tmp_path: Path) -> None:
        create_master_key(tmp_path / "master.key")

        assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600

    def test_a_key_file_is_never_overwritten(self, tmp_path: Path) -> None:
        key = create_master_key(tmp_path / "master.key")
        with pytest.raises(KeyUnusable) as refusal:
            create_master_key(tmp_path / "master.key")

        assert is_one_sentence(refusal)
        assert load(tmp_path / "master.key") == key

    def test_the_file_wins_over_the_variable_and_the_variable_over_the_keyring(self, tmp_path: Path) -> None:
        in_file = create_master_key(tmp_path / "master.key")
        environ = {KEY_VARIABLE: OLD.text}

        assert load(tmp_path / "master.key", environ, NEW.text) == in_file
        assert load(None, environ, NEW.text) == OLD
        assert load(None, {}, NEW.text) == NEW
        assert load(None, {KEY_VARIABLE: ""}, NEW.text) == NEW

    @POSIX_ONLY
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
    def test_a_key_file_that_others_can_read_is_refused(self, tmp_path: Path, mode: int) -> None:
        create_master_key(tmp_path / "master.key")
        (tmp_path / "master.key").chmod(mode)

        with pytest.raises(KeyUnusable, match="chmod 600") as refusal:
            load(tmp_path / "master.key")
        assert is_one_sentence(refusal)

    @pytest.mark.parametrize("text", ["", "nonsense", "AAAA", OLD.text + "AAAA", "é" * 44, OLD.text[:-1]])
    def test_a_file_that_holds_no_key_is_refused_without_showing_it(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "master.key"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)

        with pytest.raises(KeyUnusable, match="holds no key") as refusal:
            load(path)
        assert is_one_sentence(refusal)
        assert not text or text not in str(refusal.value)

    def test_a_wrong_source_is_not_replaced_by_the_next_one(self, tmp_path: Path) -> None:
        with pytest.raises(KeyUnusable, match="cannot be read") as missing:
            load(tmp_path / "nowhere", {KEY_VARIABLE: OLD.text})
        with pytest.raises(KeyUnusable, match=KEY_VARIABLE) as wrong:
            load(None, {KEY_VARIABLE: "x"}, NEW.text)

        assert is_one_sentence(missing)
        assert is_one_sentence(wrong)

    def test_the_keyring_of_the_system_is_asked_last(self, a_keyring: KeyringWith) -> None:
        a_keyring.entry = NEW.text

        assert load_master_key(None, {}) == NEW

    def test_a_keyring_that_is_locked_is_the_same_as_none(self, a_keyring: KeyringWith) -> None:
        a_keyring.is_locked = True

        with pytest.raises(KeyUnusable, match="--key-file"):
            load_master_key(None, {})

    def test_a_restored_key_can_be_put_into_a_new_file(self, tmp_path: Path) -> None:
        create_master_key(tmp_path / "master.key", OLD)

        assert load(tmp_path / "master.key") == OLD

    def test_without_any_key_it_says_what_to_do(self) -> None:
        with pytest.raises(KeyUnusable, match="--key-file") as refusal:
            load_master_key(None, {}, no_keyring)

        assert is_one_sentence(refusal)

    def test_a_key_does_not_show_itself(self) -> None:
        shown = f"{OLD!r} {OLD} {TenantKey('t', b'o' * 32)!r}"

        assert "oooo" not in shown
        assert OLD.text not in shown
        assert OLD.id not in (OLD.secret.hex(), OLD.text)


class TestTenantKey:
    """One key per tenant, wrapped by the master key."""

    def test_it_is_made_once_and_opened_afterwards(self, tmp_path: Path) -> None:
        made = TenantKey.open_or_create(tmp_path / "tenant", OLD)

        assert TenantKey.open_or_create(tmp_path / "tenant", OLD) == made
        assert TenantKey.open(tmp_path / "tenant", OLD) == made
        assert TenantKey.open_or_create(tmp_path / "other", OLD).secret != made.secret

    def test_it_does_not_stand_in_its_file(self, tmp_path: Path) -> None:
        made = TenantKey.create(tmp_path / "tenant", OLD)
        content = (tmp_path / "tenant" / TENANT_KEY_FILE).read_bytes()

        assert made.secret not in content
        assert made.secret.hex().encode() not in content

    def test_it_is_never_overwritten(self, tmp_path: Path) -> None:
        TenantKey.create(tmp_path / "tenant", OLD)

        with pytest.raises(KeyUnusable, match="never overwritten"):
            TenantKey.create(tmp_path / "tenant", OLD)

    @pytest.mark.parametrize("kept", ["scans", "events", "tenant.sqlite"])
    def test_a_lost_key_file_is_not_replaced_by_a_new_key(self, tmp_path: Path, kept: str) -> None:
        (tmp_path / "tenant" / kept).mkdir(parents=True)

        with pytest.raises(KeyUnusable, match="backup") as refusal:
            TenantKey.open_or_create(tmp_path / "tenant", OLD)
        assert is_one_sentence(refusal)

    def test_another_master_key_does_not_open_it(self, tmp_path: Path) -> None:
        TenantKey.create(tmp_path / "tenant", OLD)

        with pytest.raises(KeyUnusable, match="does not open") as refusal:
            TenantKey.open(tmp_path / "tenant", STRANGER)
        assert is_one_sentence(refusal)

    def test_a_key_file_of_another_tenant_does_not_open(self, tmp_path: Path) -> None:
        TenantKey.create(tmp_path / "tenant", OLD)
        (tmp_path / "tenant").rename(tmp_path / "other")

        with pytest.raises(KeyUnusable, match="other"):
            TenantKey.open(tmp_path / "other", OLD)

    @pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"generations": []}', '{"generations": 5}'])
    def test_a_damaged_key_file_is_one_sentence(self, tmp_path: Path, content: str) -> None:
        (tmp_path / TENANT_KEY_FILE).write_text(content, encoding="utf-8")

        with pytest.raises(KeyUnusable, match="damaged") as refusal:
            TenantKey.open(tmp_path, OLD)
        assert is_one_sentence(refusal)

    def test_a_missing_key_file_is_one_sentence(self, tmp_path: Path) -> None:
        with pytest.raises(KeyUnusable, match="missing") as refusal:
            TenantKey.open(tmp_path, OLD)
        assert is_one_sentence(refusal)

    def test_each_purpose_has_a_key_of_its_own(self) -> None:
        key = TenantKey("tenant", b"k" * 32)
        purposes = [key.database_key(), key.id, key.seal(b""), key.secret.hex()]

        assert len(set(purposes)) == len(purposes)
        assert re.fullmatch(r"[0-9a-f]{64}", key.database_key())
        assert key.database_key() != TenantKey("tenant", b"l" * 32).database_key()

    def test_what_it_wrapped_opens_under_the_same_name_and_key_only(self) -> None:
        key = TenantKey("tenant", b"k" * 32)
        wrapped = key.wrap(b"secret", "tenant")

        assert key.unwrap(wrapped, "tenant") == b"secret"
        for holder, text, name in (
            (TenantKey("tenant", b"l" * 32), wrapped, "tenant"),
            (key, wrapped, "another name"),
            (key, wrapped[:-8] + "AAAAAAA=", "tenant"),
            (key, "not base64", "tenant"),
        ):
            with pytest.raises(KeyUnusable):
                holder.unwrap(text, name)


class PowerCut(Exception):
    """Stops a rotation half way."""


def opens(master: MasterKey, folder: Path) -> bool:
    try:
        TenantKey.open(folder, master)
    except KeyUnusable:
        return False
    return True


class TestRotation:
    """A rotation that is interrupted anywhere leaves one key that opens every tenant."""

    def tenants(self, data: Path) -> dict[Path, TenantKey]:
        return {data / name: TenantKey.create(data / name, OLD) for name in ("a", "b", "c")}

    def test_the_new_key_opens_every_tenant_and_the_old_none(self, tmp_path: Path) -> None:
        keys = self.tenants(tmp_path)

        assert rotate(OLD, NEW, tmp_path) == 3
        assert {folder: TenantKey.open(folder, NEW) for folder in keys} == keys
        assert not any(opens(OLD, folder) for folder in keys)

    @pytest.mark.parametrize("writes", range(7))
    def test_interrupted_anywhere_one_key_opens_every_tenant_and_repeating_finishes(
        self, tmp_path: Path, writes: int
    ) -> None:
        keys = self.tenants(tmp_path)
        left = iter(range(writes))

        def write_until_the_power_fails(wrapped: WrappedKey, folder: Path) -> None:
            if next(left, None) is None:
                raise PowerCut
            wrapped.write(folder)

        with suppress(PowerCut):
            rotate(OLD, NEW, tmp_path, write_until_the_power_fails)

        assert all(opens(OLD, folder) for folder in keys) or all(opens(NEW, folder) for folder in keys)
        assert rotate(OLD, NEW, tmp_path) == 3
        assert {folder: TenantKey.open(folder, NEW) for folder in keys} == keys
        assert not any(opens(OLD, folder) for folder in keys)

    def test_nothing_is_changed_while_one_tenant_is_opened_by_neither_key(self, tmp_path: Path) -> None:
        keys = self.tenants(tmp_path)
        TenantKey.create(tmp_path / "d", STRANGER)
        before = {folder: (folder / TENANT_KEY_FILE).read_bytes() for folder in keys}

        with pytest.raises(KeyUnusable, match="tenant d"):
            rotate(OLD, NEW, tmp_path)
        assert {folder: (folder / TENANT_KEY_FILE).read_bytes() for folder in keys} == before

    def test_a_folder_without_tenants_has_nothing_to_rotate(self, tmp_path: Path) -> None:
        assert rotate(OLD, NEW, tmp_path) == 0


class TestBackup:
    """A copy of the master key that only its passphrase opens."""

    def test_it_comes_back_with_the_passphrase(self, tmp_path: Path) -> None:
        back_up(OLD, tmp_path / "backup.json", PASSPHRASE)

        assert restore(tmp_path / "backup.json", PASSPHRASE) == OLD
        assert OLD.text not in (tmp_path / "backup.json").read_text(encoding="ascii")

    def test_a_wrong_passphrase_is_one_sentence(self, tmp_path: Path) -> None:
        back_up(OLD, tmp_path / "backup.json", PASSPHRASE)

        with pytest.raises(KeyUnusable, match="passphrase") as refusal:
            restore(tmp_path / "backup.json", PASSPHRASE + " ")
        assert is_one_sentence(refusal)

    def test_a_short_passphrase_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(KeyUnusable, match="12 characters") as refusal:
            back_up(OLD, tmp_path / "backup.json", "short")
        assert is_one_sentence(refusal)

    def test_a_backup_is_never_overwritten(self, tmp_path: Path) -> None:
        (tmp_path / "backup.json").touch()

        with pytest.raises(KeyUnusable, match="exists already") as refusal:
            back_up(OLD, tmp_path / "backup.json", PASSPHRASE)
        assert is_one_sentence(refusal)

    @pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"salt": "x", "nonce": "", "sealed": ""})])
    def test_a_file_that_is_no_backup_is_one_sentence(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "backup.json").write_text(content, encoding="ascii")

        with pytest.raises(KeyUnusable, match="no backup") as refusal:
            restore(tmp_path / "backup.json", PASSPHRASE)
        assert is_one_sentence(refusal)

    def test_a_missing_backup_is_one_sentence(self, tmp_path: Path) -> None:
        with pytest.raises(KeyUnusable, match="cannot be read") as refusal:
            restore(tmp_path / "backup.json", PASSPHRASE)
        assert is_one_sentence(refusal)
