"""What Exchange filters mail by: policies, each with the rule that says for whom it holds.

A policy without its rule holds for nobody, so both are read or the table is not: a firm whose rules
cannot be read must not look like one without any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.exchange_rows import exchange_shape, objects_given, result_of_listing, selected
from scanner.collectors.licenses import may_have_plan
from scanner.collectors.mail import AREA
from scanner.collectors.results import Result, result_of_error
from scanner.collectors.rows import JsonObject, as_json
from scanner.collectors.states import RESCAN
from scanner.snapshot.ledger import TableState
from scanner.snapshot.schema import Table
from scanner.snapshot.tables.directory import SUBSCRIBED_SKUS
from scanner.snapshot.tables.mail_flow import OUTBOUND_SPAM_POLICIES
from scanner.snapshot.tables.mail_protection import (
    ANTI_PHISH_POLICIES,
    CONTENT_FILTER_POLICIES,
    MALWARE_FILTER_POLICIES,
    SAFE_ATTACHMENT_POLICIES,
    SAFE_LINKS_POLICIES,
)
from scanner.transport.errors import Denied, Unlicensed
from scanner.transport.templates import Cmdlet, Pack

DEFENDER_PLAN: Final = "ATP_ENTERPRISE"
"""Defender for Office 365: without it Exchange does not know the cmdlets of safe links and attachments."""

_POLICY: Final = "policy"
_RULE: Final = "rule"
_IN_RULE: Final = {"rule_state": "rule/State", "rule_priority": "rule/Priority", "rule": _RULE}
_RECIPIENTS: Final = (
    "SentTo",
    "SentToMemberOf",
    "RecipientDomainIs",
    "ExceptIfSentTo",
    "ExceptIfSentToMemberOf",
    "ExceptIfRecipientDomainIs",
)
_SENDERS: Final = {
    "from_senders": "rule/From",
    "from_member_of": "rule/FromMemberOf",
    "sender_domain_is": "rule/SenderDomainIs",
    "except_if_from": "rule/ExceptIfFrom",
    "except_if_from_member_of": "rule/ExceptIfFromMemberOf",
    "except_if_sender_domain_is": "rule/ExceptIfSenderDomainIs",
}


def _collector(
    table: Table,
    kind: str,
    link: str,
    *,
    policy: Sequence[str] = (),
    rule: Sequence[str] = _RECIPIENTS,
    paths: Mapping[str, str] | None = None,
    license: str = "",  # noqa: A002 - as in the declaration
) -> Collector:
    """Return the collector of policies of one kind.

    Args:
        table: Where they go.
        kind: Its cmdlets are `Get-<kind>Policy` and `Get-<kind>Rule`.
        link: Property of a rule that names its policy.
        policy: Further properties of policies, kept in `raw`.
        rule: Further properties of rules.
        paths: Columns that are found elsewhere than their names say.
        license: Plan without which there are no such cmdlets.
    """
    shape = exchange_shape(table, {"id": f"{_POLICY}/Guid", **_IN_RULE, **(paths or {})}, part=_POLICY)
    shape = replace(shape, readers={**shape.readers, _RULE: as_json})
    policies = Cmdlet(f"Get-{kind}Policy", selected(shape, "Identity", *policy, part=_POLICY), license=license)
    rules = Cmdlet(f"Get-{kind}Rule", selected(shape, "Name", link, *rule, part=_RULE), license=license)

    async def read(reading: Reading) -> Result:
        try:
            found = await objects_given(reading, policies)
            held = await objects_given(reading, rules)
        except Denied as error:
            if license and error.code == "cmdlet_not_exported" and not await may_have_plan(reading, license):
                return result_of_error(Unlicensed(error.endpoint, error.status, error.code, plan=license))
            raise
        rows, strays = _joined(found.rows, held.rows, link)
        await reading.keep(shape.convert(rows, policies.endpoint))
        unruled = any(row[_RULE] is None and not _is_built_in(row[_POLICY]) for row in rows)
        if strays and unruled:
            return Result(TableState.PARTIAL, reason="rule_without_policy", mend=RESCAN)
        return result_of_listing(is_cut=found.is_cut or held.is_cut)

    return Collector(table, AREA, (policies, rules), read, pack=Pack.MAIL, after=(SUBSCRIBED_SKUS.name,))


def _joined(policies: Sequence[JsonObject], rules: Sequence[JsonObject], link: str) -> tuple[list[JsonObject], int]:
    """Return each policy with its rule, and how many rules name a policy that is not there.

    Removing a policy leaves its rule behind, so such rules are usual; but where a policy has none, it may be meant.
    """
    by_policy = {_folded(rule.get(link)): rule for rule in rules}
    rows = []
    for policy in policies:
        names = filter(None, (_folded(policy.get(name)) for name in ("Name", "Identity", "Guid")))
        found = next((name for name in names if name in by_policy), None)
        rows.append({_POLICY: policy, _RULE: by_policy.pop(found) if found is not None else None})
    return rows, len(by_policy)


def _folded(name: object) -> str:
    return name.casefold() if isinstance(name, str) else ""


def _is_built_in(policy: JsonObject) -> bool:
    """Tell whether a policy holds without a rule, or by the rules of a preset."""
    preset = policy.get("RecommendedPolicyType") in {"Standard", "Strict"}
    return preset or bool(policy.get("IsDefault")) or bool(policy.get("IsBuiltInProtection"))


COLLECTORS: Final = (
    _collector(
        OUTBOUND_SPAM_POLICIES,
        "HostedOutboundSpamFilter",
        "HostedOutboundSpamFilterPolicy",
        policy=(
            "ActionWhenThresholdReached",
            "NotifyOutboundSpam",
            "NotifyOutboundSpamRecipients",
            "RecipientLimitExternalPerHour",
            "RecipientLimitInternalPerHour",
            "RecipientLimitPerDay",
        ),
        rule=(),
        paths=_SENDERS,
    ),
    _collector(ANTI_PHISH_POLICIES, "AntiPhish", "AntiPhishPolicy"),
    _collector(MALWARE_FILTER_POLICIES, "MalwareFilter", "MalwareFilterPolicy"),
    _collector(CONTENT_FILTER_POLICIES, "HostedContentFilter", "HostedContentFilterPolicy"),
    _collector(SAFE_LINKS_POLICIES, "SafeLinks", "SafeLinksPolicy", license=DEFENDER_PLAN),
    _collector(SAFE_ATTACHMENT_POLICIES, "SafeAttachment", "SafeAttachmentPolicy", license=DEFENDER_PLAN),
)
"""Source of every cmdlet: https://learn.microsoft.com/powershell/module/exchangepowershell/"""
