"""Opens pages of the dashboard without a browser."""

from collections.abc import Callable
from functools import cache

from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest

from dashboard.settings import APP

Opened = Callable[..., AppTest]


@cache
def components() -> BidiComponentManager:
    """Return what installed packages add to Streamlit.

    Left alone, every `AppTest` looks through all packages anew, which takes twice as long as a page.
    """
    manager = BidiComponentManager()
    manager.discover_and_register_components(start_file_watching=False)
    return manager


def open_page(page: str = "", **parameters: str) -> AppTest:
    """Open a page as a link to it would: `open_page("findings", tenant="smet")`; nothing on it went wrong."""
    pages = AppTest.from_file(APP, default_timeout=120)
    pages._bidi_component_manager = components()
    for name, value in ({"open": page} | parameters if page else parameters).items():
        pages.query_params[name] = value
    pages.run()
    assert list(pages.exception) == []
    return pages


def html_of(pages: AppTest) -> str:
    """Return the HTML that a page shows, without the style sheet."""
    return "\n".join(element.value for element in pages.get("html") if not element.value.startswith("<style>"))
