"""Builders of exported sign-in logs: the same sign-ins as each source writes them."""

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from stored_scans import MOMENT, TENANT

Json = dict[str, Any]
UTF_16 = "utf-16"


@dataclass(frozen=True)
class SignIn:
    """One sign-in, whoever writes it down."""

    number: int
    at: datetime = MOMENT - timedelta(days=1)
    code: int = 0
    user: str = "An.Peeters@peeters.example"
    address: str = "203.0.113.7"

    @property
    def id(self) -> str:
        return f"00000000-1111-4222-8333-{self.number:012}"

    @property
    def user_id(self) -> str:
        return f"99999999-1111-4222-8333-{sum(self.user.lower().encode()):012}"

    def later(self, **by: float) -> "SignIn":
        return replace(self, at=self.at + timedelta(**by))


def as_graph(sign_in: SignIn, **more: object) -> Json:
    """Return what Graph's beta endpoint answers."""
    return {
        "id": sign_in.id,
        "createdDateTime": f"{sign_in.at:%Y-%m-%dT%H:%M:%SZ}",
        "userId": sign_in.user_id,
        "userPrincipalName": sign_in.user.lower(),
        "appId": "00000002-0000-0ff1-ce00-000000000000",
        "ipAddress": sign_in.address,
        "clientAppUsed": "Browser",
        "userAgent": "Mozilla/5.0 (Windows NT 10.0) Edg/131.0",
        "isInteractive": True,
        "signInEventTypes": ["interactiveUser"],
        "status": {"errorCode": sign_in.code, "failureReason": "Other.", "additionalDetails": None},
        "deviceDetail": {"deviceId": "", "operatingSystem": "Windows10", "isCompliant": False},
        "location": {"city": "Gent", "countryOrRegion": "BE", "geoCoordinates": {"latitude": 51.05, "longitude": 3.7}},
        "authenticationDetails": [{"authenticationMethod": "Password", "succeeded": True}],
        "resourceTenantId": TENANT,
        "homeTenantId": TENANT,
        "autonomousSystemNumber": 64500,
        **more,
    }


def as_archived(sign_in: SignIn) -> Json:
    """Return what Azure Monitor archives or streams: Graph's object in an envelope."""
    graph = as_graph(sign_in)
    return {
        "time": graph.pop("createdDateTime"),
        "category": "SignInLogs",
        "operationName": "Sign-in activity",
        "tenantId": TENANT,
        "resultType": str(sign_in.code),
        "callerIpAddress": sign_in.address,
        "properties": {**graph, "createdDateTime": f"{sign_in.at:%Y-%m-%dT%H:%M:%S.0000000+00:00}"},
    }


def as_queried(sign_in: SignIn) -> Json:
    """Return a row of a workspace's table of non-interactive sign-ins: flat, with JSON in texts."""
    graph = as_graph(sign_in)
    return {
        "TimeGenerated": f"{sign_in.at:%Y-%m-%dT%H:%M:%S.000Z}",
        "TenantId": "11111111-aaaa-4bbb-8ccc-222222222222",
        "AADTenantId": TENANT,
        "Category": "NonInteractiveUserSignInLogs",
        "Id": sign_in.id,
        "UserId": sign_in.user_id,
        "UserPrincipalName": sign_in.user,
        "AppId": graph["appId"],
        "ResourceIdentity": "00000003-0000-0000-c000-000000000000",
        "IPAddress": sign_in.address,
        "ClientAppUsed": "Browser",
        "ResultType": str(sign_in.code),
        "ResultDescription": "Other.",
        "Status": json.dumps(graph["status"]),
        "DeviceDetail": json.dumps(graph["deviceDetail"]),
        "LocationDetails": json.dumps(graph["location"]),
        "Location": "BE",
        "AuthenticationDetails": json.dumps(graph["authenticationDetails"]),
        "AutonomousSystemNumber": "64500",
        "IsInteractive": "False",
    }


def as_audit(sign_in: SignIn, **more: object) -> Json:
    """Return an event of the unified audit log, as its API gives it."""
    failed = sign_in.code != 0
    return {
        "CreationTime": f"{sign_in.at:%Y-%m-%dT%H:%M:%S}",
        "Id": f"77777777-1111-4222-8333-{sign_in.number:012}",
        "Operation": "UserLoginFailed" if failed else "UserLoggedIn",
        "OrganizationId": TENANT,
        "RecordType": 15,
        "ResultStatus": "Success",
        "UserKey": sign_in.user_id,
        "UserType": 0,
        "Workload": "AzureActiveDirectory",
        "ClientIP": f"[{sign_in.address}]:51712" if ":" in sign_in.address else f"{sign_in.address}:51712",
        "UserId": sign_in.user,
        "ApplicationId": "00000002-0000-0ff1-ce00-000000000000",
        "ErrorNumber": str(sign_in.code),
        "IntraSystemId": sign_in.id,
        "InterSystemsId": "66666666-1111-4222-8333-000000000001",
        "LogonError": "InvalidUserNameOrPassword" if failed else "",
        "ExtendedProperties": [
            {"Name": "UserAgent", "Value": "Mozilla/5.0 (Windows NT 10.0) Edg/131.0"},
            {"Name": "RequestType", "Value": "Login:login"},
        ],
        "DeviceProperties": [
            {"Name": "OS", "Value": "Windows10"},
            {"Name": "SessionId", "Value": "55555555-1111-4222-8333-000000000001"},
            {"Name": "IsCompliantAndManaged", "Value": "False"},
        ],
        "Actor": [{"ID": sign_in.user_id, "Type": 0}, {"ID": sign_in.user, "Type": 5}],
        "Target": [{"ID": "00000003-0000-0000-c000-000000000000", "Type": 0}],
        **more,
    }


def as_rule_change(number: int, at: datetime = MOMENT - timedelta(hours=20), **more: object) -> Json:
    """Return the event of a new inbox rule."""
    return {
        "CreationTime": f"{at:%Y-%m-%dT%H:%M:%S}",
        "Id": f"44444444-1111-4222-8333-{number:012}",
        "Operation": "New-InboxRule",
        "OrganizationId": TENANT,
        "RecordType": 1,
        "Workload": "Exchange",
        "ClientIP": "[2001:db8::7]:443",
        "UserId": "An.Peeters@peeters.example",
        "ResultStatus": "True",
        "Parameters": [
            {"Name": "Identity", "Value": "an.peeters@peeters.example\\.."},
            {"Name": "Name", "Value": ".."},
            {"Name": "ForwardTo", "Value": "elsewhere@mail.example"},
        ],
        **more,
    }


def as_exported(event: Mapping[str, Any]) -> Json:
    """Return an event as Purview exports it: a row whose last column is the event itself."""
    return {
        "RecordId": event["Id"],
        "CreationDate": f"{event['CreationTime']}.0000000Z",
        "RecordType": event.get("RecordType", 15),
        "Operation": event["Operation"],
        "UserId": event["UserId"],
        "AuditData": json.dumps(event),
    }


def as_csv(rows: Sequence[Mapping[str, Any]], delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_lines(rows: Sequence[object]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def a_file(folder: Path, name: str, content: object, encoding: str = "utf-8") -> Path:
    """Write text, or a value as JSON, to a file, which is gzip if it is named so."""
    text = content if isinstance(content, str) else json.dumps(content)
    data = text.encode(encoding)
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path
