"""Tables of how people can prove who they are."""

from typing import Final

import pyarrow as pa

from scanner.snapshot.schema import TIMESTAMP, Column, DataClass, Table

_ACCOUNT: Final = DataClass.ACCOUNT

REGISTRATION_DETAILS: Final = Table(
    "registration_details",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _ACCOUNT),
        Column("user_principal_name", pa.string(), _ACCOUNT),
        Column("user_type", pa.string(), _ACCOUNT),
        Column("is_admin", pa.bool_(), _ACCOUNT),
        Column("is_mfa_capable", pa.bool_(), _ACCOUNT),
        Column("is_mfa_registered", pa.bool_(), _ACCOUNT),
        Column("is_passwordless_capable", pa.bool_(), _ACCOUNT),
        Column("is_sspr_capable", pa.bool_(), _ACCOUNT),
        Column("is_sspr_enabled", pa.bool_(), _ACCOUNT),
        Column("is_sspr_registered", pa.bool_(), _ACCOUNT),
        Column("is_system_preferred_authentication_method_enabled", pa.bool_(), _ACCOUNT),
        Column("system_preferred_authentication_methods", pa.list_(pa.string()), _ACCOUNT),
        Column("user_preferred_method_for_secondary_authentication", pa.string(), _ACCOUNT),
        Column("methods_registered", pa.list_(pa.string()), _ACCOUNT),
        Column("last_updated_date_time", TIMESTAMP, _ACCOUNT),
    ),
)
"""A user who is missing in the report is unknown, not without methods. `last_updated_date_time` is
when Microsoft made the report; `user_type` is in lower case here. Methods are an open list."""

AUTHENTICATION_METHODS: Final = Table(
    "authentication_methods",
    key=("user_id", "id"),
    retention_days=730,
    columns=(
        Column("user_id", pa.string(), _ACCOUNT),
        Column("id", pa.string(), _ACCOUNT),
        Column("method_type", pa.string(), _ACCOUNT),
        Column("created_date_time", TIMESTAMP, _ACCOUNT),
    ),
)
"""The lesser source, read only where `registration_details` needs a licence that is not owned.

It proves that a method exists; it does not say whether the policy lets it be used. `method_type` is
Graph's `@odata.type`, the password included. Telephone numbers, addresses and device names that
Graph sends along are dropped while parsing.
"""

PER_USER_MFA: Final = Table(
    "per_user_mfa",
    key=("id",),
    retention_days=730,
    columns=(
        Column("id", pa.string(), _ACCOUNT),
        Column("per_user_mfa_state", pa.string(), _ACCOUNT),
    ),
)
"""`disabled`, `enabled` or `enforced`, of the accounts that are enabled; `id` is the user's."""
