"""What the licences of a tenant come with, for answers that do not say that a licence is missing."""

from typing import Final

from scanner.collectors.collector import Reading
from scanner.snapshot.tables.directory import SUBSCRIBED_SKUS

_ENDED: Final = frozenset({"Suspended", "LockedOut", "Deleted"})


async def may_have_plan(reading: Reading, name: str) -> bool:
    """Whether a licence in force may come with a service plan whose name begins with `name`.

    True where the licences were not read. Whoever asks is read after `subscribed_skus`.
    """
    if not reading.has(SUBSCRIBED_SKUS):
        return True
    skus = await reading.rows_of(SUBSCRIBED_SKUS, ("capability_status", "service_plans"))
    plans = [
        plan["service_plan_name"] or ""
        for sku in skus
        if sku["capability_status"] not in _ENDED
        for plan in sku["service_plans"] or []
    ]
    return any(plan.startswith(name) for plan in plans)
