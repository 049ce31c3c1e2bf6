"""Events that others wrote to test their rules: each is judged here, or has a reason why it is not."""

from typing import Final

import pytest
from oracle_kit import Way, events, row_of, told_of
from real_data import data_folder

from scanner.imports.tally import Skipped

WAYS: Final = {
    "Azure.Audit.DeviceCodeBrokerClient": Way(frozenset({"D26"})),
    "Azure.Audit.ExcessiveAccountLockouts": Way(frozenset({"D06"}), 60, "people"),
    "Azure.Audit.GraphSessionMultipleIPs": Way(frozenset({"D24"}), 2, "network"),
    "Azure.Audit.HighRiskSignIn": Way(frozenset({"D45"})),
    "Azure.Audit.LegacyAuth": Way(frozenset({"D32", "D33"})),
    "Azure.Audit.MultipleProtectionAlerts": Way(frozenset({"D45"}), 3),
    "Azure.Audit.ROPCLoginNoMFA": Way(frozenset({"D33"})),
    "Azure.Audit.VSCodeOAuthPhishing": Way(frozenset({"D35"})),
    "Microsoft365.Brute.Force.Login.by.User": Way(frozenset({"D04"}), 12),
}
"""Rule to the detections that look for the same."""

_AUDIT: Final = "a change in the directory, which the checks of settings judge by what it leads to"
OUT_OF_SCOPE: Final = {
    "Azure.Audit.OIDC.Changed": _AUDIT,
    "Azure.Audit.DomainSettingsModified": _AUDIT,
    "Azure.Audit.ElevateUserAccessAdministrator": "rights in Azure, of which this product reads nothing",
    "Azure.Audit.InviteExternalUsers": _AUDIT,
    "Azure.Audit.MFADisabled": _AUDIT,
    "Azure.Audit.PolicyChanged": _AUDIT,
    "Azure.Audit.RoleChangedPIM": _AUDIT,
    "Azure.Audit.ServicePrincipalCredentialsAdded": _AUDIT,
    "Microsoft365.MFA.Disabled": _AUDIT,
    "Azure.Audit.ManyFailedSignIns": "failed secrets of apps (D44) are none of the detections here",
    "Azure.Audit.RiskLevelPassthrough": "failed sign-ins of apps; the risk that D45 looks at is that of people",
    "Microsoft365.Exchange.External.Forwarding": "forwarding of mail, judged by the checks of mail",
    "Microsoft365.External.Document.Sharing": "sharing of files, judged by the checks of sharing",
}
"""Rule to the reason why no detection over sign-ins looks for it."""

OTHERWISE: Final = {
    "Non-Interactive Sign-In via NonInteractiveUserSignInLogs Category": (
        "a session on two networks is told whether or not a person was at it: stolen tokens are used silently"
    ),
    "Whitelisted Office 365": "a session on two networks is told whatever app it is of: attackers read mail as well",
    "Sign-In with legacy auth, KNOWN_EXCEPTION": "exceptions are stated by the firm; no program is one by itself",
}
"""Test of an event to the reason why it is judged the other way round here."""


@pytest.mark.parametrize("rule", WAYS)
def test_a_detection_says_of_events_what_the_rule_written_for_them_says(rule: str) -> None:
    its = [event for event in events(data_folder() / "rule_events") if event.rule == rule]
    rows = {event.test: row_of(event) for event in its}
    assert not [row for row in rows.values() if isinstance(row, Skipped)]

    told = told_of({test: row for test, row in rows.items() if not isinstance(row, Skipped)}, WAYS[rule])

    assert told == {event.test: event.is_told is not (event.test in OTHERWISE) for event in its}


def test_every_event_is_judged_or_its_rule_is_out_of_scope_for_a_reason() -> None:
    read = events(data_folder() / "rule_events")

    assert len(read) == 66
    assert {event.rule for event in read} == WAYS.keys() | OUT_OF_SCOPE.keys()


def test_no_rule_is_both_judged_and_out_of_scope() -> None:
    assert not WAYS.keys() & OUT_OF_SCOPE.keys()


def test_events_that_are_judged_the_other_way_round_exist() -> None:
    assert OTHERWISE.keys() <= {event.test for event in events(data_folder() / "rule_events")}
