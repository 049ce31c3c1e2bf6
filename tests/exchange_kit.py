"""What tests of Exchange, SharePoint's admin site and the DNS share: a tenant that has them, and declarations."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from reading_kit import PAGE, SLUG, UNHURRIED, USERS, a_config, a_session, a_tenant, an_environment

from m365_posture.config import AppCredential, TenantConfig
from scanner.exchange import Exchange
from scanner.transport.session import Patience, Session
from scanner.transport.templates import Cmdlet, Declaration, TenantSettings
from simulator.server import Simulator
from simulator.tenants import SimulatedTenant

PASSWORD_VARIABLE = "ACME_PASSWORD"

MAILBOXES = Cmdlet(
    "Get-Mailbox",
    select=("UserPrincipalName", "ForwardingSmtpAddress"),
    parameters=(("ResultSize", "Unlimited"),),
)
REMOTE_DOMAINS = Cmdlet("Get-RemoteDomain", select=("DomainName", "AutoForwardEnabled"))
HIDDEN_RULES = Cmdlet(
    "Get-InboxRule",
    select=("Name", "ForwardTo"),
    parameters=(("IncludeHidden", True),),
    values=("Mailbox",),
    mailbox="Mailbox",
)
SETTINGS = TenantSettings(select=("SharingCapability", "RequireAnonymousLinksExpireInDays"))
DECLARED: tuple[Declaration, ...] = (MAILBOXES, REMOTE_DOMAINS, HIDDEN_RULES, SETTINGS)


def upn(number: int) -> str:
    return f"u{number}@acme.example"


def a_firm(slug: str = SLUG) -> SimulatedTenant:
    """Return `a_tenant()` with seven mailboxes of two rules, in pages of three, a remote domain, SharePoint and DNS."""
    tenant = a_tenant(slug)
    tenant.page_size = PAGE
    tenant.exchange = {
        "Get-Mailbox": [
            {"UserPrincipalName": upn(n), "ForwardingSmtpAddress": None, "PrimarySmtpAddress": upn(n)}
            for n in range(USERS)
        ],
        "Get-RemoteDomain": [{"DomainName": "*", "AutoForwardEnabled": False, "Name": "Default"}],
    }
    tenant.exchange_mailboxes = {
        "Get-InboxRule": {
            upn(n): [{"Name": f"Rule {n}{m}", "ForwardTo": None, "Enabled": True} for m in range(2)]
            for n in range(USERS)
        }
    }
    tenant.app.sharepoint_roles.add("Sites.FullControl.All")
    tenant.spo_tenant = {
        "SharingCapability": 2,
        "RequireAnonymousLinksExpireInDays": 30,
        "SharingAllowedDomainList": " ".join(f"client{n}.example" for n in range(50)),
    }
    tenant.dns = a_zone("acme.example")
    return tenant


def a_zone(domain: str) -> dict[str, dict[str, Any]]:
    """Return the records of a domain whose mail is at Microsoft."""
    label = domain.replace(".", "-")
    keys = {
        f"selector{n}-{label}._domainkey.acme.onmicrosoft.example": {"TXT": ["v=DKIM1; k=rsa; p=MIIB"]} for n in (1, 2)
    }
    selectors = {
        f"selector{n}._domainkey.{domain}": {"CNAME": [f"selector{n}-{label}._domainkey.acme.onmicrosoft.example"]}
        for n in (1, 2)
    }
    return {
        domain: {
            "MX": [f"0 {label}.mail.protection.outlook.example"],
            "TXT": ["v=spf1 include:spf.protection.outlook.example -all", "MS=ms12345678"],
        },
        f"_dmarc.{domain}": {"TXT": ["v=DMARC1; p=reject; rua=mailto:dmarc@acme.example"]},
        "spf.protection.outlook.example": {"TXT": ["v=spf1 ip4:192.0.2.0/24 include:spf2.outlook.example -all"]},
        "spf2.outlook.example": {"TXT": ["v=spf1 ip4:198.51.100.0/24 -all"]},
        **selectors,
        **keys,
    }


def with_certificate(sim: Simulator, slug: str = SLUG, **changes: Any) -> TenantConfig:  # noqa: ANN401 - fields of the configuration
    """Return the configuration of a tenant that signs in with its certificate and opted into the SharePoint read."""
    own = sim.credentials(slug)
    app = AppCredential(own.client_id, certificate=own.certificate, certificate_password_env=PASSWORD_VARIABLE)
    return a_config(sim, slug, **({"app": app, "sharepoint_admin": True} | changes))


def passwords(sim: Simulator, slug: str = SLUG) -> dict[str, str]:
    return an_environment(sim, slug) | {PASSWORD_VARIABLE: sim.credentials(slug).certificate_password}


@asynccontextmanager
async def a_full_session(
    sim: Simulator,
    config: TenantConfig | None = None,
    *,
    declared: Iterable[Declaration] = DECLARED,
    patience: Patience = UNHURRIED,
) -> AsyncIterator[Session]:
    """Open a session that signs in with a certificate and may ask what is `declared`."""
    config = config or with_certificate(sim)
    async with a_session(sim, config, templates=declared, environment=passwords(sim), patience=patience) as session:
        yield session


async def listed(exchange: Exchange, cmdlet: Cmdlet, **values: str) -> list[dict[str, Any]]:
    """Return everything a cmdlet gives."""
    return [row async for page in exchange.rows(cmdlet, **values) for row in page.rows]
