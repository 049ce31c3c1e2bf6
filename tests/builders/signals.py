"""Builders of stories to examine, and of a firm whose stories they are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from command_line import Answer, command
from judgements import judged

from checks.model import Severity, Verdict
from m365_posture.config import TenantConfig
from m365_posture.config_file import load
from m365_posture.keys import create_master_key, read_key_file
from m365_posture.tenant_data import TenantData
from store import findings
from store.decided import AuditEntry
from store.judged import Judged, JudgedCheck
from store.signalled import Signal
from store.signals import Signals
from store.stories import CHECK

SLUG = "vanhove"
NAME = "Advocatenkantoor Vanhove"
TENANT_ID = "5d0c8a17-3b62-4f19-9c0e-6a7d2e1f4b38"
VARIABLE = "NOTIFY_VANHOVE"
NIGHT = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)
ADDRESSES = ("198.51.100.7", "203.0.113.99")


def a_story(
    story: str = "4f1c9a2b7d",
    who: str = "Hélène Noël",
    *,
    began: datetime = NIGHT,
    ended: datetime | None = None,
    seen: Sequence[tuple[str, datetime, datetime]] = (),
    grave: Collection[str] = ("D02",),
    **properties: object,
) -> dict[str, Any]:
    """Return a story as the exhibit has it: of level high, somebody got in after a spray, unless told otherwise.

    `seen`: unit, first and last moment of each detection. `grave`: units that are of level high by themselves.
    """
    mail = f"{who.split(maxsplit=1)[0].lower()}@vanhove.example"
    ended = ended or began + timedelta(minutes=40)
    return {
        "id": story,
        "level": "high",
        "score": 70,
        "began": began.isoformat(),
        "ended": ended.isoformat(),
        "user_id": f"id of {who}",
        "name": who,
        "user_principal_name": mail,
        "source": None,
        "families": ["attempts", "place"],
        "detections": [
            {
                "unit": unit,
                "level": "high" if unit in grave else "medium",
                "user_id": properties.get("user_id", f"id of {who}"),
                "name": who,
                "user_principal_name": mail,
                "source": ADDRESSES[0],
                "first": first.isoformat(),
                "last": last.isoformat(),
                "addresses": [ADDRESSES[0]],
            }
            for unit, first, last in seen or [("D02", began, ended)]
        ],
        "timeline": [
            {"at": began.isoformat(), "what": "detected", "unit": "D02", "address": ADDRESSES[0], "country": "NL"},
            {"at": ended.isoformat(), "what": "signed_in", "unit": None, "address": ADDRESSES[1], "country": "BE"},
        ],
        **properties,
    }


def an_evaluation(*stories: dict[str, Any], number: int = 1, tenant: str = TENANT_ID) -> Judged:
    """Return an evaluation whose check shows these stories."""
    exhibit = {"stories": list(stories), "detections": [], "units": [], "rows": {}}
    check = JudgedCheck(
        check_id=CHECK,
        title="Sign-ins by somebody else",
        severity=Severity.HIGH,
        object_type="user",
        verdict=Verdict.FAIL if stories else Verdict.PASS,
        assessed=1,
        at_least=False,
        reason="",
        exhibit=exhibit,
    )
    return judged(number, check, tenant=tenant)


@dataclass(frozen=True)
class Firm:
    """A tenant with a configuration, a key, and what is kept of it."""

    folder: Path
    data: TenantData

    @property
    def config(self) -> Path:
        return self.folder / "tenants.toml"

    @property
    def tenant(self) -> TenantConfig:
        return self.data.tenant

    def keep(self, evaluation: Judged) -> Judged:
        """Put an evaluation where a scan would have put it."""
        findings.save(self.data.folder / "scans" / evaluation.scan_id, self.data.vault, evaluation)
        return evaluation

    def signals(self) -> list[Signal]:
        with self.data.decisions() as decisions:
            return Signals(decisions).all()

    def trail(self, action: str) -> list[AuditEntry]:
        with self.data.decisions() as decisions:
            return [entry for entry in decisions.audit_trail() if entry.action == action]

    def run(self, *arguments: str) -> Answer:
        """Run a command with the firm's configuration and key."""
        return command(*arguments, "--config", self.config, "--key-file", self.folder / "master.key")

    def with_(self, **changes: object) -> "Firm":
        """Return the firm with another configuration, in memory only."""
        return replace(self, data=replace(self.data, tenant=replace(self.tenant, **changes)))  # type: ignore[arg-type]


def a_firm(folder: Path, lines: Sequence[str] = (), variable: str = VARIABLE) -> Firm:
    """Make a firm below `folder`; `lines` are added to its part of the configuration."""
    text = [
        "schema = 1",
        f"[tenants.{SLUG}]",
        f'name = "{NAME}"',
        f'tenant_id = "{TENANT_ID}"',
        'client_id = "9c1d7e52-aaaa-4bbb-8ccc-ddddeeeeffff"',
        'client_secret_env = "SECRET_VANHOVE"',
        *([f'notify_env = "{variable}"'] if variable else []),
        *lines,
    ]
    (folder / "tenants.toml").write_text("\n".join(text), encoding="utf-8")
    key_file = folder / "master.key"
    create_master_key(key_file)
    tenant = load(folder / "tenants.toml").tenant(SLUG)
    return Firm(folder, TenantData.open_or_create(tenant, read_key_file(key_file)))
