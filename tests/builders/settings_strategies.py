"""Licences and settings of the tenant for property tests."""

from typing import Final

from hypothesis import strategies as st

from builders.access import GLOBAL_ADMINISTRATOR
from builders.access_strategies import OWN_ROLE
from builders.rows import Row
from builders.settings import (
    NOBODY,
    a_location,
    a_methods_policy,
    a_strength,
    a_subscription,
    a_timeout,
    activation_rules,
    an_authentication_policy,
    countries,
    organization_config,
    per_user_mfa,
    protocols_of,
    shown_to,
    transport_config,
)

_PLANS: Final = st.sampled_from(["AAD_PREMIUM", "AAD_PREMIUM_P2", "EXCHANGE_S_STANDARD", "EXCHANGE_S_FOUNDATION"])
_STATES: Final = st.sampled_from(["disabled", "disabled", "enabled", "somethingNew"])
_MAYBE: Final = st.sampled_from([True, True, False, None])


@st.composite
def _subscriptions(draw: st.DrawFn) -> list[Row]:
    state = draw(st.sampled_from(["Enabled", "Enabled", "Suspended"]))
    return [
        a_subscription(*sorted(draw(st.sets(_PLANS)))),
        a_subscription("AAD_PREMIUM_P2", sku_id="sku-2", capability_status=state),
    ]


@st.composite
def _methods_policies(draw: st.DrawFn) -> list[Row]:
    target = draw(st.sampled_from([None, None, {"targetType": "group", "id": "group-1"}]))
    shown = shown_to(state=draw(st.sampled_from(["enabled", "enabled", "default"])), but=target or NOBODY)
    migrated = draw(st.sampled_from(["migrationComplete", "preMigration"]))
    return [
        a_methods_policy(sms=draw(_STATES), voice=draw(_STATES), authenticator=draw(_STATES), place=shown)
        | {"policy_migration_state": migrated}
    ]


@st.composite
def _activation_rules(draw: st.DrawFn) -> list[Row]:
    rules = ["MultiFactorAuthentication", "Justification"]
    return [
        activation_rules(
            role_id,
            enabled=draw(st.sampled_from([rules, rules, rules[1:], []])),
            context=draw(st.booleans()),
            approval=draw(st.booleans()),
            told=draw(st.booleans()),
            others_told=draw(st.sampled_from([[], ["security@contoso.example"]])),
        )
        for role_id in draw(st.sampled_from([[GLOBAL_ADMINISTRATOR, OWN_ROLE], [GLOBAL_ADMINISTRATOR]]))
    ]


_TIMES: Final = st.sampled_from(["01:00:00", "00:03:00:00", "1.00:00:00", "soon", None])

SETTINGS_STRATEGIES: Final[dict[str, st.SearchStrategy[list[Row]]]] = {
    "subscribed_skus": _subscriptions(),
    "authentication_methods_policy": _methods_policies(),
    "role_management_policies": _activation_rules(),
    "transport_config": _MAYBE.map(lambda off: [transport_config(smtp_client_authentication_disabled=off)]),
    "cas_mailboxes": st.dictionaries(st.sampled_from(["u0", "u1", "shared"]), _MAYBE).map(
        lambda off: [protocols_of(each, smtp_client_authentication_disabled=is_it) for each, is_it in off.items()]
    ),
    "organization_config": st.sampled_from([None, None, "policy-1", "gone"]).map(
        lambda default: [organization_config(default_authentication_policy=default)]
    ),
    "authentication_policies": st.sampled_from([[], [False], [True, False]]).map(
        lambda allowed: [
            an_authentication_policy(f"policy-{number}", allow_basic_auth_smtp=is_it)
            for number, is_it in enumerate(allowed, 1)
        ]
    ),
    "activity_timeout_policies": st.lists(_TIMES, max_size=2).map(
        lambda times: [a_timeout(after, id=f"timeout-{number}") for number, after in enumerate(times)]
    ),
    "named_locations": st.tuples(
        st.sampled_from([True, False, None]), st.sampled_from([[], [], ["BE"], ["RO", "NL"]])
    ).map(lambda drawn: [a_location(trusted=drawn[0]), *([countries(*drawn[1])] if drawn[1] else [])]),
    "authentication_strengths": st.sampled_from([["fido2"], ["fido2", "password,sms"], ["somethingNew"]]).map(
        lambda allowed: [a_strength("strength-1", *allowed)]
    ),
    "per_user_mfa": st.dictionaries(
        st.sampled_from(["u0", "u1", "u2"]), st.sampled_from(["disabled", "disabled", "enabled", "enforced"])
    ).map(lambda states: [per_user_mfa(user_id, state) for user_id, state in states.items()]),
}
