"""What the declarations say together: which permission opens which table, and which check reads it."""

from collections.abc import Collection, Iterator, Sequence

from checks.registry import CATALOGUE, Catalogue
from scanner.collectors.catalogue import COLLECTORS
from scanner.rights import Right
from scanner.transport.templates import Pack


def checks_that_read(tables: Collection[str], catalogue: Catalogue = CATALOGUE) -> tuple[str, ...]:
    """Return the ids of the checks that read one of `tables`, themselves or through what is derived from it."""
    return tuple(check.id for check in catalogue if not set(tables).isdisjoint(_tables_of(check.needs, catalogue)))


def _tables_of(needs: Sequence[str], catalogue: Catalogue) -> Iterator[str]:
    for need in needs:
        yield need
        if need in catalogue.derived_inputs:
            yield from _tables_of([p.name for p in catalogue.derived_inputs[need].parameters], catalogue)


def rights_of_pack(pack: Pack) -> dict[Right, tuple[str, ...]]:
    """Return the permissions that a consent pack needs, each with the tables it opens."""
    opened: dict[Right, list[str]] = {}
    for collector in COLLECTORS:
        for declared in collector.templates:
            if declared.pack is pack:
                opened.setdefault(Right(declared.service, declared.permission), []).append(collector.table.name)
    return {right: tuple(dict.fromkeys(tables)) for right, tables in sorted(opened.items())}
