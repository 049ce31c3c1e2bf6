"""What one person meets in one sign-in situation, straight from the documented rules: slow, plain, no code shared.

The oracle that the prover of `checks.conditional_access` is held against. It knows raw JSON only, as Graph sends it,
expands nested groups itself, and looks at one situation at a time. Nothing here imports the prover's logic.
"""

from mfa_brute_force.oracle import Oracle
from mfa_brute_force.raw import (
    AZURE,
    DIRECTORY_APP,
    EXCHANGE,
    EXTERNAL_KINDS,
    LEGACY_TRUSTED_ID,
    OFFICE,
    PORTALS,
    USER_ACTIONS,
    RawPerson,
    RawTenant,
)

__all__ = [
    "AZURE",
    "DIRECTORY_APP",
    "EXCHANGE",
    "EXTERNAL_KINDS",
    "LEGACY_TRUSTED_ID",
    "OFFICE",
    "PORTALS",
    "USER_ACTIONS",
    "Oracle",
    "RawPerson",
    "RawTenant",
]
