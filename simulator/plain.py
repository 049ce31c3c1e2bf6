"""Endpoints that only list what a tenant holds, or show one object of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.answers import Answer, GraphError, not_found_path
from simulator.calls import Call, Endpoint, Paging, Row, listing, resource_units, ungoverned, unlicensed
from simulator.odata import check_select, picked
from simulator.tenants import SimulatedTenant
from simulator.throttling import Charge, Workload

License = Callable[[SimulatedTenant], GraphError | None]
"""Returns the refusal of a tenant without the licence."""


def anyone(_tenant: SimulatedTenant) -> GraphError | None:
    """Demand no licence."""
    return None


def premium(tenant: SimulatedTenant) -> GraphError | None:
    """Demand Entra ID P1."""
    return None if tenant.premium else unlicensed(Workload.REPORTS)


def governed(tenant: SimulatedTenant) -> GraphError | None:
    """Demand Privileged Identity Management."""
    return None if tenant.governed else ungoverned()


@dataclass(frozen=True, slots=True)
class Kind:
    """What an endpoint shares with its neighbours: whose limits it draws on, which right and licence it needs."""

    workload: Workload
    roles: tuple[str, ...]
    """App roles of which any one suffices."""
    license: License = anyone
    units: float = 1
    """Base cost of a directory request."""
    is_beta: bool = False
    """Whether v1.0 does not know the address."""

    def endpoint(self, path: str, handle: Callable[[Call], Answer], options: tuple[str, ...] = ()) -> Endpoint:
        """Return an endpoint of this kind."""

        def licensed(call: Call) -> Answer:
            if self.is_beta and not call.beta:
                raise not_found_path(path.rpartition("/")[2])
            if refusal := self.license(call.tenant):
                raise refusal
            return handle(call)

        return Endpoint(path, self.workload, self.roles, licensed, options, self._charges)

    def _charges(self, call: Call) -> Sequence[Charge]:
        is_directory = self.workload is Workload.IDENTITY
        return (Charge(self.workload, resource_units(self.units, call.query) if is_directory else 1),)


_PAGING: Final = Paging()
_TOP: Final = ("$top",)


def collection(
    path: str,
    kind: Kind,
    rows_of: Callable[[Call], Sequence[Row]],
    known: frozenset[str] = frozenset(),
    *,
    paging: Paging = _PAGING,
    options: tuple[str, ...] = _TOP,
) -> Endpoint:
    """Return an endpoint that lists what `rows_of` finds; `known` is what `$select` may name, `@` names come along."""

    def handle(call: Call) -> Answer:
        names = ("@odata.type", *call.query.select) if call.query.select else ()
        return listing(call, rows_of(call), paging, call.path, names, known)

    return kind.endpoint(path, handle, options)


def single(
    path: str, kind: Kind, found: Callable[[Call], Mapping[str, Any]], known: frozenset[str] = frozenset()
) -> Endpoint:
    """Return an endpoint that shows one object."""

    def handle(call: Call) -> Answer:
        select = call.query.select
        check_select(select, known, path.rpartition("/")[2])
        shown = found(call)
        return Answer.of({"@odata.context": call.context(path), **(picked(shown, select) if select else shown)})

    return kind.endpoint(path, handle)
