"""Many tenants at once: one process each, so that no tenant's data or failure meets another's."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Child:
    """How the scan of one tenant ended."""

    slug: str
    code: int
    lines: tuple[bytes, ...]
    """Its JSON lines."""
    messages: str
    """What it told on standard error."""


def scan_each(slugs: Sequence[str], options: Sequence[str], jobs: int, tell: Callable[[Child], None]) -> list[Child]:
    """Scan every tenant, `jobs` at a time.

    Args:
        slugs: Whom to scan.
        options: Of the `scan` command, the same for all.
        jobs: How many processes at the same time.
        tell: Is called with each child as it ends, from one thread at a time.

    Returns:
        The children in the order of `slugs`.
    """
    ended: dict[str, Child] = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        for child in pool.map(lambda slug: _scan(slug, options), slugs):
            tell(child)
            ended[child.slug] = child
    return [ended[slug] for slug in slugs]


def _scan(slug: str, options: Sequence[str]) -> Child:
    command = [sys.executable, "-m", "m365_posture", "scan", *options, "--format", "jsonl", "--", slug]
    answer = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - this program itself
    messages = answer.stderr.decode("utf-8", "replace")
    if answer.returncode < 0:
        messages += f"The scan of `{slug}` was ended by signal {-answer.returncode}: run it again with --resume.\n"
    return Child(slug, answer.returncode, tuple(answer.stdout.splitlines(keepends=True)), messages)
