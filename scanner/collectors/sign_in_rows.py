"""Sign-ins as Graph writes them, beta and v1.0, to the columns of `sign_ins`."""

from typing import Final

from scanner.collectors.rows import Shape, as_json
from scanner.snapshot.tables.sign_ins import SIGN_INS

BETA_PROPERTIES: Final = "beta_properties"
"""Column group that only beta fills."""

_NESTED: Final = {
    "error_code": "status/errorCode",
    "failure_reason": "status/failureReason",
    "additional_details": "status/additionalDetails",
    "device_id": "deviceDetail/deviceId",
    "device_display_name": "deviceDetail/displayName",
    "device_operating_system": "deviceDetail/operatingSystem",
    "device_browser": "deviceDetail/browser",
    "device_is_compliant": "deviceDetail/isCompliant",
    "device_is_managed": "deviceDetail/isManaged",
    "device_trust_type": "deviceDetail/trustType",
    "city": "location/city",
    "state": "location/state",
    "country_or_region": "location/countryOrRegion",
    "latitude": "location/geoCoordinates/latitude",
    "longitude": "location/geoCoordinates/longitude",
    "risk_event_types_v2": "riskEventTypes_v2",
}

SHAPE: Final = Shape(
    SIGN_INS,
    paths=_NESTED,
    readers=dict.fromkeys(("applied_conditional_access_policies", "authentication_details", "mfa_detail"), as_json),
)


def _properties(*, beta: bool) -> tuple[str, ...]:
    columns = [column.name for column in SIGN_INS.columns if beta or column.group != BETA_PROPERTIES]
    return tuple(dict.fromkeys(SHAPE.path(name).split("/")[0] for name in columns))


BETA_SELECT: Final = _properties(beta=True)
V1_SELECT: Final = _properties(beta=False)
