"""Which methods the firm lets people sign in with, and who has nothing better than a telephone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pandas as pd

from checks.break_glass import is_break_glass
from checks.frame import BOOL, TEXT, TEXTS, column, each, judged, objects, plain, records
from checks.json_values import object_of
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registered_methods import RegisteredMethods
from checks.registry import check, columns
from checks.three_valued import Answer, all_of, negated
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState

_WEAK: Final = ("Sms", "Voice", "Email")
_AUTHENTICATOR: Final = "MicrosoftAuthenticator"
_CONTEXT: Final = ("displayAppInformationRequiredState", "displayLocationInformationRequiredState")
_STATES: Final = {"enabled": True, "disabled": False}
_SHOWN: Final = {"enabled": True, "disabled": False, "default": False}
"""`default` leaves it to Microsoft, which has it off."""
_MIGRATED: Final = {"migrationComplete": True, "migrationInProgress": False, "preMigration": False}
_EVERYBODY: Final = "all_users"
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"

_NO_POLICY: Final = Gap("authentication_methods_policy", TableState.PARTIAL, "empty", "rescan")


@dataclass(frozen=True, slots=True)
class _Found:
    """Something that lets a weak method be used, or somebody who has no better one."""

    kind: str
    id: str
    name: str
    fails: Answer
    set_to: str | None = None
    methods: tuple[str, ...] = ()


@check(
    "ID-06",
    title=mark("Text messages, calls and e-mail are no second factor, and the authenticator shows what is approved"),
    severity=Severity.MEDIUM,
    object_type="sign_in_method",
    evidence={"set_to": EvidenceKind.CONDITION, "methods": EvidenceKind.CONDITION},
    remedy=mark(
        "Let people who only have a telephone number register an authenticator app or a passkey first. Then turn text "
        "messages, calls and one-time codes by e-mail off in the policy for authentication methods, complete the "
        "migration to that policy, and let the authenticator show the application and the place to everybody."
    ),
    source="https://learn.microsoft.com/entra/identity/authentication/concept-authentication-methods-manage",
)
def weak_methods_are_off(
    authentication_methods_policy: Annotated[
        pd.DataFrame | Gap, columns("id", "policy_migration_state", "raw", whole=True)
    ],
    users: Annotated[
        pd.DataFrame, columns("id", "display_name", "user_principal_name", "account_enabled", "user_type")
    ],
    registered_methods: RegisteredMethods,
    profile: Profile,
) -> Outcome:
    """A telephone number can be taken over, and whoever is asked often enough approves what he does not see.

    What the firm leaves to Microsoft counts as off. People count who registered text messages or calls and nothing
    better; whoever registered nothing at all is judged by another check.
    """
    policy = authentication_methods_policy
    rows = [] if isinstance(policy, Gap) else records(policy)
    found = [*(one for row in rows for one in _settings(row)), *_people(users, registered_methods, profile)]
    frame = pd.DataFrame({"kind": [one.kind for one in found], "id": [one.id for one in found]}, dtype=object).assign(
        name=[one.name for one in found]
    )
    evidence = {
        "set_to": column([one.set_to for one in found], frame, TEXT),
        "methods": column([list(one.methods) for one in found], frame, TEXTS),
    }
    named = objects(frame, ["kind", "id"], ["name", "id"], evidence)
    unread = [policy] if isinstance(policy, Gap) else [] if rows else [_NO_POLICY]
    gaps = (*unread, *registered_methods.gaps)
    return judged(named, column([one.fails for one in found], frame, BOOL), gaps=gaps)


def _settings(row: Mapping[str, Any]) -> Iterator[_Found]:
    listed = object_of(row["raw"]).get("authenticationMethodConfigurations")
    methods = {
        method["id"]: method
        for method in (listed if isinstance(listed, list) else [])
        if isinstance(method, dict) and isinstance(method.get("id"), str)
    }
    for name in _WEAK:
        state = methods.get(name, {}).get("state")
        yield _Found("method", name, name, _known(_STATES, state), _said(state))
    authenticator = methods.get(_AUTHENTICATOR, {})
    is_on = _known(_STATES, authenticator.get("state"))
    settings = authenticator.get("featureSettings")
    for member in _CONTEXT:
        shown = settings.get(member) if isinstance(settings, dict) else None
        fails = all_of([is_on, negated(_is_shown_to_all(shown))])
        yield _Found("setting", member, member, fails, _said(shown.get("state")) if isinstance(shown, dict) else None)
    state = row["policy_migration_state"]
    yield _Found(
        "setting", "policyMigrationState", "policyMigrationState", negated(_known(_MIGRATED, state)), _said(state)
    )


def _is_shown_to_all(feature: object) -> Answer:
    """Whether the authenticator shows something to everybody; to some people only is not to all."""
    if not isinstance(feature, dict):
        return None
    return all_of(
        [
            _known(_SHOWN, feature.get("state")),
            _is_target(feature.get("includeTarget"), _EVERYBODY),
            # an excluded target that is not set is null, or nobody's id
            _is_target(feature.get("excludeTarget"), _NOBODY),
        ]
    )


def _is_target(target: object, wanted: str) -> Answer:
    target_id = target.get("id") if isinstance(target, dict) else None
    return target_id == wanted if isinstance(target_id, str) else None


def _known(answers: Mapping[str, bool], value: object) -> Answer:
    return answers.get(value) if isinstance(value, str) else None


def _said(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _people(users: pd.DataFrame, registered: RegisteredMethods, profile: Profile) -> Iterator[_Found]:
    """Yield the people of the firm who can sign in; emergency accounts are judged elsewhere."""
    is_guest = each(users["user_type"], lambda kind: kind.lower() == "guest")
    counts = users["account_enabled"] & ~is_guest & ~is_break_glass(users["user_principal_name"], profile)
    for row, count in zip(records(users), plain(counts), strict=True):
        if count is not False:
            theirs = registered.of(row["id"])
            name = next(filter(None, [row["display_name"], row["user_principal_name"], row["id"]]))
            fails = all_of([count, theirs.is_by_telephone_alone])
            yield _Found("user", row["id"], name, fails, methods=tuple(theirs.names))
