"""The plainest readings: one listing, one object, something of each of many."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from scanner.collectors.collector import Read, Reading, unique
from scanner.collectors.results import Failure, Result, result_of_objects
from scanner.collectors.rows import JsonObject, Shape, as_json, camel_case
from scanner.graph import Part
from scanner.snapshot.ledger import TableState
from scanner.snapshot.schema import Table
from scanner.transport.errors import Malformed, ReadError
from scanner.transport.templates import Template


def whole(table: Table, paths: Mapping[str, str] | None = None) -> Shape:
    """Return the shape of a table that keeps the JSON of each object besides some of its columns."""
    return Shape(table, paths={**(paths or {}), "raw": ""}, readers={"raw": as_json})


def listing_of(template: Template, shape: Shape) -> Read:
    """Return the reading of a table that is one listing."""

    async def read(reading: Reading) -> Result:
        await reading.keep(await reading.listing(template, shape))
        return Result()

    return read


def object_of(template: Template, shape: Shape, *, name: str = "") -> Read:
    """Return the reading of a table that is one object.

    Args:
        template: What to ask.
        shape: How the object becomes the table's one row.
        name: Its `id` where Graph gives it none: there is only one of it in a tenant.
    """

    async def read(reading: Reading) -> Result:
        found = await one_of(reading, template)
        row = {**found, "id": found.get("id") or name} if name else found
        await reading.keep(shape.convert([row], template.endpoint))
        return Result()

    return read


async def one_of(reading: Reading, template: Template) -> JsonObject:
    """Return one object without its envelope."""
    found = await reading.graph.single(template)
    return {name: value for name, value in found.items() if name != "@odata.context"}


async def objects_of(reading: Reading, template: Template, *, filter: str = "") -> list[JsonObject]:  # noqa: A002 - Graph's own name
    """Return every object of a collection as Graph sent it, for tables that join several.

    Raises:
        ReadError: The listing is not complete.
    """
    found: list[JsonObject] = []
    async for page in reading.graph.pages(template, filter=filter):
        if page.restarted:
            found.clear()
        found += page.rows
        reading.advance(len(page.rows))
    return found


def _anything(_row: JsonObject) -> bool:
    return True


async def read_each(
    reading: Reading,
    template: Template,
    shape: Shape,
    name: str,
    ids: Iterable[str],
    *,
    objects: bool = False,
    wanted: Callable[[JsonObject], bool] = _anything,
) -> Result:
    """Read a listing, or one object, of each of many things, and name those of which it cannot be read.

    Args:
        reading: Of the table.
        template: What to ask of each.
        shape: How what is found becomes rows; each object gets the id it was asked for beside its own properties.
        name: Placeholder of the id in the path, and column of it in the table.
        ids: What to ask about.
        objects: Whether each answer is one object.
        wanted: Which of the objects found are kept.
    """
    asked = [{name: each} for each in ids]
    reading.expect(len(asked))
    read, failures = 0, list[Failure]()
    async for part in reading.graph.batch(template, asked, objects=objects):
        error = part.error or await _keep(
            reading, replace(part, rows=[*filter(wanted, part.rows)]), shape, name, template.endpoint
        )
        if error is None:
            read += 1
        else:
            failures.append(Failure.of(part.values[name], error))
        reading.advance()
    return result_of_objects(read, failures)


async def _keep(reading: Reading, part: Part, shape: Shape, name: str, endpoint: str) -> ReadError | None:
    """Keep what was read of one thing; return why not, where it is not what Graph promises."""
    try:
        rows = shape.convert([{**row, camel_case(name): part.values[name]} for row in part.rows], endpoint)
    except Malformed as error:
        return error
    await reading.keep(unique(rows, shape.table.key))
    return None


def limited_by(reading: Reading, result: Result, sources: Sequence[Table]) -> Result:
    """Return the result of a table made of others: partial at best where one of them was not read whole."""
    states = {source.name: reading.scan.finished[source.name] for source in sources}
    holes = [name for name, coverage in states.items() if coverage.state is not TableState.COMPLETE]
    if not holes or not result.state.delivers_rows:
        return result
    nothing = not any(coverage.state.delivers_rows for coverage in states.values())
    state = TableState.FAILED if nothing else TableState.PARTIAL
    return replace(result, state=state, reason=f"needs:{holes[0]}", mend=states[holes[0]].mend)
