"""The tenant's policies: security defaults, Conditional Access."""

from typing import Final

from scanner.collectors.collector import Collector, Reading
from scanner.collectors.results import Result
from scanner.collectors.rows import Shape, as_json
from scanner.snapshot.tables.policies import CONDITIONAL_ACCESS_POLICIES, SECURITY_DEFAULTS
from scanner.transport.templates import Api, Pack, Template, Workload

AREA: Final = "policies"

_SECURITY_DEFAULTS: Final = Template(
    Api.GRAPH_V1,
    "policies/identitySecurityDefaultsEnforcementPolicy",
    Workload.IDENTITY,
    permission="Policy.Read.All",
    pack=Pack.BASE,
    select=("id", "isEnabled"),
)
_CONDITIONAL_ACCESS: Final = Template(
    Api.GRAPH_V1,
    "identity/conditionalAccess/policies",
    Workload.CONDITIONAL_ACCESS,
    permission="Policy.Read.All",
    pack=Pack.BASE,
    select=(
        "id",
        "displayName",
        "state",
        "createdDateTime",
        "modifiedDateTime",
        "templateId",
        "conditions",
        "grantControls",
        "sessionControls",
    ),
    headers=(("Prefer", "include-unknown-enum-members"),),
    license="AAD_PREMIUM",
)

_SECURITY_DEFAULTS_SHAPE: Final = Shape(SECURITY_DEFAULTS)
_CONDITIONAL_ACCESS_SHAPE: Final = Shape(CONDITIONAL_ACCESS_POLICIES, paths={"raw": ""}, readers={"raw": as_json})


async def _read_security_defaults(reading: Reading) -> Result:
    """Read the one switch of security defaults.

    Source:
        https://learn.microsoft.com/graph/api/identitysecuritydefaultsenforcementpolicy-get
    """
    policy = await reading.graph.single(_SECURITY_DEFAULTS)
    await reading.keep(_SECURITY_DEFAULTS_SHAPE.convert([policy], _SECURITY_DEFAULTS.endpoint))
    return Result()


async def _read_conditional_access(reading: Reading) -> Result:
    """Read every Conditional Access policy, its JSON kept whole.

    An empty list is *no policies* only because Graph said so with a 200; a refusal is a gap.

    Source:
        https://learn.microsoft.com/graph/api/conditionalaccessroot-list-policies
    """
    await reading.keep(await reading.listing(_CONDITIONAL_ACCESS, _CONDITIONAL_ACCESS_SHAPE))
    return Result()


COLLECTORS: Final = (
    Collector(SECURITY_DEFAULTS, AREA, (_SECURITY_DEFAULTS,), _read_security_defaults),
    Collector(CONDITIONAL_ACCESS_POLICIES, AREA, (_CONDITIONAL_ACCESS,), _read_conditional_access),
)
