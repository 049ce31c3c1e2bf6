# ruff: noqa: ANN401 - tables of any shape
"""Evidence in words that need no manual."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from builders import (
    AS_OF,
    a_custom_policy,
    a_link,
    a_mailbox,
    a_policy,
    a_profile,
    a_rule,
    a_sign_in,
    a_snapshot,
    a_transport_rule,
    a_user,
    sharepoint_settings,
    spo_tenant,
)
from builders.access import a_registration, a_role_assignment, members_of, methods_of
from builders.rows import an_organization, row
from builders.settings import (
    a_methods_policy,
    a_subscription,
    activation_rules,
    organization_config,
    protocols_of,
    transport_config,
)
from builders.told_sign_ins import WRONG, a_told_sign_in
from mfa_exhibits import a_way
from report_builder import ENGLISH

from checks.engine import evaluate
from checks.registry import CATALOGUE
from m365_posture.texts import Language
from reports.view_models.evidence import ABSENT, CODES, LABELS, evidence_text
from reports.view_models.wording import Wording
from scanner.snapshot.ledger import TableState

MONEY = {"subjectContains": ["Factuur"]}
OUT = ["me@personal.example"]
ACTIONS: dict[str, Any] = {
    "assignCategories": ["Red"],
    "copyToFolder": "AAMk=",
    "delete": True,
    "forwardAsAttachmentTo": OUT,
    "forwardTo": OUT,
    "markAsRead": True,
    "markImportance": "low",
    "moveToFolder": "AAMk=",
    "permanentDelete": True,
    "redirectTo": OUT,
    "stopProcessingRules": True,
}
"""Every action that Graph knows."""
SCOPES = ("anonymous", "organization", "users", "existingAccess")
LEVELS = ("disabled", "externalUserSharingOnly", "externalUserAndGuestSharing", "existingExternalUserSharingOnly")
TYPES = ("view", "edit", "embed", "review", "createOnly", "blocksDownload")


EMERGENCY = "bg@contoso.example"
LEFT = AS_OF.date() - timedelta(days=1)


def judged_evidence(check_id: str, **tables: Any) -> Iterator[tuple[str, object]]:
    """Yield every evidence column of what fails, with its value."""
    profile = a_profile(leavers={"ann@contoso.example": LEFT}, break_glass=(EMERGENCY,))
    (result,) = evaluate(a_snapshot(**tables), profile, CATALOGUE.only(check_id)).results
    for found in (*result.failing, *result.unknown):
        yield from found.evidence.items()


def sprayed() -> list[dict[str, Any]]:
    """Wrong passwords of five people, the last of whom then gets in."""
    tries = [a_told_sign_in(user=f"u{number}", error_code=WRONG, ip_address="198.51.100.7") for number in range(5)]
    return [*tries, a_told_sign_in(user="u4", ip_address="198.51.100.7", created_date_time=AS_OF)]


def administrators(users: list[dict[str, Any]]) -> Iterator[tuple[str, object]]:
    holders = [a_role_assignment("ann"), a_role_assignment("staff", assignment_type="eligible")]
    roles = {"users": users, "role_assignments": holders, "group_members": members_of("staff", "ann", "bg")}
    yield from judged_evidence("ID-02", **roles)
    everybody = [*users, a_user("bg", user_principal_name=EMERGENCY), *(a_user(f"u{number}") for number in range(10))]
    yield from judged_evidence("AC-01", **(roles | {"users": everybody}))


def registrations(users: list[dict[str, Any]]) -> Iterator[tuple[str, object]]:
    resets = a_registration("ann", is_mfa_registered=False, methods_registered=["email", "securityQuestion"])
    yield from judged_evidence("ID-04", users=users, registration_details=[resets])
    yield from judged_evidence(
        "ID-04",
        users=users,
        states={"registration_details": TableState.UNLICENSED},
        authentication_methods=methods_of("ann", "password", "qrCodePin", "temporaryAccessPass"),
    )


def second_factors() -> Iterator[tuple[str, object]]:
    names = ("ann", "staff", "svc-scan", "office")
    users = [*map(a_user, names), a_user("jo", user_type="Guest")]
    partner = row("cross_tenant_access", {}, {"tenant_id": "partner", "is_service_provider": True})
    for policies in ([], [a_policy(clientAppTypes=["browser"])], [a_policy(state=None)]):
        yield from judged_evidence(
            "ID-01",
            users=users,
            conditional_access_policies=policies,
            registration_details=[a_registration("ann")],
            mailboxes=[a_mailbox("office", recipient_type_details="SharedMailbox")],
            cross_tenant_access=[partner],
        )


def rights_and_exceptions() -> Iterator[tuple[str, object]]:
    everyday = a_user("ann", on_premises_sync_enabled=True)
    held = [a_role_assignment("ann", activation="Assigned"), a_role_assignment("ann", assignment_type="eligible")]
    licences = [a_subscription("AAD_PREMIUM_P2", "EXCHANGE_S_STANDARD")]
    tables = {"users": [everyday], "role_assignments": held, "subscribed_skus": licences}
    yield from judged_evidence("AC-02", mailboxes=[a_mailbox("ann")], **tables)
    rules = [activation_rules(enabled=[], approval=False, told=False)]
    yield from judged_evidence("AC-03", role_management_policies=rules, **tables)
    telephones = ["alternateMobilePhone", "mobilePhone", "officePhone"]
    yield from judged_evidence(
        "ID-06",
        users=[everyday],
        registration_details=[a_registration("ann", methods_registered=telephones)],
        authentication_methods_policy=[a_methods_policy(sms="enabled")],
    )
    yield from judged_evidence(
        "ID-06",
        users=[everyday],
        states={"registration_details": TableState.UNLICENSED},
        authentication_methods=methods_of("ann", "phone"),
    )
    emergency = a_user("bg", user_principal_name=EMERGENCY, account_enabled=False, on_premises_sync_enabled=True)
    yield from judged_evidence(
        "ID-07",
        users=[emergency, everyday],
        registration_details=[a_registration("bg")],
        conditional_access_policies=[a_policy(), a_policy("p2", users={"excludeUsers": ["ann"]})],
    )
    reached = a_user("bg", user_principal_name=EMERGENCY)
    yield from judged_evidence(
        "ID-07", users=[reached], conditional_access_policies=[a_policy(grant="compliantDevice")]
    )
    yield from judged_evidence(
        "ID-07",
        users=[reached, everyday],
        conditional_access_policies=[a_policy(users={"excludeUsers": ["ann"]})],
    )
    yield from judged_evidence("ID-07", users=[everyday])
    yield from judged_evidence("ID-03", registration_details=[a_registration("ann", methods_registered=[])], **tables)
    yield from judged_evidence("ID-09", **tables)
    yield from judged_evidence(
        "ID-05",
        users=[everyday],
        transport_config=[transport_config(smtp_client_authentication_disabled=False)],
        cas_mailboxes=[protocols_of("ann")],
        organization_config=[organization_config()],
        sharepoint_settings=[sharepoint_settings(is_legacy_auth_protocols_enabled=True)],
        conditional_access_policies=[a_policy(users={"excludeUsers": ["ann"]})],
        sign_ins=[a_sign_in(user="ann", client_app_used="Authenticated SMTP")],
    )


@pytest.fixture(scope="module")
def everything() -> list[tuple[str, object]]:
    """Every evidence column of every check, with the values it can have."""
    return list(everything_judged())


def everything_judged() -> Iterator[tuple[str, object]]:
    users = [a_user("ann"), a_user("jo", user_type="Guest")]
    idle = [user | {"last_successful_sign_in_date_time": None} for user in users]
    yield from judged_evidence("AC-04", users=idle)
    yield from judged_evidence(
        "EM-05", users=users, inbox_rules=[a_rule(mailbox="ann", actions=ACTIONS, conditions=MONEY)]
    )
    links = [a_link(link_scope=scope, link_type=kind, is_folder=True) for scope in SCOPES for kind in TYPES]
    yield from judged_evidence("SH-06", sharing_links=links)
    yield from judged_evidence("AC-05", users=users)
    yield from judged_evidence("SH-02", spo_tenant=[spo_tenant(folder_anonymous_link_type=2)])
    yield from judged_evidence(
        "EM-04",
        mailboxes=[a_mailbox(forwarding_smtp_address=OUT[0])],
        outbound_spam_policies=[a_custom_policy(sender_domain_is=["contoso.example"])],
        transport_rules=[
            a_transport_rule(redirect_message_to=OUT, blind_copy_to=OUT, copy_to=OUT, add_to_recipients=OUT)
        ],
    )
    yield from judged_evidence("SI-02", sign_ins=sprayed())
    yield from judged_evidence("SI-03", sign_ins=sprayed(), organization=[an_organization(country_letter_code="NL")])
    for level in LEVELS:
        yield from judged_evidence("SH-01", sharepoint_settings=[sharepoint_settings(sharing_capability=level)])
    yield from administrators(users)
    yield from registrations(users)
    yield from rights_and_exceptions()
    yield from second_factors()


def codes(evidence: Iterable[tuple[str, object]]) -> set[tuple[str, str]]:
    values = ((name, entry) for name, value in evidence for entry in (value if isinstance(value, list) else [value]))
    return {(name, value) for name, value in values if isinstance(value, str) and name in CODES}


def test_every_code_that_a_check_gives_has_a_phrase_and_no_phrase_is_idle(everything: list[tuple[str, object]]) -> None:
    assert codes(everything) == {(name, code) for name, phrases in CODES.items() for code in phrases}


def test_no_column_with_codes_is_forgotten(everything: list[tuple[str, object]]) -> None:
    """Addresses, places and moments are shown as they are; every other text is a code."""
    as_they_are = {
        *(
            "accounts",
            "seen_using",
            "administrators",
            "allowed",
            "emergency_accounts",
            "policies",
            "role",
            "roles",
            "roles_not_hit",
            "ways_in",
        ),
        *("mailbox", "sends_to", "for_senders", "site", "path", "source_address", "set_to"),
        *("expires", "last_day", "last_success", "unused_since"),
        *(
            "stories",
            "detections",
            "began",
            "ended",
            "country",
            "user_principal_name",
            "first_seen",
            "last_seen",
            "times",
        ),
    }
    texts = {name for name, value in everything if isinstance(value, str) or (isinstance(value, list) and value)}

    assert texts - as_they_are == set(CODES)


def test_every_column_that_a_check_declares_has_a_name() -> None:
    declared = {name for check in CATALOGUE for name in check.evidence}

    assert declared == set(LABELS)
    assert {*CODES, *ABSENT} <= declared


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (Language.EN, "Open to: anyone with the link"),
        (Language.NL, "Open voor: iedereen met de koppeling"),
        (Language.FR, "Ouvert à : toute personne disposant du lien"),
    ],
)
def test_a_code_is_said_in_the_language_of_the_reader(language: Language, line: str) -> None:
    assert evidence_text({"scope": "anonymous"}, Wording(language, "Europe/Brussels")) == line


def test_a_code_means_something_in_its_own_column_only() -> None:
    evidence = {"scope": "newScope", "path": "anonymous", "hides_by": ["delete", "newAction"]}

    assert evidence_text(evidence, ENGLISH).splitlines() == [
        "Open to: newScope",
        "Path: anonymous",
        "Hides mail by: deleting it, newAction",
    ]


def test_what_a_rule_does_not_do_has_no_line() -> None:
    evidence = {"sends_to": ["me@personal.example"], "hides_by": [], "is_hidden": False}

    assert evidence_text(evidence, ENGLISH).splitlines() == ["Sends to: me@personal.example", "The rule is hidden: no"]


def test_what_is_absent_is_said_in_words() -> None:
    evidence = {"expires": None, "last_success": None, "has_password": None}

    assert evidence_text(evidence, ENGLISH).splitlines() == [
        "End date: none",
        "Last successful sign-in: none known",
        "Has a password: not stated",
    ]


def test_ways_in_are_sentences() -> None:
    evidence = {"ways_in": [a_way(places=["Kantoor Gent"]), a_way(platforms=["linux"])]}

    assert evidence_text(evidence, ENGLISH).endswith(
        ": Any app except the administration portals, from the location “Kantoor Gent”: the password alone is enough; "
        "Any app except the administration portals, by pretending to be Linux: the password alone is enough"
    )
