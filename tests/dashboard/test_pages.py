"""The pages say what was found, what nobody could judge, and what was not read."""

import ast
import csv
from html import escape
from io import StringIO
from pathlib import Path

import pytest
from dashboard_kit import html_of, open_page
from judgements import judged
from report_builder import ENGLISH, a_report
from stored_practice import FIRM, HOSTILE, checks
from streamlit import config
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard.access import is_loopback
from dashboard.findings_csv import findings_csv
from dashboard.settings import CONFIG_VARIABLE, KEY_FILE_VARIABLE
from m365_posture.keys import create_master_key
from reports.view_models.findings import finding_lines

READS_MARKUP = {
    *("write", "markdown", "table", "title", "header", "subheader", "caption", "metric", "latex", "badge"),
    *("error", "warning", "info", "success", "toast", "exception", "pills", "segmented_control", "radio", "expander"),
}
"""Commands of Streamlit that make something of a text: Markdown, emoji, formulas."""

pytestmark = pytest.mark.usefixtures("served")


def test_the_portfolio_shows_every_tenant_and_says_who_was_never_scanned() -> None:
    html = html_of(open_page())

    smet, nieuw = html.split("<tbody>")[1].split("</tr>")[:2]
    assert escape(FIRM) in smet
    assert "2026-11-16 07:05" in smet
    assert "5 found" in smet
    assert "Incomplete" in smet
    assert "Never scanned" in nieuw
    assert "mp-pass" not in nieuw


def test_the_overview_shows_what_fails_and_what_could_not_be_judged_and_why() -> None:
    html = html_of(open_page("tenant", tenant="smet"))

    mail, accounts = html.index("<h2>E-mail"), html.index("<h2>Accounts and administrators")
    assert "5 of 5" in html[mail:]
    assert "Accounts (dates of the last sign-in): not read: a licence is missing." in html[accounts:mail]
    assert "mp-badge mp-not_assessed" in html[accounts:mail]
    assert "mp-pass" not in html[accounts:mail]
    assert "Not read, or only in part: 3 of 5 parts of the tenant." in html


def test_the_coverage_shows_the_gaps_first_with_what_would_mend_them() -> None:
    html = html_of(open_page("coverage", tenant="smet"))

    gaps, left_out, read = (html.index(f"<h2>{title}") for title in ("Gaps", "Not asked for", "Read completely"))
    assert gaps < left_out < read
    assert "Grant the scanner&#x27;s app the permission MailboxSettings.Read." in html[gaps:left_out]
    assert "It comes with the licence Microsoft Entra ID P1." in html[gaps:left_out]
    assert "Turn on the pack files in tenants.toml, if the firm agrees." in html[left_out:read]
    assert "v1.0/users" in html[read:]
    assert "mp-complete" not in html[:read]


def test_a_finding_is_shown_with_what_was_seen_what_to_do_and_who_asks_for_it() -> None:
    html = html_of(open_page("findings", tenant="smet"))

    assert "6 of 6 findings" in html
    for text in ("What was seen", "What to do", "Ask the owner, by telephone", "MITRE ATT&amp;CK: T1114.003"):
        assert text in html


def names(page: AppTest) -> list[str]:
    return list(page.dataframe[0].value["name"])


def test_findings_are_found_by_severity_check_state_and_text() -> None:
    page = open_page("findings", tenant="smet")

    assert len(names(page)) == 6
    assert names(page.multiselect(key="findings_standing").set_value(["unknown"]).run()) == ["Ada"]
    page.multiselect(key="findings_standing").set_value([]).run()
    assert names(page.multiselect(key="findings_severity").set_value(["high"]).run()) == ["Ada"]
    page.multiselect(key="findings_severity").set_value([]).run()
    assert len(names(page.multiselect(key="findings_check_smet").set_value(["EM-05"]).run())) == 5
    assert names(page.text_input(key="findings_text").set_value("hyperlink").run()) == [HOSTILE[2]]
    assert "ask for less" in html_of(page.text_input(key="findings_text").set_value("nobody").run())


def test_a_link_opens_the_findings_of_one_check() -> None:
    assert names(open_page("findings", tenant="smet", check="AC-04")) == ["Ada"]


def test_no_cell_of_the_downloaded_list_is_a_formula() -> None:
    lines = finding_lines(a_report(judged(1, *checks())))
    rows = list(csv.reader(StringIO(findings_csv(lines, ENGLISH).decode("utf-8-sig"))))

    assert rows[0][:4] == ["Severity", "Check", "What is checked", "Name"]
    assert {row[3] for row in rows[1:]} == {*HOSTILE[:2], f"'{HOSTILE[2]}", *HOSTILE[3:], "Ada"}


@pytest.mark.parametrize("page", ["", "tenant", "findings", "coverage"])
def test_a_hostile_name_is_text(page: str) -> None:
    html = html_of(open_page(page, **({"tenant": "smet"} if page else {})))

    assert escape(FIRM) in html
    for tag in ("<script", "<img", "<b>", "onerror=&quot;document.title=1&quot;>"):
        assert tag not in html


def test_no_page_uses_a_command_that_makes_something_of_a_text() -> None:
    used = {
        f"{path.name}: {ast.unparse(node.func)}"
        for path in Path(dashboard.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS_MARKUP
    }

    assert used == set()


def test_a_tenant_that_was_never_scanned_says_what_to_type() -> None:
    html = html_of(open_page("tenant", tenant="nieuw"))

    assert "has not been scanned yet: run <code>m365-posture scan nieuw</code>." in html


def test_the_tenant_stays_when_the_page_changes() -> None:
    page = open_page("tenant", tenant="nieuw")

    page.switch_page("app_pages/coverage.py").run()

    assert page.selectbox[0].value == "nieuw"


def test_a_key_that_does_not_fit_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_master_key(tmp_path / "other.key")
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "other.key"))

    assert "This key does not open tenant" in html_of(open_page("tenant", tenant="smet"))


def test_a_configuration_without_tenants_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tenants.toml").write_text("schema = 1\n", encoding="utf-8")
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "tenants.toml"))

    assert "The configuration has no tenants" in html_of(open_page())
    assert "add one to tenants.toml" in html_of(open_page("findings"))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_a_loopback_address_is_for_this_machine_only(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["", "0.0.0.0", "192.0.2.7", "::", "dashboard.example"])  # noqa: S104 - what is refused
def test_any_other_address_is_not(address: str) -> None:
    assert not is_loopback(address)


def test_nothing_is_shown_where_other_machines_can_look() -> None:
    config.set_option("server.address", None)

    html = html_of(open_page())

    assert "can be reached from other machines" in html
    assert escape(FIRM) not in html
