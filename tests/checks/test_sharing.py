# ruff: noqa: ANN401 - columns of any type
from datetime import datetime, timedelta
from typing import Any

import pytest
from builders import AS_OF, a_link, a_profile, a_snapshot

from checks.engine import evaluate
from checks.model import Thresholds, Verdict
from checks.registry import CATALOGUE
from checks.results import CheckResult
from scanner.snapshot.ledger import Basis, Coverage, TableState


def judge(*links: dict[str, Any], profile: Any = None, **how: Any) -> CheckResult:
    source = a_snapshot(sharing_links=links, **how)
    (result,) = evaluate(source, profile or a_profile(), CATALOGUE.only("SH-06")).results
    return result


def said(result: CheckResult) -> str:
    """What was said of the only link."""
    if result.failing:
        return "fails"
    return "unknown" if result.unknown else "passes" if result.population else "left out"


def ends(days: int) -> datetime:
    return AS_OF + timedelta(days=days)


ANYONE = {"link_scope": "anonymous"}
FIRM = {"link_scope": "organization"}
FOLDER = {"is_folder": True}


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        pytest.param(ANYONE, "fails", id="a link for anyone that never ends"),
        pytest.param(ANYONE | {"has_password": True}, "fails", id="a password does not end it"),
        pytest.param(ANYONE | {"expiration_date_time": ends(31)}, "fails", id="a link for anyone that ends too late"),
        pytest.param(ANYONE | {"expiration_date_time": ends(30)}, "passes", id="a link for anyone that ends in time"),
        pytest.param(ANYONE | {"expiration_date_time": ends(-1)}, "passes", id="a link for anyone that has ended"),
        pytest.param(ANYONE | {"is_personal_site": True}, "fails", id="OneDrive counts"),
        pytest.param(FIRM | FOLDER, "fails", id="a folder for the whole firm"),
        pytest.param(FIRM, "passes", id="a file for the whole firm, for ever"),
        pytest.param(FIRM | FOLDER | {"expiration_date_time": ends(-1)}, "passes", id="a folder link that has ended"),
        pytest.param(FIRM | FOLDER | {"expiration_date_time": ends(5)}, "fails", id="a folder link that ends soon"),
        pytest.param(FIRM | {"is_folder": None}, "unknown", id="perhaps a folder"),
        pytest.param({"link_scope": "users"}, "left out", id="a link for named people"),
        pytest.param({"link_scope": "existingAccess"}, "left out", id="a link that gives nobody anything new"),
        pytest.param({"link_scope": "Anonymous"}, "fails", id="however its scope is written"),
        pytest.param({"link_scope": "Users"}, "left out", id="for named people, however it is written"),
        pytest.param({"link_scope": "unknownFutureValue"}, "unknown", id="a link whose reach Graph does not tell"),
        pytest.param({"link_scope": "somethingNew"} | FOLDER, "unknown", id="a link of a reach we do not know"),
        pytest.param({"link_scope": None}, "unknown", id="a link whose reach was not read"),
        pytest.param({"link_scope": None, "expiration_date_time": ends(-1)}, "passes", id="of any reach, but ended"),
        pytest.param(ANYONE | {"kind": None}, "unknown", id="perhaps no link"),
        pytest.param(ANYONE | {"kind": "direct"}, "left out", id="no link at all"),
        pytest.param(FIRM | {"is_folder": None, "kind": "direct"}, "left out", id="no link to something unknown"),
    ],
)
def test_a_link_may_not_be_open_too_wide_or_too_long(link: dict[str, Any], expected: str) -> None:
    assert said(judge(a_link("i", **link))) == expected


def test_the_firm_may_allow_links_for_anyone_to_live_longer() -> None:
    profile = a_profile(thresholds=Thresholds(link_max_days=365))

    assert said(judge(a_link("i", **ANYONE, expiration_date_time=ends(300)), profile=profile)) == "passes"


def a_shared_folder(**given: Any) -> dict[str, Any]:
    return a_link("folder", permission_id="p", **({"item_path": "/Matters"} | ANYONE | FOLDER | given))


