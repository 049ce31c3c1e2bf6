"""A simulated tenant: Microsoft's own JSON, its apps, its licences; changed at will by tests."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, Protocol

from simulator.dates import shifted, weeks_between
from simulator.drives import DriveChanges
from simulator.filters import Filter
from simulator.holdings import DIRECTORY_ROLES, Holdings, held
from simulator.names import stable_uuid

Entity = dict[str, Any]

READ_ROLES: Final = (
    "AuditLog.Read.All",
    "Directory.Read.All",
    "Domain.Read.All",
    "Exchange.ManageAsApp",
    "Files.Read.All",
    "LicenseAssignment.Read.All",
    "MailboxSettings.Read",
    "Organization.Read.All",
    "Policy.Read.All",
    "Sites.Read.All",
    "User.Read.All",
    *DIRECTORY_ROLES,
)
"""Roles that open every simulated endpoint."""

EXCHANGE_AUDIENCES: Final = frozenset(
    {
        "https://outlook.office365.com",
        "https://outlook.office365.us",
        "https://outlook-dod.office365.us",
        "https://outlook.office365.cn",
    }
)
PREMIUM_PLANS: Final = frozenset({"AAD_PREMIUM", "AAD_PREMIUM_P2"})
PLANS: Final = PREMIUM_PLANS | {"EXCHANGE_S_STANDARD", "SHAREPOINTSTANDARD"}
"""Plans under which every simulated service answers."""


@dataclass(slots=True)
class SimulatedApp:
    """One app registration as a tenant sees it."""

    client_id: str
    roles: set[str]
    client_secret: str
    secret_expired: bool = False
    certificate_expired: bool = False
    """Entra's record of the certificate says so; the file itself may be valid."""
    directory_roles: set[str] = field(default_factory=set)
    """Entra roles of the app; without one that reads, Exchange refuses it."""
    in_role_group: bool = True
    """Whether the app is in a role group of its own in Exchange; where it is in none, its Entra role decides."""
    exchange_cmdlets: set[str] | None = None
    """What that role group lets it run; None: every cmdlet that reads."""
    sharepoint_roles: set[str] = field(default_factory=set)
    """App roles of SharePoint, which are not those of Graph."""


class SignInLog(Protocol):
    """A log too long to hold; newest first, index 0 is the newest row."""

    def __len__(self) -> int:
        """Return how many rows it has."""
        ...

    def page(
        self, wanted: Filter, *, beta: bool, select: tuple[str, ...], start: int, top: int
    ) -> tuple[bytes, int | None]:
        """Return up to `top` rows as JSON without brackets, and the index where the next page starts (None: end)."""
        ...


