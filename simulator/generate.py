"""Tenants of any size from a seed: same seed, same tenant."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from simulator.dates import NEVER
from simulator.generated_applications import add_applications
from simulator.generated_directory import EXCLUDED, add_directory, group_id
from simulator.generated_files import GeneratedDrive, GeneratedPermissions
from simulator.generated_log import GeneratedSignIns
from simulator.generated_mail import add_mail
from simulator.names import DEPARTMENTS, FIRST_NAMES, LAST_NAMES, mail_name, stable_uuid
from simulator.tenants import SimulatedTenant, blank_tenant

Entity = dict[str, Any]

_PLANS: Final = ("AAD_PREMIUM", "EXCHANGE_S_STANDARD", "SHAREPOINTSTANDARD", "TEAMS1", "INTUNE_A")
_BASIC_PLANS: Final = ("EXCHANGE_S_STANDARD", "SHAREPOINTSTANDARD", "TEAMS1")
_PREMIUM_SKU: Final = ("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "SPB", _PLANS)
_BASIC_SKU: Final = ("3b555118-da6a-4418-894f-7df1e2096870", "O365_BUSINESS_ESSENTIALS", _BASIC_PLANS)
_FIRST_DAY: Final = datetime(2016, 1, 4, 8, tzinfo=UTC)
_GUEST_EVERY, _SHARED_MAILBOX_EVERY, _BASIC_EVERY, _SYNCED_EVERY = 10, 12, 7, 3


def generate_tenant(
    seed: int = 1,
    users: int = 50,
    sign_ins: int = 1_000,
    sites: int = 5,
    shared_items: int = 20,
    *,
    items: int = 0,
    now: datetime | None = None,
) -> SimulatedTenant:
    """Return a tenant of the size asked for.

    Sign-ins, drive items and permissions are made while they are read and never held
    together; users are held, about 3 kB each.

    Args:
        seed: Decides everything else.
        users: Accounts, guests and shared mailboxes included.
        sign_ins: Rows of the log, over 30 days, every kind together.
        sites: Each with one library.
        shared_items: Files that somebody else can open, spread over the libraries.
        items: Files and folders of all libraries together; at least the shared ones.
        now: UTC; the machine's time when left out.
    """
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    tenant = blank_tenant(f"generated-{seed}", plans=_PLANS)
    tenant.users = [_user(seed, index, moment) for index in range(users)]
    tenant.subscribed_skus = [_sku(tenant, *_PREMIUM_SKU), _sku(tenant, *_BASIC_SKU)]
    tenant.inbox_rules = {
        user["id"]: _rules(index, user) for index, user in enumerate(tenant.users) if _has_mailbox(user)
    }
    add_directory(tenant, moment)
    add_applications(tenant, moment)
    tenant.conditional_access_policies = _policies(tenant)
    if users:
        tenant.sign_ins = GeneratedSignIns(seed, sign_ins, tenant.users, moment, 30, tenant.tenant_id)
    _add_sites(tenant, sites, shared_items, items, moment)
    add_mail(tenant)
    return tenant


def _user(seed: int, index: int, now: datetime) -> Entity:
    chance = random.Random(f"{seed}/{index}")  # noqa: S311 - no secret
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    created = _FIRST_DAY + timedelta(days=chance.randrange((now - _FIRST_DAY).days), minutes=chance.randrange(600))
    user: Entity = {
        "id": stable_uuid(seed, "user", index),
        "displayName": f"{first} {last}",
        "givenName": first,
        "surname": last,
        "accountEnabled": chance.random() < 0.93,  # noqa: PLR2004 - a believable share
        "userType": "Member",
        "createdDateTime": _written(created),
        "creationType": None,
        "externalUserState": None,
        "externalUserStateChangeDateTime": None,
        "lastPasswordChangeDateTime": _written(created + (now - created) * chance.random()),
        "signInSessionsValidFromDateTime": _written(created + (now - created) * chance.random()),
        "passwordPolicies": chance.choice((None, None, "DisablePasswordExpiration")),
        "onPremisesSyncEnabled": True if index % _SYNCED_EVERY == 0 else None,
        "onPremisesLastSyncDateTime": _written(now) if index % _SYNCED_EVERY == 0 else None,
        "usageLocation": "BE",
        "department": chance.choice(DEPARTMENTS),
        "jobTitle": None,
        "preferredLanguage": chance.choice(("nl-BE", "fr-BE", None)),
        **_account(seed, index, f"{mail_name(first, last)}{index}", _written(created)),
    }
    activity = _activity(chance, seed, index, now)
    return user | {"signInActivity": activity} if activity else user


def _account(seed: int, index: int, alias: str, created: str) -> Entity:
    """Return what makes an account a guest, a shared mailbox or a member of staff."""
    domain = f"generated-{seed}.example"
    if index % _GUEST_EVERY == _GUEST_EVERY - 1:
        return {
            "userPrincipalName": f"{alias}_client.example#EXT#@{domain}",
            "mail": f"{alias}@client.example",
            "userType": "Guest",
            "creationType": "Invitation",
            "externalUserState": "Accepted",
            "externalUserStateChangeDateTime": created,
            "assignedLicenses": [],
        }
    address = {"userPrincipalName": f"{alias}@{domain}", "mail": f"{alias}@{domain}"}
    if index % _SHARED_MAILBOX_EVERY == _SHARED_MAILBOX_EVERY - 1:
        return {**address, "accountEnabled": False, "assignedLicenses": []}
    sku = _BASIC_SKU if index % _BASIC_EVERY == _BASIC_EVERY - 1 else _PREMIUM_SKU
    return {**address, "assignedLicenses": [{"skuId": sku[0], "disabledPlans": []}]}


def _activity(chance: random.Random, seed: int, index: int, now: datetime) -> Entity | None:
    """Return when a user was last seen; Graph leaves the property out for one who never was."""
    seen = chance.random()
    if seen < 0.04:  # noqa: PLR2004 - a believable share
        return None
    days = chance.randrange(120, 900) if seen < 0.1 else chance.random() * 20  # noqa: PLR2004 - stale accounts
    interactive = now - timedelta(days=days)
    request = stable_uuid(seed, "request", index)
    silent = chance.random() < 0.1  # noqa: PLR2004 - a believable share
    return {
        "lastSignInDateTime": _written(interactive),
        "lastSignInRequestId": request,
        "lastNonInteractiveSignInDateTime": NEVER if silent else _written(interactive + (now - interactive) / 2),
        "lastNonInteractiveSignInRequestId": "" if silent else request,
        "lastSuccessfulSignInDateTime": _written(interactive),
        "lastSuccessfulSignInRequestId": request,
    }


def _has_mailbox(user: Entity) -> bool:
    return bool(user["userType"] == "Member")


def _rules(index: int, user: Entity) -> list[Entity]:
    """Return a mailbox's rules: most have none, a few sort, one in a hundred sends mail out."""
    sorts, forwards = 9, 100
    rules: list[Entity] = []
    if index % sorts == 0:
        rules.append(_rule("Nieuwsbrieven", 1, {"moveToFolder": f"AAMk{index:08}", "stopProcessingRules": True}))
    if index % forwards == 0:
        outside = {"emailAddress": {"name": user["displayName"], "address": f"someone{index}@prive.example"}}
        rules.append(_rule("Doorsturen", len(rules) + 1, {"forwardTo": [outside]}))
    return rules


