# ruff: noqa: ANN401 - JSON of any shape
"""Snapshots of tenants that are given as Graph's own JSON."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

from mfa_brute_force import RawTenant
from mfa_brute_force.people import members_of as everybody_in

from builders.access import a_group, members_of, unread
from builders.rows import Row, a_user, row
from builders.snapshot import MemorySource, a_profile, a_snapshot
from checks.model import Profile
from scanner.snapshot.ledger import TableState


def snapshot_of(tenant: RawTenant) -> MemorySource:
    """What a scan of the tenant stores."""
    tables: dict[str, list[Row] | None] = {
        "conditional_access_policies": [_policy(*numbered) for numbered in enumerate(tenant.policies)],
        "named_locations": _each(tenant.named_locations, _location),
        "authentication_strengths": _each(tenant.strengths, _strength),
        "conditional_access_settings": None if tenant.settings is None else [_settings(tenant.settings)],
        "users": [
            a_user(person.id, user_principal_name=person.user_principal_name, user_type=person.user_type)
            for person in tenant.people
            if person.external is None
        ],
        "groups": [a_group(group) for group in tenant.groups],
        "group_members": [each for group in tenant.groups for each in _members(tenant, group)],
        "unread_objects": [unread("group_members", group) for group in sorted(tenant.unread_groups)],
        "role_definitions": [_role(definition) for definition in tenant.roles],
        "role_assignments": [_assignment(*numbered) for numbered in enumerate(tenant.assignments)],
    }
    states = {name: TableState.DENIED for name, rows in tables.items() if rows is None}
    return a_snapshot(states=states, **{name: rows for name, rows in tables.items() if rows is not None})


def profile_of(tenant: RawTenant) -> Profile:
    """What the firm states, at the tenant's day."""
    as_of = datetime.combine(tenant.as_of, time(6), UTC)
    return a_profile(as_of=as_of, mfa_trusted_ips=tenant.mfa_trusted_ips)


def _each(given: Iterable[Any] | None, build: Any) -> list[Row] | None:
    return None if given is None else [build(each) for each in given]


def _policy(number: int, policy: Any) -> Row:
    state = policy.get("state") if isinstance(policy, dict) else None
    given = {"id": f"policy-{number}", "display_name": f"Policy {number}", "raw": json.dumps(policy)}
    return row("conditional_access_policies", given, {"state": state if isinstance(state, str) else None})


def _location(location: Any) -> Row:
    given = {"id": location["id"], "display_name": location["id"], "location_type": location["@odata.type"]}
    trusted = location.get("isTrusted")
    return row("named_locations", given, {"is_trusted": trusted, "raw": json.dumps(location)})


def _strength(strength: Any) -> Row:
    given = {"id": strength["id"], "allowed_combinations": strength["allowedCombinations"]}
    return row("authentication_strengths", given, {"display_name": strength["id"], "raw": json.dumps(strength)})


def _settings(settings: Any) -> Row:
    return row("conditional_access_settings", {}, {"id": "settings", "raw": json.dumps(settings)})


def _members(tenant: RawTenant, group: str) -> list[Row]:
    """What Graph lists of a group: members of members too, and the groups among them."""
    if group in tenant.unread_groups:
        return []
    inside = [each for each in tenant.groups[group] if each in tenant.groups and each != group]
    return [*members_of(group, *sorted(everybody_in(tenant, group))), *members_of(group, *inside, kind="group")]


def _role(definition: Any) -> Row:
    given = {"id": definition["id"], "template_id": definition["templateId"], "is_built_in": definition["isBuiltIn"]}
    return row("role_definitions", given, {"display_name": definition["id"], "is_enabled": True})


def _assignment(number: int, assignment: Any) -> Row:
    given = {
        "id": f"assignment-{number}",
        "principal_id": assignment["principalId"],
        "role_definition_id": assignment["roleDefinitionId"],
        "directory_scope_id": assignment["directoryScopeId"],
        "assignment_type": assignment["assignmentType"],
    }
    return row("role_assignments", given, {})
