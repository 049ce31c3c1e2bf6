"""What the command tells the pages: names of environment variables, and how the pages are served."""

from pathlib import Path
from typing import Final

APP: Final = Path(__file__).with_name("app.py")
CONFIG_VARIABLE: Final = "M365_POSTURE_DASHBOARD_CONFIG"
"""Path of the configuration."""
KEY_FILE_VARIABLE: Final = "M365_POSTURE_DASHBOARD_KEY_FILE"
"""Path of the key file; absent: the variable with the key, else the keyring."""
ADDRESS: Final = "127.0.0.1"

_OPTIONS: Final = {
    "server.address": ADDRESS,
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.enableStaticServing": "false",
    "server.enableAgentApi": "false",
    "server.showEmailPrompt": "false",
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "runner.magicEnabled": "false",
    "client.toolbarMode": "minimal",
    # Its CSV would run names as formulas; the pages have a download of their own.
    "client.disableDataExport": "true",
    "logger.level": "error",
    "theme.base": "light",
    "theme.primaryColor": "#1f4f8b",
    "theme.textColor": "#1f2933",
    "theme.secondaryBackgroundColor": "#f4f6f9",
}


def options(port: int) -> list[str]:
    """Return the options of `streamlit run`, which outrank every configuration file of Streamlit on the machine.

    Args:
        port: On which the pages are served, to this machine only.
    """
    said = {**_OPTIONS, "server.port": str(port)}
    hosts = [f"--server.allowedHosts={host}" for host in (ADDRESS, "localhost")]
    return [*(f"--{name}={value}" for name, value in said.items()), *hosts]
