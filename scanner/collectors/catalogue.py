"""Every collector, in the order in which the tables are told to a reader."""

from typing import Final

from scanner.collectors import directory, groups, mail, policies, roles, sharing, sign_ins
from scanner.collectors.collector import Collector

COLLECTORS: Final[tuple[Collector, ...]] = (
    *directory.COLLECTORS,
    *groups.COLLECTORS,
    *roles.COLLECTORS,
    *policies.COLLECTORS,
    *mail.COLLECTORS,
    *sign_ins.COLLECTORS,
    *sharing.COLLECTORS,
)

AREAS: Final = tuple(dict.fromkeys(collector.area for collector in COLLECTORS))
"""What `--only` can name."""
