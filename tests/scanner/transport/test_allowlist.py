"""Nothing but the declared reads can leave the machine."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from reading_kit import ALL_USERS, DRIVE, DRIVE_DELTA, INBOX_RULES, PERMISSIONS, TEMPLATES, a_config, a_session

from scanner.transport.allowlist import AllowList
from scanner.transport.budget import BudgetKey
from scanner.transport.errors import RequestRefused
from scanner.transport.send import Call, Signer
from scanner.transport.session import Session
from scanner.transport.templates import Api, Pack, Template, Workload
from simulator.server import Simulator

ORIGIN = "https://graph.microsoft.com"

REFUSED = [
    # writes
    ("POST", "v1.0/users"),
    ("PATCH", "v1.0/users/u1"),
    ("DELETE", "v1.0/users/u1"),
    ("PUT", "v1.0/users/u1/photo/$value"),
    ("POST", "v1.0/users/u1/sendMail"),
    ("POST", "v1.0/users/u1/revokeSignInSessions"),
    ("POST", "v1.0/users/u1/mailFolders/inbox/messageRules"),
    ("PATCH", "v1.0/users/u1/mailFolders/inbox/messageRules/r1"),
    ("DELETE", "v1.0/users/u1/mailFolders/inbox/messageRules/r1"),
    ("POST", "v1.0/identity/conditionalAccess/policies"),
    ("PATCH", "v1.0/identity/conditionalAccess/policies/c1"),
    ("DELETE", "v1.0/identity/conditionalAccess/policies/c1"),
    ("PATCH", "v1.0/policies/identitySecurityDefaultsEnforcementPolicy"),
    ("PATCH", "v1.0/organization/o1"),
    ("POST", "v1.0/domains"),
    ("POST", "v1.0/applications"),
    ("POST", "v1.0/servicePrincipals/s1/appRoleAssignments"),
    ("POST", "v1.0/roleManagement/directory/roleAssignments"),
    ("POST", "v1.0/drives/d1/items/i1/createLink"),
    ("POST", "v1.0/drives/d1/items/i1/invite"),
    ("DELETE", "v1.0/drives/d1/items/i1/permissions/p1"),
    ("PUT", "v1.0/drives/d1/items/i1/content"),
    ("POST", "v1.0/security/auditLog/queries"),
    ("DELETE", "v1.0/sites/s1"),
    # content
    ("GET", "v1.0/users/u1/messages"),
    ("GET", "v1.0/users/u1/messages/m1"),
    ("GET", "v1.0/users/u1/messages/m1/$value"),
    ("GET", "v1.0/users/u1/messages/m1/attachments"),
    ("GET", "v1.0/users/u1/messages/m1/attachments/a1/$value"),
    ("GET", "v1.0/users/u1/mailFolders/inbox/messages"),
    ("GET", "v1.0/users/u1/mailFolders/inbox/messageRules/r1/$value"),
    ("GET", "v1.0/users('u1')/messages('m1')"),
    ("GET", "v1.0/users/u1/events"),
    ("GET", "v1.0/users/u1/calendarView"),
    ("GET", "v1.0/users/u1/contacts"),
    ("GET", "v1.0/users/u1/onenote/pages/p1/content"),
    ("GET", "v1.0/users/u1/drive/root/children"),
    ("GET", "v1.0/users/u1/chats"),
    ("GET", "v1.0/chats/c1/messages"),
    ("GET", "v1.0/teams/t1/channels/c1/messages"),
    ("GET", "v1.0/drives/d1/items/i1/content"),
    ("GET", "v1.0/drives/d1/root:/salaries.xlsx:/content"),
    ("GET", "v1.0/drives/d1/items/i1/thumbnails"),
    ("GET", "v1.0/drives/d1/items/i1/versions/1/content"),
    ("GET", "v1.0/drives/d1/items/i1/workbook/worksheets"),
    ("GET", "v1.0/drives/d1/items/content/permissions"),
    ("GET", "v1.0/groups/g1/threads"),
    ("GET", "v1.0/admin/exchange/tracing/messageTraces"),
    ("GET", "v1.0/informationProtection/bitlocker/recoveryKeys/k1?$select=key"),
    ("GET", "v1.0/directory/deviceLocalCredentials/d1?$select=credentials"),
    ("GET", "v1.0/communications/onlineMeetings/m1/transcripts"),
    # reads that nobody declared, and declared ones that were widened
    ("GET", "v1.0/me"),
    ("GET", "v1.0/users"),
    ("GET", "v1.0/users?$select=id,displayName,mail&$top=3"),
    ("GET", "v1.0/users?$select=id,displayName&$top=999"),
    ("GET", "v1.0/users?$select=id,displayName&$top=3&$expand=messages"),
    ("GET", "v1.0/users?$select=id,displayName&$top=3&$skiptoken=guessed"),
    ("GET", "v1.0/users?$select=id,displayName&$select=id,mail&$top=3"),
    ("GET", "v1.0/users?$select=id,displayName&$top=3&$search=%22displayName:x%22"),
    ("GET", "beta/users?$select=id,displayName&$top=3"),
    ("GET", "v1.0/users/../users?$select=id,displayName&$top=3&$format=xml"),
    ("GET", "v1.0/drives/..%2f..%2fusers/items/i1/permissions?$select=id,roles"),
    ("GET", "v1.0/drives/d1%252Froot/items/i1/permissions?$select=id,roles"),
    ("GET", "v1.0/drives/%2e%2e/items/i1/permissions?$select=id,roles"),
]


class Altered:
    """Signs as the session does, then sends something else: what a bug further up could do."""

    def __init__(self, signer: Signer, method: str, url: str) -> None:
        self._signer = signer
        self._method = method
        self._url = url

    async def sign(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> httpx.Request:
        signed = await self._signer.sign(method, url, headers, body)
        kept = {name: value for name, value in signed.headers.items() if name not in {"host", "content-length"}}
        return httpx.Request(self._method, self._url, headers=kept)

    def reject(self, token: str) -> None:
        self._signer.reject(token)


def a_call(url: str, body: bytes | None = None) -> Call:
    return Call(ALL_USERS, url, BudgetKey(Workload.IDENTITY), 1.0, {"accept": "application/json"}, body)


def a_batch(*parts: Mapping[str, object]) -> bytes:
    return orjson.dumps({"requests": list(parts)})


async def not_refused(session: Session, method: str, url: str) -> bool:
    """Send a request past everything but the allow-list."""
    honest = session.sender.signers
    session.sender.signers = {pack: Altered(signer, method, url) for pack, signer in honest.items()}
    try:
        await session.sender.send(a_call(url))
    except RequestRefused:
        return False
    finally:
        session.sender.signers = honest
    return True


def test_the_table_of_refused_requests_is_long_enough() -> None:
    assert len(REFUSED) >= 40


async def test_no_write_and_no_read_of_content_reaches_the_socket(acme: Simulator) -> None:
    async with a_session(acme) as session:
        acme.requests.clear()
        let_through = [
            (method, path) for method, path in REFUSED if await not_refused(session, method, f"{session.origin}/{path}")
        ]

    assert let_through == []
    assert acme.requests == []


async def test_nor_as_a_part_of_a_batch(acme: Simulator) -> None:
    let_through = []
    async with a_session(acme) as session:
        acme.requests.clear()
        for method, path in REFUSED:
            version, url = path.split("/", 1)
            body = a_batch({"id": "0", "method": method, "url": f"/{url}"})
            try:
                await session.sender.send(a_call(f"{session.origin}/{version}/$batch", body))
            except RequestRefused:
                continue
            let_through.append((method, path))

    assert let_through == []
    assert acme.requests == []


async def test_nor_as_a_continuation(acme: Simulator) -> None:
    let_through = []
    async with a_session(acme) as session:
        acme.requests.clear()
        for _, path in REFUSED:
            for template in TEMPLATES:
                if "guessed" in path and template is ALL_USERS:
                    continue  # with a token it is what Graph itself would send
                try:
                    session.trust(template, f"{session.origin}/{path}")
                except RequestRefused:
                    continue
                let_through.append((template.path, path))

    assert let_through == []
    assert acme.requests == []


async def test_nor_through_another_port_of_the_same_host(acme: Simulator) -> None:
    async with a_session(acme) as session:
        acme.requests.clear()
        allowed = f"{ALL_USERS.endpoint}?$select=id,displayName&$top=3"
        tried = [*REFUSED, ("GET", allowed)]
        let_through = [
            path for method, path in tried if await not_refused(session, method, f"{acme.hosts.login}/{path}")
        ]

    assert let_through == []
    assert acme.requests == []


def an_allow_list(*templates: Template) -> AllowList:
    return AllowList(ORIGIN, templates or TEMPLATES)


def a_request(path: str, method: str = "GET", **changes: object) -> httpx.Request:
    return httpx.Request(method, f"{ORIGIN}/{path}", **changes)  # type: ignore[arg-type]


def refusal(allowed: AllowList, request: httpx.Request) -> str:
    """Return the code of the refusal, "" when the request passes."""
    try:
        allowed.admit(request, "tested")
    except RequestRefused as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    "path",
    [
        "v1.0/users?%24select=id,displayName&%24top=3",
        "v1.0/users?$select=id%2CdisplayName&$top=3&$filter=accountEnabled%20eq%20true",
        "v1.0/users/0a1b-22/mailFolders/inbox/messageRules?$select=id,displayName",
        "v1.0/drives/b%21abc-_D/root/delta?$select=id,name&$top=3",
        "v1.0/drives/b!abc/items/01ABC/permissions?$select=id,roles",
    ],
)
def test_a_declared_request_passes(path: str) -> None:
    assert refusal(an_allow_list(), a_request(path)) == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"url": "http://graph.microsoft.com"}, "origin", id="plain http"),
        pytest.param({"url": "https://graph.microsoft.com:8443"}, "origin", id="another port"),
        pytest.param({"url": "https://graph.microsoft.com.attacker.example"}, "origin", id="a longer host"),
        pytest.param({"url": "https://someone@graph.microsoft.com"}, "origin", id="a user name in the address"),
        pytest.param(
            {"headers": {"X-HTTP-Method-Override": "DELETE"}}, "header", id="a header that overrides the method"
        ),
        pytest.param({"headers": {"Host": "attacker.example"}}, "header", id="a host header of its own"),
        pytest.param({"content": b"{}"}, "body", id="a GET with a body"),
        pytest.param({"method": "HEAD"}, "method", id="another method"),
        pytest.param({"method": "get"}, "", id="a lower-case get is a GET"),
    ],
)
def test_it_looks_at_the_whole_request(change: dict[str, Any], code: str) -> None:
    url = f"{change.pop('url', ORIGIN)}/v1.0/users?$select=id,displayName&$top=3"
    request = httpx.Request(change.pop("method", "GET"), url, **change)

    assert refusal(an_allow_list(), request) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(a_batch(), "batch_body", id="no part"),
        pytest.param(
            a_batch(*[{"id": str(n), "method": "GET", "url": "/users"} for n in range(21)]), "batch_body", id="21"
        ),
        pytest.param(b"[]", "batch_body", id="no object"),
        pytest.param(b"{", "batch_body", id="no JSON"),
        pytest.param(b'{"requests":[{"id":"1","method":"GET","url":"/x"}],"more":1}', "batch_body", id="another key"),
        pytest.param(
            b'{"requests":[{"id":"1","method":"DELETE","method":"GET","url":"/users"}]}',
            "batch_body",
            id="a key given twice",
        ),
        pytest.param(a_batch({"id": "1", "method": "get", "url": "/users"}), "batch_part", id="an unusual method"),
        pytest.param(
            a_batch({"id": "1", "method": "GET", "url": "https://attacker.example/users"}),
            "batch_part",
            id="another host",
        ),
        pytest.param(
            a_batch({"id": "1", "method": "GET", "url": "/users?$select=id,displayName&$top=3", "body": {}}),
            "batch_part",
            id="a part with a body",
        ),
        pytest.param(
            a_batch(
                {
                    "id": "1",
                    "method": "GET",
                    "url": "/users?$select=id,displayName&$top=3",
                    "headers": {"X-HTTP-Method": "PUT"},
                }
            ),
            "batch_part",
            id="a part with a header of its own",
        ),
        pytest.param(
            a_batch({"id": "1", "method": "GET", "url": "/users?$select=id,displayName&$top=3", "dependsOn": ["0"]}),
            "batch_part",
            id="a part that depends on another",
        ),
        pytest.param(
            a_batch({"id": "1", "method": "GET", "url": "/users?$select=id,displayName&$top=3"}), "", id="allowed"
        ),
    ],
)
def test_a_batch_holds_nothing_but_allowed_reads(body: bytes, code: str) -> None:
    request = a_request("v1.0/$batch", "POST", content=body, headers={"content-type": "application/json"})

    assert refusal(an_allow_list(), request) == code


def test_a_batch_goes_to_the_batch_address_only() -> None:
    body = a_batch({"id": "1", "method": "GET", "url": "/users?$select=id,displayName&$top=3"})

    assert refusal(an_allow_list(), a_request("v1.0/users", "POST", content=body)) == "method"
    assert refusal(an_allow_list(), a_request("v1.0/$batch?x=1", "POST", content=body)) == "method"


def test_a_continuation_passes_only_after_an_answer_brought_it() -> None:
    allowed = an_allow_list()
    path = "v1.0/users?$select=id,displayName&$top=3&$skiptoken=opaque"
    before = refusal(allowed, a_request(path))
    allowed.trust(ALL_USERS, f"{ORIGIN}/{path}")

    assert (before, refusal(allowed, a_request(path))) == ("query", "")


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("https://attacker.example/v1.0/users?$skiptoken=x", "foreign_continuation"),
        ("https://graph.microsoft.com:444/v1.0/users?$skiptoken=x", "foreign_continuation"),
        ("http://graph.microsoft.com/v1.0/users?$skiptoken=x", "foreign_continuation"),
        ("https://a:b@graph.microsoft.com/v1.0/users?$skiptoken=x", "foreign_continuation"),
        ("/v1.0/users?$skiptoken=x", "foreign_continuation"),
        ("https://graph.microsoft.com/\x00", "foreign_continuation"),
        ("https://graph.microsoft.com/beta/users?$skiptoken=x", "undeclared_continuation"),
        ("https://graph.microsoft.com/v1.0/groups?$skiptoken=x", "undeclared_continuation"),
        ("https://graph.microsoft.com/v1.0/users/u1/messages?$skiptoken=x", "undeclared_continuation"),
        ("https://graph.microsoft.com/v1.0/users", "undeclared_continuation"),
        ("https://graph.microsoft.com/v1.0/users?$select=id,displayName&$top=999", "undeclared_continuation"),
        ("https://graph.microsoft.com/v1.0/users?$select=id,mail&$skiptoken=x", "undeclared_continuation"),
        ("https://graph.microsoft.com/v1.0/users?select=id,mail&$skiptoken=x", "undeclared_continuation"),
        ("https://graph.microsoft.com/v1.0/users?$expand=manager&$skiptoken=x", "undeclared_continuation"),
        ("https://graph.microsoft.com/v1.0/users?$skiptoken=x&$skiptoken=y", "undeclared_continuation"),
    ],
)
def test_a_continuation_stays_where_the_listing_is(link: str, code: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        an_allow_list().trust(ALL_USERS, link)

    assert refused.value.code == code


def test_a_continuation_may_take_the_other_paths_its_template_declares() -> None:
    sites = Template(
        Api.GRAPH_V1,
        "sites/getAllSites",
        Workload.SHAREPOINT,
        permission="Sites.Read.All",
        pack=Pack.FILES,
        select=("id",),
        continuation=("sites/oneDrive.getAllSites", "drives/{drive_id}/root/delta(token='{token}')"),
    )
    allowed = an_allow_list(sites)

    for path in ("sites/oneDrive.getAllSites?$skiptoken=x", "drives/b!1/root/delta(token='aTE09-_=')"):
        assert allowed.trust(sites, f"{ORIGIN}/v1.0/{path}")
    with pytest.raises(RequestRefused):
        allowed.trust(sites, f"{ORIGIN}/v1.0/drives/b!1/root/delta(token='a')/content")


@pytest.mark.parametrize(
    "path", ["users/{user_id}/messages", "drives/{d}/items/{i}/content", "users/{id}/photo/$value"]
)
def test_a_template_for_content_cannot_even_be_declared(path: str) -> None:
    mistake = replace(INBOX_RULES, path=path)

    with pytest.raises(RequestRefused):
        an_allow_list(mistake)


def test_nor_one_whose_continuation_or_properties_lead_to_content() -> None:
    for mistake in (
        replace(DRIVE_DELTA, continuation=("drives/{drive_id}/root/content",)),
        replace(DRIVE_DELTA, select=("id", "@microsoft.graph.downloadUrl")),
        replace(INBOX_RULES, select=("id", "body/content")),
    ):
        with pytest.raises(RequestRefused):
            an_allow_list(mistake)


def test_a_template_cannot_declare_an_option_that_widens_what_is_read() -> None:
    with pytest.raises(ValueError, match=r"\$expand"):
        an_allow_list(replace(ALL_USERS, query=("$expand",)))


async def test_a_value_cannot_climb_out_of_its_place_in_the_path(acme: Simulator) -> None:
    hostile = ["u1/messages", "..", "u1?$expand=messages", "u1%2Fmessages", "$count", "", "messages", "u1#", "a\\b"]
    async with a_session(acme) as session:
        acme.requests.clear()
        for value in hostile:
            with pytest.raises(RequestRefused):
                await session.get(INBOX_RULES, session.describe(INBOX_RULES, {"user_id": value}, {}), {})

    assert acme.requests == []


async def test_what_was_not_declared_to_the_session_cannot_be_described(acme: Simulator) -> None:
    async with a_session(acme, templates=[ALL_USERS]) as session:
        with pytest.raises(RequestRefused) as refused:
            session.describe(PERMISSIONS, {"drive_id": DRIVE, "item_id": "i1"}, {})

    assert refused.value.code == "undeclared"


async def test_a_pack_that_is_off_cannot_be_asked(acme: Simulator) -> None:
    async with a_session(acme, a_config(acme, packs=("base",))) as session:
        with pytest.raises(RequestRefused):
            session.describe(INBOX_RULES, {"user_id": "u1"}, {})


async def test_a_refusal_tells_nothing_of_the_request(acme: Simulator) -> None:
    async with a_session(acme) as session:
        with pytest.raises(RequestRefused) as refused:
            await session.get(ALL_USERS, f"{session.origin}/v1.0/users?$filter=canary", {})

    assert "canary" not in f"{refused.value} {refused.value!r}"
