"""What judging reads: a snapshot, or anything that answers like one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import pandas as pd
import pyarrow.dataset as ds

from scanner.snapshot.ledger import Coverage


class Source(Protocol):
    """A finished scan. Everything it gives stays the same for as long as its hashes do."""

    @property
    def tenant_id(self) -> str:
        """The tenant's GUID."""

    @property
    def organization_id(self) -> str:
        """Canonical id of the tenant itself, where it is the object of a finding."""

    @property
    def organization_name(self) -> str:
        """Name of the organization, its id where the name was not read."""

    @property
    def finished_at(self) -> datetime:
        """When the scan finished, UTC."""

    @property
    def snapshot_hash(self) -> str:
        """SHA-256 of the canonical manifest."""

    @property
    def purge_record(self) -> str:
        """SHA-256 of what was removed since, "" when nothing was."""

    def coverage(self, table: str) -> Coverage:
        """Return the ledger's line, purges laid over; a table that was never read is `skipped`."""

    def frame(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return rows with nullable Arrow columns; null is *unknown*."""

    def dataset(self, table: str) -> ds.Dataset:
        """Return the rows without reading them into memory."""
