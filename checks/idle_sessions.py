"""When a session ends by itself because nobody uses it."""

import re
from datetime import timedelta
from typing import Annotated, Any, Final

import pandas as pd

from checks.frame import records
from checks.json_values import object_of
from checks.model import Gap
from checks.registry import columns, derived
from checks.three_valued import Answer, all_of, any_of

IDLE_AT_MOST: Final = timedelta(hours=3)

_SPAN: Final = re.compile(r"(?:(?P<days>\d+)[.:])?(?P<hours>\d{1,2}):(?P<minutes>\d{2}):(?P<seconds>\d{2})(?:\.0+)?")
_EVERY_APPLICATION: Final = "default"


class IdleSessions:
    """Whether idle sessions end in time, and what was not read of it."""

    def __init__(self, ends_in_time: Answer, gaps: tuple[Gap, ...]) -> None:
        self.ends_in_time = ends_in_time
        self.gaps = gaps


@derived
def idle_sessions(
    activity_timeout_policies: Annotated[
        pd.DataFrame | Gap, columns("id", "is_organization_default", "definition", whole=True)
    ],
    sharepoint_settings: Annotated[
        pd.DataFrame | Gap, columns("idle_session_sign_out_is_enabled", "idle_session_sign_out_after_in_seconds")
    ],
) -> IdleSessions:
    """Return whether sessions in the browser end within three hours, by the tenant's policy or by SharePoint's setting.

    Source:
        https://learn.microsoft.com/microsoft-365/admin/manage/idle-session-timeout-web-apps
    """
    by_policy: Answer = None
    if not isinstance(activity_timeout_policies, Gap):
        by_policy = any_of(map(_policy_ends, records(activity_timeout_policies)))
    by_sharepoint: Answer = None
    if not isinstance(sharepoint_settings, Gap):
        rows = records(sharepoint_settings)
        by_sharepoint = _sharepoint_ends(rows[0]) if len(rows) == 1 else None
    answer = any_of([by_policy, by_sharepoint])
    needs = (activity_timeout_policies, sharepoint_settings)
    return IdleSessions(answer, tuple(need for need in needs if isinstance(need, Gap)) if answer is None else ())


def _policy_ends(row: dict[str, Any]) -> Answer:
    """Whether a policy holds for everybody and ends the sessions of every application in time."""
    return all_of([row["is_organization_default"], _definition_ends(row["definition"])])


def _definition_ends(definition: list[str | None] | None) -> Answer:
    if definition is None:
        return None
    answers: list[Answer] = []
    for text in definition:
        content = object_of(text).get("ActivityBasedTimeoutPolicy")
        applications = content.get("ApplicationPolicies") if isinstance(content, dict) else None
        if not isinstance(applications, list):
            answers.append(None)
            continue
        answers += [_application_ends(each) for each in applications]
    return any_of(answers)


def _application_ends(application: object) -> Answer:
    if not isinstance(application, dict):
        return None
    span = application.get("WebSessionIdleTimeout")
    found = _SPAN.fullmatch(span) if isinstance(span, str) else None
    parts = {name: int(value or 0) for name, value in found.groupdict().items()} if found else None
    in_time = None if parts is None else timedelta() < timedelta(**parts) <= IDLE_AT_MOST
    return all_of([application.get("ApplicationId") == _EVERY_APPLICATION, in_time])


def _sharepoint_ends(row: dict[str, Any]) -> Answer:
    after = row["idle_session_sign_out_after_in_seconds"]
    in_time = None if after is None else 0 < after <= IDLE_AT_MOST.total_seconds()
    return all_of([row["idle_session_sign_out_is_enabled"], in_time])
