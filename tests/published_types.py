"""The types of Graph v1.0 as Microsoft publishes them, to compare JSON with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from real_data import facts_folder

TYPE_LINE: Final = re.compile(r"\*\*microsoft\.graph\.(\w+)\*\*(?: : graph\.(\w+))?")
PROPERTY_LINE: Final = re.compile(r"\| (?:→ )?`(\w+)` \| (?:Collection\()?(\w+)\)?")

DOCUMENTATION: Final = "https://learn.microsoft.com/graph/api/resources/"
EXCEPTIONS: Final = {
    ("entity", "id"): f"{DOCUMENTATION}entity",
    ("directoryObject", "deletedDateTime"): f"{DOCUMENTATION}directoryobject",
    ("policyDeletableItem", "deletedDateTime"): f"{DOCUMENTATION}policydeletableitem",
    ("policyBase", "displayName"): f"{DOCUMENTATION}policybase",
    ("policyBase", "description"): f"{DOCUMENTATION}policybase",
    ("baseItem", "createdBy"): f"{DOCUMENTATION}baseitem",
    ("baseItem", "createdDateTime"): f"{DOCUMENTATION}baseitem",
    ("baseItem", "description"): f"{DOCUMENTATION}baseitem",
    ("baseItem", "eTag"): f"{DOCUMENTATION}baseitem",
    ("baseItem", "lastModifiedBy"): f"{DOCUMENTATION}baseitem",
    ("baseItem", "lastModifiedDateTime"): f"{DOCUMENTATION}baseitem",
    ("baseItem", "name"): f"{DOCUMENTATION}baseitem",
    ("baseItem", "parentReference"): f"{DOCUMENTATION}baseitem",
    ("baseItem", "webUrl"): f"{DOCUMENTATION}baseitem",
    ("identity", "displayName"): f"{DOCUMENTATION}identity",
    ("identity", "id"): f"{DOCUMENTATION}identity",
    ("conditionalAccessExternalTenants", "membershipKind"): f"{DOCUMENTATION}conditionalaccessexternaltenants",
    ("deleted", "state"): f"{DOCUMENTATION}deleted",
    ("ipRange", "cidrAddress"): f"{DOCUMENTATION}ipv4cidrrange",
    ("conditionalAccessSessionControl", "isEnabled"): f"{DOCUMENTATION}conditionalaccesssessioncontrol",
    ("persistentBrowserSessionControl", "isEnabled"): f"{DOCUMENTATION}persistentbrowsersessioncontrol",
    ("persistentBrowserSessionControl", "mode"): f"{DOCUMENTATION}persistentbrowsersessioncontrol",
    **{
        ("unifiedRoleManagementPolicyRule", name): f"{DOCUMENTATION}unifiedrolemanagementpolicy{kind}rule"
        for kind, names in {
            "expiration": ("id", "target", "isExpirationRequired", "maximumDuration"),
            "enablement": ("enabledRules",),
            "approval": ("setting",),
            "authenticationcontext": ("isEnabled", "claimValue"),
            "notification": (
                "notificationType",
                "recipientType",
                "notificationLevel",
                "isDefaultRecipientsEnabled",
                "notificationRecipients",
            ),
        }.items()
        for name in names
    },
    **dict.fromkeys(
        [("authenticationMethodFeatureConfiguration", name) for name in ("state", "includeTarget", "excludeTarget")],
        f"{DOCUMENTATION}authenticationmethodfeatureconfiguration",
    ),
    **dict.fromkeys(
        [("featureTarget", name) for name in ("id", "targetType")],
        f"{DOCUMENTATION}featuretarget",
    ),
    **{
        (owner, "redirectUris"): f"{DOCUMENTATION}{owner.lower()}"
        for owner in ("webApplication", "spaApplication", "publicClientApplication")
    },
    **dict.fromkeys(
        [("crossTenantAccessPolicyTargetConfiguration", name) for name in ("accessType", "targets")],
        f"{DOCUMENTATION}crosstenantaccesspolicytargetconfiguration",
    ),
    **dict.fromkeys(
        [("crossTenantAccessPolicyTarget", name) for name in ("target", "targetType")],
        f"{DOCUMENTATION}crosstenantaccesspolicytarget",
    ),
}
"""Properties of v1.0 that the reference table leaves out, each with its source."""
BASES: Final = {
    "directoryObject": "entity",
    "policyBase": "directoryObject",
    "policyDeletableItem": "entity",
    "baseItem": "entity",
    "sharePointIdentity": "identity",
    "microsoftAuthenticatorAuthenticationMethodTarget": "authenticationMethodTarget",
    "passkeyAuthenticationMethodTarget": "authenticationMethodTarget",
}
OWN_TYPES: Final = {
    ("baseItem", "parentReference"): "itemReference",
    ("identitySet", "user"): "identity",
    ("crossTenantAccessPolicyTargetConfiguration", "targets"): "crossTenantAccessPolicyTarget",
    ("authenticationMethodFeatureConfiguration", "includeTarget"): "featureTarget",
    ("authenticationMethodFeatureConfiguration", "excludeTarget"): "featureTarget",
}
"""Types of properties where the table has none."""
SIMPLE: Final = frozenset({"Boolean", "DateTimeOffset", "Double", "Edm", "Guid", "Int32", "Int64", "Stream", "String"})


@dataclass
class Types:
    """The published types of Graph v1.0."""

    own: dict[str, dict[str, str]] = field(default_factory=dict)
    base: dict[str, str] = field(default_factory=dict)

    def of(self, type_name: str) -> dict[str, str]:
        """Property → type, inherited ones included."""
        inherited = self.of(self.base[type_name]) if self.base.get(type_name) else {}
        excepted = {name: OWN_TYPES.get((owner, name), "String") for owner, name in EXCEPTIONS if owner == type_name}
        return inherited | self.own.get(type_name, {}) | excepted


@cache
def published() -> Types:
    types = Types(base=dict(BASES))
    current = ""
    for line in (facts_folder() / "graph_types.md").read_text(encoding="utf-8").splitlines():
        if start := TYPE_LINE.match(line):
            current = start[1]
            types.own[current] = {}
            types.base[current] = start[2] or BASES.get(current, "")
        elif (row := PROPERTY_LINE.match(line)) and current:
            types.own[current][row[1]] = OWN_TYPES.get((current, row[1]), row[2])
    return types


def unknown(value: Any, type_name: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield `type.property` for everything that the published types do not have."""
    if isinstance(value, list):
        for item in value:
            yield from unknown(item, type_name)
    elif isinstance(value, dict):
        told = str(value.get("@odata.type", "")).removeprefix("#microsoft.graph.")
        known = published().of(told if told in published().own else type_name)
        for name, inner in value.items():
            if name.startswith("@"):
                continue
            if name not in known:
                yield f"{type_name}.{name}"
            elif known[name] not in SIMPLE:
                yield from unknown(inner, known[name])
