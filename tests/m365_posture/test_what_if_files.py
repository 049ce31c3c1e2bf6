"""A policy from a file: what is read as it is, and what is explained in one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
from real_data import data_folder

from m365_posture.config import ConfigError
from m365_posture.what_if.policy_file import read_policy

POLICY: dict[str, Any] = {
    "displayName": "MFA for all",
    "state": "enabled",
    "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
    "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new.json"


def read(file: Path, content: object) -> dict[str, Any]:
    file.write_text(json.dumps(content), encoding="utf-8")
    return read_policy(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_is_read_in_the_encoding_that_its_tool_wrote(file: Path, encoding: str) -> None:
    file.write_text(json.dumps(POLICY | {"displayName": "Accès à tout"}, ensure_ascii=False), encoding=encoding)

    assert read_policy(file)["displayName"] == "Accès à tout"


def test_what_a_file_leaves_out_is_unset_as_graph_shows_it(file: Path) -> None:
    conditions = read(file, POLICY)["conditions"]

    assert (conditions["users"]["excludeGroups"], conditions["platforms"]) == ([], None)
    assert (conditions["clientAppTypes"], conditions["signInRiskLevels"]) == (["all"], [])
    assert conditions["applications"]["applicationFilter"] is None


@pytest.mark.parametrize(
    ("given", "complete"),
    [
        ({"locations": {"includeLocations": ["All"]}}, {"includeLocations": ["All"], "excludeLocations": []}),
        ({"platforms": {"excludePlatforms": ["linux"]}}, {"includePlatforms": [], "excludePlatforms": ["linux"]}),
        (
            {"devices": {"includeDevices": ["All"]}},
            {
                "includeDevices": ["All"],
                "excludeDevices": [],
                "includeDeviceStates": [],
                "excludeDeviceStates": [],
                "deviceFilter": None,
            },
        ),
    ],
)
def test_lists_that_a_condition_leaves_out_are_empty(
    file: Path, given: dict[str, Any], complete: dict[str, Any]
) -> None:
    conditions = read(file, with_condition(**given))["conditions"]

    assert [conditions[name] for name in given] == [complete]


def test_what_a_file_says_stays_as_it_is(file: Path) -> None:
    platforms = {"includePlatforms": ["all"], "excludePlatforms": ["linux"]}
    read_back = read(file, POLICY | {"conditions": POLICY["conditions"] | {"platforms": platforms}})

    assert read_back["conditions"]["platforms"] == platforms
    assert read_back["conditions"]["users"]["includeUsers"] == ["All"]
    assert read_back["grantControls"]["builtInControls"] == ["mfa"]


def test_annotations_actions_and_what_is_not_set_say_nothing(file: Path) -> None:
    noise = {"@odata.type": "#microsoft.graph.conditionalAccessPolicy", "#microsoft.graph.restore": {}, "new": None}

    assert read(file, POLICY | noise)["displayName"] == "MFA for all"


def test_a_strength_may_be_named_by_its_address(file: Path) -> None:
    address = "https://graph.microsoft.com/v1.0/policies/authenticationStrengthPolicies/00000000-4"
    controls = read(file, POLICY | {"grantControls": {"operator": "OR", "authenticationStrength@odata.bind": address}})

    assert controls["grantControls"]["authenticationStrength"] == {"id": "00000000-4"}


def with_condition(**conditions: object) -> dict[str, Any]:
    return POLICY | {"conditions": POLICY["conditions"] | conditions}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("", "is not JSON: it is empty.", id="nothing"),
        pytest.param('{"a": 1', "is not JSON: Expecting ',' delimiter in line 1.", id="half of it"),
        pytest.param(b"\xff\xfe\x00\xd8\x00\xd8", "is not JSON: it is no text in UTF-8 or UTF-16.", id="no text"),
        pytest.param('{"displayName": "\\ud800"}', "is not JSON: it is no text in UTF-8 or UTF-16.", id="half a sign"),
        pytest.param("[" * 100_000, "is not JSON: it is nested too deep.", id="a well"),
        pytest.param([POLICY], "it holds a list; write each policy to a file of its own", id="a list"),
        pytest.param({"value": [POLICY]}, "it holds a list; write each policy to a file of its own", id="an answer"),
        pytest.param("5", "a policy is an object in braces.", id="a number"),
        pytest.param({"displayName": "Office", "isTrusted": True}, "it is no Conditional Access policy", id="a place"),
        pytest.param(
            POLICY | {"@odata.type": "#microsoft.graph.ipNamedLocation"},
            "it is a ipNamedLocation, not a Conditional Access policy.",
            id="an exported place",
        ),
        pytest.param(POLICY | {"displayName": ""}, "`displayName` is missing.", id="no name"),
        pytest.param({**POLICY, "state": None}, "`state` is missing.", id="no state"),
        pytest.param(
            POLICY | {"state": "Enabled"},
            "`state` holds `Enabled`, which Graph does not know; did you mean `enabled`?",
            id="a state",
        ),
        pytest.param(
            POLICY | {"grantControl": {}},
            "`grantControl` is no member of a Conditional Access policy; did you mean `grantControls`?",
            id="a mistyped member",
        ),
        pytest.param(
            with_condition(users={"excludeUser": []}),
            "`conditions.users.excludeUser` is no member of a Conditional Access policy; did you mean `excludeUsers`?",
            id="a mistyped member inside",
        ),
        pytest.param(
            with_condition(weather=["rain"]), "`conditions.weather` is no member of a Conditional", id="another member"
        ),
        pytest.param(with_condition(users=["All"]), "`conditions.users` must be an object in braces.", id="no object"),
        pytest.param(
            with_condition(users={"includeUsers": "All"}),
            "`conditions.users.includeUsers` must be a list of texts.",
            id="no list",
        ),
        pytest.param(with_condition(applications=None), "`conditions.applications` is missing.", id="no applications"),
        pytest.param(POLICY | {"displayName": 5}, "`displayName` must be text in quotes.", id="a number for a text"),
        pytest.param(
            POLICY | {"grantControls": {"operator": "OR", "builtInControls": ["MFA"]}},
            "`grantControls.builtInControls` holds `MFA`, which Graph does not know; did you mean `mfa`?",
            id="a mistyped control",
        ),
        pytest.param(
            POLICY | {"grantControls": {"builtInControls": ["mfa"]}}, "`grantControls.operator` is missing.", id="or"
        ),
        pytest.param(
            POLICY | {"grantControls": None},
            "neither `grantControls` nor `sessionControls` is set: such a policy does nothing.",
            id="nothing to do",
        ),
        pytest.param(
            POLICY | {"grantControls": {"operator": "OR", "builtInControls": []}},
            "its `grantControls` and `sessionControls` hold no control: such a policy does nothing.",
            id="no control",
        ),
        pytest.param(
            POLICY | {"grantControls": None, "sessionControls": {"signInFrequency": None}},
            "its `grantControls` and `sessionControls` hold no control: such a policy does nothing.",
            id="no session control",
        ),
        pytest.param(
            POLICY | {"sessionControls": "x"},
            "`sessionControls` must be an object in braces.",
            id="a text for controls",
        ),
    ],
)
def test_what_is_no_policy_is_explained_in_one_sentence(file: Path, content: object, says: str) -> None:
    match content:
        case bytes():
            file.write_bytes(content)
        case str():
            file.write_text(content, encoding="utf-8")
        case _:
            file.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(ConfigError) as told:
        read_policy(file)

    assert says in str(told.value)
    assert str(told.value).startswith(str(file))
    assert "\n" not in str(told.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.json does not exist\."):
        read_policy(tmp_path / "gone.json")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_policy(tmp_path)


def test_every_published_policy_is_read_whatever_its_encoding() -> None:
    files = sorted((data_folder() / "conditional_access" / "ConditionalAccess").glob("*.json"))

    assert len(files) == 36
    assert all(read_policy(file)["conditions"]["applications"] for file in files)
