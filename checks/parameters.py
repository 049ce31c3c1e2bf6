"""What a check asks for, read from the signature of its function."""

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import pandas as pd

from checks.model import Gap, Profile
from checks.relations import Relation
from scanner.snapshot.schema import Table
from scanner.snapshot.tables import TABLES

PROFILE: Final = "profile"


class CheckDeclarationError(Exception):
    """A check or derived input is declared wrongly; the message names the fix."""


class Kind(StrEnum):
    """What an input arrives as."""

    FRAME = "frame"
    RELATION = "relation"
    DERIVED = "derived"
    PROFILE = "profile"


_KINDS: Final[dict[Any, Kind]] = {pd.DataFrame: Kind.FRAME, Relation: Kind.RELATION}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table that an input is made of, and no others."""

    required: tuple[str, ...] = ()
    """A column whose group was not read makes the whole input a gap."""
    optional: tuple[str, ...] = ()
    """A column whose group was not read arrives as nulls, and the gap is added to the outcome."""
    whole: bool = False
    """Read in part is not read: the function concludes from what is *not* in the table."""
    kinds: tuple[str, ...] = ()
    """Kinds of rows it cannot do without; one that was not read makes the whole input a gap."""

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, in order of declaration."""
        return (*self.required, *self.optional)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One input of a check or of a derived input."""

    name: str
    kind: Kind
    columns: Columns = Columns()
    accepts_gap: bool = False
    """The function itself handles that the input was not read."""


def columns(*names: str, optional: Collection[str] = (), whole: bool = False, kinds: Collection[str] = ()) -> Columns:
    """Declare the columns of an input.

    Args:
        *names: Columns it cannot do without.
        optional: Columns that may be nulls when they were not read; the gap is then added.
        whole: Whether rows that are missing would make the conclusion wrong, not just short.
        kinds: Kinds of rows, as the table calls them, that it cannot do without.

    Example:
        `users: Annotated[pd.DataFrame, columns("id", "mail", optional=("last_sign_in_date_time",))]`
    """
    return Columns(tuple(names), tuple(optional), whole, tuple(kinds))


def parameters_of(owner: str, function: Callable[..., Any], derived: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """Return the inputs that `function` declares.

    Args:
        owner: Id of the check or name of the derived input, for messages.
        function: Its signature is read; every parameter is an input and has no default.
        derived: Registered derived inputs: name to annotated return type.

    Raises:
        CheckDeclarationError: A parameter names nothing that exists, or its annotation does
            not fit what it names.
    """
    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters.values()
    return tuple(_parameter(owner, parameter, hints, derived) for parameter in parameters)


def _parameter(
    owner: str, declared: inspect.Parameter, hints: Mapping[str, Any], derived: Mapping[str, Any]
) -> Parameter:
    name = declared.name
    if declared.default is not declared.empty:
        raise CheckDeclarationError(f"{owner}: {name!r} has a default; put limits into checks.model.Thresholds.")
    if name not in hints:
        raise CheckDeclarationError(f"{owner}: {name!r} has no annotation; say what it is.")
    if name == PROFILE:
        return _profile_parameter(owner, hints[name])
    if name in TABLES:
        return _table_parameter(owner, TABLES[name], hints[name])
    if name in derived:
        return _derived_parameter(owner, name, hints[name], derived[name])
    raise CheckDeclarationError(
        f"{owner} asks for {name!r}; tables are {sorted(TABLES)}, derived inputs are {sorted(derived)}, "
        f"the firm's own statements are {PROFILE!r}."
    )


def _profile_parameter(owner: str, hint: object) -> Parameter:
    if hint is not Profile:
        raise CheckDeclarationError(f"{owner}: annotate {PROFILE!r} as Profile.")
    return Parameter(PROFILE, Kind.PROFILE)


def _derived_parameter(owner: str, name: str, hint: object, returns: object) -> Parameter:
    value, accepts_gap = without_gap(hint)
    if value != returns:
        raise CheckDeclarationError(f"{owner}: annotate {name!r} as {returns}, with or without `| Gap`.")
    return Parameter(name, Kind.DERIVED, accepts_gap=accepts_gap)


def _table_parameter(owner: str, table: Table, hint: object) -> Parameter:
    value, *extras = get_args(hint) if get_origin(hint) is Annotated else (None,)
    kind, accepts_gap = without_gap(value)
    wanted = [extra for extra in extras if isinstance(extra, Columns)]
    if kind not in _KINDS or len(wanted) != 1:
        raise CheckDeclarationError(
            f"{owner}: annotate {table.name!r} as Annotated[pd.DataFrame, columns(...)] or "
            "Annotated[Relation, columns(...)], with `| Gap` after the type if the check can do without it."
        )
    _demand_columns(owner, table, wanted[0])
    return Parameter(table.name, _KINDS[kind], wanted[0], accepts_gap)


def _demand_columns(owner: str, table: Table, wanted: Columns) -> None:
    existing = [column.name for column in table.columns]
    if not wanted.names:
        raise CheckDeclarationError(f"{owner}: name the columns of {table.name!r} that it needs.")
    if unknown := sorted(set(wanted.names) - set(existing)):
        raise CheckDeclarationError(f"{owner} asks for {unknown} of {table.name!r}; its columns are {existing}.")
    if unknown := sorted(set(wanted.kinds) - set(table.kinds)):
        raise CheckDeclarationError(
            f"{owner} asks for {unknown} of {table.name!r}; its kinds of rows are {list(table.kinds)}."
        )
    if len(set(wanted.names)) != len(wanted.names):
        raise CheckDeclarationError(f"{owner} names a column of {table.name!r} twice.")


def without_gap(hint: object) -> tuple[Any, bool]:
    """Return the type without `| Gap`, and whether that was there."""
    if get_origin(hint) not in {Union, UnionType}:
        return hint, False
    rest = [part for part in get_args(hint) if part is not Gap]
    if len(rest) != 1 or len(rest) == len(get_args(hint)):
        return hint, False
    return rest[0], True