@dataclass(slots=True)
class SimulatedTenant(Holdings):
    """Everything one tenant answers; lists can be changed while it is served.

    Changes to a drive go through `put_item`, `delete_item` and `set_permissions`, so
    that its delta shows them.
    """

    slug: str
    name: str
    tenant_id: str
    app: SimulatedApp
    language: str = "en"
    config: dict[str, Any] = field(default_factory=dict)
    """Further keys of its table in `tenants.toml`."""
    other_apps: list[SimulatedApp] = field(default_factory=list)
    organization: list[Entity] = field(default_factory=list)
    subscribed_skus: list[Entity] = field(default_factory=list)
    domains: list[Entity] = field(default_factory=list)
    security_defaults: Entity = field(default_factory=dict)
    users: list[Entity] = field(default_factory=list)
    conditional_access_policies: list[Entity] = field(default_factory=list)
    inbox_rules: dict[str, Any] = field(default_factory=dict)
    """User id → rules, or `{"error": code}`; a user who is not a key has no mailbox."""
    sign_ins: list[Entity] | SignInLog = field(default_factory=list)
    """Beta shape, newest first."""
    sites: list[Entity] = field(default_factory=list)
    drives: dict[str, list[Entity]] = field(default_factory=dict)
    drive_items: Mapping[str, Sequence[Entity]] = field(default_factory=dict)
    permissions: Mapping[str, list[Entity]] = field(default_factory=dict)
    """`<drive id>/<item id>` → permissions."""
    exchange: dict[str, list[Entity]] = field(default_factory=dict)
    """Cmdlet → what it lists."""
    exchange_mailboxes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Cmdlet → user principal name → what it lists of that mailbox, or `{"error": text}` for a refusal."""
    spo_tenant: Entity = field(default_factory=dict)
    dns: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Name → record type → values, or `{"error": "SERVFAIL" | "REFUSED" | "TIMEOUT"}`."""
    page_size: int | None = None
    """A service may answer with smaller pages than asked; this makes every one do so."""
    exchange_most: int | None = None
    """How many objects a cmdlet gives at most, whatever it is asked for, with a warning that there are more."""
    changes: dict[str, DriveChanges] = field(default_factory=dict)
    _changed_permissions: dict[str, list[Entity]] = field(default_factory=dict)

    @property
    def apps(self) -> tuple[SimulatedApp, ...]:
        """Return every app registration."""
        return (self.app, *self.other_apps)

    @property
    def premium(self) -> bool:
        """Tell whether Entra ID P1 or P2 is in force."""
        return not PREMIUM_PLANS.isdisjoint(self.service_plans)

    @property
    def sharepoint_admin_audience(self) -> str:
        """Return the address of its SharePoint admin site, which tokens for it are made out to."""
        initial = next((domain["id"] for domain in self.domains if domain.get("isInitial")), self.slug)
        return f"https://{initial.partition('.')[0]}-admin.sharepoint.com"

    @property
    def service_audiences(self) -> frozenset[str]:
        """Return what tokens can be made out to besides Graph: the services that a plan in force brings."""
        has_exchange = any(plan.startswith("EXCHANGE") for plan in self.service_plans)
        has_sharepoint = any(plan.startswith("SHAREPOINT") for plan in self.service_plans)
        sharepoint = {self.sharepoint_admin_audience} if has_sharepoint else set()
        return frozenset(sharepoint | (EXCHANGE_AUDIENCES if has_exchange else set()))

    @property
    def licences(self) -> int:
        """Return how many licences are assigned."""
        return sum(sku.get("consumedUnits", 0) for sku in self.subscribed_skus)

    def grant(self, *roles: str) -> None:
        """Grant app roles to the main app; tokens already given profit too."""
        self.app.roles.update(roles)

    def revoke(self, *roles: str) -> None:
        """Take app roles from the main app, at once."""
        self.app.roles.difference_update(roles)

    def add_app(self, *roles: str) -> SimulatedApp:
        """Register a further app, e.g. one for a single consent pack."""
        label = f"{self.slug}-{len(self.apps)}"
        app = SimulatedApp(stable_uuid(label, "client"), set(roles), _secret(label))
        self.other_apps.append(app)
        return app

    def drive_changes(self, drive_id: str) -> DriveChanges:
        """Return the change log of a drive."""
        return self.changes.setdefault(drive_id, DriveChanges())

    def items_of(self, drive_id: str) -> Sequence[Entity]:
        """Return a drive's items as they are now."""
        return self.drive_changes(drive_id).current(self.drive_items.get(drive_id, ()))

    def permissions_of(self, drive_id: str, item_id: str) -> list[Entity] | None:
        """Return an item's permissions; None for an item that is not there."""
        key = f"{drive_id}/{item_id}"
        found = self._changed_permissions.get(key, self.permissions.get(key))
        if found is not None:
            return found
        return [] if any(item["id"] == item_id for item in self.items_of(drive_id)) else None

    def put_item(self, drive_id: str, item: Entity) -> None:
        """Add or replace an item of a drive."""
        self.drive_changes(drive_id).put(item)

    def delete_item(self, drive_id: str, item_id: str) -> None:
        """Delete an item; the drive's delta holds a tombstone."""
        self.drive_changes(drive_id).delete(item_id)

    def set_permissions(self, drive_id: str, item_id: str, permissions: list[Entity]) -> None:
        """Change an item's permissions; the drive's delta shows the item."""
        self._changed_permissions[f"{drive_id}/{item_id}"] = permissions
        item = next(item for item in self.items_of(drive_id) if item["id"] == item_id)
        self.drive_changes(drive_id).put(item)

    def lose_delta_tokens(self, drive_id: str) -> None:
        """Make every delta token of a drive answer 410 from now on."""
        self.drive_changes(drive_id).forget()


