"""Who is looking, and what they may see."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scanner.snapshot.schema import DataClass


class NotAllowed(Exception):
    """The viewer may not see this tenant; the message names no firm."""


class Role(StrEnum):
    """What someone is to the firm."""

    OPERATOR = "operator"
    """Holds the key and the command line, which shows everything."""
    FIRM = "firm"
    """Works for the firm itself, e.g. its office manager."""
    TECHNICIAN = "technician"
    """Works for the managed service provider: needs accounts, never the names of files or clients' matters."""
    INSURER = "insurer"
    """Sees settings and counts, nobody's name."""


VISIBLE: Final[dict[Role, frozenset[DataClass]]] = {
    Role.OPERATOR: frozenset(DataClass),
    Role.FIRM: frozenset(DataClass),
    Role.TECHNICIAN: frozenset({DataClass.SETTING, DataClass.COUNT, DataClass.ACCOUNT, DataClass.CLIENT}),
    Role.INSURER: frozenset({DataClass.SETTING, DataClass.COUNT}),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone who asks."""

    role: Role
    tenants: frozenset[str] | None
    """Tenant ids they may ask for; None is all of them."""

    def sees(self, data_class: DataClass) -> bool:
        """Whether columns of this class may be returned."""
        return data_class in VISIBLE[self.role]

    def may_ask_for(self, tenant_id: str) -> bool:
        """Whether this tenant is one of theirs."""
        return self.tenants is None or tenant_id in self.tenants

    def require(self, tenant_id: str) -> None:
        """Raise `NotAllowed` when this tenant is not one of theirs."""
        if not self.may_ask_for(tenant_id):
            raise NotAllowed(f"Tenant {tenant_id} is not yours to see: ask for a role on it.")


OPERATOR: Final = Viewer(Role.OPERATOR, None)
"""Whoever runs a command."""
