"""What `scan` does, once it is known whom to scan."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from checks.lines import lines
from checks.model import Severity, Verdict
from m365_posture.commands.fleet_summary import summary_of
from m365_posture.commands.judged import say_summary, write_judged
from m365_posture.commands.options import FailOn, Format
from m365_posture.commands.output import say
from m365_posture.commands.progress import ReadingProgress
from m365_posture.commands.told import exit_of as exit_of_telling
from m365_posture.commands.told import told_line
from m365_posture.config import TenantConfig
from m365_posture.exits import Exit, first_that_applies, not_read
from m365_posture.fleet import Child, scan_each
from m365_posture.keys import load_master_key
from m365_posture.logs import close_logs, set_up_logging
from m365_posture.pipeline import Scanned
from m365_posture.pipeline import scan as run_scan

_LOGS: Final = "logs"


@dataclass(frozen=True, slots=True)
class Request:
    """How to scan, whoever is scanned."""

    config: Path
    key_file: Path | None
    resume: bool
    full: bool
    only: tuple[str, ...]
    fail_on: FailOn | None
    strict: bool
    verbose: bool

    @property
    def arguments(self) -> list[str]:
        """The same as options of the command line."""
        return [
            "--config",
            str(self.config),
            *(["--key-file", str(self.key_file)] if self.key_file else []),
            *(["--resume"] if self.resume else []),
            *(["--full"] if self.full else []),
            *(argument for area in self.only for argument in ("--only", area)),
            *(["--fail-on", self.fail_on.value] if self.fail_on else []),
            *(["--strict"] if self.strict else []),
            *(["--verbose"] if self.verbose else []),
        ]


@contextmanager
def logging_to(tenant: TenantConfig, *, verbose: bool = False) -> Iterator[None]:
    """Log to the tenant's folder while the block runs, so that its logs go when the tenant goes."""
    set_up_logging(verbose=verbose, folder=tenant.folder / _LOGS)
    try:
        yield
    finally:
        close_logs()


def scan_here(tenant: TenantConfig, request: Request, form: Format) -> Exit:
    """Scan one tenant in this process and write what was found."""
    master = load_master_key(request.key_file, os.environ)
    with ReadingProgress(tenant.slug) as progress, logging_to(tenant, verbose=request.verbose):
        scanned = run_scan(
            tenant, master, progress, resume=request.resume, only=request.only or None, full=request.full
        )
    write_judged(list(lines(scanned.evaluation, tenant.slug)), form)
    statuses = [result.verdict.value for result in scanned.evaluation.results]
    if line := told_line(tenant.slug, scanned.told):
        say(line)
    say_summary(tenant.slug, statuses, scanned.manifest.tables)
    return exit_of(scanned, request.fail_on, strict=request.strict)


def scan_in_children(tenants: Sequence[TenantConfig], request: Request, form: Format, jobs: int) -> Exit:
    """Scan each tenant in a process of its own, `jobs` at a time, and write everything that was found.

    What each tells, and its JSON lines, are written as it ends; a table or a list needs all of them first.
    """

    def tell(child: Child) -> None:
        for line in child.messages.splitlines():
            say(line)
        if form is Format.JSONL:
            write_judged(child.lines, form)

    children = scan_each([tenant.slug for tenant in tenants], request.arguments, jobs, tell)
    if form is not Format.JSONL:
        write_judged([line for child in children for line in child.lines], form)
    for line in summary_of(children):
        say(line)
    return first_that_applies(child.code for child in children)


def exit_of(scanned: Scanned, fail_on: FailOn | None, *, strict: bool) -> Exit:
    """Return how a scan ends: findings go before gaps, and somebody who was not reached is a gap."""
    if fail_on is not None:
        limit = Severity(fail_on.value)
        for result in scanned.evaluation.results:
            if result.verdict is Verdict.FAIL and result.check.severity.at_least(limit):
                return Exit.FINDINGS
    if not_read(scanned.manifest.tables, strict=strict):
        return Exit.INCOMPLETE
    return exit_of_telling(scanned.told)
