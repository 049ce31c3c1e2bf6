"""What `demo` does: simulator, scans through the real SDK, workbooks, and where to look."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from m365_posture.commands.judged import say_summary
from m365_posture.commands.options import Format
from m365_posture.commands.output import Row, say, write_rows
from m365_posture.commands.progress import ReadingProgress
from m365_posture.commands.scanning import logging_to
from m365_posture.commands.workbook import write as write_workbook
from m365_posture.config import ConfigError, TenantConfig
from m365_posture.config_file import load
from m365_posture.files import private_folder
from m365_posture.keys import MasterKey, create_master_key, read_key_file
from m365_posture.pipeline import Scanned, scan
from m365_posture.tenant_data import TenantData
from m365_posture.texts import Language
from simulator.server import Simulator
from simulator.tenants import SimulatedTenant, load_sample, sample_names

_CLOCK_SPEED: Final = 30.0
_COLUMNS: Final = ("tenant", "check_id", "severity", "status", "failing", "assessed", "at_least", "title")


def demonstrate(folder: Path, firms: Sequence[str] = ()) -> None:
    """Scan sample tenants in `folder`, write the workbooks, and say where everything is.

    Args:
        folder: Where everything goes.
        firms: Slugs of samples; all when there are none.

    Raises:
        ConfigError: There is no such sample.
    """
    began_s = time.monotonic()
    if unknown := set(firms) - set(sample_names()):
        raise ConfigError(f"There is no sample firm `{min(unknown)}`: choose from {', '.join(sample_names())}.")
    private_folder(folder)
    key_file = folder / "master.key"
    master = read_key_file(key_file) if key_file.exists() else create_master_key(key_file)
    rows: list[Row] = []
    say("Starting a local Microsoft 365 ...")
    with _serving(folder) as simulator:
        simulator.write_config(folder / "tenants.toml")
        served = load(folder / "tenants.toml").tenants.values()
        for tenant in [tenant for tenant in served if not firms or tenant.slug in firms]:
            scanned = _scan(tenant, master, simulator.environment)
            rows += _rows(scanned)
            output = private_folder(folder / "out") / f"{tenant.slug}.xlsx"
            write_workbook(TenantData.open(tenant, master), Language(tenant.language), output)
    write_rows(rows, _COLUMNS, Format.TABLE)
    _say_where(folder, time.monotonic() - began_s)


@contextmanager
def _serving(folder: Path) -> Iterator[Simulator]:
    """Serve the sample tenants where they were served the last time, so that delta links still lead there."""
    samples = [load_sample(slug) for slug in sample_names()]
    with ExitStack() as stack:
        try:
            simulator = stack.enter_context(_simulator(samples, folder, _ports_of(folder / "tenants.toml")))
        except OSError:
            simulator = stack.enter_context(_simulator(samples, folder, (0, 0)))
        yield simulator


def _simulator(samples: Sequence[SimulatedTenant], folder: Path, ports: tuple[int, int]) -> Simulator:
    return Simulator(samples, folder / "simulator", clock_speed=_CLOCK_SPEED, ports=ports)


def _ports_of(config: Path) -> tuple[int, int]:
    """Return the ports of login and Graph that a configuration names; 0 takes a free one."""
    try:
        tenants = load(config).tenants.values()
    except ConfigError:
        # There is none yet, or somebody tried something in it: the demo writes it anew.
        return 0, 0
    hosts = next((tenant.hosts for tenant in tenants if tenant.hosts), None)
    return (urlsplit(hosts.login).port or 0, urlsplit(hosts.graph).port or 0) if hosts else (0, 0)


def _scan(tenant: TenantConfig, master: MasterKey, environment: Mapping[str, str]) -> Scanned:
    with ReadingProgress(tenant.slug) as progress, logging_to(tenant):
        scanned = scan(tenant, master, progress, environment=environment)
    statuses = [result.verdict.value for result in scanned.evaluation.results]
    say_summary(tenant.slug, statuses, scanned.manifest.tables)
    return scanned


def _rows(scanned: Scanned) -> list[Row]:
    return [
        {
            "tenant": scanned.tenant.slug,
            "check_id": result.check.id,
            "severity": result.check.severity.value,
            "status": result.verdict.value,
            "failing": len(result.failing),
            "assessed": result.assessed,
            "at_least": result.at_least,
            "title": result.check.title,
        }
        for result in scanned.evaluation.results
    ]


def _say_where(folder: Path, seconds: float) -> None:
    say(f"Done in {seconds:.0f} s. Nothing left this machine. Where to look:")
    say(f"  {folder / 'out'}: one workbook per firm")
    say(f"  {folder / 'data'}: what was read and judged, encrypted with {folder / 'master.key'}")
    say(f"  {folder / 'tenants.toml'}: the configuration, for example for")
    options = f"--config {folder / 'tenants.toml'} --key-file {folder / 'master.key'}"
    say(f"    m365-posture workbook lambert -o lambert-nl.xlsx --lang nl {options}")
    say(f"    m365-posture dashboard {options}")
    say("  a real tenant: write its tenants.toml, then m365-posture config check and m365-posture scan TENANT")
