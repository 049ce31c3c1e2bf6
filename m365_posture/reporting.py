"""Gathers what a report about one tenant is made from."""

from datetime import date

from m365_posture.config import ConfigError
from m365_posture.tenant_data import TenantData
from m365_posture.texts import Language
from reports.view_models.report import Acknowledged, Report
from reports.view_models.wording import Wording
from scanner.snapshot.manifest import SCANS
from scanner.snapshot.reader import SnapshotReader
from scanner.snapshot.schema import DataClass
from store import findings
from store.decisions import FILE_NAME as DECISIONS_FILE
from store.exhibits import exhibits
from store.lifecycle import history
from store.queries import Decided, check_rows, finding_rows
from store.signals import Signals
from store.viewer import Viewer


def report_of(data: TenantData, viewer: Viewer, language: Language, today: date) -> Report:
    """Return what `viewer` may know of the newest judged scan of a tenant.

    Args:
        data: The tenant.
        viewer: Who will read it.
        language: Of the report.
        today: Decides which waivers are in force.

    Raises:
        NotAllowed: The tenant is not the viewer's.
        ConfigError: No scan of all areas has been judged yet.
        SnapshotError, StoreUnusable: What is stored is unusable.
    """
    evaluations = findings.evaluations(data.folder, data.vault)
    newest = next((judged for judged in reversed(evaluations) if judged.whole), None)
    if newest is None:
        slug = data.tenant.slug
        raise ConfigError(f"`{slug}` has no finished scan of all areas: run `m365-posture scan {slug}`.")
    reader = SnapshotReader.open(data.folder / SCANS / newest.scan_id, data.vault)
    return Report(
        firm=data.tenant.name,
        finished_at=newest.finished_at,
        checks=tuple(check_rows(viewer, newest)),
        findings=tuple(finding_rows(viewer, newest, history(evaluations), _decided(data), today)),
        coverage={table: reader.coverage(table) for table in reader.manifest.tables},
        wording=Wording(language, data.tenant.timezone),
        exhibits=exhibits(viewer, newest),
        acknowledged=_acknowledged(data, viewer),
    )


def _decided(data: TenantData) -> Decided:
    if not (data.folder / DECISIONS_FILE).exists():
        return Decided()
    with data.decisions() as decisions:
        return Decided(tuple(decisions.waivers()), tuple(decisions.work()))


def _acknowledged(data: TenantData, viewer: Viewer) -> dict[str, Acknowledged]:
    if not (data.folder / DECISIONS_FILE).exists():
        return {}
    names = viewer.sees(DataClass.ACCOUNT)
    with data.decisions() as decisions:
        return {
            signal.current: Acknowledged(
                conclusion=signal.acknowledgements[-1].conclusion.value,
                by=signal.acknowledgements[-1].by if names else "",
                note=signal.acknowledgements[-1].note if names else "",
                at=signal.acknowledgements[-1].at,
                has_grown=not signal.is_acknowledged,
            )
            for signal in Signals(decisions).all()
            if signal.acknowledgements
        }
