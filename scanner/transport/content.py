"""What may never be read, whatever a template declares: the content of mail, files and chats, and secrets.

This list is the second lock. The first is that only declared templates pass at all; this
one also refuses a template, or a value inside a path, that names content by mistake.
"""

import re
from collections.abc import Iterable
from typing import Final

_CONTENT_SEGMENTS: Final = frozenset(
    {
        "$value",
        "content",
        "contentstream",
        "thumbnails",
        "preview",
        "versions",
        "workbook",
        "createlink",
        "search",
        "export",
        "messages",
        "message",
        "attachments",
        "hostedcontents",
        "chats",
        "chatmessages",
        "replies",
        "conversations",
        "threads",
        "posts",
        "calendar",
        "calendars",
        "calendarview",
        "calendargroups",
        "events",
        "contacts",
        "contactfolders",
        "onenote",
        "notebooks",
        "pages",
        "sections",
        "todo",
        "planner",
        "photo",
        "photos",
        "transcripts",
        "recordings",
        "interactionhistory",
        "copilot",
        "quarantine",
        "quarantinedmessages",
        "messagetrace",
        "messagetraces",
        "ediscovery",
        "recoverykeys",
        "devicelocalcredentials",
    }
)
_CONTENT_PROPERTIES: Final = frozenset(
    {
        "body",
        "bodypreview",
        "uniquebody",
        "content",
        "contentbytes",
        "@microsoft.graph.downloadurl",
        "downloadurl",
        "internetmessageheaders",
        "passwordprofile",
    }
)


def names_content(segments: Iterable[str]) -> bool:
    """Whether one of these path segments, decoded, leads to content.

    `messages('x')` and `root:` count as their bare name: OData and OneDrive allow both spellings.
    """
    return any(re.split(r"[(:]", segment, maxsplit=1)[0].casefold() in _CONTENT_SEGMENTS for segment in segments)


def selects_content(properties: Iterable[str]) -> bool:
    """Whether one of these `$select` properties holds content or a secret."""
    return any(name.split("/")[0].casefold() in _CONTENT_PROPERTIES for name in properties)
