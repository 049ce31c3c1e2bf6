"""A row of `sign_ins` as SQL: what is compared instead of what was logged, and three-valued answers about it."""

from collections.abc import Iterable, Mapping
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

_OF_PROGRAM: Final = (
    "user_agent",
    "device_operating_system",
    "device_browser",
    "client_app_used",
    "app_id",
    "resource_id",
    "is_interactive",
    "authentication_protocol",
    "incoming_token_type",
    "original_transfer_method",
)
_OF_OUTCOME: Final = (
    "error_code",
    "failure_reason",
    "additional_details",
    "conditional_access_status",
    "authentication_requirement",
    "user_type",
    "risk_level_aggregated",
    "risk_level_during_sign_in",
    "risk_state",
)

PROGRAM_KEY: Final = f"hash({', '.join(_OF_PROGRAM)})"
OUTCOME_KEY: Final = f"hash({', '.join(_OF_OUTCOME)})"
AGENT: Final = "hash(user_agent, device_operating_system, device_browser)"

_MISSING: Final[Mapping[str, str]] = {
    "user_id": "user_id IS NULL AND coalesce(service_principal_id, '') = ''",
    "ip_address": "addresses.address IS NULL",
    "session_id": "coalesce(session_id, '') = ''",
    "user_agent": "coalesce(user_agent, '') = ''",
    "country_or_region": "coalesce(country_or_region, '') = ''",
    "authentication_details": "coalesce(authentication_details, '') IN ('', '[]')",
    # what Microsoft writes where the firm has no licence for it
    "risk_level_during_sign_in": "coalesce(lower(risk_level_during_sign_in), 'hidden') = 'hidden'",
    "risk_level_aggregated": "coalesce(lower(risk_level_aggregated), 'hidden') = 'hidden'",
    # what they say is asked of failures only
    "failure_reason": f"failure_reason IS NULL AND coalesce(error_code = {LOCKED_OR_BLOCKED}, TRUE)",
    "additional_details": f"additional_details IS NULL AND coalesce(error_code = {MFA_FAILED}, TRUE)",
}
"""When a column says nothing, where that is more or less than being null."""


def _lacks(names: Iterable[str]) -> str:
    return " | ".join(
        f"CASE WHEN {_MISSING.get(name, f'{name} IS NULL')} THEN {mask(name)}::UBIGINT ELSE 0::UBIGINT END"
        for name in names
    )


def distinct(key: str, columns: Iterable[str], source: str) -> str:
    """Return SQL for the distinct values of some columns together, by a key."""
    values = ", ".join(f"any_value({name}) AS {name}" for name in columns)
    return f"SELECT {key} AS key, {values} FROM {source} GROUP BY key"  # noqa: S608 - constants only


def programs_of(source: str) -> str:
    """Return SQL for the distinct programs of rows."""
    return distinct(PROGRAM_KEY, _OF_PROGRAM, source)


def outcomes_of(source: str) -> str:
    """Return SQL for the distinct outcomes of rows."""
    return distinct(OUTCOME_KEY, _OF_OUTCOME, source)


PROGRAMS: Final = f"""
SELECT
    key,
    {key_of("user_agent")} AS agent,
    agents.family,
    agents.is_mobile OR lower(client_app_used) = 'exchange activesync' AS is_mobile,
    agents.is_scripted,
    agents.is_kit,
    is_interactive,
    CASE WHEN regexp_matches(lower(user_agent), 'bav2ropc|cbainprod|cbaintar') THEN TRUE
        ELSE lower(authentication_protocol) = 'ropc' END AS is_ropc,
    lower(client_app_used) NOT IN ({MODERN_CLIENTS}) AS is_legacy,
    lower(authentication_protocol) = 'devicecode' OR lower(original_transfer_method) = 'devicecodeflow'
        AS is_device_code,
    lower(incoming_token_type) = 'primaryrefreshtoken' AS is_prt,
    contains(lower(incoming_token_type), 'refreshtoken') AND NOT is_prt AS is_refresh_token,
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
    coalesce(
        NOT is_interactive AND lower(authentication_protocol) NOT IN ('devicecode', 'ropc')
        AND is_device_code IS NOT TRUE AND is_ropc IS NOT TRUE AND is_legacy IS NOT TRUE
        AND to_device_registration IS NOT TRUE AND is_cli IS NOT TRUE, FALSE
    ) AS is_quiet,
    {_lacks(_OF_PROGRAM)} AS lacks
FROM programs_read LEFT JOIN agents ON agents.agent = {AGENT}
"""  # noqa: S608 - constants only
"""What a program says, once per distinct program."""

