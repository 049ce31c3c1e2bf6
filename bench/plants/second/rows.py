"""Sign-ins of attackers as Entra logs them: who was meant, from where, with what, and how it was answered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson

Row = dict[str, Any]

NOBODY: Final = "00000000-0000-0000-0000-000000000000"
BROKER: Final = "29d9ed98-a469-4536-ade2-f981bc1d605e"
DEVICE_REGISTRATION: Final = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"
GRAPH: Final = ("00000003-0000-0000-c000-000000000000", "Microsoft Graph")
EXCHANGE: Final = ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online")
SHAREPOINT: Final = ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online")
OLD_GRAPH: Final = ("00000002-0000-0000-c000-000000000000", "Windows Azure Active Directory")
REGISTRATION: Final = (DEVICE_REGISTRATION, "Device Registration Service")
MANAGER: Final = ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API")


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody that an attacker means; without an object id where Entra knows nobody of that name."""

    name: str
    user_principal_name: str
    user_id: str = NOBODY


@dataclass(frozen=True, slots=True)
class Spot:
    city: str
    country: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an attacker is seen, one address of one carrier."""

    address: str
    asn: int
    spot: Spot
    is_hosting: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """What an attacker signs in with."""

    user_agent: str | None
    system: str | None = None
    browser: str | None = None
    client: str = "Browser"
    is_phone: bool = False


@dataclass(frozen=True, slots=True)
class App:
    id: str
    name: str
    resource: tuple[str, str] = GRAPH


OFFICE_HOME: Final = App("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome")
OFFICE: Final = App("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office")
TEAMS: Final = App("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams")
AZURE_CLI: Final = App("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI", MANAGER)
AZURE_SHELL: Final = App("1950a258-227b-4e31-a9cf-717495945fc2", "Microsoft Azure PowerShell", MANAGER)
GRAPH_SHELL: Final = App("14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools")
OLD_SHELL: Final = App("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure Active Directory PowerShell", OLD_GRAPH)
CODE: Final = App("aebc6443-996d-45c2-90f0-388ff96faa56", "Visual Studio Code")
PORTAL: Final = App("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal", MANAGER)
FILES: Final = App("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine", SHAREPOINT)
MAIL: Final = App(EXCHANGE[0], EXCHANGE[1], EXCHANGE)
PHONE_MAIL: Final = App("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile", EXCHANGE)
THE_BROKER: Final = App(BROKER, "Microsoft Authentication Broker", REGISTRATION)

_MODERN: Final = "Mobile Apps and Desktop clients"
CHROME: Final = Tool(
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
    "Windows10",
    "Chrome 139.0.0",
)
FIREFOX: Final = Tool(
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Linux", "Firefox 128.0"
)
SAFARI: Final = Tool(
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
    "Safari/605.1.15",
    "MacOs",
    "Safari 17.4",
)
ANDROID: Final = Tool(
    "Mozilla/5.0 (Linux; Android 13; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile "
    "Safari/537.36",
    "Android 13",
    "Chrome Mobile 138.0.0",
    is_phone=True,
)
PYTHON: Final = Tool("python-requests/2.32.3")
PYTHON_APP: Final = Tool("python-requests/2.31.0", client=_MODERN)
AXIOS: Final = Tool("axios/1.7.2", client=_MODERN)
CURL: Final = Tool("curl/8.5.0", client=_MODERN)
GO: Final = Tool("Go-http-client/1.1", client=_MODERN)
MSAL: Final = Tool("python/3.11 msal/1.28.0", client=_MODERN)
SHELL: Final = Tool("Mozilla/5.0 (Windows NT; Windows NT 10.0; nl-BE) WindowsPowerShell/5.1.19041.4412", client=_MODERN)
EDGE_OLD: Final = Tool(
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 "
    "Safari/537.36 Edge/12.246",
    "Windows10",
    "Edge 12.246",
)
LEGACY_AGENT: Final = "BAV2ROPC"


def legacy(client: str, user_agent: str | None = None) -> Tool:
    """Return a client of a protocol that knows no second factor."""
    return Tool(user_agent, client=client)


@dataclass(frozen=True, slots=True)
class Answer:
    """What Entra answered: its code, its words and the steps it took."""

    code: int
    reason: str | None = None
    details: str | None = None
    steps: tuple[tuple[str, bool, str], ...] | None = ()
    """Method, whether it succeeded, and the words; None where the log tells no steps."""
    needs_two: bool = False
    access: str = "notApplied"


_RIGHT: Final = ("Password", True, "Correct password")
_WRONG: Final = ("Password", False, "Invalid username or password or Invalid on-premise username or password.")
_PUSH: Final = "Mobile app notification"

_REASONS: Final = {
    50126: "Error validating credentials due to invalid username or password.",
    50034: "The user account does not exist in the directory.",
    50056: "Invalid or null password: password does not exist in the directory for this user.",
    50064: "Credential validation on username or password has failed.",
    50057: "The user account is disabled.",
    50072: "User needs to enroll for second factor authentication.",
    50074: "Strong Authentication is required.",
    50076: "Due to a configuration change made by your administrator, or because you moved to a new location, you must "
    "use multi-factor authentication to access the resource.",
    50079: "Due to a configuration change made by your administrator, or because you moved to a new location, you must "
    "enroll in multi-factor authentication to access the resource.",
    50158: "External security challenge was not satisfied.",
    50199: "For security reasons, user confirmation is required for this request.",
    53000: "Device is not in required device state: compliant.",
    53003: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    53004: "User needs to complete multi-factor authentication registration process before accessing this content.",
    530032: "Tenant's security policy blocks this request.",
    500121: "Authentication failed during strong authentication request.",
    80002: "Authentication Agent's password validation request timed out.",
}


def wrong(code: int = 50126) -> Answer:
    """Return the answer to a password that is not the right one, or to a name that nobody has."""
    return Answer(code, _REASONS[code], steps=() if code == 50034 else (_WRONG,))


def locked() -> Answer:
    """Return smart lock-out: too many wrong passwords for this account."""
    return Answer(
        50053,
        "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
        steps=(),
    )


def refused_address() -> Answer:
    """Return the other meaning of the same code: the address is known to be bad, the account is not locked."""
    return Answer(50053, "Sign-in was blocked because it came from an IP address with malicious activity.", steps=())


def admitted(*, by_claim: bool = False, push: bool = False) -> Answer:
    """Return a success: by password alone, with a factor done now, or with one that an earlier sign-in did."""
    if by_claim:
        steps = (("Previously satisfied", True, "MFA requirement satisfied by claim in the token"),)
        return Answer(0, steps=steps, needs_two=True, access="success")
    if push:
        return Answer(0, steps=(_RIGHT, (_PUSH, True, "MFA successfully completed")), needs_two=True, access="success")
    return Answer(0, steps=(_RIGHT,))


def stopped(code: int, *, told: bool = True) -> Answer:
    """Return an answer that comes only after a right password; `told` when the log holds that step."""
    blocked = code in (53000, 53003, 530032)
    return Answer(
        code,
        _REASONS[code],
        steps=(_RIGHT,) if told else None,
        needs_two=not blocked,
        access="failure" if blocked or code in (50074, 50076, 50079) else "notApplied",
    )


def denied(words: str, *, in_status: bool = True, in_steps: bool = True, method: str = _PUSH) -> Answer:
    """Return a second factor that the person did not give, in the log's own words."""
    steps = (_RIGHT, (method, False, words)) if in_steps else None
    return Answer(500121, _REASONS[500121], words if in_status else None, steps, needs_two=True, access="failure")


