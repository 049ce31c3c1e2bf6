"""What the firm states about itself: configuration, leavers and attestations as a check may see them."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final

from checks.model import Profile, Thresholds, TrustedForwarding
from m365_posture.config import ConfigError, TenantConfig
from store.decided import Attestation

_NAME: Final = "user_principal_name"
_DAY: Final = "last_day"


def profile_of(tenant: TenantConfig, as_of: datetime, attestations: Iterable[Attestation]) -> Profile:
    """Return what a check may know besides the snapshot.

    Args:
        tenant: The tenant's configuration.
        as_of: The moment to judge for, UTC.
        attestations: Those that count on that day.

    Raises:
        ConfigError: The leavers file is not what it should be.
    """
    return Profile(
        as_of=as_of,
        thresholds=Thresholds(stale_days=tenant.stale_days, link_max_days=tenant.link_max_days),
        break_glass=tenant.break_glass,
        leavers=read_leavers(tenant.leavers) if tenant.leavers else None,
        firm_size=tenant.firm_size,
        office_locations=tenant.office_locations,
        mfa_trusted_ips=tenant.mfa_trusted_ips,
        trusted_forwarding=tuple(
            TrustedForwarding(entry.source, entry.target, entry.reason, entry.approved_by, entry.until)
            for entry in tenant.trusted_forwarding
        ),
        attestations={entry.check_id: entry.reference for entry in attestations},
    )


def read_leavers(path: Path) -> Mapping[str, date]:
    """Return the last day of each leaver by user principal name, in lower case.

    The file has the columns `user_principal_name` and `last_day` (ISO date), separated by
    commas or, as spreadsheets in Belgium write them, by semicolons.

    Raises:
        ConfigError: The file is missing, is no such table, or a line of it is unusable.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist: put the list of leavers there, or remove `leavers`.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: save the list of leavers as CSV in UTF-8.") from error
    return dict(_leavers(path, text.splitlines()))


def _leavers(path: Path, lines: list[str]) -> Iterator[tuple[str, date]]:
    delimiter = ";" if lines and ";" in lines[0] else ","
    rows = csv.DictReader(lines, delimiter=delimiter)
    if not {_NAME, _DAY} <= {(name or "").strip() for name in rows.fieldnames or ()}:
        raise ConfigError(f"{path} must begin with a line `{_NAME},{_DAY}`.")
    for row in rows:
        values = {(name or "").strip(): (value or "").strip() for name, value in row.items() if isinstance(value, str)}
        if not any(values.values()):
            continue
        try:
            day = date.fromisoformat(values.get(_DAY, ""))
        except ValueError as error:
            raise ConfigError(f"{path}, line {rows.line_num}: `{_DAY}` must be a date such as 2027-06-30.") from error
        if "@" not in values.get(_NAME, ""):
            raise ConfigError(f"{path}, line {rows.line_num}: `{_NAME}` must be an address such as name@firm.example.")
        yield values[_NAME].lower(), day
