"""The pages in a real browser: nothing goes wrong, nothing leaves the machine, and hostile names are text."""

import csv
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest
from stored_practice import FIRM, HOSTILE, Practice

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("there is no chromium on this machine (apt-get install chromium)", allow_module_level=True)

playwright = pytest.importorskip("playwright.sync_api")
_START_S = 60
_WAIT_MS = 60_000
expect = playwright.expect
expect.set_options(timeout=_WAIT_MS)
_CLICKS = 12
_ROW_PX = 35
_NAME = 2
"""The column of the table with the names."""


@dataclass
class Browser:
    """A tab on the dashboard, and what went wrong in it."""

    page: "playwright.Page"
    address: str
    troubles: list[str] = field(default_factory=list)

    def open(self, page: str = "", **parameters: str) -> None:
        """Open a page as its links do, and wait until it is there."""
        query = "&".join(f"{name}={value}" for name, value in ({"open": page} | parameters if page else {}).items())
        self.page.goto(f"{self.address}/?{query}")
        self.page.wait_for_selector(".mp h1")

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def address(practice: Practice) -> Iterator[str]:
    """Where `m365-posture dashboard` serves the practice."""
    port = free_port()
    options = ["--config", practice.config, "--key-file", practice.key_file, "--port", str(port), "--no-browser"]
    command = [sys.executable, "-m", "m365_posture", "dashboard", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:  # noqa: S603 - this program itself
        assert child.stderr is not None
        assert child.stderr.readline() == f"The dashboard is at http://127.0.0.1:{port} - stop it with Ctrl-C.\n"
        yield f"http://127.0.0.1:{port}"
        child.terminate()
        assert child.stderr.read() == "The dashboard was stopped.\n"
        assert child.wait(timeout=_START_S) == 0


@pytest.fixture(scope="module")
def chromium() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as started:
        # Containers run as root, where Chromium has no sandbox of its own; the pages are ours.
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=3 * _WAIT_MS)
        yield browser
        browser.close()


@contextmanager
def a_tab(chromium: "playwright.Browser", address: str) -> Iterator[Browser]:
    """Open a tab; whatever went wrong in it, or was asked of another machine, is told at its end."""
    page = chromium.new_page()
    page.set_default_timeout(_WAIT_MS)
    tab = Browser(page, address)
    page.on("console", lambda said: said.type == "error" and tab.troubles.append(f"console: {said.text}"))
    page.on("pageerror", lambda error: tab.troubles.append(f"error: {error}"))
    own = re.compile(rf"{address}/|{address.replace('http', 'ws')}/|data:|blob:{address}/")
    page.on("request", lambda asked: own.match(asked.url) or tab.troubles.append(f"asked: {asked.url}"))
    yield tab
    page.close()
    assert tab.troubles == []


@pytest.fixture
def browser(chromium: "playwright.Browser", address: str) -> Iterator[Browser]:
    """A tab."""
    with a_tab(chromium, address) as tab:
        yield tab


@pytest.fixture(scope="module")
def findings(chromium: "playwright.Browser", address: str) -> Iterator[Browser]:
    """A tab on the findings of the firm, for every test that looks at them."""
    with a_tab(chromium, address) as tab:
        tab.open("findings", tenant="smet")
        yield tab


def test_the_front_page_leads_to_a_tenant_and_on_to_every_page(browser: Browser) -> None:
    browser.open()
    heading = browser.page.locator(".mp h1").first
    expect(heading).to_have_text("Portfolio")
    expect(browser.page.locator("tbody tr:nth-child(2)").first).to_contain_text("Never scanned")

    browser.page.get_by_role("link", name=FIRM).click()
    expect(heading).to_have_text(FIRM)
    row = browser.page.locator("tr", has_text="EM-05")
    asked_for = row.get_by_text("Insurers ask")
    expect(asked_for).to_be_attached()
    expect(asked_for).not_to_be_visible()
    row.locator("summary").press("Enter")
    expect(asked_for).to_be_visible()

    for name, title in (("Findings", "What needs attention at"), ("Coverage", "What was read of")):
        browser.page.get_by_role("link", name=name, exact=True).click()
        expect(heading).to_have_text(re.compile(rf"{title}.*{re.escape(FIRM)}"))


def test_hostile_names_are_text(findings: Browser) -> None:
    findings.page.wait_for_selector("[data-testid=stDataFrame] td", state="attached")
    cells = findings.page.locator("[data-testid=stDataFrame] td").all_text_contents()
    assert set(HOSTILE) <= set(cells)
    assert findings.text(".mp-card h2") in HOSTILE
    assert findings.page.get_by_label("Tenant").input_value() == FIRM
    assert findings.page.title() == "m365-posture"
    assert findings.page.locator("a[href*='outside.example'], img[src*='outside.example'], .katex").count() == 0


def test_the_keyboard_goes_from_finding_to_finding(findings: Browser) -> None:
    click_on_row(findings, 1)

    findings.page.keyboard.press("ArrowDown")
    expect_chosen(findings, 2)

    findings.page.keyboard.press("ArrowUp")
    expect_chosen(findings, 1)


def click_on_row(findings: Browser, row: int) -> None:
    """Click until the row is chosen: after a download the table takes the first click for the focus alone."""
    grid = findings.page.locator("[data-testid=stDataFrame] .dvn-scroller").first
    findings.page.wait_for_selector(cell(row), state="attached")
    for _ in range(_CLICKS):
        grid.click(position={"x": 120, "y": _ROW_PX * (row + 1.7)})
        with suppress(AssertionError):
            return expect_chosen(findings, row, _WAIT_MS / _CLICKS)
    pytest.fail(f"{_CLICKS} clicks did not choose row {row}")


def expect_chosen(findings: Browser, row: int, wait_ms: float = _WAIT_MS) -> None:
    """Wait until the next key goes to the row, and the card tells of its object: the page has come to rest."""
    expect(findings.page.locator(f"{cell(row)}:focus")).to_be_attached(timeout=wait_ms)
    name = findings.page.locator(cell(row, column=_NAME)).text_content() or ""
    expect(findings.page.locator(".mp-card h2")).to_have_text(name, timeout=wait_ms)


def cell(row: int, column: int = 1) -> str:
    """Return the selector of a cell; the column is the one that `click_on_row` clicks on."""
    return f"#glide-cell-{column}-{row}"


def test_the_list_is_made_on_the_click(findings: Browser) -> None:
    with findings.page.expect_download() as download:
        findings.page.get_by_role("button", name="Download as CSV").click()

    assert download.value.suggested_filename == "smet-findings.csv"
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 7


def test_the_page_about_mfa_is_read_with_the_keyboard(browser: Browser) -> None:
    browser.open("mfa", tenant="smet")
    names = browser.page.locator(".mp-answer summary", has_text="Who is not").first
    names.press("Enter")
    assert browser.page.locator(".mp-answer li", has_text="script").first.is_visible()
    assert browser.text(".mp-card h2") in HOSTILE

    choice = browser.page.get_by_label("Person, the worst protected first")
    choice.press("ArrowDown")
    choice.press_sequentially("Ada")
    choice.press("Enter")

    browser.page.wait_for_selector(".mp-card h2:text-is('Ada')")
    assert "group_members" in browser.text(".mp-card ol")
