"""What a tenant's directory holds besides users and policies: one field for each file of a sample."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Final

Entity = dict[str, Any]

DIRECTORY_ROLES: Final = (
    "Application.Read.All",
    "Domain-InternalFederation.Read.All",
    "Group.Read.All",
    "GroupMember.Read.All",
    "Policy.Read.ConditionalAccess",
    "ReportSettings.Read.All",
    "Reports.Read.All",
    "RoleAssignmentSchedule.Read.Directory",
    "RoleEligibilitySchedule.Read.Directory",
    "RoleManagement.Read.Directory",
    "SharePointTenantSettings.Read.All",
    "UserAuthenticationMethod.Read.All",
)
"""App roles that open what is held here."""

GOVERNANCE_PLANS: Final = frozenset({"AAD_PREMIUM_P2", "Entra_Identity_Governance"})


@dataclass(slots=True, kw_only=True)
class Holdings:
    """Lists of Graph objects unless said otherwise; each is a file `<field>.json` of a sample."""

    service_plans: set[str] = field(default_factory=set)
    """Plans in force; an expired one is not among them."""
    groups: list[Entity] = field(default_factory=list)
    group_members: dict[str, list[Entity]] = field(default_factory=dict)
    """Group id → direct members, `{"@odata.type", "id"}` at least."""
    role_definitions: list[Entity] = field(default_factory=list)
    role_assignments: list[Entity] = field(default_factory=list)
    role_assignment_schedule_instances: list[Entity] = field(default_factory=list)
    role_eligibility_schedule_instances: list[Entity] = field(default_factory=list)
    registration_details: list[Entity] = field(default_factory=list)
    authentication_methods: dict[str, list[Entity]] = field(default_factory=dict)
    """User id → methods, telephone numbers and all."""
    per_user_mfa: dict[str, str] = field(default_factory=dict)
    """User id → `disabled`, `enabled` or `enforced`; a user who is not a key is disabled."""
    named_locations: list[Entity] = field(default_factory=list)
    authorization_policy: Entity = field(default_factory=dict)
    """Of this and the other single objects, nothing means Microsoft's default."""
    authentication_methods_policy: Entity = field(default_factory=dict)
    authentication_strengths: list[Entity] = field(default_factory=list)
    cross_tenant_access_default: Entity = field(default_factory=dict)
    cross_tenant_access_partners: list[Entity] = field(default_factory=list)
    conditional_access_settings: Entity = field(default_factory=dict)
    """Beta shape."""
    deleted_users: list[Entity] = field(default_factory=list)
    domain_federation: dict[str, list[Entity]] = field(default_factory=dict)
    """Domain → its federation, one object at most."""
    role_management_policy_assignments: list[Entity] = field(default_factory=list)
    """With `policy` and its `rules`."""
    activity_timeout_policies: list[Entity] = field(default_factory=list)
    sharepoint_settings: Entity = field(default_factory=dict)
    applications: list[Entity] = field(default_factory=list)
    service_principals: list[Entity] = field(default_factory=list)
    app_role_assignments: dict[str, list[Entity]] = field(default_factory=dict)
    """Service principal → assignments; who holds and who gives the right each of them says itself."""
    oauth2_permission_grants: list[Entity] = field(default_factory=list)
    directory_audits: list[Entity] = field(default_factory=list)
    """Newest first."""
    active_user_detail: list[Entity] = field(default_factory=list)
    """Rows of the usage report, with names; whether they are shown, `report_settings` says."""
    report_settings: Entity = field(default_factory=dict)

    @property
    def governed(self) -> bool:
        """Tell whether Privileged Identity Management is in force."""
        return not GOVERNANCE_PLANS.isdisjoint(self.service_plans)


def held(part: Callable[[str], Any]) -> dict[str, Any]:
    """Return the fields of `Holdings` that `part` has, by name; it returns None for those it has not."""
    found = {holding.name: part(holding.name) for holding in fields(Holdings)}
    return {name: value for name, value in found.items() if value is not None}
