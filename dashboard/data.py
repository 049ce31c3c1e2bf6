"""What the pages read of the store.

The cache of Streamlit is shared by everyone who looks: every key of it holds the viewer's role and tenants,
and the evaluations that the answer was made from.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import streamlit as st

from dashboard.access import Access
from m365_posture.config import TenantConfig
from m365_posture.reporting import report_of
from m365_posture.tenant_data import TenantData
from m365_posture.texts import Language
from reports.view_models.portfolio import Portfolio as PortfolioView
from reports.view_models.portfolio import portfolio
from reports.view_models.report import Report
from scanner.snapshot.manifest import SCANS
from scanner.snapshot.overlay import PURGE_FILE
from store.decisions import FILE_NAME as DECISIONS_FILE
from store.findings import FOLDER as FINDINGS
from store.portfolio import FILE_NAME as PORTFOLIO_FILE
from store.portfolio import Portfolio, ScanCounts
from store.queries import portfolio_rows
from store.viewer import Role, Viewer

_Stamp = tuple[tuple[str, int], ...]
"""What an answer was made from: each file's name, and when it was last written where it can change."""


def portfolio_view(access: Access) -> PortfolioView:
    """Return every tenant at a glance. Not cached: these are a few counts, and need no key.

    Raises:
        StoreUnusable: The portfolio is damaged.
    """
    folders = {tenant.data_dir for tenant in access.tenants.values()}
    scans = {scan.tenant_id: scan for folder in folders for scan in _counts(access.viewer, folder)}
    return portfolio(access.tenants.values(), scans, datetime.now(UTC), access.language)


def report(access: Access, tenant: TenantConfig) -> Report:
    """Return what the viewer may know of a tenant's newest scan.

    Raises:
        NotAllowed: The tenant is not the viewer's.
        ConfigError: There was no scan of all areas yet.
        KeyUnusable, SnapshotError, StoreUnusable: What is stored cannot be opened or used.
    """
    viewer = access.viewer
    return _report(
        viewer.role,
        viewer.tenants,
        tenant.tenant_id,
        _stamp(tenant.folder),
        access.language,
        (tenant.slug, tenant.name, tenant.timezone),
        datetime.now(UTC).date(),
        access.open(tenant),
    )


@st.cache_data(max_entries=16, ttl="1h", show_spinner="Reading the newest scan")
def _report(
    role: Role,
    tenants: frozenset[str] | None,
    tenant_id: str,
    stamp: _Stamp,
    language: Language,
    shown_as: tuple[str, ...],
    today: date,
    _data: TenantData,
) -> Report:
    del tenant_id, stamp, shown_as  # they tell one answer from another
    return report_of(_data, Viewer(role, tenants), language, today)


def _stamp(folder: Path) -> _Stamp:
    """Return the evaluations of a tenant, which never change, and the files that do."""
    evaluations = folder.glob(f"{SCANS}/*/{FINDINGS}/*.parquet")
    changing = [*folder.glob(f"{DECISIONS_FILE}*"), *folder.glob(f"{SCANS}/*/{PURGE_FILE}")]
    never_changed = [(f"{path.parents[1].name}/{path.stem}", 0) for path in evaluations]
    changed = [(path.relative_to(folder).as_posix(), path.stat().st_mtime_ns) for path in changing]
    return tuple(sorted([*never_changed, *changed]))


def _counts(viewer: Viewer, data_dir: Path) -> list[ScanCounts]:
    if not (data_dir / PORTFOLIO_FILE).exists():
        return []
    with Portfolio(data_dir) as counts:
        return portfolio_rows(viewer, counts)
