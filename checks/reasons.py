"""Gaps as sentences: what was not read, why, and what would mend it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from checks.model import Gap
from scanner.snapshot.ledger import TableState

STATES: Final[Mapping[TableState, str]] = MappingProxyType(
    {
        TableState.PARTIAL: "was read in part",
        TableState.DENIED: "could not be read: access was refused",
        TableState.UNLICENSED: "could not be read: a licence is missing",
        TableState.FAILED: "could not be read",
        TableState.SKIPPED: "was not asked for",
        TableState.PURGED: "was removed at the end of its retention",
    }
)
LICENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AAD_PREMIUM": "Microsoft Entra ID P1",
        "AAD_PREMIUM_P2": "Microsoft Entra ID P2",
        "INTUNE_A": "Microsoft Intune",
    }
)
"""Service plan to the name under which the licence is sold; an unnamed plan is shown as its code."""

_MENDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "grant": "grant the permission {}",
        "license": "it comes with {}",
        "pack": "turn on the pack {}",
        "state": "state `{}` in tenants.toml",
    }
)

_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rescan": "scan again",
        "restore_backup": "put the damaged files back from a backup",
        "import": "import a file of the unified audit log with `m365-posture signins import`",
        "rescan_full": "scan again with --full",
        "exchange": "it takes a reading through Exchange as well",
    }
)


def sentence(gaps: Sequence[Gap]) -> str:
    """Return one sentence per gap: the need, what became of it, the code, and what would mend it."""
    return " ".join(_gap(gap) for gap in gaps)


def _gap(gap: Gap) -> str:
    text = f"{gap.need} {STATES.get(gap.state, gap.state)}"
    if gap.objects:
        text = f"{text}, {gap.objects} missing"
    details = ", ".join(filter(None, [gap.reason, mend(gap.mend)]))
    return f"{text} ({details})." if details else f"{text}."


def mend(code: str) -> str:
    """Return what the ledger's code says would mend a gap, "" for no code."""
    kind, _, name = code.partition(":")
    if kind in _MENDS and name:
        return _MENDS[kind].format(LICENCES.get(name, name))
    return _WORDS.get(code, code)