OUTCOMES: Final = f"""
SELECT
    key,
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
    lower(additional_details) AS told,
    authentication_requirement = 'singleFactorAuthentication' AS is_single_factor,
    lower(user_type) = 'guest' AS is_guest,
    conditional_access_status AS ca,
    lower(risk_state) AS risk_state,
    lower(risk_level_aggregated) AS risk_level,
    lower(risk_level_during_sign_in) AS risk_level_now,
    {_lacks(_OF_OUTCOME)} AS lacks
FROM outcomes_read
"""  # noqa: S608 - constants only
"""What became of a sign-in, once per distinct outcome."""

_OF_ROW: Final = tuple(name for name in FIELDS if name not in {*_OF_PROGRAM, *_OF_OUTCOME, "created_date_time"})
_OF_REFRESH: Final = (
    "user_id",
    "ip_address",
    "session_id",
    "autonomous_system_number",
    "country_or_region",
    "device_is_compliant",
    "device_is_managed",
)
"""What refreshes are asked, besides their program; other columns are not even read of them."""

LOG: Final = f"""
SELECT
    {ROW} AS row,
    make_timestamp(epoch_us(created_date_time)) AS moment,
    {ACCOUNT} AS who,
    user_id,
    user_principal_name,
    coalesce(service_principal_id, '') <> '' AND coalesce(user_id, '') IN ('', '{NOBODY}') AS is_service,
    addresses.address, addresses.near, addresses.wide, addresses.is_private, addresses.is_trusted,
    autonomous_system_number AS asn,
    asn IN ({_numbers(MICROSOFT)}) AS is_microsoft,
    asn IN ({_numbers(HOSTING)}) AS is_hosting,
    nullif(upper(country_or_region), '') AS country,
    latitude,
    longitude,
    device_is_compliant OR device_is_managed OR contains(lower(device_trust_type), 'hybrid') AS is_managed,
    lower(device_trust_type) = 'azure ad joined' AS is_joined,
    programs.* EXCLUDE (key, lacks, is_quiet),
    outcomes.* EXCLUDE (key, lacks, is_guest),
    CASE WHEN contains(lower(user_principal_name), '#ext#') THEN TRUE ELSE outcomes.is_guest END AS is_guest,
    -- looked at one by one: a token that leaves a joined device which nothing manages, and all of emergency accounts
    coalesce(
        programs.is_quiet AND error_code = 0 AND is_service IS NOT TRUE
        AND NOT coalesce(
            programs.is_broker AND programs.is_refresh_token AND is_joined AND is_managed IS NOT TRUE, FALSE
        )
        AND NOT coalesce(lower(user_principal_name) IN (SELECT name FROM emergency_accounts), FALSE),
        FALSE
    ) AS is_silent,
    error_code,
    authentication_details,
    coalesce(ip_address <> '' AND addresses.address IS NULL, FALSE) AS is_no_address,
    {key_of("session_id")} AS session,
    {key_of("correlation_id")} AS correlation,
    {key_of("device_id")} AS device,
    len(risk_event_types_v2)::INTEGER AS risk_types,
    programs.lacks | outcomes.lacks | {_lacks(_OF_ROW)} AS lacks,
    programs.lacks | {_lacks(_OF_REFRESH)} AS refresh_lacks
FROM (
    SELECT
        *,
        (SELECT addresses FROM addresses WHERE addresses.text = entries.ip_address) AS addresses,
        (SELECT programs FROM programs WHERE programs.key = entries.program) AS programs,
        (SELECT outcomes FROM outcomes WHERE outcomes.key = entries.outcome) AS outcomes
    FROM entries
)
"""  # noqa: S608 - constants only
"""Every row of `entries`, which are rows of the log with the keys of their program and their outcome.

Looked up row by row, not joined: nobody knows how many rows a log has before it is read, and a join would take it for
the small side and keep all of it in memory.
"""

