"""Device codes: somebody signs in for a device that may be another's, and what follows where it is."""

from datetime import timedelta
from typing import Final

from checks.signins.columns import mask
from checks.signins.detections.familiar import HIT, SHARED, episodes
from checks.signins.units import Family, Level, Unit
from m365_posture.texts import mark

CONFIRMATION: Final = 50199
"""Code of the question whether one wants to sign in to the program that shows the code."""
CHAIN_MINUTES: Final = 3
"""A kit registers its device and takes a token for it within so many minutes."""
CLOCK_MINUTES: Final = 2
"""So much the clocks of two logs may differ."""
SESSION_MINUTES: Final = 30
DEVICE_MINUTES: Final = 60
"""A device of a stranger's that was registered works with a token of its own within so many minutes."""

WINDOWS_SIGN_IN: Final = "38aa3b87-a06d-4817-b275-7a316988d93b"
"""Takes a primary token whenever somebody unlocks his computer."""

_ORDINARY_APPS: Final = (
    "97877f11-0fc6-4aee-b1ff-febb0519dd00",  # tools of Azure DevOps
    "80faf920-1908-4b52-b5ef-a8e7bedfc67a",  # command line of Kubernetes on Azure
    "74bcdadc-2fdc-4bb3-8459-76d06952a0e9",  # Intune's portal
    "4813382a-8fa7-425e-ab75-3b753aab3abb",  # Authenticator
    "a850aaae-d5a5-4e82-877c-ce54ff916282",  # desk telephones
)
_ORDINARY: Final = ", ".join(f"hash('{app}')" for app in _ORDINARY_APPS)
"""Programs that are made to sign in by a code."""

# The device is signed in from where it stands: at a place that is known, one of the person's own is likely.
# Version 1.0 of the log has no protocol: there a confirmed question and a success of one attempt stand for it.
_CODES: Final = f"""
confirmed AS (
    SELECT DISTINCT who AS asked, correlation AS attempt FROM seen
    WHERE code = {CONFIRMATION} AND correlation IS NOT NULL AND who IS NOT NULL
),
codes AS MATERIALIZED (
    SELECT
        seen.*,
        coalesce(is_new_flow, lag(row) OVER (PARTITION BY who ORDER BY moment, row) IS NULL) AS is_first,
        coalesce(is_hosting OR is_new_country OR is_new_asn, is_new_near, FALSE) AND NOT {SHARED} AS is_strange
    FROM seen LEFT JOIN confirmed ON asked = who AND attempt = correlation
    WHERE who IS NOT NULL AND is_success AND is_guest IS NOT TRUE AND is_managed IS NOT TRUE
        AND is_service IS NOT TRUE AND (app IS NULL OR app NOT IN ({_ORDINARY}))
        AND (is_device_code OR (asked IS NOT NULL AND lacks & {mask("authentication_protocol")} <> 0))
)"""  # noqa: S608 - constants only

_FIRST_CODE: Final = f"""
WITH {_CODES}, {episodes("told", "codes", "INTERVAL 60 MINUTES")}
SELECT
    {HIT},
    TRUE AS succeeded, TRUE AS approved,
    CASE WHEN bool_or(is_strange) THEN 'high' ELSE 'listed' END AS level,
    {{'networks': count(DISTINCT near), 'apps': count(DISTINCT app)}} AS facts
FROM told GROUP BY who, episode HAVING bool_or(is_first AND is_learned) ORDER BY first, who
"""  # noqa: S608 - constants only