def _rule(name: str, sequence: int, actions: Entity) -> Entity:
    return {
        "id": f"AQAAA{sequence:03}=",
        "displayName": name,
        "sequence": sequence,
        "isEnabled": True,
        "hasError": False,
        "isReadOnly": False,
        "conditions": {"senderContains": ["nieuwsbrief"]},
        "actions": actions,
    }


def _sku(tenant: SimulatedTenant, sku_id: str, part: str, plans: tuple[str, ...]) -> Entity:
    used = sum(licence["skuId"] == sku_id for user in tenant.users for licence in user["assignedLicenses"])
    return {
        "id": f"{tenant.tenant_id}_{sku_id}",
        "skuId": sku_id,
        "skuPartNumber": part,
        "capabilityStatus": "Enabled",
        "appliesTo": "User",
        "consumedUnits": used,
        "prepaidUnits": {"enabled": used + 2, "suspended": 0, "warning": 0, "lockedOut": 0},
        "servicePlans": [
            {
                "servicePlanId": stable_uuid("plan", plan),
                "servicePlanName": plan,
                "provisioningStatus": "Success",
                "appliesTo": "User",
            }
            for plan in plans
        ],
    }


def _policies(tenant: SimulatedTenant) -> list[Entity]:
    excluded = [user["id"] for user in tenant.users[:2]]
    groups = [group_id(tenant, EXCLUDED)] if tenant.groups else []
    everyone = {"includeUsers": ["All"], "excludeUsers": excluded, "includeGroups": [], "excludeGroups": groups}
    legacy = ["exchangeActiveSync", "other"]
    return [
        _policy(tenant, "MFA voor iedereen", everyone, ["all"], "mfa"),
        _policy(tenant, "Verouderde aanmelding blokkeren", everyone, legacy, "block"),
    ]


