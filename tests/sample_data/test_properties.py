"""The samples speak Microsoft's language: every property exists in Graph."""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from real_data import data_folder, facts_folder
from sample_files import Sample

SHAPES: Final[dict[str, dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("shapes.toml").read_text(encoding="utf-8")
)
TYPE_OF_PART: Final = {
    "organization": "organization",
    "subscribed_skus": "subscribedSku",
    "domains": "domain",
    "security_defaults": "identitySecurityDefaultsEnforcementPolicy",
    "users": "user",
    "conditional_access_policies": "conditionalAccessPolicy",
    "inbox_rules": "messageRule",
    "sign_ins": "signIn",
    "sites": "site",
    "drives": "drive",
    "drive_items": "driveItem",
    "permissions": "permission",
}
BETA: Final = {"signIn": "", "authenticationDetail": "authenticationDetails", "mfaDetail": "mfaDetail"}
"""Types of the beta sign-in, with the property of a sign-in that holds one."""
NOT_IN_THE_TABLE: Final = {
    "entity": {"id"},
    "directoryObject": {"id", "deletedDateTime"},
    "policyDeletableItem": {"id", "deletedDateTime"},
    "policyBase": {"id", "displayName", "description"},
    "baseItem": {"id", "name", "webUrl", "createdDateTime", "lastModifiedDateTime", "parentReference"},
    "identity": {"id", "displayName"},
    "conditionalAccessExternalTenants": {"membershipKind"},
}
"""Types that the reference table leaves out; source: https://learn.microsoft.com/graph/api/resources/<type>."""
EMPTY_IN_THE_SAMPLES: Final = {"root", "folder", "file"}
"""Types of which the samples give no property besides `@odata.type`."""
TYPE_LINE: Final = re.compile(r"\*\*microsoft\.graph\.(\w+)\*\*(?: : graph\.(\w+))?")
PROPERTY_LINE: Final = re.compile(r"\| (?:→ )?`(\w+)` \|")


def entities(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON value
    """Yield the entities of a file: a list, an object, or lists by id."""
    if isinstance(value, list):
        yield from value
    elif "id" in value:
        yield value
    else:
        for rows in value.values():
            yield from rows


def unknown(entity: dict[str, Any], type_name: str) -> set[str]:
    """Return `type.property` of everything in an entity that the shapes do not declare."""
    shape = SHAPES[type_name]
    found: set[str] = set()
    for name, value in entity.items():
        if name.startswith("@"):
            continue
        if name in shape.get("nested", {}):
            inner = value if isinstance(value, list) else [value]
            for one in inner:
                found |= unknown(one, shape["nested"][name]) if one is not None else set()
        elif name not in shape["properties"] or isinstance(value, dict):
            found.add(f"{type_name}.{name}")
    return found


@pytest.mark.parametrize("part", TYPE_OF_PART)
def test_every_property_is_declared(sample: Sample, part: str) -> None:
    found: set[str] = set()
    for entity in entities(sample[part]):
        found |= unknown(entity, TYPE_OF_PART[part])

    assert found == set()


def test_nothing_else_lies_in_a_sample(sample: Sample) -> None:
    assert set(sample.parts) == {"tenant", *TYPE_OF_PART}


@cache
def published() -> dict[str, set[str]]:
    """Return the properties of each v1.0 type, inherited ones included."""
    own: dict[str, set[str]] = dict(NOT_IN_THE_TABLE)
    base: dict[str, str] = {}
    current = ""
    for line in (facts_folder() / "graph_types.md").read_text(encoding="utf-8").splitlines():
        if start := TYPE_LINE.match(line):
            current = start[1]
            own[current], base[current] = set(), start[2] or ""
        elif (row := PROPERTY_LINE.match(line)) and current:
            own[current].add(row[1])
    return {name: inherited(name, own, base) for name in own}


def inherited(name: str, own: dict[str, set[str]], base: dict[str, str]) -> set[str]:
    return own.get(name, set()) | (inherited(base[name], own, base) if base.get(name) else set())


def declared(type_name: str) -> set[str]:
    return {*SHAPES[type_name]["properties"], *SHAPES[type_name].get("nested", {})}


@pytest.mark.parametrize("type_name", sorted(SHAPES.keys() - BETA.keys() - EMPTY_IN_THE_SAMPLES))
def test_microsoft_publishes_every_declared_property(type_name: str) -> None:
    assert declared(type_name) - published()[type_name] == set()


@pytest.mark.parametrize(("type_name", "held_by"), BETA.items())
def test_the_beta_sign_in_has_every_declared_property(type_name: str, held_by: str) -> None:
    text = (data_folder() / "shapes" / "SignIn-model.json").read_text(encoding="utf-8")
    model = json.loads(text)["value"][0]
    held = model[held_by] if held_by else model

    assert declared(type_name) - set(held[0] if isinstance(held, list) else held) == set()


@pytest.mark.parametrize("type_name", sorted(EMPTY_IN_THE_SAMPLES))
def test_types_without_a_published_table_stay_empty(type_name: str) -> None:
    assert declared(type_name) == set()
