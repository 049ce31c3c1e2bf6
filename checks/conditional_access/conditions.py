"""Whom a policy concerns."""

from collections.abc import Mapping
from typing import Any, Final

from checks.conditional_access.circumstances import ALL
from checks.conditional_access.people import Kind, Person
from checks.json_values import ABSENT, Texts
from checks.three_valued import Answer, all_of, any_of, negated

Json = Mapping[str, Any]

_GUESTS: Final = "GuestsOrExternalUsers"
_EXTERNAL: Final = frozenset({Kind.INTERNAL_GUEST, Kind.B2B_GUEST, Kind.B2B_MEMBER})


def concerns(users: object, person: Person) -> Answer:
    """Whether a policy's `conditions.users` hit a person."""
    if not isinstance(users, dict):
        return None
    return all_of([_named(users, person, "include"), negated(_named(users, person, "exclude"))])


def groups_named(users: object) -> frozenset[str]:
    """Return the ids of the groups that a policy's `conditions.users` include or exclude."""
    return _ids_named(users, "Groups")


def roles_named(users: object) -> frozenset[str]:
    """Return the ids of the roles that a policy's `conditions.users` include or exclude."""
    return _ids_named(users, "Roles")


def _ids_named(users: object, kind: str) -> frozenset[str]:
    if not isinstance(users, dict):
        return frozenset()
    return Texts.of(users.get(f"include{kind}")).known | Texts.of(users.get(f"exclude{kind}")).known


def _named(users: Json, person: Person, side: str) -> Answer:
    """Whether the `include` or `exclude` members name the person."""
    ids, groups, roles = (Texts.of(users.get(f"{side}{kind}")) for kind in ("Users", "Groups", "Roles"))
    return any_of(
        [
            ids.has_any({ALL, person.id}),
            person.is_any_of(_EXTERNAL) if _GUESTS in ids.known else False,
            _guests(users.get(f"{side}GuestsOrExternalUsers", ABSENT), person),
            groups.or_unknown(answer=False),
            *map(person.is_in, groups.known),
            roles.or_unknown(answer=False),
            *map(person.holds, roles.known),
        ]
    )


def _guests(guests: object, person: Person) -> Answer:
    """Whether a choice of external types names the person; the home tenant of a guest is not read."""
    if guests is None:
        return False
    types = guests.get("guestOrExternalUserTypes") if isinstance(guests, dict) else None
    if not isinstance(guests, dict) or not isinstance(types, str):
        return None
    named = {name.strip() for name in types.split(",")}
    matches = person.is_any_of(frozenset(kind for kind in Kind if kind.value in named))
    tenants = guests.get("externalTenants")
    everywhere = isinstance(tenants, dict) and tenants.get("membershipKind") == "all"
    if everywhere or person.kinds == {Kind.INTERNAL_GUEST}:
        return matches
    return False if matches is False else None
