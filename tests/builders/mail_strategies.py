"""Mailboxes, recipients, policies and rules of mail flow for property tests."""

from typing import Any, Final

from hypothesis import strategies as st

from builders.mail import a_custom_policy, a_mailbox, a_recipient, a_transport_rule, an_outbound_policy
from builders.rows import Row, spo_tenant

_ADDRESSES: Final = ("a@contoso.example", "c@evil.example", "contact@contoso.example", "/o=Ex/cn=Contact")
_NAMES: Final = ("Contact", "Colleague", "Nobody")
_LISTS: Final = st.none() | st.lists(st.sampled_from([*_ADDRESSES, '"Bob" <smtp:c@evil.example>']), max_size=2)


@st.composite
def mailboxes(draw: st.DrawFn) -> list[Row]:
    return [
        a_mailbox(
            user_id,
            forwarding_smtp_address=draw(st.sampled_from([None, None, *_ADDRESSES])),
            forwarding_address=draw(st.sampled_from([None, None, *_NAMES])),
        )
        for user_id in draw(st.lists(st.sampled_from(["u0", "u1"]), unique=True))
    ]


@st.composite
def recipients(draw: st.DrawFn) -> list[Row]:
    contact = a_recipient("Contact", "contact@contoso.example", goes_to="c@evil.example")
    found = [contact, a_recipient("Colleague")]
    return draw(st.sampled_from([found, found[:1], found[1:], []]))


@st.composite
def outbound_policies(draw: st.DrawFn) -> list[Row]:
    modes = st.sampled_from(["On", "on", "Off", "Automatic", "SomethingNew", None])
    custom: dict[str, Any] = {
        "auto_forwarding_mode": draw(modes),
        "rule_state": draw(st.sampled_from(["Enabled", "Enabled", "Disabled", None])),
        "from_senders": draw(st.sampled_from([None, [], ["u0@contoso.example"], ["u0@contoso.example", "?"]])),
    }
    default = an_outbound_policy(auto_forwarding_mode=draw(modes), is_default=draw(st.sampled_from([True, True, None])))
    return [default, a_custom_policy(**custom)]


@st.composite
def transport_rules(draw: st.DrawFn) -> list[Row]:
    return [
        a_transport_rule(
            f"t{number}",
            state=draw(st.sampled_from(["Enabled", "Enabled", "Disabled", None])),
            mode=draw(st.sampled_from(["Enforce", "Enforce", "Audit", None])),
            blind_copy_to=draw(_LISTS),
            redirect_message_to=draw(_LISTS),
        )
        for number in range(draw(st.integers(0, 2)))
    ]


@st.composite
def spo_tenants(draw: st.DrawFn) -> list[Row]:
    kinds = st.sampled_from([0, 1, 1, 2, 9, None])
    return [
        spo_tenant(
            sharing_capability=draw(st.sampled_from([0, 1, 2, 2, 3, 9, None])),
            require_anonymous_links_expire_in_days=draw(st.sampled_from([-1, 0, 30, 31, None])),
            file_anonymous_link_type=draw(kinds),
            folder_anonymous_link_type=draw(kinds),
            external_user_expiration_required=draw(st.sampled_from([True, True, False, None])),
            external_user_expire_in_days=draw(st.sampled_from([60, 61, None])),
        )
    ]


MAIL_STRATEGIES: Final[dict[str, st.SearchStrategy[list[Row]]]] = {
    "mailboxes": mailboxes(),
    "recipients": recipients(),
    "outbound_spam_policies": outbound_policies(),
    "transport_rules": transport_rules(),
    "spo_tenant": spo_tenants(),
}

NULL_IS_UNSET: Final = {
    "outbound_spam_policies": ("rule_priority",),
    "cas_mailboxes": ("smtp_client_authentication_disabled",),
    "organization_config": ("default_authentication_policy",),
    "mailboxes": ("forwarding_smtp_address", "forwarding_address"),
    "recipients": ("external_email_address",),
    "users": ("mail", "on_premises_sync_enabled"),
    "role_assignments": ("end_date_time",),
    "transport_rules": ("redirect_message_to", "blind_copy_to", "copy_to", "add_to_recipients"),
}
"""What Microsoft writes as null where nothing is set: it was asked for the property, so null is its answer."""
