"""Who is looking, at which tenants, with which key.

There is no sign-in yet, so whoever opens the pages is the one who started them: they are served on
this machine only, and refuse to show anything where they can be reached from elsewhere.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import streamlit as st

from dashboard.settings import CONFIG_VARIABLE, KEY_FILE_VARIABLE
from m365_posture.config import ConfigError, TenantConfig
from m365_posture.config_file import load, locate
from m365_posture.keys import MasterKey, load_master_key
from m365_posture.tenant_data import TenantData
from m365_posture.texts import Language
from store.viewer import Role, Viewer


@dataclass(frozen=True, slots=True)
class Access:
    """What the one who looks may see."""

    viewer: Viewer
    tenants: Mapping[str, TenantConfig]
    """By slug, in the order of the configuration; only those the viewer may ask for."""
    language: Language = Language.EN

    def open(self, tenant: TenantConfig) -> TenantData:
        """Open what is kept of a tenant.

        Raises:
            NotAllowed: The tenant is not the viewer's.
            KeyUnusable, ConfigError: As `TenantData.open`.
        """
        self.viewer.require(tenant.tenant_id)
        return TenantData.open(tenant, _master_key(os.environ.get(KEY_FILE_VARIABLE, "")))


def current() -> Access:
    """Return what the one who looks may see.

    Raises:
        ConfigError: The configuration is unusable, or the pages can be reached from other machines.
    """
    address = st.get_option("server.address")
    if not is_loopback(address or ""):
        raise ConfigError(
            "The dashboard can be reached from other machines, and nobody signs in to it: "
            "start it with `m365-posture dashboard`, which serves this machine only."
        )
    named = os.environ.get(CONFIG_VARIABLE, "")
    tenants = load(locate(Path(named) if named else None, os.environ, Path.cwd())).tenants
    viewer = Viewer(Role.OPERATOR, frozenset(tenant.tenant_id for tenant in tenants.values()))
    return Access(viewer, tenants)


def is_loopback(address: str) -> bool:
    """Tell whether only this machine can reach an address; an empty one is every address of the machine."""
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


@st.cache_resource(show_spinner=False)
def _master_key(key_file: str) -> MasterKey:
    """Return the master key; the keyring may ask its owner each time, so it is asked once."""
    return load_master_key(Path(key_file) if key_file else None, os.environ)
