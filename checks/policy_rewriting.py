"""Policies rewritten so that the prover answers another question than whether MFA is demanded.

The prover tells where nothing stands in the way. Asked about policies of which only some count, or that hold for one
kind of client alone, it tells where these do not stand in the way. What cannot be read stays undecided.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import orjson

from checks.conditional_access import choices
from checks.json_values import ABSENT, Texts, object_of
from checks.three_valued import Answer, all_of

Row = Mapping[str, Any]
Content = dict[str, Any]
Rewrite = Callable[[Content], Content | None]
"""Returns the policy that takes the place of one, None where it says nothing about the question."""

IsLimited = Callable[[Content], Answer]
"""Whether `sessionControls` are limited enough."""

IsSatisfied = Callable[[str], Answer]
"""Whether somebody can satisfy an authentication strength, by its id."""

_FLOWS: Final = frozenset({"deviceCodeFlow", "authenticationTransfer"})
_BY_DEVICE: Final = frozenset({"compliantDevice", "domainJoinedDevice"})
_BLOCK: Final = {
    "operator": "OR",
    "builtInControls": ["block"],
    "customAuthenticationFactors": [],
    "termsOfUse": [],
    "authenticationStrength": None,
}
_RISKS: Final = ("signInRiskLevels", "userRiskLevels")
_NEW_PASSWORD: Final = "passwordChange"  # noqa: S105 - a control
_REMEDY: Final = "riskRemediation"
"""Microsoft chooses what ends the risk, and demands MFA for it anew."""
_NEVER_TELLING: Final = "undecided"
"""In place of a condition of which it is not known what it chooses."""

PHISHING_RESISTANT: Final = "00000000-0000-0000-0000-000000000004"
"""Id of Microsoft's own strength of that name."""
_BUILT_IN: Final = frozenset(f"00000000-0000-0000-0000-00000000000{n}" for n in (2, 3, 4))
_RESISTANT: Final = frozenset({"fido2", "windowsHelloForBusiness", "x509CertificateMultiFactor"})
_OTHERS: Final = frozenset(
    {
        "deviceBasedPush",
        "email",
        "federatedMultiFactor",
        "federatedSingleFactor",
        "hardwareOath",
        "microsoftAuthenticatorPush",
        "password",
        "qrCodePin",
        "sms",
        "softwareOath",
        "temporaryAccessPassMultiUse",
        "temporaryAccessPassOneTime",
        "voice",
        "x509CertificateSingleFactor",
    }
)


def rewritten(rows: Iterable[Row], *rewrites: Rewrite) -> list[Row]:
    """Return the policies that are left after each rewriting; one that cannot be read stays as it is."""
    found: list[Row] = []
    for row in rows:
        content: Content | None = object_of(row["raw"])
        if not content or not isinstance(content.get("conditions"), dict):
            found.append(row)
            continue
        for rewrite in rewrites:
            content = rewrite(content) if content is not None else None
        if content is not None:
            found.append({**row, "raw": orjson.dumps(content).decode()})
    return found


def for_client(client: str) -> Rewrite:
    """Return what makes policies hold for one kind of client alone."""

    def rewrite(content: Content) -> Content | None:
        holds = Texts.of(content["conditions"].get("clientAppTypes")).has_any({client, "all"})
        if holds is False:
            return None
        return _with_condition(content, "clientAppTypes", ["all"] if holds else _NEVER_TELLING)

    return rewrite


def for_flow(flow: str) -> Rewrite:
    """Return what makes policies hold for sign-ins alone that are handed over in one way."""

    def rewrite(content: Content) -> Content | None:
        condition = content["conditions"].get("authenticationFlows")
        methods = condition.get("transferMethods") if isinstance(condition, dict) else None
        if not isinstance(methods, str) or not methods:
            return content
        named = {name.strip() for name in methods.split(",")}
        if flow in named:
            return _with_condition(content, "authenticationFlows", None)
        return None if named <= _FLOWS else _with_condition(content, "authenticationFlows", _NEVER_TELLING)

    return rewrite


def at_risk(member: str, level: str) -> Rewrite:
    """Return what makes policies hold for one level of risk alone.

    Args:
        member: `signInRiskLevels` or `userRiskLevels`.
        level: Graph's word for it.
    """

    def rewrite(content: Content) -> Content | None:
        holds = choices.risks(content["conditions"].get(member)).has(level)
        return None if holds is False else _with_condition(content, member, [] if holds else _NEVER_TELLING)

    return rewrite


def is_about_risk(row: Row, member: str, level: str) -> bool:
    """Whether a policy names a level of risk, and nothing that could not be read in its place."""
    conditions = object_of(row["raw"]).get("conditions")
    levels = conditions.get(member) if isinstance(conditions, dict) else None
    return bool(levels) and choices.risks(levels).has(level) is True


def only_what_ends_risk(content: Content) -> Content | None:
    """Leave policies alone that block, or that demand a new password: a second factor does not bring that back.

    Source:
        https://learn.microsoft.com/entra/id-protection/concept-identity-protection-policies
    """
    grant = content.get("grantControls", ABSENT)
    if not isinstance(grant, dict):
        return None if grant is None else content
    named = Texts.of(grant.get("builtInControls"))
    if _REMEDY in named.known:
        alone = named.is_whole and len(named.known) == 1
        return {**content, "grantControls": _BLOCK if alone or not _is_or(grant) else _NEVER_TELLING}
    if named.known & {"block", _NEW_PASSWORD}:
        return content
    return None if named.is_whole else {**content, "grantControls": _NEVER_TELLING}


