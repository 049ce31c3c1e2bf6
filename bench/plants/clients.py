"""What people sign in with, and how it ends: programs, protocols, error codes with Entra's own words."""

import json
from typing import Any, Final

from bench.plants.log import Log

WINDOWS_EDGE: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 "
    "Edg/142.0.0.0"
)
WINDOWS_CHROME: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
MAC_SAFARI: Final = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 "
    "Safari/605.1.15"
)
LINUX_CHROME: Final = (
    "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
IPHONE_SAFARI: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 "
    "Mobile/15E148 Safari/604.1"
)
OUTLOOK_IPHONE: Final = "Outlook-iOS/735.4341.2602 Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)"
OUTLOOK_ANDROID: Final = "Dalvik/2.1.0 (Linux; U; Android 16; SM-S931B) Outlook-Android/4.2544.1 PKeyAuth/1.0"
OFFICE_MAC: Final = "Microsoft Outlook/16.103 (Macintosh; Intel Mac OS X 10_15_7)"
SYNC_MAC: Final = "Microsoft SkyDriveSync 25.200.1019 ship; Mac OS X 26.1"
SYNC_WINDOWS: Final = "Microsoft SkyDriveSync 25.200.1019 ship; Windows NT 10.0"
OFFICE_WINDOWS: Final = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.19328; Pro)"
BROKER_WINDOWS: Final = "Windows-AzureAD-Authentication-Provider/1.0"
APPLE_MAIL: Final = "Apple-iPhone17C3/2301.345"
CLI: Final = "python-requests/2.32.3 azure-cli/2.80.0 msal-python/1.34"
ROPC_AGENT: Final = "BAV2ROPC"

