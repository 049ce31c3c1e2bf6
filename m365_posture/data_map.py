"""What is held about whom, why and for how long: the firm's record of processing, made from the declarations."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from m365_posture.config import TenantConfig
from m365_posture.declarations import checks_that_read
from m365_posture.texts import mark
from reports.view_models.wording import Wording
from scanner.collectors.catalogue import COLLECTORS
from scanner.collectors.collector import Collector
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.schema import DataClass, Storage, Table
from store.schema import FINDINGS

ABOUT: Final[Mapping[DataClass, str]] = MappingProxyType(
    {
        DataClass.SETTING: mark("nobody: settings of the tenant"),
        DataClass.COUNT: mark("nobody: numbers"),
        DataClass.ACCOUNT: mark("people with an account, guests, and people they write to"),
        DataClass.CONTENT_NAME: mark("names that people gave to files, folders, groups, rules and apps"),
        DataClass.CLIENT: mark("the firm, its domains and its partners"),
    }
)
PURPOSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "directory": mark("To know which accounts and groups there are, who uses them, and which are left over."),
        "roles": mark("To know who can change everything, and under which conditions."),
        "policies": mark("To know what the tenant demands of whoever signs in."),
        "authentication": mark("To know who can sign in with a password alone."),
        "mail": mark("To find mail that is sent out of the firm or hidden from its owner, and who reads whose mail."),
        "dns": mark("To know whether anybody can send mail in the firm's name."),
        "sign_ins": mark("To find sign-ins by somebody else than the owner of the account."),
        "audits": mark("To see what was changed in the directory around a suspicious sign-in."),
        "applications": mark("To know which applications may read or change the firm's data."),
        "usage": mark("To know which accounts are still used where there is no sign-in log."),
        "sharing": mark("To find files that outsiders can open, for how long, and by whom."),
    }
)
_OWN: Final = mark("To show from scan to scan what was found, what was mended and what the firm decided about it.")
_EXAMINING: Final = mark(
    "To tell once that sign-ins are to be examined, and to know who concluded what about them, and when."
)
_BOOKKEEPING: Final = mark("To continue with the next scan where this one ended, and to name what could not be read.")
_DAYS: Final = mark("{days} days after it happened")
_MONTHS: Final = mark("{months} months after the scan")
_SCANS: Final = mark("only of the last {scans} scans, and {months} months at most")
_UNTIL_LEAVING: Final = mark("until the firm is off-boarded")
_DAYS_A_MONTH: Final = 365 / 12


@dataclass(frozen=True, slots=True)
class Held:
    """One kind of data: the words are in the language of the reader."""

    table: str
    name: str
    about: str
    why: str
    checks: tuple[str, ...]
    """Ids of the checks that read it."""
    columns: tuple[str, ...]
    """What is kept of each: Graph's names in snake_case."""
    permission: str
    pack: str
    kept: str
    rows: int | None
    """In the newest scan of everything; None where there is none, or it was not read."""


def data_map(tenant: TenantConfig, newest: SnapshotReader | None, wording: Wording) -> list[Held]:
    """Return one entry for every table that a scan of `tenant` fills, and one for what is kept besides.

    Args:
        tenant: Decides which packs are read.
        newest: Its newest scan of everything, None before the first.
        wording: Language of the entries.
    """
    collectors = [collector for collector in COLLECTORS if collector.pack in tenant.consents]
    entries = [_held(collector, newest, wording) for collector in collectors]
    return [*entries, *_kept_besides(wording)]


def _held(collector: Collector, newest: SnapshotReader | None, wording: Wording) -> Held:
    table = collector.table
    coverage = newest.coverage(table.name) if newest else None
    return Held(
        table=table.name,
        name=wording.need(table.name),
        about=_about(table, wording),
        why=wording.text(PURPOSES[collector.area]),
        checks=checks_that_read([table.name]),
        columns=tuple(column.name for column in table.columns),
        permission=", ".join(dict.fromkeys(template.permission for template in collector.templates)),
        pack=collector.pack.value,
        kept=_kept(table, wording),
        rows=coverage.rows if coverage and coverage.state.delivers_rows else None,
    )


def _kept_besides(wording: Wording) -> Iterator[Held]:
    """Yield what is kept besides the tables that are read: findings, decisions, and the scan's own books."""
    own, books, forever = wording.text(_OWN), wording.text(_BOOKKEEPING), wording.text(_UNTIL_LEAVING)
    about = wording.text(ABOUT[DataClass.ACCOUNT])
    columns = tuple(column.name for column in FINDINGS.columns)
    yield Held(
        "findings", wording.text(mark("Findings")), about, own, (), columns, "", "", _kept(FINDINGS, wording), None
    )
    decisions = ("waivers", "finding_status", "answers", "attestations", "outputs", "audit_trail")
    signals = ("signals", "signal_deliveries", "signal_conclusions")
    yield Held(
        "decisions", wording.text(mark("Decisions of the firm")), about, own, (), decisions, "", "", forever, None
    )
    yield Held(
        "signals",
        wording.text(mark("Signals")),
        about,
        wording.text(_EXAMINING),
        (),
        signals,
        "",
        "",
        _kept(FINDINGS, wording),
        None,
    )
    nobody = wording.text(ABOUT[DataClass.COUNT])
    counts = ("tenant_id", "scan_id", "check_id", "status", "severity", "assessed", "failing", "unknown")
    yield Held("portfolio", wording.text(mark("Counts per check")), nobody, own, (), counts, "", "", forever, None)
    ids = ("manifest", "journal", "purge", "logs")
    yield Held("records", wording.text(mark("Records of each scan")), nobody, books, (), ids, "", "", forever, None)


def _about(table: Table, wording: Wording) -> str:
    classes = [
        data_class for data_class in DataClass if any(column.data_class is data_class for column in table.columns)
    ]
    people = [data_class for data_class in classes if data_class not in {DataClass.SETTING, DataClass.COUNT}]
    return "; ".join(wording.text(ABOUT[data_class]) for data_class in people or classes)


def _kept(table: Table, wording: Wording) -> str:
    if table.storage is Storage.EVENTS:
        return wording.text(_DAYS, days=table.retention_days)
    months = round(table.retention_days / _DAYS_A_MONTH)
    if table.kept_scans is not None:
        return wording.text(_SCANS, scans=table.kept_scans, months=months)
    return wording.text(_MONTHS, months=months)