def only_blocks(*, by_device_code: bool = False) -> Rewrite:
    """Return what leaves policies alone that block; nobody proves the state of a device by device code."""

    def rewrite(content: Content) -> Content | None:
        grant = content.get("grantControls", ABSENT)
        if not isinstance(grant, dict):
            return None if grant is None else content
        named = Texts.of(grant.get("builtInControls"))
        blocking = _BY_DEVICE | {"block"} if by_device_code else frozenset({"block"})
        strength = grant.get("authenticationStrength", ABSENT)
        others = [grant.get(name, ABSENT) for name in ("customAuthenticationFactors", "termsOfUse")]
        is_read = named.is_whole and (strength is None or isinstance(strength, dict)) and all(map(_is_list, others))
        if not is_read:
            return content
        alternatives = bool(named.known - blocking) or bool(strength) or any(others)
        blocks = bool(named.known & blocking)
        return {**content, "grantControls": _BLOCK} if blocks and not (alternatives and _is_or(grant)) else None

    return rewrite


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_or(grant: Content) -> bool:
    return grant.get("operator") != "AND"


def only_phishing_resistant(combinations: Mapping[str, object]) -> Rewrite:
    """Return what makes MFA of any other kind worth nothing.

    Args:
        combinations: `allowed_combinations` of the tenant's authentication strengths, by id.
    """

    def rewrite(content: Content) -> Content | None:
        grant = content.get("grantControls", ABSENT)
        if not isinstance(grant, dict):
            return content
        named = grant.get("builtInControls")
        # whoever has the password can change it: that demands nothing
        controls = ["passwordChange" if one == "mfa" else one for one in named] if isinstance(named, list) else named
        strength = grant.get("authenticationStrength", ABSENT)
        resists = _resists_phishing(strength, combinations)
        if resists is False:
            controls = [*controls, "passwordChange"] if isinstance(controls, list) else controls
            strength = None
        elif strength is not None:
            strength = {"id": PHISHING_RESISTANT} if resists else {}
        return {**content, "grantControls": {**grant, "builtInControls": controls, "authenticationStrength": strength}}

    return rewrite


def demands_phishing_resistance(row: Row, combinations: Mapping[str, object]) -> bool:
    """Whether a policy surely names a strength that is phishing-resistant."""
    grant = object_of(row["raw"]).get("grantControls")
    strength = grant.get("authenticationStrength") if isinstance(grant, dict) else None
    return strength is not None and _resists_phishing(strength, combinations) is True


def _resists_phishing(strength: object, combinations: Mapping[str, object]) -> Answer:
    """Whether every combination that a strength allows is phishing-resistant; yes of none at all."""
    if strength is None:
        return True
    if not isinstance(strength, dict):
        return None
    strength_id = strength.get("id")
    listed = combinations.get(strength_id) if isinstance(strength_id, str) else None
    allowed = strength.get("allowedCombinations") if listed is None else listed
    if allowed is None and isinstance(strength_id, str) and strength_id in _BUILT_IN:
        return strength_id == PHISHING_RESISTANT
    texts = Texts.of(allowed)
    return all_of([*map(_is_resistant, texts.known), True if texts.is_whole and texts.known else None])


def _is_resistant(combination: str) -> Answer:
    methods = {method.strip() for method in combination.split(",")}
    if methods & _RESISTANT:
        return True
    return False if methods <= _OTHERS else None


def only_sessions(is_limited: IsLimited) -> Rewrite:
    """Return what leaves policies alone whose session controls are limited enough, as if they blocked.

    Policies that block stay: a session that cannot begin needs no limit.
    """
    blocking = only_blocks()

    def rewrite(content: Content) -> Content | None:
        sessions = content.get("sessionControls", ABSENT)
        answer = is_limited(sessions) if isinstance(sessions, dict) else False if sessions is None else None
        if answer:
            return {**content, "grantControls": _BLOCK}
        blocked = blocking(content)
        return blocked if blocked is not None or answer is False else {**content, "grantControls": _NEVER_TELLING}

    return rewrite


def unmet_strengths_block(is_satisfied: IsSatisfied) -> Rewrite:
    """Return what makes a policy block whoever cannot satisfy the strength that it demands."""

    def rewrite(content: Content) -> Content | None:
        grant = content.get("grantControls", ABSENT)
        strength = grant.get("authenticationStrength", ABSENT) if isinstance(grant, dict) else None
        if not isinstance(grant, dict) or strength is None:
            return content
        strength_id = strength.get("id") if isinstance(strength, dict) else None
        met = is_satisfied(strength_id) if isinstance(strength_id, str) else None
        named = grant.get("builtInControls")
        if met is None or not isinstance(named, list):
            return {**content, "grantControls": _NEVER_TELLING}
        if met:
            return {
                **content,
                "grantControls": {**grant, "builtInControls": [*named, "mfa"], "authenticationStrength": None},
            }
        others = [*named, *(grant.get("customAuthenticationFactors") or ()), *(grant.get("termsOfUse") or ())]
        if others and _is_or(grant):
            return {**content, "grantControls": {**grant, "authenticationStrength": None}}
        return {**content, "grantControls": _BLOCK}

    return rewrite


def renamed_targets(names: Mapping[str, str]) -> Rewrite:
    """Return what gives applications another name, so that nothing but the policies decides about them."""

    def rewrite(content: Content) -> Content | None:
        applications = content["conditions"].get("applications")
        if not isinstance(applications, dict):
            return content
        renamed = {
            member: [names.get(one, one) if isinstance(one, str) else one for one in listed]
            if isinstance(listed, list) and member in {"includeApplications", "excludeApplications"}
            else listed
            for member, listed in applications.items()
        }
        return _with_condition(content, "applications", renamed)

    return rewrite


def _with_condition(content: Content, name: str, value: object) -> Content:
    return {**content, "conditions": {**content["conditions"], name: value}}
