"""The two plainest readings: one listing, one object."""

from scanner.collectors.collector import Read, Reading
from scanner.collectors.results import Result
from scanner.collectors.rows import JsonObject, Shape
from scanner.transport.templates import Template


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
