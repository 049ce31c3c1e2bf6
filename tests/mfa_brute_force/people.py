# ruff: noqa: ANN401 - JSON of any shape
"""Whom a policy concerns."""

from collections.abc import Mapping
from typing import Any

from mfa_brute_force.logic import Answer, Json, all_of, any_of, has_one, member, negated, texts_of
from mfa_brute_force.raw import EXTERNAL_KINDS, RawPerson, RawTenant


def concerns(tenant: RawTenant, policy: Any, person: RawPerson) -> Answer:
    """Whether somebody is included and not excluded."""
    users = member(policy, "conditions", "users")
    if not isinstance(users, Mapping):
        return None
    return all_of([_is_named(tenant, users, person, "include"), negated(_is_named(tenant, users, person, "exclude"))])


def _is_named(tenant: RawTenant, users: Json, person: RawPerson, side: str) -> Answer:
    ids, other_ids = texts_of(users.get(f"{side}Users"))
    groups, other_groups = texts_of(users.get(f"{side}Groups"))
    roles, other_roles = texts_of(users.get(f"{side}Roles"))
    answers = [other_ids, other_groups, other_roles]
    answers.append("All" in ids or person.id in ids)
    answers.append(_is_one_of(person.kinds, EXTERNAL_KINDS) if "GuestsOrExternalUsers" in ids else False)
    answers += [is_in(tenant, group, person) for group in groups]
    answers += [holds(tenant, role, person) for role in roles]
    answers.append(_is_guest_of(users, f"{side}GuestsOrExternalUsers", person))
    return any_of(answers)


def is_in(tenant: RawTenant, group: str, person: RawPerson) -> Answer:
    """Whether somebody is in a group, however deep; whoever has no account here is in none."""
    if person.external is not None:
        return False
    return None if group in tenant.unread_groups else person.id in members_of(tenant, group)


def members_of(tenant: RawTenant, group: str) -> set[str]:
    """Everybody in a group, and in the groups in it; groups may be in each other."""
    found: set[str] = set()
    to_open, opened = [group], set()
    while to_open:
        inside = to_open.pop()
        opened.add(inside)
        for each in tenant.groups.get(inside, ()):
            if each not in tenant.groups:
                found.add(each)
            elif each not in opened:
                to_open.append(each)
    return found


def holds(tenant: RawTenant, role: str, person: RawPerson) -> Answer:
    """Whether a policy about a role hits somebody: built-in, for the whole directory, active."""
    if person.external is not None:
        # a partner's technicians hold roles here by agreements that name none of them
        return None if "serviceProvider" in person.kinds else False
    return any_of(
        _counts(tenant, assignment, person)
        for assignment in tenant.assignments
        if _template_of(tenant, assignment["roleDefinitionId"]) == role
    )


def _template_of(tenant: RawTenant, definition_id: str) -> str:
    for definition in tenant.roles:
        if definition["id"] == definition_id:
            return str(definition["templateId"])
    return definition_id


def _counts(tenant: RawTenant, assignment: Json, person: RawPerson) -> Answer:
    principal, scope = assignment["principalId"], assignment["directoryScopeId"]
    built_in = [role["isBuiltIn"] for role in tenant.roles if role["id"] == assignment["roleDefinitionId"]]
    reaches = is_in(tenant, principal, person) if principal in tenant.groups else principal == person.id
    now = True if assignment["assignmentType"] == "active" else None
    return all_of([reaches, built_in[0] if built_in else None, None if scope is None else scope == "/", now])


def _is_one_of(kinds: frozenset[str], wanted: frozenset[str]) -> Answer:
    return True if kinds <= wanted else None if kinds & wanted else False


def _is_guest_of(users: Json, name: str, person: RawPerson) -> Answer:
    """Whether a choice of external types and their home tenants names somebody."""
    if name not in users:
        return None
    guests = users[name]
    if guests is None:
        return False
    types = member(guests, "guestOrExternalUserTypes")
    if not isinstance(types, str):
        return None
    is_kind = _is_one_of(person.kinds, frozenset(name.strip() for name in types.split(",")))
    tenants = guests.get("externalTenants")
    # a guest in the firm's own directory has no other home
    if person.kinds == {"internalGuest"} or member(tenants, "membershipKind") == "all":
        return is_kind
    home = None if person.external is None else has_one(member(tenants, "members"), [person.external[1]])
    return all_of([is_kind, home])
