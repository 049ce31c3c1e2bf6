"""The catalogue: what registers a check, and what it refuses."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, Final, TypeVar, get_type_hints

from checks import frameworks
from checks.model import OBJECT_ID, OBJECT_NAME, EvidenceKind, Outcome, Severity
from checks.parameters import PROFILE, CheckDeclarationError, Parameter, columns, parameters_of, without_gap
from scanner.snapshot.tables import TABLES

__all__ = ["CATALOGUE", "Catalogue", "Check", "Derived", "check", "columns", "derived"]

_F = TypeVar("_F", bound=Callable[..., Any])
_ID: Final = re.compile(r"[A-Z]{2}-\d\d")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check: its function and everything a customer is told about it."""

    id: str
    title: str
    severity: Severity
    object_type: str
    """What kind of thing fails: `user`, `inbox_rule`, `sharing_link`, `tenant`."""
    evidence: Mapping[str, EvidenceKind]
    remedy: str
    source: str
    """Where Microsoft documents what is judged."""
    why: str
    """The docstring, shown to the customer."""
    function: Callable[..., Outcome]
    parameters: tuple[Parameter, ...]
    entry: frameworks.Entry
    """The check's row in the mapping: area, mode, references."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the tables and derived inputs the check asks for."""
        return tuple(parameter.name for parameter in self.parameters if parameter.name != PROFILE)


@dataclass(frozen=True, slots=True)
class Derived:
    """A registered derived input: computed once per evaluation for all checks that name it."""

    name: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    returns: Any
    """The annotated return type, `| Gap` left out."""


class Catalogue:
    """Registered checks, in order of id, and derived inputs.

    A catalogue that is given a package imports all its modules when it is first read, so
    adding a check is adding a function: there is no list to edit.
    """

    def __init__(self, package: str = "") -> None:
        self._package = package
        self._checks: dict[str, Check] = {}
        self._derived: dict[str, Derived] = {}

    def __iter__(self) -> Iterator[Check]:
        self._load()
        return iter([registered for _, registered in sorted(self._checks.items())])

    def __len__(self) -> int:
        self._load()
        return len(self._checks)

    def __getitem__(self, check_id: str) -> Check:
        self._load()
        return self._checks[check_id]

    def __contains__(self, check_id: object) -> bool:
        self._load()
        return check_id in self._checks

    @property
    def derived_inputs(self) -> Mapping[str, Derived]:
        """The registered derived inputs by name."""
        self._load()
        return MappingProxyType(self._derived)

    def only(self, *check_ids: str) -> "Catalogue":
        """Return a catalogue of some of the checks, with every derived input."""
        self._load()
        part = Catalogue()
        part._checks = {check_id: self._checks[check_id] for check_id in check_ids}
        part._derived = dict(self._derived)
        return part

    def _load(self) -> None:
        if not self._package:
            return
        package, self._package = import_module(self._package), ""
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            import_module(module.name)

    def derived(self, function: _F) -> _F:
        """Register `function` as the input of that name.

        Its parameters are inputs like those of a check, under the same rules; what it lacks,
        every check that names it lacks. A returned `Gap` says that it cannot be told.

        Raises:
            CheckDeclarationError: The declaration is wrong; the message names the fix.
        """
        name = function.__name__
        returns = get_type_hints(function, include_extras=True).get("return")
        if name in TABLES or name == PROFILE or name in self._derived:
            raise CheckDeclarationError(f"{name!r} is taken; give the derived input another name.")
        if returns is None:
            raise CheckDeclarationError(f"{name!r} has no return type; annotate it.")
        _demand_docstring(name, function)
        parameters = parameters_of(name, function, self._types())
        value, _ = without_gap(returns)
        self._derived[name] = Derived(name, function, parameters, value)
        return function

    def check(
        self,
        check_id: str,
        *,
        title: str,
        severity: Severity,
        object_type: str,
        evidence: Mapping[str, EvidenceKind],
        remedy: str,
        source: str,
    ) -> Callable[[_F], _F]:
        """Register the decorated function as a check.

        Args:
            check_id: Two capitals, hyphen, two digits; a row of `frameworks/mapping.csv`.
            title: What is true when the check passes; marked for translation.
            severity: As in the mapping.
            object_type: What kind of thing fails.
            evidence: Every column of failures and unknown besides `object_id` and `object_name`.
            remedy: What to do; marked for translation.
            source: Address of Microsoft's documentation.

        Raises:
            CheckDeclarationError: The declaration is wrong; the message names the fix.
        """

        def register(function: _F) -> _F:
            entry = self._entry(check_id, severity)
            _demand_metadata(check_id, object_type, evidence, {"title": title, "remedy": remedy, "source": source})
            self._checks[check_id] = Check(
                id=check_id,
                title=title,
                severity=severity,
                object_type=object_type,
                evidence=MappingProxyType(dict(evidence)),
                remedy=remedy,
                source=source,
                why=_demand_docstring(check_id, function),
                function=function,
                parameters=parameters_of(check_id, function, self._types()),
                entry=entry,
            )
            return function

        return register

    def _types(self) -> dict[str, Any]:
        return {name: derived_input.returns for name, derived_input in self._derived.items()}

    def _entry(self, check_id: str, severity: Severity) -> frameworks.Entry:
        if not _ID.fullmatch(check_id):
            raise CheckDeclarationError(
                f"{check_id!r} is no check id; write two capitals, a hyphen, two digits: 'ID-01'."
            )
        if check_id in self._checks:
            raise CheckDeclarationError(f"{check_id} is registered twice; take the next free id.")
        entry = frameworks.mapping().get(check_id)
        if entry is None:
            raise CheckDeclarationError(f"{check_id} has no row in checks/frameworks/mapping.csv; add it there first.")
        if severity is not entry.severity:
            raise CheckDeclarationError(
                f"{check_id} is {severity} here and {entry.severity} in mapping.csv; make them agree."
            )
        return entry


def _demand_metadata(
    owner: str, object_type: str, evidence: Mapping[str, EvidenceKind], texts: Mapping[str, str]
) -> None:
    for name, text in texts.items():
        if not text.strip():
            raise CheckDeclarationError(f"{owner} has no {name}; write it, in English.")
    if not texts["source"].startswith("https://"):
        raise CheckDeclarationError(f"{owner}: the source is an address that starts with https://.")
    reserved = {OBJECT_ID, OBJECT_NAME}
    if bad := [name for name in (object_type, *evidence) if not _NAME.fullmatch(name) or name in reserved]:
        raise CheckDeclarationError(f"{owner}: {bad} is no name for an object type or evidence; use snake_case.")


def _demand_docstring(owner: str, function: Callable[..., Any]) -> str:
    text = inspect.getdoc(function)
    if not text:
        raise CheckDeclarationError(f"{owner} has no docstring; say why it matters, for the customer.")
    return text


CATALOGUE: Final = Catalogue("checks")
"""Every check of the product."""

check = CATALOGUE.check
derived = CATALOGUE.derived