def blank_tenant(slug: str, *, roles: Iterable[str] = READ_ROLES, plans: Iterable[str] = PLANS) -> SimulatedTenant:
    """Return a tenant with an organization, one domain, security defaults off, and nothing else."""
    tenant_id = stable_uuid(slug, "tenant")
    domain = f"{slug}.example"
    return SimulatedTenant(
        slug=slug,
        name=slug.capitalize(),
        tenant_id=tenant_id,
        app=SimulatedApp(stable_uuid(slug, "client"), set(roles), _secret(slug)),
        service_plans=set(plans),
        organization=[
            {"id": tenant_id, "displayName": slug.capitalize(), "tenantType": "AAD", "countryLetterCode": "BE"}
        ],
        domains=[
            {"id": domain, "authenticationType": "Managed", "isDefault": True, "isInitial": True, "isVerified": True}
        ],
        security_defaults={
            "id": "00000000-0000-0000-0000-000000000005",
            "displayName": "Security Defaults",
            "isEnabled": False,
        },
    )


def load_sample(slug: str, now: datetime | None = None, folder: Traversable | None = None) -> SimulatedTenant:
    """Return a sample tenant with its dates moved to this week.

    Args:
        slug: Its folder in `sample_data`.
        now: UTC; the machine's time when left out.
        folder: Read from here instead of the packaged samples.

    Raises:
        FileNotFoundError: There is no such sample.
    """
    source = (folder or files("sample_data")) / slug
    about = json.loads((source / "tenant.json").read_text(encoding="utf-8"))
    by = weeks_between(datetime.fromisoformat(about["recorded_at"]), now or datetime.now(UTC))
    app = about["app"]
    return SimulatedTenant(
        slug=about["slug"],
        name=about["name"],
        tenant_id=about["tenant_id"],
        app=_app(app, slug),
        language=about["language"],
        config=shifted(about.get("config", {}), by, dates=True),
        service_plans=set(about["service_plans"]),
        organization=_part(source, "organization", by, []),
        subscribed_skus=_part(source, "subscribed_skus", by, []),
        domains=_part(source, "domains", by, []),
        security_defaults=_part(source, "security_defaults", by, {}),
        users=_part(source, "users", by, []),
        **held(lambda name: _part(source, name, by, None, dates=name == "active_user_detail")),
        conditional_access_policies=_part(source, "conditional_access_policies", by, []),
        inbox_rules=_part(source, "inbox_rules", by, {}),
        sign_ins=_part(source, "sign_ins", by, []),
        sites=_part(source, "sites", by, []),
        drives=_part(source, "drives", by, {}),
        drive_items=_part(source, "drive_items", by, {}),
        permissions=_part(source, "permissions", by, {}),
        exchange=_part(source, "exchange", by, {}),
        exchange_mailboxes=_part(source, "exchange_mailboxes", by, {}),
        spo_tenant=_part(source, "spo_tenant", by, {}),
        dns=_part(source, "dns", by, {}),
    )


def _app(about: Mapping[str, Any], slug: str) -> SimulatedApp:
    app = SimulatedApp(about["client_id"], set(about["roles"]), _secret(slug))
    app.directory_roles = set(about.get("directory_roles", app.directory_roles))
    app.in_role_group = about.get("in_role_group", True)
    app.exchange_cmdlets = set(about["exchange_cmdlets"]) if "exchange_cmdlets" in about else None
    app.sharepoint_roles = set(about.get("sharepoint_roles", ()))
    return app


def sample_names() -> tuple[str, ...]:
    """Return the slugs of the packaged sample tenants."""
    return tuple(sorted(entry.name for entry in files("sample_data").iterdir() if (entry / "tenant.json").is_file()))


def _part(source: Traversable, name: str, by: timedelta, empty: Any, *, dates: bool = False) -> Any:  # noqa: ANN401 - any JSON value
    """Return one file of a sample; a tenant that has nothing of a kind has no file of it."""
    file = source / f"{name}.json"
    return shifted(json.loads(file.read_text(encoding="utf-8")), by, dates=dates) if file.is_file() else empty


def _secret(label: str) -> str:
    return f"sim~{uuid.uuid5(uuid.NAMESPACE_OID, label).hex}"