def _policy(tenant: SimulatedTenant, name: str, users: Entity, clients: list[str], grant: str) -> Entity:
    return {
        "id": stable_uuid(tenant.slug, "policy", name),
        "displayName": name,
        "state": "enabled",
        "templateId": None,
        "createdDateTime": "2024-03-04T09:00:00Z",
        "modifiedDateTime": None,
        "conditions": {
            "clientAppTypes": clients,
            "signInRiskLevels": [],
            "userRiskLevels": [],
            "users": users | {"includeRoles": [], "excludeRoles": []},
            "applications": {"includeApplications": ["All"], "excludeApplications": [], "includeUserActions": []},
            "locations": None,
            "platforms": None,
            "devices": None,
        },
        "grantControls": {
            "operator": "OR",
            "builtInControls": [grant],
            "customAuthenticationFactors": [],
            "termsOfUse": [],
        },
        "sessionControls": None,
    }


def _add_sites(tenant: SimulatedTenant, sites: int, shared: int, items: int, now: datetime) -> None:
    """Give a tenant its sites, each with one library, and spread the items over them."""
    host = f"{tenant.slug.replace('-', '')}.sharepoint.example"
    drives: dict[str, GeneratedDrive] = {}
    for index in range(sites):
        site_id = f"{host},{stable_uuid(tenant.slug, 'site', index)},{stable_uuid(tenant.slug, 'web', index)}"
        drive_id = "b!" + stable_uuid(tenant.slug, "drive", index).replace("-", "") * 2
        url = f"https://{host}/sites/{index}"
        tenant.sites.append(
            {
                "id": site_id,
                "name": f"site{index}",
                "displayName": f"Site {index}",
                "isPersonalSite": False,
                "webUrl": url,
            }
        )
        library = {
            "id": drive_id,
            "name": "Gedeelde documenten",
            "driveType": "documentLibrary",
            "webUrl": f"{url}/lib",
        }
        tenant.drives[site_id] = [library]
        drives[drive_id] = GeneratedDrive(
            drive_id, f"{url}/lib", _part(items, index, sites), _part(shared, index, sites), now
        )
    tenant.drive_items = drives
    tenant.permissions = GeneratedPermissions(drives)


def _part(whole: int, index: int, parts: int) -> int:
    """Return the share of one part when a whole number is spread evenly."""
    return whole // parts + (index < whole % parts)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
