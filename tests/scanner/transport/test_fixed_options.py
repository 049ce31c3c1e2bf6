"""Options that widen what is read pass only as a template declares them, word for word."""

from dataclasses import replace

import httpx
import pytest
from reading_kit import ALL_USERS

from scanner.transport.allowlist import AllowList
from scanner.transport.errors import RequestRefused
from scanner.transport.templates import Template

ORIGIN = "https://graph.microsoft.com"
PATH = "v1.0/users?$select=id,displayName&$top=3"
EXPANDED = replace(ALL_USERS, fixed=(("$expand", "manager($select=id)"),))


def an_allow_list(template: Template) -> AllowList:
    return AllowList(ORIGIN, [template])


def refusal(allowed: AllowList, path: str) -> str:
    """Return the code with which a GET is refused, "" for one that passes."""
    try:
        allowed.admit(httpx.Request("GET", f"{ORIGIN}/{path}", headers={"accept": "application/json"}), "v1.0/users")
    except RequestRefused as refused:
        return refused.code
    return ""


def test_an_option_passes_word_for_word_and_no_other_way() -> None:
    allowed = an_allow_list(EXPANDED)

    assert refusal(allowed, f"{PATH}&$expand=manager($select=id)") == ""
    for other in (PATH, f"{PATH}&$expand=manager", f"{PATH}&$expand=manager($select=id),messages"):
        assert refusal(allowed, other) == "query"


def test_a_continuation_repeats_it_word_for_word_or_not_at_all() -> None:
    allowed = an_allow_list(EXPANDED)
    link = f"{ORIGIN}/{PATH}&$skiptoken=x"

    assert allowed.trust(EXPANDED, link)
    assert allowed.trust(EXPANDED, f"{link}&$expand=manager($select=id)")
    with pytest.raises(RequestRefused):
        allowed.trust(EXPANDED, f"{link}&$expand=manager")


@pytest.mark.parametrize("expand", ["messages", "manager($expand=messages)", "manager($select=body)", "drive($value)"])
def test_content_cannot_be_declared_so_either(expand: str) -> None:
    with pytest.raises(RequestRefused):
        an_allow_list(replace(ALL_USERS, fixed=(("$expand", expand),)))


def test_no_other_option_can_be_declared_so() -> None:
    with pytest.raises(ValueError, match=r"\$search"):
        an_allow_list(replace(ALL_USERS, fixed=(("$search", "x"),)))