# A screen of a meeting room is set up by such a code, on the firm's own network, and again when its session ends.
# Codes for other programs are no such habit: a developer who uses them daily is lured by one for the broker, too.
_BROKER_CODE: Final = f"""
WITH earlier AS (SELECT who AS theirs, first_seen FROM history WHERE kind = 'broker_code'),
codes AS (
    SELECT
        seen.*,
        coalesce(is_new_flow IS FALSE AND coalesce(is_new_asn, is_new_near, TRUE) IS FALSE, FALSE) AS is_at_ease
    FROM seen LEFT JOIN earlier ON theirs = who
    WHERE who IS NOT NULL AND is_success AND is_device_code AND is_broker
        AND is_managed IS NOT TRUE AND is_service IS NOT TRUE
        AND NOT (is_at_ease AND coalesce(earlier.first_seen < moment, FALSE))
        AND NOT (is_learned IS FALSE AND (is_trusted IS TRUE OR {SHARED}))
),
{episodes("told", "codes", "INTERVAL 24 HOURS")}
SELECT
    {HIT},
    TRUE AS succeeded, TRUE AS approved, CASE WHEN bool_and(is_at_ease) THEN 'listed' ELSE 'high' END AS level,
    {{'to_data': coalesce(bool_or(to_exchange OR to_sharepoint OR to_graph), FALSE)}} AS facts
FROM told GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

_CHAIN: Final = f"""
WITH asked AS MATERIALIZED (
    SELECT *, {SHARED} AS is_shared FROM seen
    WHERE who IS NOT NULL AND is_success AND is_broker AND to_device_registration
        AND is_managed IS NOT TRUE AND is_guest IS NOT TRUE
),
registered AS MATERIALIZED (
    SELECT moment, unnest(list_distinct([who, target])) AS person FROM audits
    WHERE operation = 'register device' AND is_success IS NOT FALSE
),
taken AS MATERIALIZED (
    SELECT row, moment, who AS person FROM seen
    WHERE who IS NOT NULL AND is_success AND is_interactive IS NOT FALSE AND is_prt AND is_device_code
        AND is_managed IS NOT TRUE AND to_device_registration IS NOT TRUE
),
same_device AS MATERIALIZED (
    SELECT
        row, moment, who AS person, device, coalesce(app = hash('{WINDOWS_SIGN_IN}'), FALSE) AS is_unlocking
    FROM seen
    WHERE who IS NOT NULL AND is_success AND is_prt AND device IS NOT NULL
        AND is_managed IS NOT TRUE AND to_device_registration IS NOT TRUE
),
browsed AS MATERIALIZED (
    SELECT moment, who AS person, session, near FROM seen
    WHERE is_success AND is_interactive AND client = 'Browser' AND session IS NOT NULL AND near IS NOT NULL
),
steps AS (
    SELECT
        asked.*,
        registered.person IS NOT NULL AS is_registered,
        coalesce(taken.row, same_device.row) AS token,
        browsed.person IS NOT NULL AS is_elsewhere_too
    FROM asked
    LEFT JOIN registered ON registered.person = asked.who AND registered.moment
        BETWEEN asked.moment - INTERVAL {CLOCK_MINUTES} MINUTES
        AND asked.moment + INTERVAL {CHAIN_MINUTES + CLOCK_MINUTES} MINUTES
    LEFT JOIN taken ON taken.person = asked.who AND taken.moment
        BETWEEN asked.moment AND asked.moment + INTERVAL {CHAIN_MINUTES + CLOCK_MINUTES} MINUTES
    LEFT JOIN same_device ON same_device.person = asked.who AND same_device.device = asked.device
        AND coalesce(is_hosting OR is_new_country OR is_new_asn, is_new_near, FALSE) AND NOT is_shared
        AND same_device.moment BETWEEN asked.moment AND asked.moment + INTERVAL {DEVICE_MINUTES} MINUTES
    LEFT JOIN browsed ON browsed.person = asked.who AND browsed.session = asked.session AND browsed.near <> asked.near
        AND browsed.moment BETWEEN asked.moment - INTERVAL {SESSION_MINUTES} MINUTES
        AND asked.moment + INTERVAL {SESSION_MINUTES} MINUTES
),
odd AS (
    SELECT
        row, moment, who, address, is_registered, token,
        CASE WHEN is_registered AND (token IS NOT NULL OR is_device_code) THEN 'high'
            WHEN is_registered AND is_new_asn AND NOT is_shared AND is_learned THEN 'high'
            WHEN token IS NOT NULL OR is_device_code OR is_hosting OR is_elsewhere_too THEN 'medium' END AS worth
    FROM steps WHERE worth IS NOT NULL
),
bare AS (
    SELECT row, moment, who, address, device FROM seen
    WHERE who IS NOT NULL AND is_success AND is_broker AND is_refresh_token AND is_joined AND device IS NOT NULL
        AND is_managed IS NOT TRUE AND is_guest IS NOT TRUE AND is_learned
        AND coalesce(is_hosting OR is_new_asn, is_new_near, FALSE) AND NOT {SHARED}
),
devices AS (SELECT who, device, min(moment) AS since FROM seen WHERE device IS NOT NULL GROUP BY ALL),
unbound AS (
    SELECT bare.row, bare.moment, bare.who, bare.address, same_device.row AS token, same_device.moment AS token_moment
    FROM bare
    JOIN same_device ON same_device.person = bare.who AND same_device.device = bare.device AND NOT is_unlocking
        AND same_device.moment BETWEEN bare.moment AND bare.moment + INTERVAL {DEVICE_MINUTES} MINUTES
    JOIN devices ON devices.who = bare.who AND devices.device = bare.device
        AND devices.since >= bare.moment - INTERVAL {DEVICE_MINUTES} MINUTES
),
ends AS (
    SELECT row, moment, who, address, is_registered, token IS NOT NULL AS is_taken, worth FROM odd
    UNION
    SELECT row, moment, who, address, FALSE, TRUE, 'medium' FROM unbound
    UNION
    SELECT token, token_moment, who, address, FALSE, TRUE, 'medium' FROM unbound
    UNION
    SELECT tokens.row, tokens.moment, who, address, is_registered, TRUE, worth
    FROM odd JOIN (FROM (SELECT row, moment FROM taken) UNION SELECT row, moment FROM same_device) AS tokens
        ON tokens.row = odd.token
),
chain AS (
    SELECT row, moment, who, any_value(address) AS address, bool_or(is_registered) AS is_registered,
        bool_or(is_taken) AS is_taken, min(worth) AS worth
    FROM ends GROUP BY row, moment, who
),
{episodes("told", "chain", "INTERVAL 60 MINUTES")}
SELECT
    {HIT},
    TRUE AS succeeded, TRUE AS approved, min(worth) AS level,
    {{'is_registered': bool_or(is_registered), 'has_token': bool_or(is_taken)}} AS facts
