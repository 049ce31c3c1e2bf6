"""What is kept of one tenant, opened with its key."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from checks.model import Profile
from m365_posture.config import ConfigError, TenantConfig
from m365_posture.keys import TENANT_KEY_FILE, MasterKey, TenantKey
from m365_posture.profile import profile_of
from scanner.snapshot.crypto import Vault
from scanner.snapshot.manifest import SCANS
from store.decided import Attestation
from store.decisions import FILE_NAME as DECISIONS_FILE
from store.decisions import Decisions


@dataclass(frozen=True, slots=True)
class TenantData:
    """Everything that is kept of one tenant, opened with its key."""

    tenant: TenantConfig
    folder: Path
    """`<data>/<tenant id>`, or a copy of it that stands elsewhere."""
    key: TenantKey
    vault: Vault

    @classmethod
    def open(cls, tenant: TenantConfig, master: MasterKey, folder: Path | None = None) -> "TenantData":
        """Open what is kept of a tenant.

        Args:
            tenant: Its configuration.
            master: The key that opens its key.
            folder: Where it is kept, if not where the configuration says.

        Raises:
            KeyUnusable: The key is wrong.
            ConfigError: Nothing is kept: the tenant was never scanned.
        """
        folder = folder or tenant.folder
        if not (folder / TENANT_KEY_FILE).exists() and not (folder / SCANS).exists():
            raise ConfigError(f"`{tenant.slug}` has not been scanned yet: run `m365-posture scan {tenant.slug}`.")
        key = TenantKey.open(folder, master)
        return cls(tenant, folder, key, Vault(key))

    @classmethod
    def open_or_create(cls, tenant: TenantConfig, master: MasterKey) -> "TenantData":
        """Open what is kept of a tenant, making its key at the first scan.

        Raises:
            KeyUnusable: The key is wrong, or is missing while data is there.
        """
        key = TenantKey.open_or_create(tenant.folder, master)
        return cls(tenant, tenant.folder, key, Vault(key))

    @property
    def reference(self) -> str:
        """The code under which messages speak of the tenant: the one in its configuration, else one of its key's."""
        return self.tenant.reference or self.key.reference()

    def decisions(self) -> Decisions:
        """Open what people decided, making the file when it is not there."""
        return Decisions(self.folder, self.key.database_key())

    def attestations(self, on: date) -> list[Attestation]:
        """Return what the firm vouches for on a day; makes no file, so that an archive can be judged."""
        if not (self.folder / DECISIONS_FILE).exists():
            return []
        with self.decisions() as decisions:
            return decisions.attestations(on)

    def profile(self, moment: datetime) -> Profile:
        """Return what the firm states about itself today, for a moment to judge.

        Raises:
            ConfigError: The leavers file is unusable.
        """
        return profile_of(self.tenant, moment, self.attestations(moment.date()))
