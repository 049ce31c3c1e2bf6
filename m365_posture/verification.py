"""Whether a tenant lets the app do what its packs need, line by line, and what each missing line costs."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from m365_posture.config import AppCredential, TenantConfig
from m365_posture.declarations import checks_that_read, rights_of_pack
from scanner.collectors.catalogue import COLLECTORS
from scanner.exchange import Exchange
from scanner.graph import Graph
from scanner.rights import TEMPLATES, Right, directory_roles_of, rights_of
from scanner.transport.clock import Clock
from scanner.transport.errors import AuthenticationFailed, NotFound, ReadError
from scanner.transport.session import Session
from scanner.transport.templates import Cmdlet, Declaration, Pack, Service

GLOBAL_READER: Final = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
"""The one directory role that an app of ours may hold, in place of an Exchange role group."""
_LOOKING: Final = ("get-", "search-", "test-", "export-", "connect-", "disconnect-")
_NAMED: Final = 5
_READS_RIGHTS: Final = "Application.Read.All"


class LineState(StrEnum):
    """How one line of the verification stands."""

    GRANTED = "granted"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """It cannot be told; `mend` says what must be there first."""
    NOT_NEEDED = "not_needed"
    """Held although nothing asks for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that must be there, or is there and need not be."""

    client_id: str
    pack: str
    """Empty for what is not needed by any."""
    what: str
    """`sign-in`, a permission with what gives it, `Exchange role`, or a directory role."""
    state: LineState
    checks: tuple[str, ...] = ()
    """Ids of the checks that are not assessed, or only in part, for want of it."""
    mend: str = ""
    """One sentence that says what to do; empty where nothing is."""

    @property
    def is_open(self) -> bool:
        """Whether somebody must still do something before the pack can be read."""
        return self.state in {LineState.MISSING, LineState.UNKNOWN}


async def verify(config: TenantConfig, clock: Clock, environment: Mapping[str, str] = os.environ) -> list[Line]:
    """Return every line of a tenant, each app with a new token.

    Args:
        config: The tenant.
        clock: Runs at `hosts.clock_speed`.
        environment: Where secrets and passphrases are looked up.

    Raises:
        ConfigError: The configuration or a credential is unusable.

    Cost:
        About ten requests; none of them reads about people.
    """
    return await _Verification(config, clock, environment).lines()


@dataclass(frozen=True, slots=True)
class _Verification:
    config: TenantConfig
    clock: Clock
    environment: Mapping[str, str]

    async def lines(self) -> list[Line]:
        packs = [Pack(name) for name in self.config.consents]
        refused = {pack: line for pack in packs if (line := await self._sign_in(pack)) is not None}
        apps = {self._app(pack).client_id for pack in packs if pack not in refused}
        held = await self._held(apps, can_ask=Pack.BASE in packs and Pack.BASE not in refused)
        found: list[Line] = []
        for pack in packs:
            found += [refused[pack]] if pack in refused else await self._pack(pack, held[self._app(pack).client_id])
        return [*found, *(line for client_id in sorted(apps) for line in self._not_needed(client_id, held[client_id]))]

    def _app(self, pack: Pack) -> AppCredential:
        return self.config.app_of(pack)

    def _only(self, pack: Pack) -> TenantConfig:
        is_admin = pack is Pack.SHAREPOINT_ADMIN
        return replace(self.config, packs=() if is_admin else (pack.value,), sharepoint_admin=is_admin)

    async def _sign_in(self, pack: Pack) -> Line | None:
        """Return the line of an app that is not let in, None where it is."""
        client_id = self._app(pack).client_id
        try:
            async with Session.open(self._only(pack), self.clock, _templates_of(pack), environment=self.environment):
                return None
        except AuthenticationFailed as error:
            mend = error.sentence or f"Sign-in failed ({error.code}): check the app's credential."
            return Line(client_id, pack.value, "sign-in", LineState.MISSING, checks_that_read(_tables_of(pack)), mend)

    async def _held(self, client_ids: Iterable[str], *, can_ask: bool) -> "dict[str, _Held | None]":
        """Return what each app holds; None where that cannot be told."""
        if not can_ask:
            return dict.fromkeys(client_ids)
        async with Session.open(self._only(Pack.BASE), self.clock, TEMPLATES, environment=self.environment) as session:
            graph = Graph(session)
            return {client_id: await _held_by(graph, client_id) for client_id in client_ids}

    async def _pack(self, pack: Pack, held: "_Held | None") -> list[Line]:
        app = self._app(pack)
        lines = [Line(app.client_id, pack.value, "sign-in", LineState.GRANTED)]
        for right, tables in rights_of_pack(pack).items():
            lines.append(_line_of(app.client_id, pack, right, tables, held))
        if any(isinstance(declared, Cmdlet) for declared in _templates_of(pack)):
            lines.append(await self._exchange_role(pack))
        return lines

    async def _exchange_role(self, pack: Pack) -> Line:
        """Ask Exchange which cmdlets the app's role lets it run: only Exchange knows."""
        cmdlets = [declared for declared in _templates_of(pack) if isinstance(declared, Cmdlet)]
        client_id = self._app(pack).client_id
        line = Line(client_id, pack.value, "Exchange role", LineState.GRANTED)
        try:
            async with Session.open(self._only(pack), self.clock, cmdlets, environment=self.environment) as session:
                allowed = {name.lower() for name in await Exchange(session).available_cmdlets()}
        except (ReadError, AuthenticationFailed) as error:
            mend = f"Exchange does not let the app in ({error.code}): run the Exchange part of the consent script."
            return replace(line, state=LineState.MISSING, checks=_checks_of(cmdlets), mend=mend)
        missing = [cmdlet for cmdlet in cmdlets if cmdlet.name.lower() not in allowed]
        if not missing:
            return _surplus(line, allowed)
        names = ", ".join(dict.fromkeys(cmdlet.name for cmdlet in missing))
        mend = f"The app's role in Exchange lacks {names}: add the roles of the consent script to its role group."
        return replace(line, state=LineState.MISSING, checks=_checks_of(missing), mend=mend)

    def _not_needed(self, client_id: str, held: "_Held | None") -> Iterator[Line]:
        if held is None:
            return
        packs = [Pack(name) for name in self.config.consents if self._app(Pack(name)).client_id == client_id]
        needed = {right for pack in packs for right in rights_of_pack(pack)}
        for right in sorted(held.rights - needed):
            mend = f"Nothing asks for {right.name}: remove it from the app in this tenant."
            yield Line(client_id, "", _name_of(right), LineState.NOT_NEEDED, mend=mend)
        allowed = {GLOBAL_READER} if Pack.MAIL in packs else set[str]()
        for role in sorted(held.roles - allowed):
            mend = "Nothing asks for this directory role: take the app out of it."
            yield Line(client_id, "", f"directory role {role}", LineState.NOT_NEEDED, mend=mend)


