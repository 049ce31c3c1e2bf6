# ruff: noqa: ANN401 - JSON of any shape
"""What a policy demands where it applies: `block`, `mfa`, `device`, `unknown` or `nothing`."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from mfa_brute_force.logic import Answer, Json, all_of, texts_of
from mfa_brute_force.raw import RawTenant

APPROVED_APPS_OVER: Final = date(2026, 6, 30)

_CONTROLS: Final = {
    "block": "block",
    "mfa": "mfa",
    "compliantDevice": "device",
    "domainJoinedDevice": "device",
    "compliantApplication": "device",
    "approvedApplication": "device",
    "passwordChange": "nothing",
}
_OF_A_DEVICE: Final = frozenset({"compliantDevice", "domainJoinedDevice"})

_FIRST_FACTORS: Final = frozenset({"password", "federatedSingleFactor", "x509CertificateSingleFactor"})
_ALONE_SINGLE: Final = _FIRST_FACTORS | {"sms", "qrCodePin"}
_ALONE_MULTIFACTOR: Final = frozenset(
    {
        "fido2",
        "windowsHelloForBusiness",
        "x509CertificateMultiFactor",
        "deviceBasedPush",
        "temporaryAccessPassOneTime",
        "temporaryAccessPassMultiUse",
        "federatedMultiFactor",
    }
)
_SECOND_FACTORS: Final = frozenset({"microsoftAuthenticatorPush", "softwareOath", "hardwareOath", "sms", "voice"})
_BUILT_IN_STRENGTHS: Final = frozenset(f"00000000-0000-0000-0000-00000000000{n}" for n in (2, 3, 4))


def demand_of(tenant: RawTenant, policy: Any, flow: str) -> str:
    """What a policy demands; some devices cannot prove what they are where a code is used."""
    if not isinstance(policy, Mapping) or "grantControls" not in policy:
        return "unknown"
    grant = policy["grantControls"]
    if grant is None:
        return "nothing"
    if not isinstance(grant, Mapping):
        return "unknown"
    return _combined([*_of_controls(tenant, grant, flow), *_of_others(tenant, grant)], grant.get("operator"))


def _combined(demands: list[str], operator: Any) -> str:
    if not demands:
        return "nothing"
    strongest = next(each for each in ("block", "mfa", "unknown", "device", "nothing") if each in demands)
    weakest = next(each for each in ("nothing", "unknown", "device", "mfa", "block") if each in demands)
    if strongest == weakest or len(demands) == 1 or operator == "AND":
        return strongest
    return weakest if operator == "OR" else "unknown"


def _of_controls(tenant: RawTenant, grant: Json, flow: str) -> Iterator[str]:
    controls, otherwise = texts_of(grant.get("builtInControls"))
    for control in controls:
        if control == "approvedApplication" and tenant.as_of >= APPROVED_APPS_OVER:
            continue
        no_device = flow == "deviceCodeFlow" and control in _OF_A_DEVICE
        yield "block" if no_device else _CONTROLS.get(control, "unknown")
    if otherwise is None:
        yield "unknown"


def _of_others(tenant: RawTenant, grant: Json) -> Iterator[str]:
    for name, meaning in (("customAuthenticationFactors", "unknown"), ("termsOfUse", "nothing")):
        listed, otherwise = texts_of(grant.get(name))
        if listed or otherwise is None:
            yield meaning if listed and otherwise is False else "unknown"
    strength = grant.get("authenticationStrength", "absent")
    if strength is not None:
        yield _of_strength(tenant, strength) if isinstance(strength, Mapping) else "unknown"


def _of_strength(tenant: RawTenant, strength: Json) -> str:
    listed = [row for row in tenant.strengths or () if row["id"] == strength.get("id")]
    combinations = (listed[0] if listed else strength).get("allowedCombinations")
    if isinstance(combinations, list) and combinations:
        every = all_of(_is_multifactor(combination) for combination in combinations)
        return {True: "mfa", False: "nothing", None: "unknown"}[every]
    return "mfa" if strength.get("id") in _BUILT_IN_STRENGTHS else "unknown"


def _is_multifactor(combination: Any) -> Answer:
    if not isinstance(combination, str):
        return None
    factors = combination.split(",")
    if len(factors) == 1:
        return True if combination in _ALONE_MULTIFACTOR else False if combination in _ALONE_SINGLE else None
    known = any(factor in _FIRST_FACTORS for factor in factors)
    return True if known and all(factor in _FIRST_FACTORS | _SECOND_FACTORS for factor in factors) else None
