"""Which earlier scan a new one goes on from."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from scanner.snapshot.crypto import Vault
from scanner.snapshot.errors import NewerSchema, SnapshotError, WrongKey
from scanner.snapshot.manifest import Manifest, finished_scans
from scanner.snapshot.reader import SnapshotReader

_LOG: Final = logging.getLogger(__name__)


def is_whole(manifest: Manifest) -> bool:
    """Whether a scan was one of everything."""
    return manifest.only is None


def keeps_days(manifest: Manifest) -> bool:
    """Whether the days of logs that a scan lists are the ones to go on with: a scan of some areas is passed over."""
    return is_whole(manifest) or manifest.is_import


def newest(tenant_folder: Path, vault: Vault, wanted: Callable[[Manifest], bool]) -> SnapshotReader | None:
    """Return the newest finished scan that is wanted and can be used; None where there is none.

    Raises:
        NewerSchema, WrongKey: Another release or another key wrote what is there.
    """
    for folder in reversed(finished_scans(tenant_folder)):
        try:
            reader = SnapshotReader.open(folder, vault)
        except (NewerSchema, WrongKey):
            raise
        except SnapshotError as error:
            _LOG.warning("scan %s cannot be continued: %s", folder.name, type(error).__name__)
            continue
        if wanted(reader.manifest):
            return reader
    return None
