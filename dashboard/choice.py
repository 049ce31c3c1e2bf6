"""Which tenant is looked at: it stays when the page changes, and stands in the address."""

from typing import Final
from urllib.parse import urlencode

import streamlit as st

from dashboard.access import Access
from m365_posture.config import ConfigError, TenantConfig
from m365_posture.texts import mark
from reports.view_models.wording import Wording

PARAMETER: Final = "tenant"
OPEN: Final = "open"
CHECK: Final = "check"
_KEPT: Final = "chosen_tenant"


def choose_tenant(access: Access, wording: Wording) -> None:
    """Let the viewer choose a tenant, beginning with the one in the address."""
    if not access.tenants:
        return
    slugs = list(access.tenants)
    if st.session_state.get(_KEPT) not in slugs:
        asked = st.query_params.get(PARAMETER, "")
        st.session_state[_KEPT] = asked if asked in slugs else slugs[0]
    st.selectbox(
        wording.text(mark("Tenant")),
        slugs,
        format_func=lambda slug: access.tenants[slug].name,
        key=_KEPT,
        persist_state="session",
    )
    st.query_params[PARAMETER] = st.session_state[_KEPT]


def address(page: str, slug: str, check_id: str = "") -> str:
    """Return where a page shows a tenant, or what one check found there.

    It goes through the front page: only that one is found at once by a browser that was not there before.
    """
    return "./?" + urlencode({OPEN: page, PARAMETER: slug} | ({CHECK: check_id} if check_id else {}))


def followed() -> dict[str, str]:
    """Return what the address that was followed says besides the page."""
    return {name: st.query_params[name] for name in (PARAMETER, CHECK) if name in st.query_params}


def chosen(access: Access) -> TenantConfig:
    """Return the tenant that is looked at.

    Raises:
        ConfigError: The configuration has none.
    """
    slug = str(st.session_state.get(_KEPT))
    if slug not in access.tenants:
        raise ConfigError("The configuration has no tenants: add one to tenants.toml.")
    return access.tenants[slug]
