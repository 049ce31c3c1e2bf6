"""What may be asked: every request the scanner can send is one of these declarations."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Api(StrEnum):
    """Which service and version answers."""

    GRAPH_V1 = "v1.0"
    GRAPH_BETA = "beta"


class Service(StrEnum):
    """Which of Microsoft's services is asked: each has its own tokens and its own allow-list."""

    GRAPH = "graph"
    EXCHANGE = "exchange"
    SHAREPOINT_ADMIN = "sharepoint_admin"


class Workload(StrEnum):
    """Budget key: one throttling limit of facts per tenant (Outlook: per mailbox)."""

    IDENTITY = "identity"
    REPORTS = "reports"
    USAGE = "usage"
    CONDITIONAL_ACCESS = "conditional_access"
    OUTLOOK = "outlook"
    SHAREPOINT = "sharepoint"
    EXCHANGE = "exchange"
    SHAREPOINT_ADMIN = "sharepoint_admin"


class Pack(StrEnum):
    """Consent pack a permission belongs to."""

    BASE = "base"
    MAIL = "mail"
    FILES = "files"
    SHAREPOINT_ADMIN = "sharepoint_admin"
    """No pack of the three but an opt-in of its own: its right could write."""


class Declared(Protocol):
    """What every declaration says of itself, whichever service it asks."""

    @property
    def service(self) -> Service:
        """Who answers."""
        ...

    @property
    def endpoint(self) -> str:
        """Name for ledger, errors and logs, without values."""
        ...

    @property
    def workload(self) -> Workload:
        """Whose budget it draws on."""
        ...

    @property
    def permission(self) -> str:
        """Least privileged application permission."""
        ...

    @property
    def pack(self) -> Pack:
        """Consent pack of the permission."""
        ...

    @property
    def cost(self) -> float:
        """Estimated units of the budget."""
        ...

    @property
    def license(self) -> str:
        """Service plan without which there is nothing to read; empty when every tenant has it."""
        ...


@dataclass(frozen=True, slots=True)
class Template:
    """One allowed read: GET, this path, these properties.

    `path` is relative to the version root, with `{name}` for each value, e.g.
    ``users/{user_id}/mailFolders/inbox/messageRules``. A value can never hold a slash
    and never be empty.
    """

    api: Api
    path: str
    workload: Workload
    permission: str
    """Least privileged application permission."""
    pack: Pack
    cost: float = 1.0
    """Estimated units of the workload's budget; `x-ms-resource-unit` corrects it."""
    select: tuple[str, ...] = ()
    """Properties of `$select`, in Graph's spelling. Empty only where Graph ignores `$select`."""
    top: int | None = None
    query: tuple[str, ...] = ()
    """Names of the further query options it may carry, e.g. `$filter`."""
    fixed: tuple[tuple[str, str], ...] = ()
    """Further query options that it always carries, word for word: `$expand` or `$format`."""
    headers: tuple[tuple[str, str], ...] = ()
    """Sent with every page."""
    continuation: tuple[str, ...] = ()
    """Path templates a nextLink or deltaLink may have besides `path` itself."""
    license: str = ""
    """Service plan without which Graph answers *not licensed*."""

    @property
    def service(self) -> Service:
        """Who answers: Graph."""
        return Service.GRAPH

    @property
    def endpoint(self) -> str:
        """Name for ledger, errors and logs: version and path, without values."""
        return f"{self.api}/{self.path}"


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """One allowed Exchange read: this `Get-` cmdlet, these parameters, these properties.

    The body of the request is built from it, never passed through, so nothing can be sent
    that is not written here; only the values of `values` come from outside.
    """

    name: str
    select: tuple[str, ...]
    """Properties of `$select`, in Exchange's spelling. Never empty."""
    parameters: tuple[tuple[str, str | bool | int], ...] = ()
    """Sent with every call, e.g. `("ResultSize", "Unlimited")`."""
    values: tuple[str, ...] = ()
    """Names of the parameters whose value, a text, each call gives: all of them, no others."""
    mailbox: str = ""
    """Which of `values` is a mailbox's user principal name, to which the call is routed. Empty: to the tenant's own."""
    license: str = ""
    """Service plan without which Exchange does not know the cmdlet."""
    permission: str = "Exchange.ManageAsApp"
    """Besides it the app needs a role: a custom Exchange role group, or Global Reader."""
    pack: Pack = Pack.MAIL
    cost: float = 1.0

    @property
    def service(self) -> Service:
        """Who answers: Exchange."""
        return Service.EXCHANGE

    @property
    def workload(self) -> Workload:
        """One budget for everything that is asked of Exchange."""
        return Workload.EXCHANGE

    @property
    def endpoint(self) -> str:
        """Name for ledger, errors and logs."""
        return f"exchange/{self.name}"


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """The one read of the SharePoint admin site: `GET /_api/SPO.Tenant`.

    The address takes no `$select` that anybody documents: `select` is what is kept of the answer.
    """

    select: tuple[str, ...]
    """Properties, in SharePoint's spelling."""
    license: str = ""
    permission: str = "Sites.FullControl.All"
    """Of SharePoint, not of Graph. There is no lesser one."""
    pack: Pack = Pack.SHAREPOINT_ADMIN
    cost: float = 1.0

    @property
    def service(self) -> Service:
        """Who answers: the SharePoint admin site."""
        return Service.SHAREPOINT_ADMIN

    @property
    def workload(self) -> Workload:
        """A budget of its own: it is one request."""
        return Workload.SHAREPOINT_ADMIN

    @property
    def endpoint(self) -> str:
        """Name for ledger, errors and logs."""
        return "sharepoint/SPO.Tenant"


Declaration = Template | Cmdlet | TenantSettings
"""Everything a session can be opened with."""
