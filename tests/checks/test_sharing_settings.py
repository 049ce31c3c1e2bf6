# ruff: noqa: ANN401 - columns of any type
from typing import Any

import pytest
from builders import a_profile, a_snapshot, an_organization, sharepoint_settings, spo_tenant

from checks.engine import evaluate
from checks.model import Thresholds, Verdict
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.ledger import Coverage, TableState


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


def judge_settings(profile: Any = None, **given: Any) -> CheckResult:
    source = a_snapshot(spo_tenant=[spo_tenant(**given)])
    (result,) = evaluate(source, profile or a_profile(), CATALOGUE.only("SH-02")).results
    return result


EXPIRY, PERMISSION, GUESTS = "anonymous_link_expiry", "anonymous_link_permission", "guest_access_expiry"


@pytest.mark.parametrize(
    ("given", "failing", "unknown"),
    [
        pytest.param({}, [], [], id="everything ends in time"),
        pytest.param({"require_anonymous_links_expire_in_days": 1}, [], [], id="after a day"),
        pytest.param({"require_anonymous_links_expire_in_days": 31}, [EXPIRY], [], id="links end too late"),
        pytest.param({"require_anonymous_links_expire_in_days": -1}, [EXPIRY], [], id="links never end"),
        pytest.param({"require_anonymous_links_expire_in_days": 0}, [EXPIRY], [], id="links never end, written as 0"),
        pytest.param(
            {"require_anonymous_links_expire_in_days": None}, [], [EXPIRY], id="the end of links was not read"
        ),
        pytest.param({"file_anonymous_link_type": 2}, [PERMISSION], [], id="links may edit files"),
        pytest.param({"folder_anonymous_link_type": 2}, [PERMISSION], [], id="links may edit folders"),
        pytest.param({"file_anonymous_link_type": 0}, [PERMISSION], [], id="nothing set, so links may edit"),
        pytest.param({"file_anonymous_link_type": None}, [], [PERMISSION], id="not read"),
        pytest.param(
            {"file_anonymous_link_type": None, "folder_anonymous_link_type": 2}, [PERMISSION], [], id="one not read"
        ),
        pytest.param({"file_anonymous_link_type": 7}, [], [PERMISSION], id="a kind that is not known"),
        pytest.param({"external_user_expiration_required": False}, [GUESTS], [], id="guests never end"),
        pytest.param({"external_user_expire_in_days": 61}, [GUESTS], [], id="guests end too late"),
        pytest.param({"external_user_expire_in_days": 0}, [GUESTS], [], id="guests end in no time at all"),
        pytest.param({"external_user_expire_in_days": None}, [], [GUESTS], id="the end of guests was not read"),
        pytest.param(
            {"external_user_expiration_required": None, "external_user_expire_in_days": 61},
            [GUESTS],
            [],
            id="too late, whether demanded or not",
        ),
    ],
)
def test_what_is_shared_must_end(given: dict[str, Any], failing: list[str], unknown: list[str]) -> None:
    result = judge_settings(**given)

    assert [row.object_id for row in result.failing] == failing
    assert [row.object_id for row in result.unknown] == unknown


BAD: dict[str, Any] = {"require_anonymous_links_expire_in_days": -1, "external_user_expiration_required": False}


@pytest.mark.parametrize(
    ("level", "population", "failing"),
    [
        pytest.param(2, [EXPIRY, PERMISSION, GUESTS], [EXPIRY, GUESTS], id="anyone"),
        pytest.param(1, [GUESTS], [GUESTS], id="guests who sign in"),
        pytest.param(3, [GUESTS], [GUESTS], id="guests who are there already"),
        pytest.param(None, [EXPIRY, PERMISSION, GUESTS], [], id="not read"),
        pytest.param(9, [EXPIRY, PERMISSION, GUESTS], [], id="a level that is not known"),
    ],
)
def test_a_setting_counts_only_at_the_level_where_it_matters(
    level: int | None, population: list[str], failing: list[str]
) -> None:
    result = judge_settings(sharing_capability=level, **BAD)

    assert list(result.population) == population
    assert [row.object_id for row in result.failing] == failing
    assert [row.object_id for row in result.unknown] == ([EXPIRY, GUESTS] if not failing else [])


def test_where_nothing_is_shared_outside_the_question_does_not_arise() -> None:
    assert judge_settings(sharing_capability=0, **BAD).verdict is Verdict.NOT_APPLICABLE


def test_the_firm_may_let_links_live_longer() -> None:
    profile = a_profile(thresholds=Thresholds(link_max_days=90))

    assert judge_settings(profile, require_anonymous_links_expire_in_days=90).verdict is Verdict.PASS


def test_a_setting_is_named_and_told_as_sharepoint_does() -> None:
    result = judge_settings(folder_anonymous_link_type=2, external_user_expiration_required=False)

    assert [(row.object_name, row.evidence) for row in result.failing] == [
        ("FileAnonymousLinkType, FolderAnonymousLinkType", {"set_to": "View, Edit"}),
        ("ExternalUserExpirationRequired, ExternalUserExpireInDays", {"set_to": "False, 60"}),
    ]


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"states": {"spo_tenant": Coverage(TableState.SKIPPED, mend="pack:sharepoint_admin")}}, id="off"),
        pytest.param({"spo_tenant": []}, id="empty"),
    ],
)
def test_without_sharepoints_own_settings_it_is_not_assessed(how: dict[str, Any]) -> None:
    (result,) = evaluate(a_snapshot(**how), a_profile(), CATALOGUE.only("SH-02")).results

    assert result.verdict is Verdict.NOT_ASSESSED
