"""The frame of every page: navigation, choice of the tenant, and one sentence where something is wrong."""

from pathlib import Path
from typing import Final

import streamlit as st

from dashboard.access import Access, current
from dashboard.choice import OPEN, choose_tenant, followed
from dashboard.markup import tag
from dashboard.parts import notice, show
from m365_posture.config import ConfigError
from m365_posture.keys import KeyUnusable
from m365_posture.texts import mark
from reports.view_models.wording import Wording
from scanner.snapshot.errors import SnapshotError
from store.errors import StoreUnusable
from store.viewer import NotAllowed

_HERE: Final = Path(__file__).parent
_ON_THE_WHOLE: Final = "portfolio"
_SIDEBAR_PX: Final = 240
EXPECTED: Final = (ConfigError, KeyUnusable, NotAllowed, SnapshotError, StoreUnusable)
"""What a user can mend: the message is one sentence that says how."""


def main() -> None:
    """Show the page that was asked for."""
    # With an icon of its own no browser asks the internet for the icon of a page.
    st.set_page_config(
        page_title="m365-posture", page_icon=str(_HERE / "icon.svg"), layout="wide", initial_sidebar_state=_SIDEBAR_PX
    )
    st.html(_HERE / "style.css")
    try:
        _show(current())
    except EXPECTED as error:
        show(notice(str(error)))


def _show(access: Access) -> None:
    wording = Wording(access.language, "UTC")
    pages = {
        _ON_THE_WHOLE: _page("portfolio", wording.text(mark("Portfolio")), ":material/apartment:"),
        "tenant": _page("tenant", wording.text(mark("Tenant")), ":material/fact_check:"),
        "findings": _page("findings", wording.text(mark("Findings")), ":material/list_alt:"),
        "mfa": _page("mfa", wording.text(mark("MFA")), ":material/lock_person:"),
        "sign_ins": _page("sign_ins", wording.text(mark("Sign-ins")), ":material/login:"),
        "coverage": _page("coverage", wording.text(mark("Coverage")), ":material/visibility:"),
    }
    page = st.navigation(list(pages.values()))
    asked = st.query_params.get(OPEN, "")
    if page is pages[_ON_THE_WHOLE] and asked in pages:
        st.switch_page(pages[asked], query_params=followed())
    if page is not pages[_ON_THE_WHOLE]:
        with st.sidebar:
            choose_tenant(access, wording)
    try:
        page.run()
    except EXPECTED as error:
        show(tag("h1", page.title), notice(str(error)))


def _page(name: str, title: str, icon: str) -> "st.Page":
    return st.Page(
        _HERE / "app_pages" / f"{name}.py", title=title, icon=icon, url_path=name, default=name == "portfolio"
    )


main()
