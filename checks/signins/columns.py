"""A row of `sign_ins` as SQL: what is compared instead of what was logged, and three-valued answers about it."""

from typing import Final

from checks.signins.codes import (
    AAD_GRAPH,
    AS_GOOD_AS_IN,
    BROKER,
    COMMAND_LINES,
    DEAD_TOKENS,
    DEVICE_REGISTRATION,
    DISABLED,
    EXCHANGE,
    EXPIRED_PASSWORD,
    GRAPH,
    INTERRUPTS,
    LOCKED_OR_BLOCKED,
    MFA_FAILED,
    MODERN_CLIENTS,
    NO_SUCH_ACCOUNT,
    NOBODY,
    OFFICE_HOME,
    PASSWORD_RIGHT,
    SHAREPOINT,
    WRONG_PASSWORD,
)
from checks.signins.hosting import HOSTING, MICROSOFT

FIELDS: Final = (
    "id",
    "created_date_time",
    "user_id",
    "user_principal_name",
    "service_principal_id",
    "app_id",
    "resource_id",
    "ip_address",
    "client_app_used",
    "user_agent",
    "is_interactive",
    "correlation_id",
    "conditional_access_status",
    "error_code",
    "failure_reason",
    "additional_details",
    "device_id",
    "device_operating_system",
    "device_browser",
    "device_is_compliant",
    "device_is_managed",
    "device_trust_type",
    "country_or_region",
    "latitude",
    "longitude",
    "risk_level_aggregated",
    "risk_level_during_sign_in",
    "risk_state",
    "risk_event_types_v2",
    "user_type",
    "authentication_requirement",
    "authentication_details",
    "authentication_protocol",
    "incoming_token_type",
    "original_transfer_method",
    "session_id",
    "autonomous_system_number",
)
"""Columns of `sign_ins` that the detections are fed from."""
LABELS: Final = ("user_display_name", "app_display_name", "service_principal_name")
"""Columns that are only shown."""


def mask(*fields: str) -> int:
    """Return the bits of `lacks` for some columns.

    Raises:
        ValueError: One of them is not among FIELDS.
    """
    return sum(1 << FIELDS.index(name) for name in set(fields))


def key_of(expression: str) -> str:
    """Return SQL for the hash of a text; null where it is null or empty."""
    return f"CASE WHEN {expression} <> '' THEN hash({expression}) END"


def _numbers(numbers: frozenset[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))


AGENT: Final = "hash(user_agent, device_operating_system, device_browser)"
"""Which program on which kind of device; also where nothing is said."""

ROW: Final = (
    "CASE WHEN id IS NULL THEN hash(created_date_time, user_id, user_principal_name, ip_address, error_code, app_id, "
    "correlation_id) ELSE hash(id) END"
)

ACCOUNT: Final = f"""
CASE WHEN user_id <> '' AND user_id <> '{NOBODY}' THEN hash(user_id)
     WHEN service_principal_id <> '' AND coalesce(user_id, '') IN ('', '{NOBODY}')
         THEN hash('sp:' || service_principal_id) END"""

STEPS: Final = """
CASE WHEN json_valid(authentication_details) THEN CASE WHEN json_type(authentication_details) = 'ARRAY' THEN from_json(
    authentication_details,
    '[{"authenticationMethod":"VARCHAR","succeeded":"BOOLEAN","authenticationStepResultDetail":"VARCHAR"}]'
) END END"""
"""`steps`: how somebody proved who he is; null where that is not told, or in another shape."""

_REFUSAL_TEXT: Final = "declined|did not respond|did not select|fraud"
_TOLD: Final = """
lower(concat_ws(' | ', additional_details, array_to_string(
    list_transform(steps, lambda s: coalesce(s.authenticationStepResultDetail, '')), ' | ')))"""

_DONE: Final = """
len(list_filter(steps, lambda s: s.succeeded AND s.authenticationMethod NOT IN ('', 'Password', 'Previously satisfied')
    AND NOT contains(lower(coalesce(s.authenticationStepResultDetail, '')), 'satisfied by'))) > 0"""

