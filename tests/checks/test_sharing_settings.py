# ruff: noqa: ANN401 - columns of any type
from typing import Any

import pytest
from builders import a_profile, a_snapshot, an_organization, sharepoint_settings

from checks.engine import evaluate
from checks.model import Verdict
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.ledger import TableState


def judge_level(*levels: str | None, **how: Any) -> CheckResult:
    source = a_snapshot(sharepoint_settings=[sharepoint_settings(sharing_capability=level) for level in levels], **how)
    (result,) = evaluate(source, a_profile(), CATALOGUE.only("SH-01")).results
    return result


@pytest.mark.parametrize(
    ("level", "verdict"),
    [
        ("externalUserAndGuestSharing", Verdict.FAIL),
        ("ExternalUserAndGuestSharing", Verdict.FAIL),
        ("externalUserSharingOnly", Verdict.PASS),
        ("existingExternalUserSharingOnly", Verdict.PASS),
        ("disabled", Verdict.PASS),
        ("unknownFutureValue", Verdict.NOT_ASSESSED),
        ("", Verdict.NOT_ASSESSED),
        (None, Verdict.NOT_ASSESSED),
    ],
)
def test_only_the_level_that_allows_links_for_anyone_fails(level: str | None, verdict: Verdict) -> None:
    assert judge_level(level).verdict is verdict


def test_the_firm_itself_is_what_fails() -> None:
    (row,) = judge_level("externalUserAndGuestSharing").failing

    assert (row.object_id, row.object_name) == ("organization-1", "Contoso")
    assert row.evidence == {"sharing_capability": "externalUserAndGuestSharing"}


def test_a_firm_without_a_name_is_named_by_its_id() -> None:
    (row,) = judge_level("externalUserAndGuestSharing", organization=[an_organization(display_name=None)]).failing

    assert row.object_name == "organization-1"


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"organization": []}, id="the firm itself"),
        pytest.param({"states": {"organization": TableState.FAILED}}, id="the firm, at all"),
        pytest.param({"states": {"sharepoint_settings": TableState.DENIED}}, id="the settings"),
    ],
)
def test_it_is_not_assessed_without(how: dict[str, Any]) -> None:
    assert judge_level("disabled", **how).verdict is Verdict.NOT_ASSESSED


def test_settings_that_came_empty_are_no_pass() -> None:
    assert judge_level().verdict is Verdict.NOT_ASSESSED
