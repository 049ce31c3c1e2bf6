"""What the pages read is what the viewer may see, whoever looked before."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from stored_practice import HOSTILE, Practice, a_practice
from stored_scans import MOMENT, TENANT

from dashboard.access import Access, current
from dashboard.data import portfolio_view, report
from dashboard.settings import CONFIG_VARIABLE
from store.decided import Waiver
from store.lifecycle import WaiverState
from store.viewer import NotAllowed, Role, Viewer


@pytest.fixture
def access(served: Practice) -> Access:
    assert served.config.exists()
    return current()


def test_whoever_starts_the_dashboard_sees_every_tenant_of_the_configuration(access: Access) -> None:
    assert access.viewer.role is Role.OPERATOR
    assert [line.slug for line in portfolio_view(access).lines] == ["smet", "nieuw"]


def test_what_one_role_saw_is_not_shown_to_another(access: Access) -> None:
    everything = report(access, access.tenants["smet"])
    counts = report(replace(access, viewer=Viewer(Role.INSURER, frozenset({TENANT}))), access.tenants["smet"])

    assert {finding.object_name for finding in everything.findings} == {*HOSTILE, "Ada"}
    assert {finding.object_name for finding in counts.findings} == {None}


def test_a_tenant_of_somebody_else_is_refused_also_when_it_was_just_read(access: Access) -> None:
    report(access, access.tenants["smet"])
    stranger = replace(access, viewer=Viewer(Role.TECHNICIAN, frozenset()))

    with pytest.raises(NotAllowed):
        report(stranger, access.tenants["smet"])
    assert [line.scanned_at for line in portfolio_view(stranger).lines] == [None, None]


@pytest.mark.usefixtures("served")
def test_an_answer_is_read_anew_when_something_was_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    practice = a_practice(tmp_path)
    monkeypatch.setenv(CONFIG_VARIABLE, str(practice.config))
    access = current()
    tenant = access.tenants["smet"]
    before = {finding.object_id: finding.waiver for finding in report(access, tenant).findings}

    accepted = Waiver("EM-05", "rule-0", "known", "partner", MOMENT, date(2999, 1, 1), {"mailbox": HOSTILE[0]})
    with access.open(tenant).decisions() as decisions:
        decisions.waive(accepted, actor="an")

    after = {finding.object_id: finding.waiver for finding in report(access, tenant).findings}
    assert before["rule-0"] is None
    assert after == before | {"rule-0": WaiverState.IN_FORCE}
