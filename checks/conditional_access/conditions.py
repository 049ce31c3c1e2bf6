"""Whom a policy concerns."""

from collections.abc import Mapping
from typing import Any, Final

from checks.conditional_access.people import Kind, Person
from checks.json_values import ABSENT, Texts, has_strangers
from checks.three_valued import Answer, all_of, any_of, negated

Json = Mapping[str, Any]

ALL: Final = "All"
_GUESTS: Final = "GuestsOrExternalUsers"
_WORDS: Final = (ALL, "None", _GUESTS)
_KINDS: Final = ("Users", "Groups", "Roles")
_MEMBERS: Final = frozenset(
    f"{side}{kind}" for side in ("include", "exclude") for kind in (*_KINDS, "GuestsOrExternalUsers")
)
_EXTERNAL: Final = frozenset(Kind) - {Kind.INTERNAL}


def concerns(users: object, person: Person) -> Answer:
    """Whether a policy's `conditions.users` hit a person."""
    included = includes(users, person)
    return False if included is False else all_of([included, negated(excludes(users, person))])


def includes(users: object, person: Person) -> Answer:
    """Whether a policy's `conditions.users` include a person, who may be excluded too."""
    return _named(users, person, "include") if isinstance(users, dict) else None


def excludes(users: object, person: Person) -> Answer:
    """Whether a policy's `conditions.users` exclude a person."""
    return _named(users, person, "exclude") if isinstance(users, dict) else None


def groups_named(users: object) -> frozenset[str]:
    """Return the ids of the groups that a policy's `conditions.users` include or exclude."""
    return _ids_named(users, "Groups")


def roles_named(users: object) -> frozenset[str]:
    """Return the ids of the roles that a policy's `conditions.users` include or exclude."""
    return _ids_named(users, "Roles")


def _ids_named(users: object, kind: str) -> frozenset[str]:
    if not isinstance(users, dict):
        return frozenset()
    return listed(users, f"include{kind}").known | listed(users, f"exclude{kind}").known


def listed(users: Json, name: str) -> Texts:
    """Return what a list of `conditions.users` names: ids, and words for many people."""
    return Texts.of(users.get(name)).named(_WORDS)


def with_strangers(users: Json) -> Answer:
    """Return what members that are not known to this version say of anybody, on either side: nothing, or unknown."""
    return None if has_strangers(users, _MEMBERS) else False


def _named(users: Json, person: Person, side: str) -> Answer:
    """Whether the `include` or `exclude` members name the person."""
    ids, groups, roles = (listed(users, f"{side}{kind}") for kind in _KINDS)
    return any_of(
        [
            with_strangers(users),
            ids.has_any({ALL, person.id}),
            by_kind(users, side, person),
            groups.or_unknown(answer=False),
            *map(person.is_in, groups.known),
            roles.or_unknown(answer=False),
            *map(person.holds, roles.known),
        ]
    )


def by_kind(users: Json, side: str, person: Person) -> Answer:
    """Whether the `include` or `exclude` members name a person for being from outside."""
    any_guest = _GUESTS in listed(users, f"{side}Users").known
    guests = _guests(users.get(f"{side}GuestsOrExternalUsers", ABSENT), person)
    return any_of([person.is_any_of(_EXTERNAL) if any_guest else False, guests])


def _guests(guests: object, person: Person) -> Answer:
    """Whether a choice of external types and their tenants names the person."""
    if guests is None:
        return False
    types = guests.get("guestOrExternalUserTypes") if isinstance(guests, dict) else None
    if not isinstance(guests, dict) or not isinstance(types, str):
        return None
    named = {name.strip().casefold() for name in types.split(",")} - {"", "none"}
    known = frozenset(kind for kind in _EXTERNAL if kind.value.casefold() in named)
    matches = person.is_any_of(known)
    is_strange = has_strangers(guests, ["guestOrExternalUserTypes", "externalTenants"])
    if is_strange or (matches is False and len(known) < len(named)):
        # a type that came later may be a finer name for this one
        return None if person.kinds != {Kind.INTERNAL} else False
    return all_of([matches, _comes_from(guests.get("externalTenants"), person)])


def _comes_from(tenants: object, person: Person) -> Answer:
    if person.kinds == {Kind.INTERNAL_GUEST}:
        return True
    if not isinstance(tenants, dict) or has_strangers(tenants, ["membershipKind", "members"]):
        return None
    if tenants.get("membershipKind") == "all":
        return True
    if tenants.get("membershipKind") != "enumerated" or person.tenant_id is None:
        return None
    return Texts.of(tenants.get("members")).named().has_any({person.tenant_id})