_MISSING: Final[dict[str, str]] = {
    "user_id": "user_id IS NULL AND service_principal_id IS NULL",
    "ip_address": "addresses.address IS NULL",
    "session_id": "coalesce(session_id, '') = ''",
    "user_agent": "coalesce(user_agent, '') = ''",
    "country_or_region": "coalesce(country_or_region, '') = ''",
    "authentication_details": "steps IS NULL",
    # its answers are about failures only
    "failure_reason": f"failure_reason IS NULL AND coalesce(error_code = {LOCKED_OR_BLOCKED}, TRUE)",
    "additional_details": f"additional_details IS NULL AND coalesce(error_code = {MFA_FAILED}, TRUE)",
}
"""When a column says nothing, where that is more than being null."""

LACKS: Final = " | ".join(
    f"(CASE WHEN {_MISSING.get(name, f'{name} IS NULL')} THEN {1 << bit}::UBIGINT ELSE 0::UBIGINT END)"
    for bit, name in enumerate(FIELDS)
)

LOG: Final = f"""
SELECT
    {ROW} AS row,
    make_timestamp(epoch_us(created_date_time)) AS moment,
    {ACCOUNT} AS who,
    coalesce(who, {key_of("lower(user_principal_name)")}, row) AS person,
    CASE WHEN who IS NOT NULL THEN FALSE WHEN user_id = '{NOBODY}' OR error_code = {NO_SUCH_ACCOUNT} THEN TRUE
        WHEN user_id = '' THEN TRUE END AS is_stranger,
    addresses.address, addresses.near, addresses.wide, addresses.is_private, addresses.is_trusted,
    autonomous_system_number AS asn,
    nullif(upper(country_or_region), '') AS country,
    latitude, longitude,
    error_code AS code,
    code = 0 AS is_success,
    code IN ({AS_GOOD_AS_IN}) AS is_signed_in,
    code IN ({PASSWORD_RIGHT}) AS is_right,
    code IN ({WRONG_PASSWORD}) AS is_wrong,
    code IN ({WRONG_PASSWORD}, {LOCKED_OR_BLOCKED}, {DISABLED}, {EXPIRED_PASSWORD}) AS is_try,
    code = {LOCKED_OR_BLOCKED} AND NOT contains(lower(failure_reason), 'malicious') AS is_lockout,
    code = {LOCKED_OR_BLOCKED} AND contains(lower(failure_reason), 'malicious') AS is_blocked_address,
    code = {DISABLED} AS is_disabled,
    code = {MFA_FAILED} AS is_approval_failed,
    code IN ({INTERRUPTS}) AS is_interrupt,
    code IN ({DEAD_TOKENS}) AS is_dead_token,
    is_interactive,
    {_TOLD} AS told,
    additional_details IS NOT NULL OR steps IS NOT NULL AS is_told,
    CASE WHEN is_told AND regexp_matches(told, '{_REFUSAL_TEXT}') THEN TRUE
        WHEN is_told OR code <> {MFA_FAILED} THEN FALSE END AS is_refused,
    CASE WHEN is_refused THEN CASE
        WHEN contains(told, 'fraud') THEN 'fraud' WHEN contains(told, 'did not select') THEN 'wrong_number'
        WHEN contains(told, 'declined') THEN 'declined' ELSE 'no_response' END END AS refusal,
    CASE WHEN is_refused THEN greatest(1, len(list_filter(steps, lambda s:
        regexp_matches(lower(s.authenticationStepResultDetail), '{_REFUSAL_TEXT}'))))
        WHEN NOT is_refused THEN 0 END::INTEGER AS denials,
    CASE WHEN {_DONE} OR regexp_matches(told, 'mfa (successfully )?completed') THEN TRUE
        WHEN is_told OR authentication_requirement = 'singleFactorAuthentication' THEN FALSE END AS is_mfa_done,
    CASE WHEN is_told THEN contains(told, 'satisfied by claim') AND NOT is_mfa_done END AS is_by_claim,
    authentication_requirement = 'singleFactorAuthentication' AS is_single_factor,
    len(list_filter(steps, lambda s: s.authenticationMethod = 'Password' AND s.succeeded)) > 0 AS is_password,
    len(list_filter(steps, lambda s: contains(lower(s.authenticationMethod), 'oath'))) > 0 AS is_otp,
    CASE WHEN regexp_matches(lower(user_agent), 'bav2ropc|cbainprod|cbaintar') THEN TRUE
        ELSE lower(authentication_protocol) = 'ropc' END AS is_ropc,
    lower(client_app_used) NOT IN ({MODERN_CLIENTS}) AS is_legacy,
    lower(authentication_protocol) = 'devicecode' OR lower(original_transfer_method) = 'devicecodeflow'
        AS is_device_code,
    lower(incoming_token_type) = 'primaryrefreshtoken' AS is_prt,
    contains(lower(incoming_token_type), 'refreshtoken') AND NOT is_prt AS is_refresh_token,
    device_is_compliant OR device_is_managed OR contains(lower(device_trust_type), 'hybrid') AS is_managed,
    agents.family,
    agents.is_mobile OR lower(client_app_used) = 'exchange activesync' AS is_mobile,
    agents.is_scripted, agents.is_kit,
    asn IN ({_numbers(MICROSOFT)}) AS is_microsoft,
    asn IN ({_numbers(HOSTING)}) AS is_hosting,
    CASE WHEN contains(lower(user_principal_name), '#ext#') THEN TRUE ELSE lower(user_type) = 'guest' END AS is_guest,
    lower(user_principal_name) IN (SELECT name FROM emergency_accounts) AS is_break_glass,
    service_principal_id <> '' AND coalesce(user_id, '') IN ('', '{NOBODY}') AS is_service,
    {key_of("lower(app_id)")} AS app,
    {key_of("lower(resource_id)")} AS resource,
    lower(app_id) = '{BROKER}' AS is_broker,
    lower(app_id) = '{OFFICE_HOME}' AS is_office_home,
    lower(app_id) IN ({COMMAND_LINES}) AS is_cli,
    lower(resource_id) = '{DEVICE_REGISTRATION}' AS to_device_registration,
    lower(resource_id) = '{GRAPH}' AS to_graph,
    lower(resource_id) = '{EXCHANGE}' AS to_exchange,
    lower(resource_id) = '{SHAREPOINT}' AS to_sharepoint,
    lower(resource_id) = '{AAD_GRAPH}' AS to_aad_graph,
    client_app_used AS client,
    {key_of("client_app_used")} AS client_key,
    CASE WHEN is_device_code THEN 'deviceCode' WHEN is_ropc THEN 'ropc' END AS flow,
    agent_key AS agent,
    {key_of("session_id")} AS session,
    {key_of("correlation_id")} AS correlation,
    {key_of("device_id")} AS device,
    conditional_access_status AS ca,
    lower(risk_state) AS risk_state,
    lower(risk_level_aggregated) AS risk_level,
    lower(risk_level_during_sign_in) AS risk_level_now,
    len(risk_event_types_v2)::INTEGER AS risk_types,
    coalesce(
        NOT is_interactive AND code = 0 AND lower(authentication_protocol) NOT IN ('devicecode', 'ropc')
        AND is_device_code IS NOT TRUE AND is_ropc IS NOT TRUE AND is_legacy IS NOT TRUE, FALSE
    ) AS is_silent,
    coalesce(ip_address <> '' AND addresses.address IS NULL, FALSE)
        OR coalesce(authentication_details <> '' AND steps IS NULL, FALSE)
        OR error_code IS NULL AS is_malformed,
    {LACKS} AS lacks
"""  # noqa: S608 - constants only
"""The columns of a row, for `FROM <rows with steps> LEFT JOIN addresses … LEFT JOIN agents …`."""