FROM told GROUP BY who, episode ORDER BY first, who
"""  # noqa: S608 - constants only

UNITS: Final = (
    Unit(
        id="D25",
        starts_from=f"is_device_code OR code = {CONFIRMATION}",
        title=mark("First sign-in by device code"),
        family=Family.SESSION,
        level=Level.LISTED,
        technique=("T1528", "T1566"),
        window=timedelta(minutes=60),
        threshold={"learning_days": 14, "learning_successes": 10},
        fields=("user_id", "error_code", "correlation_id"),
        false_alarms=mark("Command lines and editors on a server, screens of meeting rooms, televisions and kiosks."),
        why=mark(
            "Somebody entered a code that a device showed, for the first time, and that device is now signed in. Ask "
            "whose device it was and who sent the code; where nobody needs such codes, a policy can block them."
        ),
        query=_FIRST_CODE,
        needs_learning=True,
        scope="is_success IS NOT FALSE AND is_device_code IS NOT FALSE",
    ),
    Unit(
        id="D26",
        starts_from="is_device_code",
        title=mark("Device code for the program that signs in for all others"),
        family=Family.SESSION,
        level=Level.HIGH,
        technique=("T1528", "T1550.001"),
        window=timedelta(hours=24),
        threshold={},
        fields=("user_id", "error_code", "app_id", "authentication_protocol", "original_transfer_method"),
        false_alarms=mark("A screen of a meeting room, or a telephone on a desk, that is set up by code."),
        why=mark(
            "The Authentication Broker was signed in to by a code. What it holds opens every program and can register "
            "a device. End all sessions unless a device was being set up, and look for devices that were added."
        ),
        query=_BROKER_CODE,
        scope="is_success IS NOT FALSE AND is_device_code IS NOT FALSE",
    ),
    Unit(
        id="D27",
        starts_from="is_broker AND (to_device_registration OR is_joined)",
        title=mark("A device registered in the manner of phishing kits"),
        family=Family.SESSION,
        level=Level.HIGH,
        technique=("T1098.005", "T1550.001"),
        window=timedelta(minutes=CHAIN_MINUTES),
        threshold={
            "chain_minutes": CHAIN_MINUTES,
            "clock_minutes": CLOCK_MINUTES,
            "session_minutes": SESSION_MINUTES,
            "device_minutes": DEVICE_MINUTES,
        },
        fields=("user_id", "error_code", "app_id", "resource_id", "incoming_token_type", "original_transfer_method"),
        tables=("directory_audits",),
        false_alarms=mark("Setting up a new computer or telephone, which registers a device too, but not by code."),
        why=mark(
            "A token asked for a device to be registered, and what followed is what kits do to stay in. Look for the "
            "device among those of this person, remove it if nobody knows it, and end all sessions."
        ),
        query=_CHAIN,
        scope="is_success IS NOT FALSE AND is_broker IS NOT FALSE",
    ),
)
