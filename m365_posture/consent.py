"""What a firm's administrator consents to, pack by pack: addresses of consent pages and the script that does it all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template as Text
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from m365_posture.config import Cloud
from m365_posture.declarations import rights_of_pack
from scanner.rights import RESOURCES, Right
from scanner.transport.templates import Pack, Service

ROLE_GROUP: Final = "m365-posture reading"
"""Name of the role group that the script makes in Exchange."""
ROLES_IN_EXCHANGE: Final = ("View-Only Configuration", "View-Only Recipients")
INBOX_RULES_ROLE: Final = "m365-posture inbox rules"
"""Name of the role that the script makes in Exchange, with `Get-InboxRule` and nothing else.

Microsoft's own roles for looking do not see the rules of other people's mailboxes.

Source: https://learn.microsoft.com/powershell/module/exchange/get-inboxrule
"""
REDIRECT: Final = "https://localhost/m365-posture/consent"
"""Where the consent page sends the browser afterwards: nobody listens there, and the address shows the result."""

_LOGIN: Final[Mapping[Cloud, str]] = MappingProxyType(
    {
        Cloud.GLOBAL: "https://login.microsoftonline.com",
        Cloud.USGOV: "https://login.microsoftonline.us",
        Cloud.DOD: "https://login.microsoftonline.us",
        Cloud.CHINA: "https://login.chinacloudapi.cn",
    }
)
_SCOPES: Final[Mapping[Cloud, Mapping[Service, str]]] = MappingProxyType(
    {
        Cloud.GLOBAL: {
            Service.GRAPH: "https://graph.microsoft.com",
            Service.EXCHANGE: "https://outlook.office365.com",
        },
        Cloud.USGOV: {Service.GRAPH: "https://graph.microsoft.us", Service.EXCHANGE: "https://outlook.office365.us"},
        Cloud.DOD: {
            Service.GRAPH: "https://dod-graph.microsoft.us",
            Service.EXCHANGE: "https://outlook-dod.office365.us",
        },
        Cloud.CHINA: {
            Service.GRAPH: "https://microsoftgraph.chinacloudapi.cn",
            Service.EXCHANGE: "https://outlook.office365.cn",
        },
    }
)
_SHAREPOINT: Final = next(app_id for app_id, service in RESOURCES.items() if service is Service.SHAREPOINT_ADMIN)
"""SharePoint has a host of its own for each tenant, so it is asked for by its app id."""
_CONNECT: Final[Mapping[Cloud, tuple[str, str]]] = MappingProxyType(
    {
        Cloud.GLOBAL: ("Global", "O365Default"),
        Cloud.USGOV: ("USGov", "O365USGovGCCHigh"),
        Cloud.DOD: ("USGovDoD", "O365USGovDoD"),
        Cloud.CHINA: ("China", "O365China"),
    }
)
"""What Connect-MgGraph and Connect-ExchangeOnline call each cloud."""


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """A page on which an administrator lets an app of another tenant in."""

    pack: str
    """Packs that share the app, joined by commas."""
    client_id: str
    service: str
    url: str


def consent_pages(tenant_id: str, apps: Mapping[Pack, str], cloud: Cloud = Cloud.GLOBAL) -> list[ConsentPage]:
    """Return the consent pages of a multi-tenant app, one for each service it asks.

    Microsoft shows on each everything the app's registration asks of that service: one app per pack keeps
    the packs apart.

    Args:
        tenant_id: The firm's.
        apps: Client id by pack.
        cloud: Which of Microsoft's.

    Source:
        https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
    """
    pages: list[ConsentPage] = []
    for client_id in dict.fromkeys(apps.values()):
        packs = [pack for pack, own in apps.items() if own == client_id]
        for service, scope in {**_SCOPES[cloud], Service.SHAREPOINT_ADMIN: _SHAREPOINT}.items():
            asking = [pack for pack in packs if any(right.resource == service for right in rights_of_pack(pack))]
            if asking:
                names = ",".join(pack.value for pack in asking)
                pages.append(ConsentPage(names, client_id, service.value, _page(cloud, tenant_id, client_id, scope)))
    return pages


def _page(cloud: Cloud, tenant_id: str, client_id: str, scope: str) -> str:
    query = {"client_id": client_id, "scope": f"{scope}/.default", "redirect_uri": REDIRECT, "state": tenant_id}
    return f"{_LOGIN[cloud]}/{tenant_id}/v2.0/adminconsent?{urlencode(query)}"


def consent_script(
    tenant_id: str,
    packs: Sequence[Pack],
    *,
    name: str,
    client_id: str = "",
    certificate: str = "",
    cloud: Cloud = Cloud.GLOBAL,
) -> str:
    """Return a PowerShell script that grants what `packs` need, and nothing else; running it again changes nothing.

    Args:
        tenant_id: The firm's.
        packs: What is granted; `sharepoint_admin` only where the firm opted in.
        name: Display name of the app that is registered.
        client_id: A multi-tenant app to let in; empty: an app is registered in the firm's own tenant.
        certificate: Its public part, base64 of DER; needed to register an app.
        cloud: Which of Microsoft's.
    """
    rights = sorted({right for pack in packs for right in rights_of_pack(pack)})
    graph, exchange = _CONNECT[cloud]
    values = {
        "tenant_id": tenant_id,
        "name": _quoted(name),
        "client_id": client_id,
        "certificate": certificate,
        "environment": graph,
        "exchange_environment": exchange,
        "rights": ",\n".join(f"    {_entry(right)}" for right in rights),
        "role_group": ROLE_GROUP,
        "inbox_rules_role": INBOX_RULES_ROLE,
        "roles_in_exchange": ", ".join(f"'{role}'" for role in ROLES_IN_EXCHANGE),
    }
    parts = ["register.ps1", *(["exchange.ps1"] if Pack.MAIL in packs else []), "finish.ps1"]
    texts = [(files("m365_posture") / "consent_script" / part).read_text("utf-8") for part in parts]
    return "\n".join(Text(text).safe_substitute(values) for text in texts)


def _entry(right: Right) -> str:
    app_id = next(app_id for app_id, service in RESOURCES.items() if service == right.resource)
    return f"@{{ Resource = '{app_id}'; Role = '{right.name}' }}"


def _quoted(text: str) -> str:
    """Return a text as it may stand between single quotes in PowerShell, which knows several of them."""
    return "".join(f"{c}{c}" if c in "'\u2018\u2019\u201a\u201b" else c for c in text if c.isprintable())