def sign_in(who: Target, origin: Origin, tool: Tool, app: App, at: datetime, answer: Answer, **other: object) -> Row:
    """Return one row by the columns of `SIGN_INS`; id and correlation are given later unless told here."""
    interactive = other.pop("is_interactive", True)
    row: Row = {
        "created_date_time": at,
        "user_id": who.user_id,
        "user_principal_name": who.user_principal_name.lower(),
        "user_display_name": who.name,
        "app_id": app.id,
        "app_display_name": app.name,
        "resource_id": app.resource[0],
        "resource_display_name": app.resource[1],
        "client_app_used": tool.client,
        "user_agent": tool.user_agent,
        "is_interactive": interactive,
        "conditional_access_status": answer.access,
        "applied_conditional_access_policies": "[]",
        "error_code": answer.code,
        "failure_reason": answer.reason or "Other.",
        "additional_details": answer.details,
        "device_id": "",
        "device_display_name": "",
        "device_operating_system": tool.system,
        "device_browser": tool.browser,
        "risk_detail": "hidden",
        "risk_level_aggregated": "hidden",
        "risk_level_during_sign_in": "hidden",
        "risk_state": "none",
        "risk_event_types_v2": [],
        "user_type": "member",
        "authentication_requirement": f"{'multi' if answer.needs_two else 'single'}FactorAuthentication",
        "authentication_details": _steps(answer, at),
        "authentication_protocol": "none",
        "incoming_token_type": "none",
        "original_transfer_method": "none",
        "sign_in_event_types": ["interactiveUser" if interactive else "nonInteractiveUser"],
        "cross_tenant_access_type": "none",
    }
    return row | _of(origin) | other


