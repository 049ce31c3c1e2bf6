"""What activating an administrator role demands, as the rules of Privileged Identity Management say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from checks.json_values import Texts, object_of
from checks.three_valued import Answer, any_of, negated

_ENABLEMENT: Final = "Enablement_EndUser_Assignment"
_CONTEXT: Final = "AuthenticationContext_EndUser_Assignment"
_APPROVAL: Final = "Approval_EndUser_Assignment"
_NOTIFICATION: Final = "Notification_Admin_EndUser_Assignment"


@dataclass(frozen=True, slots=True)
class ActivationRules:
    """The rules for whoever activates one role."""

    rules: Mapping[str, Mapping[str, Any]]
    """By id, as Graph sends them; empty where they could not be read."""

    @classmethod
    def of(cls, raw: str | None) -> Self:
        """Return the rules of a row of `role_management_policies`.

        Source:
            https://learn.microsoft.com/graph/identity-governance-pim-rules-overview
        """
        policy = object_of(raw).get("policy")
        listed = policy.get("rules") if isinstance(policy, dict) else None
        rules = listed if isinstance(listed, list) else []
        return cls({rule["id"]: rule for rule in rules if isinstance(rule, dict) and isinstance(rule.get("id"), str)})

    def lacks(self, *, needs_approval: bool) -> dict[str, Answer]:
        """Return what is not demanded although it should be, by code."""
        lacking = {
            "second_factor": negated(any_of([self._enables("MultiFactorAuthentication"), self._has_context])),
            "justification": negated(self._enables("Justification")),
            "notification": negated(self._notifies),
        }
        return lacking | ({"approval": negated(self._needs_approval)} if needs_approval else {})

    def _rule(self, rule_id: str) -> Mapping[str, Any]:
        return self.rules.get(rule_id, {})

    def _enables(self, name: str) -> Answer:
        return Texts.of(self._rule(_ENABLEMENT).get("enabledRules")).has_any({name})

    @property
    def _has_context(self) -> Answer:
        """Whether an authentication context asks for more; unknown where there is one, as any policy may use it."""
        return False if self._rule(_CONTEXT).get("isEnabled") is False else None

    @property
    def _needs_approval(self) -> Answer:
        setting = self._rule(_APPROVAL).get("setting")
        return _bool(setting.get("isApprovalRequired")) if isinstance(setting, dict) else None

    @property
    def _notifies(self) -> Answer:
        """Whether an administrator is told of each activation."""
        rule = self._rule(_NOTIFICATION)
        others = Texts.of(rule.get("notificationRecipients"))
        return any_of([_bool(rule.get("isDefaultRecipientsEnabled")), negated(others.is_empty)])


def _bool(value: object) -> Answer:
    return value if isinstance(value, bool) else None