_REFUSAL_TEXT: Final = "declined|did not respond|did not select|fraud"
_DONE: Final = """
coalesce(len(list_filter(steps, lambda s: s.succeeded
    AND s.authenticationMethod NOT IN ('', 'Password', 'Previously satisfied')
    AND NOT contains(lower(coalesce(s.authenticationStepResultDetail, '')), 'satisfied by'))) > 0, FALSE)"""

PROVED: Final = f"""
SELECT
    * EXCLUDE (told, steps, words),
    CASE WHEN is_refused THEN CASE
        WHEN contains(words, 'fraud') THEN 'fraud' WHEN contains(words, 'did not select') THEN 'wrong_number'
        WHEN contains(words, 'declined') THEN 'declined' ELSE 'no_response' END END AS refusal,
    CASE WHEN is_refused THEN greatest(1, len(list_filter(steps, lambda s:
        regexp_matches(lower(s.authenticationStepResultDetail), '{_REFUSAL_TEXT}'))))
        WHEN NOT is_refused THEN 0 END::INTEGER AS denials,
    CASE WHEN is_told THEN contains(words, 'satisfied by claim') AND NOT is_mfa_done END AS is_by_claim,
    CASE WHEN len(steps) > 0 THEN
        len(list_filter(steps, lambda s: s.authenticationMethod = 'Password' AND s.succeeded)) > 0 END AS is_password,
    CASE WHEN len(steps) > 0 THEN
        len(list_filter(steps, lambda s: contains(lower(s.authenticationMethod), 'oath'))) > 0 END AS is_otp
FROM (
    SELECT
        *,
        CASE WHEN is_told AND regexp_matches(words, '{_REFUSAL_TEXT}') THEN TRUE
            WHEN is_told OR code <> {MFA_FAILED} THEN FALSE END AS is_refused,
        CASE WHEN {_DONE} OR regexp_matches(words, 'mfa (successfully )?completed') THEN TRUE
            WHEN is_told OR is_single_factor THEN FALSE END AS is_mfa_done
    FROM (
        SELECT
            * EXCLUDE (
                lacks, refresh_lacks, error_code, user_id, user_principal_name, is_no_address, authentication_details
            ),
            coalesce(who, {key_of("lower(user_principal_name)")}, row) AS person,
            CASE WHEN who IS NOT NULL THEN FALSE WHEN user_id IN ('', '{NOBODY}') OR code = {NO_SUCH_ACCOUNT} THEN TRUE
                END AS is_stranger,
            lower(user_principal_name) IN (SELECT name FROM emergency_accounts) AS is_break_glass,
            told IS NOT NULL OR coalesce(len(steps) > 0, FALSE) AS is_told,
            lower(concat_ws(' | ', told, array_to_string(
                list_transform(steps, lambda s: coalesce(s.authenticationStepResultDetail, '')), ' | '))) AS words,
            lacks | CASE WHEN steps IS NULL THEN {mask("authentication_details")}::UBIGINT ELSE 0::UBIGINT END AS lacks,
            is_no_address OR coalesce(authentication_details <> '' AND steps IS NULL, FALSE) OR code IS NULL
                AS is_malformed
        FROM (SELECT *, {STEPS} AS steps FROM chosen)
    )
)
"""  # noqa: S608 - constants only
"""Rows of the log, `chosen`, with what the steps of the sign-in tell: too dear to be asked of every row."""