@dataclass(frozen=True, slots=True)
class _Held:
    rights: frozenset[Right]
    roles: frozenset[str]
    """Ids of directory roles; empty where they may not be read, which the permission's own line says."""


async def _held_by(graph: Graph, client_id: str) -> _Held | None:
    try:
        rights = await rights_of(graph, client_id)
    except NotFound:
        return _Held(frozenset(), frozenset())
    except ReadError:
        return None
    try:
        return _Held(rights, await directory_roles_of(graph, client_id))
    except ReadError:
        return _Held(rights, frozenset())


def _line_of(client_id: str, pack: Pack, right: Right, tables: tuple[str, ...], held: _Held | None) -> Line:
    line = Line(client_id, pack.value, _name_of(right), LineState.GRANTED)
    if held is None:
        mend = f"It cannot be told before the base pack's app holds {_READS_RIGHTS}."
        is_cause = right == Right(Service.GRAPH, _READS_RIGHTS)
        return replace(
            line,
            state=LineState.MISSING if is_cause and pack is Pack.BASE else LineState.UNKNOWN,
            checks=checks_that_read(tables),
            mend=_grant(right) if is_cause else mend,
        )
    if right in held.rights:
        return line
    return replace(line, state=LineState.MISSING, checks=checks_that_read(tables), mend=_grant(right))


def _surplus(line: Line, allowed: Iterable[str]) -> Line:
    """Return the line of a role that does more than look as one that is not as it should be."""
    writing = sorted(name for name in allowed if not name.startswith(_LOOKING))
    if not writing:
        return line
    some = ", ".join(writing[:_NAMED])
    mend = f"The app's role in Exchange can do more than look ({len(writing)} cmdlets: {some}): use the script."
    return replace(line, state=LineState.NOT_NEEDED, mend=mend)


def _grant(right: Right) -> str:
    return f"Let the firm's administrator consent to {right.name}: run the consent script of the pack."


def _name_of(right: Right) -> str:
    return f"{right.name} ({right.resource.replace('_', ' ')})"


def _templates_of(pack: Pack) -> list[Declaration]:
    return [declared for collector in COLLECTORS for declared in collector.templates if declared.pack is pack]


def _tables_of(pack: Pack) -> list[str]:
    return [name for tables in rights_of_pack(pack).values() for name in tables]


def _checks_of(cmdlets: Iterable[Cmdlet]) -> tuple[str, ...]:
    wanted = set(cmdlets)
    return checks_that_read([c.table.name for c in COLLECTORS if not wanted.isdisjoint(c.templates)])
