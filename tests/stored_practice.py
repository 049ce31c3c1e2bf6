"""A small practice as the dashboard meets it: configuration, key, and what is kept of its tenants."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from judgements import GAP, a_check, an_object, judged
from mfa_exhibits import Json, a_matrix, a_person, a_step, a_way, an_exhibit
from stored_scans import COMPLETE, MOMENT, TENANT, TEST_KEY, a_scan, a_tenant

from checks.model import Severity
from m365_posture.keys import create_master_key
from scanner.snapshot.ledger import Coverage, GroupCoverage, TableState
from store import findings
from store.judged import JudgedCheck
from store.portfolio import Portfolio
from store.record import counts_of

FIRM: Final = "Smet & <b>Zonen</b> $x^2$ :smile: [here](https://outside.example)"
HOSTILE: Final = (
    '<script>document.title = "taken over"</script>',
    '<img src="https://outside.example/x.png" onerror="document.title=1">',
    '=HYPERLINK("https://outside.example")',
    "[here](https://outside.example) **bold** `code`",
    r"$\frac{1}{2}$ :smile: :red[x] :material/home:",
)
"""Names that markup, formulas or Markdown would make something of."""

STATES: Final = {
    "users": Coverage(
        TableState.COMPLETE,
        rows=2,
        requests=3,
        seconds=1.5,
        endpoints=("v1.0/users",),
        groups={"sign_in_activity": GroupCoverage(TableState.UNLICENSED, "no_licence", "license:AAD_PREMIUM")},
    ),
    "inbox_rules": Coverage(TableState.DENIED, reason="ErrorAccessDenied", mend="grant:MailboxSettings.Read"),
    "sharing_links": Coverage(TableState.SKIPPED, mend="pack:files"),
    "domains": COMPLETE,
}
"""How the newest scan read the tenant; 4 tables and a column group, of which 2 were read, 2 not, 1 not asked for."""


@dataclass(frozen=True)
class Practice:
    """Where everything is; `smet` was scanned, `nieuw` never."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "tenants.toml"

    @property
    def key_file(self) -> Path:
        return self.folder / "master.key"

    @property
    def data(self) -> Path:
        return self.folder / "data"


def an_mfa_exhibit() -> Json:
    """Return MFA coverage of people with hostile names who get in by a hole, of one in doubt, and of some protected."""
    hole = [a_way(clients=["browser"], places=[HOSTILE[0]], spared_by=[HOSTILE[3]]), a_way(platforms=["linux"])]
    policy = {"id": "p1", "name": HOSTILE[1], "state": "enabled", "cells": ["mfa", "not_matched", "unknown"]}
    trial = {"id": "p2", "name": HOSTILE[2], "state": "disabled", "cells": ["mfa", "blocked", "nothing"]}
    return an_exhibit(
        *(a_person(name, "hole", ways=hole, chain=[a_step("left_out", HOSTILE[3])]) for name in HOSTILE),
        a_person("Ada", "unknown", groups=["partners"], chain=[a_step("group_members", "Partners")]),
        a_person("Bob", "managed_device", groups=["partners", "administrators"]),
        a_person("Cyr", "weak_method", kind="guest", groups=["guests"]),
        a_person("Glass", "unprotected", kind="emergency", groups=["administrators"]),
        *(a_person(f"Staff {number}") for number in range(20)),
        matrix=a_matrix(policy, trial, situations=[{"key": key} for key in ("first", "second", "third")]),
        unseen=["group_members"],
    )


def checks() -> Sequence[JudgedCheck]:
    """Return one check that fails for hostile names, one in doubt, one in order, and one that shows MFA coverage."""
    failing = [an_object(f"rule-{number}", name, mailbox=name) for number, name in enumerate(HOSTILE)]
    rules = a_check("EM-05", failing=failing)
    return (
        replace(rules, severity=Severity.CRITICAL, object_type="inbox_rule"),
        a_check("AC-04", unknown=[an_object("ada", "Ada")], gaps=(GAP,)),
        a_check("SH-06", passed=["link"]),
        replace(a_check("ID-01", gaps=(GAP,)), exhibit=an_mfa_exhibit()),
    )


def a_practice(folder: Path, found: Sequence[JudgedCheck] | None = None) -> Practice:
    """Write a configuration of two tenants, and a scan of one of them."""
    practice = Practice(folder)
    create_master_key(practice.key_file, TEST_KEY)
    practice.config.write_text(
        "\n".join(["schema = 1", "[defaults]", 'data_dir = "data"', *_tenant("smet", FIRM, TENANT),
                   *_tenant("nieuw", "Kantoor Nieuw", "11111111-2222-4333-8444-555555555555")]),
        encoding="utf-8",
    )  # fmt: skip
    tenant_folder, vault = a_tenant(practice.data)
    manifest = a_scan(tenant_folder, vault, MOMENT, tables={}, states=STATES)
    result = replace(
        judged(1, *(checks() if found is None else found), tenant=TENANT),
        scan_id=manifest.scan_id,
        finished_at=manifest.finished_at,
        coverage_complete=False,
    )
    findings.save(tenant_folder / "scans" / manifest.scan_id, vault, result)
    with Portfolio(practice.data) as portfolio:
        portfolio.publish(counts_of(result))
    return practice


def _tenant(slug: str, name: str, tenant_id: str) -> list[str]:
    return [
        f"[tenants.{slug}]",
        f"name = '{name}'",
        f'tenant_id = "{tenant_id}"',
        'client_id = "99999999-2222-4333-8444-555555555555"',
        'client_secret_env = "SECRET"',
    ]