def _of(origin: Origin) -> Row:
    return {
        "ip_address": origin.address,
        "autonomous_system_number": origin.asn,
        "city": origin.spot.city,
        "state": origin.spot.city,
        "country_or_region": origin.spot.country,
        "latitude": origin.spot.latitude,
        "longitude": origin.spot.longitude,
    }


def _steps(answer: Answer, at: datetime) -> str | None:
    if answer.steps is None:
        return None
    steps = [
        {
            "authenticationMethod": method,
            "authenticationMethodDetail": "Password in the cloud" if method == "Password" else None,
            "authenticationStepDateTime": at.isoformat().replace("+00:00", "Z"),
            "authenticationStepRequirement": "Primary authentication" if number == 0 else "Multifactor authentication",
            "authenticationStepResultDetail": words,
            "succeeded": succeeded,
        }
        for number, (method, succeeded, words) in enumerate(answer.steps)
    ]
    return orjson.dumps(steps, option=orjson.OPT_SORT_KEYS).decode()


def registered_device(who: Target, at: datetime, device: str, name: str, address: str) -> Row:
    """Return the audit event of a device that somebody registered, by the columns of `DIRECTORY_AUDITS`."""
    target: list[Mapping[str, object]] = [
        {"displayName": name, "id": device, "modifiedProperties": [], "type": "Device"},
    ]
    details = [
        {"key": "Device Id", "value": device},
        {"key": "Device OS", "value": "Windows"},
        {"key": "User-Agent", "value": "Dsreg/10.0 (Windows 10.0.19044.1826)"},
    ]
    return {
        "activity_date_time": at,
        "activity_display_name": "Register device",
        "category": "Device",
        "logged_by_service": "Device Registration Service",
        "operation_type": "Add",
        "result": "success",
        "result_reason": "",
        "initiated_by_user_id": who.user_id,
        "initiated_by_user_principal_name": who.user_principal_name,
        "initiated_by_user_display_name": who.name,
        "initiated_by_ip_address": address,
        "target_resources": orjson.dumps(target, option=orjson.OPT_SORT_KEYS).decode(),
        "additional_details": orjson.dumps(details, option=orjson.OPT_SORT_KEYS).decode(),
    }


def with_resource(app: App, resource: tuple[str, str]) -> App:
    return replace(app, resource=resource)