def inside(item: str, path: str, **given: Any) -> dict[str, Any]:
    """The link of the folder, seen again on something in it."""
    return a_link(item, item_path=path, **({"permission_id": "p"} | ANYONE | given))


def ids(result: CheckResult) -> list[str]:
    return sorted(row.object_id.split("/")[1] for row in result.failing)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        pytest.param([a_shared_folder(), inside("a", "/Matters/a")], ["folder"], id="told by the path"),
        pytest.param([inside("a", "/Matters/a"), a_shared_folder()], ["folder"], id="in any order"),
        pytest.param(
            [a_shared_folder(item_path=None), inside("a", "/Matters/a", inherited_from_item_id="folder")],
            ["folder"],
            id="told by what it is inherited from",
        ),
        pytest.param(
            [a_shared_folder(), inside("a", "/Matters/2024/a"), inside("b", "/Matters/2024/deep/b")],
            ["folder"],
            id="however deep",
        ),
        pytest.param([a_shared_folder(item_path="/"), inside("a", "/a")], ["folder"], id="below the root"),
        pytest.param(
            [a_shared_folder(), inside("a", "/Matters of others/a")],
            ["a", "folder"],
            id="a path that begins alike",
        ),
        pytest.param([a_shared_folder(), inside("a", "/Else/a")], ["a", "folder"], id="somewhere else"),
        pytest.param(
            [a_shared_folder(), inside("a", "/Matters/a", permission_id="q")], ["a", "folder"], id="a link of its own"
        ),
        pytest.param(
            [a_shared_folder(), inside("a", "/Matters/a", drive="drive-2")], ["a", "folder"], id="in another drive"
        ),
        pytest.param(
            [inside("a", "/Matters/a", inherited_from_item_id="folder")], ["a"], id="the folder itself was not read"
        ),
        pytest.param(
            [
                inside("a", "/x", inherited_from_item_id="b"),
                inside("b", "/y", inherited_from_item_id="a"),
            ],
            ["a", "b"],
            id="nothing is lost when each is said to come from the other",
        ),
    ],
)
def test_one_link_is_listed_once_at_the_highest_item(links: list[dict[str, Any]], expected: list[str]) -> None:
    assert ids(judge(*links)) == expected


def test_a_link_is_named_by_drive_item_and_permission() -> None:
    (row,) = judge(a_link("i", drive="b!1", permission_id="p=", **ANYONE)).failing

    assert row.object_id == "b%211/i/p%3D"


def test_no_links_at_all_is_a_pass_when_everything_was_read() -> None:
    assert judge().verdict is Verdict.PASS


def test_files_the_firm_did_not_agree_to_show_are_not_assessed() -> None:
    result = judge(states={"sharing_links": Coverage(TableState.SKIPPED, mend="pack:files")})

    assert result.verdict is Verdict.NOT_ASSESSED
    assert "turn on the pack files" in result.reason


def test_drives_that_were_not_read_leave_a_fail_open_upwards() -> None:
    states = {"sharing_links": Coverage(TableState.PARTIAL, objects_failed=2)}

    result = judge(a_link("i", **ANYONE), states=states)

    assert (result.verdict, result.at_least, result.complete) == (Verdict.FAIL, True, False)


CHANGES_ONLY = {"sharing_links": Coverage(TableState.COMPLETE, basis=Basis.INCREMENTAL)}


def test_a_scan_of_changes_alone_never_passes_because_it_may_miss_some() -> None:
    result = judge(states=CHANGES_ONLY)

    assert (result.verdict, result.complete) == (Verdict.NOT_ASSESSED, False)
    assert [(gap.need, gap.mend) for gap in result.gaps] == [("sharing_links.changes_since_full_sweep", "rescan_full")]


def test_a_scan_of_changes_alone_still_shows_what_fails() -> None:
    result = judge(a_link("i", **ANYONE), states=CHANGES_ONLY)

    assert (result.verdict, result.at_least) == (Verdict.FAIL, True)
