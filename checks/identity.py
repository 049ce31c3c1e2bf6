"""How a finding is recognised again: after a rescan, a rename, a new wording."""

import hashlib
from typing import Final

FINGERPRINT_CHARACTERS: Final = 32
_SEPARATOR: Final = "\x1f"


def fingerprint(tenant_id: str, check_id: str, object_id: str) -> str:
    """Return the identity of a finding.

    Args:
        tenant_id: The tenant's GUID; its case does not matter.
        check_id: E.g. `AC-04`.
        object_id: Canonical id of the object, see `checks.model.object_id`.

    Returns:
        32 hexadecimal characters. No name, date, count or text goes into it.
    """
    key = _SEPARATOR.join((tenant_id.lower(), check_id, object_id))
    return hashlib.sha256(key.encode()).hexdigest()[:FINGERPRINT_CHARACTERS]
