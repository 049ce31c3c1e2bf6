"""The samples speak Microsoft's language: every property exists in Graph."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from published_types import published, unknown
from real_data import data_folder
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
PUBLISHED_TYPE_OF_PART: Final = {
    "deleted_users": "user",
    "groups": "group",
    "group_members": "directoryObject",
    "role_definitions": "unifiedRoleDefinition",
    "role_assignments": "unifiedRoleAssignment",
    "role_assignment_schedule_instances": "unifiedRoleAssignmentScheduleInstance",
    "role_eligibility_schedule_instances": "unifiedRoleEligibilityScheduleInstance",
    "role_management_policy_assignments": "unifiedRoleManagementPolicyAssignment",
    "registration_details": "userRegistrationDetails",
    "authentication_methods": "authenticationMethod",
    "authorization_policy": "authorizationPolicy",
    "authentication_methods_policy": "authenticationMethodsPolicy",
    "authentication_strengths": "authenticationStrengthPolicy",
    "named_locations": "namedLocation",
    "cross_tenant_access_default": "crossTenantAccessPolicyConfigurationDefault",
    "cross_tenant_access_partners": "crossTenantAccessPolicyConfigurationPartner",
    "activity_timeout_policies": "activityBasedTimeoutPolicy",
    "domain_federation": "internalDomainFederation",
    "sharepoint_settings": "sharepointSettings",
    "directory_audits": "directoryAudit",
    "applications": "application",
    "service_principals": "servicePrincipal",
    "app_role_assignments": "appRoleAssignment",
    "oauth2_permission_grants": "oAuth2PermissionGrant",
    "report_settings": "adminReportSettings",
}
"""Parts whose shape Microsoft's own tables tell."""
OTHER_PARTS: Final = {
    "tenant",
    "per_user_mfa",
    "conditional_access_settings",
    "active_user_detail",
    "exchange",
    "exchange_mailboxes",
    "spo_tenant",
    "dns",
}
"""Parts that are not entities of Graph v1.0; tests of the simulator look at Exchange's and SharePoint's."""
MAY_BE_ABSENT: Final = {"sign_ins"}
BETA: Final = {"signIn": "", "authenticationDetail": "authenticationDetails", "mfaDetail": "mfaDetail"}
"""Types of the beta sign-in, with the property of a sign-in that holds one."""
EMPTY_IN_THE_SAMPLES: Final = {"root", "folder", "file"}
"""Types of which the samples give no property besides `@odata.type`."""


def entities(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON value
    """Yield the entities of a file: a list, an object, or lists by id."""
    if isinstance(value, list):
        yield from value
    elif "id" in value:
        yield value
    else:
        for rows in value.values():
            yield from rows


def undeclared(entity: dict[str, Any], type_name: str) -> set[str]:
    """Return `type.property` of everything in an entity that the shapes do not declare."""
    shape = SHAPES[type_name]
    found: set[str] = set()
    for name, value in entity.items():
        if name.startswith("@"):
            continue
        if name in shape.get("nested", {}):
            inner = value if isinstance(value, list) else [value]
            for one in inner:
                found |= undeclared(one, shape["nested"][name]) if one is not None else set()
        elif name not in shape["properties"] or isinstance(value, dict):
            found.add(f"{type_name}.{name}")
    return found


@pytest.mark.parametrize("part", TYPE_OF_PART)
def test_every_property_is_declared(sample: Sample, part: str) -> None:
    found: set[str] = set()
    for entity in entities(sample.parts.get(part, [])):
        found |= undeclared(entity, TYPE_OF_PART[part])

    assert found == set()


@pytest.mark.parametrize("part", PUBLISHED_TYPE_OF_PART)
def test_microsoft_publishes_every_property(sample: Sample, part: str) -> None:
    held = sample.parts.get(part, [])
    rows = [held] if isinstance(held, dict) and not is_by_id(held) else list(entities(held))

    assert set(unknown(rows, PUBLISHED_TYPE_OF_PART[part])) == set()


def is_by_id(held: dict[str, Any]) -> bool:
    """Whether a part lists its entities under the id of what they belong to."""
    return all(isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in held.values())


def test_nothing_else_lies_in_a_sample(sample: Sample) -> None:
    assert set(sample.parts) - {*TYPE_OF_PART, *PUBLISHED_TYPE_OF_PART} <= OTHER_PARTS
    assert {"tenant", *TYPE_OF_PART} - MAY_BE_ABSENT <= set(sample.parts)


def declared(type_name: str) -> set[str]:
    return {*SHAPES[type_name]["properties"], *SHAPES[type_name].get("nested", {})}


@pytest.mark.parametrize("type_name", sorted(SHAPES.keys() - BETA.keys() - EMPTY_IN_THE_SAMPLES))
def test_microsoft_publishes_every_declared_property(type_name: str) -> None:
    assert declared(type_name) - published().of(type_name).keys() == set()


@pytest.mark.parametrize(("type_name", "held_by"), BETA.items())
def test_the_beta_sign_in_has_every_declared_property(type_name: str, held_by: str) -> None:
    text = (data_folder() / "shapes" / "SignIn-model.json").read_text(encoding="utf-8")
    model = json.loads(text)["value"][0]
    held = model[held_by] if held_by else model

    assert declared(type_name) - set(held[0] if isinstance(held, list) else held) == set()


@pytest.mark.parametrize("type_name", sorted(EMPTY_IN_THE_SAMPLES))
def test_types_without_a_published_table_stay_empty(type_name: str) -> None:
    assert declared(type_name) == set()
