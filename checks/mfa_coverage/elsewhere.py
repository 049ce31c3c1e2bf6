"""People who prove who they are with another provider: federated domains, and the home firms of guests."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pandas as pd

from checks.conditional_access.people import Kind, Person
from checks.conditional_access.situations import OTHER
from checks.frame import records
from checks.json_values import ABSENT, Texts, object_of
from checks.model import Gap
from checks.registry import columns, derived
from checks.three_valued import Answer, all_of

DEFAULT: Final = "default"
"""Key of the row of `cross_tenant_access` that holds for every tenant without one of its own."""

_AT_HOME: Final = frozenset({Kind.B2B_GUEST, Kind.B2B_MEMBER})
_ACCEPTS: Final[Mapping[str, Answer]] = {
    # Entra asks itself where that provider did not, and lets whoever has the password register
    "acceptIfMfaDoneByFederatedIdp": None,
    "enforceMfaByFederatedIdp": True,
    "rejectMfaByFederatedIdp": False,
}
_TYPES: Final = {"Managed": False, "Federated": True}


@dataclass(frozen=True, slots=True)
class Federation:
    """Domains whose passwords another provider asks for."""

    domains: Mapping[str, Answer] | None
    """Whether each domain, in lower case, is federated; None where the domains were not read."""
    accepts_mfa: Mapping[str, Answer]
    """Whether the provider of a domain always does MFA, and is believed."""

    def asks_elsewhere(self, domain: str | None) -> Answer:
        """Whether the password of an account of this domain is asked by another provider."""
        if self.domains is None or domain is None:
            return None
        return self.domains.get(domain)

    def proves_elsewhere(self, domain: str | None) -> Answer:
        """Whether MFA of such an account is always done by that provider, and accepted."""
        asks = self.asks_elsewhere(domain)
        return asks and self.accepts_mfa.get(domain or "")


def federation(domains: pd.DataFrame | Gap, domain_federation: pd.DataFrame | Gap) -> Federation:
    """Return what the rows of `domains` and `domain_federation` tell.

    Source:
        https://learn.microsoft.com/graph/api/resources/internaldomainfederation
    """
    settings = [] if isinstance(domain_federation, Gap) else records(domain_federation)
    return Federation(
        None
        if isinstance(domains, Gap)
        else {row["id"].lower(): _TYPES.get(row["authentication_type"] or "") for row in records(domains)},
        {row["domain_id"].lower(): _ACCEPTS.get(row["federated_idp_mfa_behavior"] or "") for row in settings},
    )


@dataclass(frozen=True, slots=True)
class InboundTrust:
    """Whether MFA that outsiders did at home is accepted."""

    by_default: Answer
    of_partners: Mapping[str, Answer]
    """By tenant id."""

    def accepts_mfa_of(self, person: Person) -> Answer:
        """Whether the person proves who he is at home; no for accounts that have no other home."""
        if not person.has_account:
            # nothing can be registered here: who was not let in by the proof of his own firm is kept out
            return True
        if person.kinds.isdisjoint(_AT_HOME):
            return False
        anywhere = self._anywhere()
        return anywhere if person.kinds <= _AT_HOME or anywhere is False else None

    def _anywhere(self) -> Answer:
        """Return the answer for any home tenant: which one a guest has is not read."""
        answers = {self.by_default, *self.of_partners.values()}
        return answers.pop() if len(answers) == 1 else None


def inbound_trust(cross_tenant_access: pd.DataFrame | Gap) -> InboundTrust:
    """Return what the rows of `cross_tenant_access` tell.

    Source:
        https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyinboundtrust
    """
    rows = [] if isinstance(cross_tenant_access, Gap) else records(cross_tenant_access)
    by_default = next((row["is_mfa_accepted"] for row in rows if row["tenant_id"] == DEFAULT), None)
    partners = {row["tenant_id"]: row["is_mfa_accepted"] for row in rows if row["tenant_id"] != DEFAULT}
    accepted = {tenant: by_default if answer is None else answer for tenant, answer in partners.items()}
    return InboundTrust(by_default, accepted)


def outsiders(
    cross_tenant_access: pd.DataFrame | Gap, tenants_named: Collection[str]
) -> Iterator[tuple[Person, Answer]]:
    """Yield people who come in without an account here, each with whether anybody comes in like that.

    Args:
        cross_tenant_access: Rows of that table.
        tenants_named: Tenants that policies name, which may treat people of these apart.
    """
    rows = [] if isinstance(cross_tenant_access, Gap) else records(cross_tenant_access)
    partners = {row["tenant_id"] for row in rows} - {DEFAULT}
    by_default = next((_lets_in_directly(row) for row in rows if row["tenant_id"] == DEFAULT), None)
    for row in rows:
        tenant = row["tenant_id"]
        if tenant != DEFAULT and row["is_service_provider"] is not False:
            yield Person.external(Kind.SERVICE_PROVIDER, tenant), row["is_service_provider"]
        is_let_in = by_default if _is_as_by_default(row) else _lets_in_directly(row)
        if is_let_in is not False:
            whom = [OTHER, *sorted(set(tenants_named) - partners)] if tenant == DEFAULT else [tenant]
            yield from ((Person.external(Kind.DIRECT_CONNECT, each), is_let_in) for each in whom)


def tenants_named(policies: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the tenants that policies name one by one, given rows with `raw`."""
    return frozenset(tenant for row in policies for tenant in _tenants_of(object_of(row["raw"])))


