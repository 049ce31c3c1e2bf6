"""What may be asked: every request the scanner can send is one of these declarations."""

from dataclasses import dataclass
from enum import StrEnum


class Api(StrEnum):
    """Which service and version answers."""

    GRAPH_V1 = "v1.0"
    GRAPH_BETA = "beta"


class Workload(StrEnum):
    """Budget key: one throttling limit of facts per tenant (Outlook: per mailbox)."""

    IDENTITY = "identity"
    REPORTS = "reports"
    CONDITIONAL_ACCESS = "conditional_access"
    OUTLOOK = "outlook"
    SHAREPOINT = "sharepoint"


class Pack(StrEnum):
    """Consent pack a permission belongs to."""

    BASE = "base"
    MAIL = "mail"
    FILES = "files"


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
    headers: tuple[tuple[str, str], ...] = ()
    """Sent with every page."""
    continuation: tuple[str, ...] = ()
    """Path templates a nextLink or deltaLink may have besides `path` itself."""
    license: str = ""
    """Service plan without which Graph answers *not licensed*."""

    @property
    def endpoint(self) -> str:
        """Name for ledger, errors and logs: version and path, without values."""
        return f"{self.api}/{self.path}"