GRAPH: Final = ("00000003-0000-0000-c000-000000000000", "Microsoft Graph")
EXCHANGE: Final = ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online")
SHAREPOINT: Final = ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online")
AAD_GRAPH: Final = ("00000002-0000-0000-c000-000000000000", "Windows Azure Active Directory")
AZURE: Final = ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API")
DEVICES: Final = ("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "Device Registration Service")
TEAMS_SERVICE: Final = ("cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "Microsoft Teams Services")
HOME: Final = ("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome")
OUTLOOK_WEB: Final = ("9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web")
OFFICE: Final = ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office")
TEAMS: Final = ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams")
ONEDRIVE: Final = ("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine")
OUTLOOK_MOBILE: Final = ("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile")
BROKER: Final = ("29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker")
WINDOWS_SIGN_IN: Final = ("38aa3b87-a06d-4817-b275-7a389988d93b", "Windows Sign In")
AZURE_CLI: Final = ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI")
AZURE_PORTAL: Final = ("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal")
AZURE_POWERSHELL: Final = ("1950a258-227b-4e31-a9cf-717495945fc2", "Microsoft Azure PowerShell")
VS_CODE: Final = ("aebc6443-996d-45c2-90f0-388ff96faa56", "Visual Studio Code")
DIRECTORY_POWERSHELL: Final = ("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure Active Directory PowerShell")
APPLE_ACCOUNTS: Final = ("f8d98a96-0999-43f5-8af3-69971c7bb423", "Apple Internet Accounts")
MATTERS: Final = ("6f1f0c1e-5f0b-4d66-9d8e-0c6d1a6f7b10", "Dossierbeheer Themis")
ODD_APP: Final = ("b7a3d0f2-0f74-47b1-8f25-8a4c3ec0de55", "eM Sync Helper")

APPS_AND_DESKTOP: Final = "Mobile Apps and Desktop clients"
BROWSER: Final = "Browser"
REFRESH: Final = "refreshToken"
PRIMARY: Final = "primaryRefreshToken"

_BROWSERS: Final = {
    WINDOWS_EDGE: ("Windows10", "Edge 142.0.0"),
    WINDOWS_CHROME: ("Windows10", "Chrome 142.0.0"),
    MAC_SAFARI: ("MacOs", "Safari 19.0"),
    LINUX_CHROME: ("Linux", "Chrome 131.0.0"),
    IPHONE_SAFARI: ("Ios 19.1", "Mobile Safari 19.1"),
    OUTLOOK_IPHONE: ("Ios 19.1", ""),
    OUTLOOK_ANDROID: ("Android", "Rich Client 5.0.0"),
    OFFICE_WINDOWS: ("Windows10", "Rich Client 5.2.6"),
    OFFICE_MAC: ("MacOs", "Rich Client 5.2.6"),
    SYNC_MAC: ("MacOs", "Rich Client 5.2.6"),
    SYNC_WINDOWS: ("Windows10", "Rich Client 5.2.6"),
    BROKER_WINDOWS: ("Windows10", ""),
    APPLE_MAIL: ("Ios", ""),
    CLI: ("", "Python Requests 2.32"),
}


def client(  # noqa: PLR0913 - one per property of Graph
    log: Log,
    app: tuple[str, str],
    resource: tuple[str, str],
    agent: str,
    *,
    kind: str = APPS_AND_DESKTOP,
    is_interactive: bool = True,
    protocol: str = "none",
    token: str = "none",  # noqa: S107 - a kind of token
    transfer: str = "none",
) -> int:
    """Return a way to sign in, in the log's register.

    Args:
        log: Whose register.
        app: Id and name of the client app.
        resource: Id and name of what it asks a token for.
        agent: The user agent.
        kind: `clientAppUsed`.
        is_interactive: Whether a person was at it.
        protocol: `authenticationProtocol`.
        token: `incomingTokenType`.
        transfer: `originalTransferMethod`.
    """
    system, browser = _BROWSERS.get(agent, ("", ""))
    return log.registers["client"].add(
        app_id=app[0],
        app_display_name=app[1],
        resource_id=resource[0],
        resource_display_name=resource[1],
        client_app_used=kind,
        user_agent=agent,
        is_interactive=is_interactive,
        sign_in_event_types=["interactiveUser" if is_interactive else "nonInteractiveUser"],
        authentication_protocol=protocol,
        incoming_token_type=token,
        original_transfer_method=transfer,
        device_operating_system=system,
        device_browser=browser,
    )


def silent(log: Log, app: tuple[str, str], resource: tuple[str, str], agent: str, token: str = REFRESH) -> int:
    """Return a renewal without a person."""
    kind = BROWSER if agent.startswith("Mozilla") else APPS_AND_DESKTOP
    return client(log, app, resource, agent, kind=kind, is_interactive=False, token=token)


def browser(log: Log, app: tuple[str, str], resource: tuple[str, str], agent: str = WINDOWS_EDGE) -> int:
    """Return a sign-in in a browser."""
    return client(log, app, resource, agent, kind=BROWSER)


def _step(method: str, told: str, *, succeeded: bool) -> dict[str, Any]:
    return {"authenticationMethod": method, "authenticationStepResultDetail": told, "succeeded": succeeded}


_PASSWORD: Final = _step("Password", "Correct password", succeeded=True)
_WRONG: Final = _step(
    "Password", "Invalid username or password or Invalid on-premise username or password.", succeeded=False
)
_APPROVED: Final = _step("Mobile app notification", "MFA successfully completed", succeeded=True)
_CLAIM: Final = _step("Previously satisfied", "MFA requirement satisfied by claim in the token", succeeded=True)
_FIRST_CLAIM: Final = _step(
    "Previously satisfied", "First factor requirement satisfied by claim in the token", succeeded=True
)
_HELLO: Final = _step("Windows Hello for Business", "MFA successfully completed", succeeded=True)


def _denied(told: str) -> dict[str, Any]:
    return _step("Mobile app notification", told, succeeded=False)


DECLINED: Final = "MFA denied; user declined the authentication"
NO_RESPONSE: Final = "MFA denied; user did not respond to mobile app notification"
WRONG_NUMBER: Final = "MFA denied; user did not select the correct number"
FRAUD: Final = "MFA denied; Fraud Code Entered"
MULTI: Final = "multiFactorAuthentication"
SINGLE: Final = "singleFactorAuthentication"
WRONG_PASSWORD: Final = "Error validating credentials due to invalid username or password."  # noqa: S105 - a reason
_LOCKED: Final = "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."
_MUST_USE: Final = (
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use "
    "multi-factor authentication to access the resource."
)
_FREQUENCY: Final = "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access."
_MALICIOUS: Final = "Sign-in was blocked because it came from an IP address with malicious activity."

_OUTCOMES: Final[dict[str, tuple[int, str, str, str, list[dict[str, Any]], str]]] = {
    "approved": (0, "Other.", "MFA completed in Azure AD", MULTI, [_PASSWORD, _APPROVED], "success"),
    "hello": (0, "Other.", "", MULTI, [_HELLO], "success"),
    "by claim": (0, "Other.", "MFA requirement satisfied by claim in the token", MULTI, [_CLAIM], "success"),
    "renewed": (0, "Other.", "", SINGLE, [_FIRST_CLAIM], "success"),
    "password only": (0, "Other.", "", SINGLE, [_PASSWORD], "notApplied"),
    "wrong": (50126, WRONG_PASSWORD, "", SINGLE, [_WRONG], "notApplied"),
    "unknown name": (50034, "The user account does not exist in the directory.", "", SINGLE, [], "notApplied"),
    "locked": (50053, _LOCKED, "", SINGLE, [_WRONG], "notApplied"),
    "malicious address": (50053, _MALICIOUS, "", SINGLE, [], "notApplied"),
    "disabled": (50057, "The user account is disabled.", "", SINGLE, [], "notApplied"),
    "expired": (50055, "The password is expired.", "", SINGLE, [_PASSWORD], "notApplied"),
    "asked for MFA": (50074, "Strong Authentication is required.", "", MULTI, [_PASSWORD], "failure"),
    "must use MFA": (50076, _MUST_USE, "", MULTI,
                     [_PASSWORD], "failure"),
    "must register MFA": (50072, "Users are required to enroll for multi-factor authentication.", "", MULTI,
                          [_PASSWORD], "failure"),
    "blocked by policy": (53003, "Access has been blocked by Conditional Access policies.", "", SINGLE, [_PASSWORD],
                          "failure"),
    "device not compliant": (53000, "Device is not in required device state: compliant.", "", MULTI, [_PASSWORD],
                             "failure"),
    "external factor": (50158, "External security challenge was not satisfied.", "", SINGLE, [_PASSWORD], "failure"),
    "app not approved": (53002, "The app used is not an approved app for Conditional Access.", "", SINGLE, [_PASSWORD],
                         "failure"),
    "must prove more": (53004, "User needs to complete registration before accessing this content.", "", SINGLE,
                        [_PASSWORD], "failure"),
    "place not allowed": (50131, "Due to risk or place, access was blocked.", "", SINGLE, [_PASSWORD], "failure"),
    "must enroll": (50079, "User needs to enroll for second factor authentication.", "", MULTI, [_PASSWORD], "failure"),
    "not assigned": (50105, "The signed in user is not assigned to a role for the application.", "", SINGLE,
                     [_PASSWORD], "notApplied"),
    "declined": (500121, "Authentication failed during strong authentication request.", DECLINED, MULTI,
                 [_PASSWORD, _denied(DECLINED)], "failure"),
    "no response": (500121, "Authentication failed during strong authentication request.", NO_RESPONSE, MULTI,
                    [_PASSWORD, _denied(NO_RESPONSE)], "failure"),
    "wrong number": (500121, "Authentication failed during strong authentication request.", WRONG_NUMBER, MULTI,
                     [_PASSWORD, _denied(WRONG_NUMBER)], "failure"),
    "fraud": (500121, "Authentication failed during strong authentication request.", FRAUD, MULTI,
              [_PASSWORD, _denied(FRAUD)], "failure"),
    "wrong code": (500121, "Authentication failed during strong authentication request.",
                   "MFA denied; invalid verification code", MULTI,
                   [_PASSWORD, _step("OATH verification code", "MFA denied; invalid verification code",
                                     succeeded=False)], "failure"),
    "stay signed in": (50140, "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
                       "", MULTI, [_PASSWORD], "success"),
    "not signed in": (50058, "Session information is not sufficient for single-sign-on.", "", SINGLE, [],
                      "notApplied"),
    "choose account": (16000, "User account selection is required by the application.", "", SINGLE, [], "notApplied"),
    "device asked": (50097, "Device authentication is required.", "", SINGLE, [], "failure"),
    "password changed": (50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
                         "", SINGLE, [], "notApplied"),
    "session expired": (70043, _FREQUENCY, "", SINGLE, [], "failure"),
    "consent": (65001, "The user or administrator has not consented to use the application.", "", SINGLE, [],
                "success"),
    "secret": (0, "Other.", "", SINGLE, [], "notApplied"),
    "code confirmed": (50199, "For security reasons, user confirmation is required for this request.", "", MULTI,
                       [_CLAIM], "success"),
    "code pending": (70016, "OAuth 2.0 device flow error. Authorization is pending.", "", SINGLE, [], "notApplied"),
}  # fmt: skip


def outcome(log: Log, name: str) -> int:
    """Return how a sign-in ended, by a name of this module, in the log's register."""
    code, reason, details, requirement, steps, policies = _OUTCOMES[name]
    return log.registers["outcome"].add(
        error_code=code,
        failure_reason=reason,
        additional_details=details,
        authentication_requirement=requirement,
        authentication_details=json.dumps(steps, sort_keys=True, separators=(",", ":")),
        conditional_access_status=policies,
        applied_conditional_access_policies="[]",
    )