def _tenants_of(policy: Mapping[str, Any]) -> Iterator[str]:
    conditions = policy.get("conditions")
    users = conditions.get("users") if isinstance(conditions, dict) else None
    for side in ("include", "exclude"):
        guests = users.get(f"{side}GuestsOrExternalUsers") if isinstance(users, dict) else None
        tenants = guests.get("externalTenants") if isinstance(guests, dict) else None
        yield from Texts.of(tenants.get("members")).known if isinstance(tenants, dict) else ()


def _is_as_by_default(row: Mapping[str, Any]) -> bool:
    """Whether the row of a tenant leaves to that of everybody who may enter shared channels."""
    return row["tenant_id"] != DEFAULT and object_of(row["raw"]).get("b2bDirectConnectInbound", ABSENT) is None


def _lets_in_directly(row: Mapping[str, Any]) -> Answer:
    """Whether members of that tenant may enter shared channels."""
    inbound = object_of(row["raw"]).get("b2bDirectConnectInbound")
    if not isinstance(inbound, dict):
        return None
    return all_of(_lets_in(inbound.get(part)) for part in ("usersAndGroups", "applications"))


def _lets_in(part: object) -> Answer:
    access = part.get("accessType") if isinstance(part, dict) else None
    listed = part.get("targets") if isinstance(part, dict) else None
    targets: list[object] = listed if isinstance(listed, list) else []
    if access == "allowed":
        return True
    named = [each.get("target") if isinstance(each, dict) else None for each in targets]
    # whoever is not among those who are blocked is let in
    everybody = "AllUsers" in named or "AllApplications" in named
    return False if access == "blocked" and everybody else None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Who proves who they are with another provider, and who comes in without an account here."""

    federation: Federation
    trust: InboundTrust
    outsiders: tuple[tuple[Person, Answer], ...]
    gaps: tuple[Gap, ...]
    """What was not read and may decide about accounts."""
    absent: tuple[Gap, ...]
    """What was not read and may hide people without an account."""


@derived
def elsewhere(
    domains: Annotated[pd.DataFrame | Gap, columns("id", "authentication_type", whole=True)],
    domain_federation: Annotated[pd.DataFrame | Gap, columns("domain_id", "federated_idp_mfa_behavior", whole=True)],
    cross_tenant_access: Annotated[
        pd.DataFrame | Gap, columns("tenant_id", "is_service_provider", "is_mfa_accepted", "raw", whole=True)
    ],
    conditional_access_policies: Annotated[pd.DataFrame | Gap, columns("id", "raw", whole=True)],
) -> Elsewhere:
    """Return who signs in with the help of others.

    Source:
        https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview
    """
    policies = () if isinstance(conditional_access_policies, Gap) else records(conditional_access_policies)
    provider = federation(domains, domain_federation)
    asks_it = provider.domains is None or any(answer is not False for answer in provider.domains.values())
    needs = (domains, *([domain_federation] if asks_it else []))
    return Elsewhere(
        provider,
        inbound_trust(cross_tenant_access),
        tuple(outsiders(cross_tenant_access, tenants_named(policies))),
        tuple(need for need in needs if isinstance(need, Gap)),
        (cross_tenant_access,) if isinstance(cross_tenant_access, Gap) else (),
    )
