"""Many tenants at once: one process each, so that no tenant's data or failure meets another's."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Final

PROGRAM: Final = (sys.executable, "-m", "m365_posture")
"""This program itself."""


@dataclass(frozen=True, slots=True)
class Child:
    """How the scan of one tenant ended."""

    slug: str
    code: int
    """Exit code; negative: the signal that ended it."""
    lines: tuple[bytes, ...]
    """Its JSON lines."""
    messages: str
    """What it told on standard error."""


def scan_each(
    slugs: Sequence[str],
    options: Sequence[str],
    jobs: int,
    tell: Callable[[Child], None],
    program: Sequence[str] = PROGRAM,
) -> list[Child]:
    """Scan every tenant, `jobs` at a time.

    Once this is interrupted no further tenant is begun.

    Args:
        slugs: Whom to scan.
        options: Of the `scan` command, the same for all.
        jobs: How many processes at the same time.
        tell: Is called with each child as it ends, from one thread at a time.
        program: What is run, before the command and its options.

    Returns:
        The children in the order of `slugs`.
    """
    ended: dict[str, Child] = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        running = [pool.submit(_scan, slug, options, program) for slug in slugs]
        try:
            for future in as_completed(running):
                child = future.result()
                ended[child.slug] = child
                tell(child)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return [ended[slug] for slug in slugs]


def _scan(slug: str, options: Sequence[str], program: Sequence[str]) -> Child:
    command = [*program, "scan", *options, "--format", "jsonl", "--", slug]
    answer = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - this program itself
    messages = answer.stderr.decode("utf-8", "replace")
    if answer.returncode < 0:
        messages += f"The scan of `{slug}` was ended by signal {-answer.returncode}: run it again with --resume.\n"
    return Child(slug, answer.returncode, tuple(answer.stdout.splitlines(keepends=True)), messages)
