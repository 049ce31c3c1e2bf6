"""Groups, roles and registered methods for property tests."""

from typing import Final

from hypothesis import strategies as st

from builders.access import (
    DIRECTORY_READERS,
    GLOBAL_ADMINISTRATOR,
    a_group,
    a_registration,
    a_role,
    a_role_assignment,
    members_of,
    methods_of,
)
from builders.rows import Row
from scanner.snapshot.ledger import TableState

USER_IDS: Final = ("u0", "u1", "u2")
GROUP_IDS: Final = ("group-1", "group-2")
OWN_ROLE: Final = "role-1"
"""A role that the firm made itself."""
ROLE_IDS: Final = (GLOBAL_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, DIRECTORY_READERS, OWN_ROLE)

_MEMBERS: Final = st.lists(st.tuples(st.sampled_from(GROUP_IDS), st.sampled_from(USER_IDS)), unique=True, max_size=4)
_REPORTED: Final = st.dictionaries(st.sampled_from(USER_IDS), st.sampled_from([True, False, None]))
_METHODS: Final = st.sampled_from(
    [[], ["mobilePhone"], ["mobilePhone", "microsoftAuthenticatorPush"], ["fido2SecurityKey"], ["new", None], None]
)
_KINDS: Final = st.sampled_from(["password", "phone", "fido2", "email", "somethingNew"])


@st.composite
def _assignments(draw: st.DrawFn) -> list[Row]:
    return [
        a_role_assignment(
            draw(st.sampled_from([*USER_IDS, *USER_IDS, *GROUP_IDS, "app-1"])),
            draw(st.sampled_from(ROLE_IDS)),
            id=f"a{number}",
            assignment_type=draw(st.sampled_from(["active", "active", "eligible"])),
            directory_scope_id=draw(st.sampled_from(["/", "/", "/administrativeUnits/x", None])),
            activation=draw(st.sampled_from(["Assigned", "Activated"])),
        )
        for number in range(draw(st.integers(0, 3)))
    ]


@st.composite
def _registrations(draw: st.DrawFn) -> list[Row]:
    return [
        a_registration(user_id, is_mfa_registered=is_it, methods_registered=draw(_METHODS))
        for user_id, is_it in draw(_REPORTED).items()
    ]


ACCESS_STRATEGIES: Final[dict[str, st.SearchStrategy[list[Row]]]] = {
    "groups": st.just([a_group(group_id) for group_id in GROUP_IDS]),
    "group_members": _MEMBERS.map(lambda pairs: [row for group, user in pairs for row in members_of(group, user)]),
    "role_definitions": st.sampled_from([True, False, None]).map(
        lambda own: [a_role(), a_role(DIRECTORY_READERS), a_role(OWN_ROLE, is_built_in=own)]
    ),
    "role_assignments": _assignments(),
    "registration_details": _registrations(),
    "authentication_methods": st.dictionaries(st.sampled_from(USER_IDS), st.sets(_KINDS)).map(
        lambda kinds: [row for user_id, some in kinds.items() for row in methods_of(user_id, *sorted(some))]
    ),
    "unread_objects": st.just([]),
}

READ_EACH: Final = {"group_members": ("group_id", GROUP_IDS), "authentication_methods": ("user_id", USER_IDS)}
"""Tables that are read object by object: which column names the object, and which objects there are."""

LESSER_SOURCES: Final = frozenset({"authentication_methods"})
"""Tables that are only read in place of a better one."""


def states_of_methods() -> st.SearchStrategy[dict[str, TableState]]:
    """Either the report of registrations is licensed, or the methods of each account were asked for."""
    return st.sampled_from(
        [
            {"authentication_methods": TableState.SKIPPED},
            {"registration_details": TableState.UNLICENSED},
        ]
    )
