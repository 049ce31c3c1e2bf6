"""Which version of the product this is."""

from importlib.metadata import PackageNotFoundError, version


def product_version() -> str:
    """Return the installed version; `0.0.0` in a checkout that was never installed."""
    try:
        return version("m365-posture")
    except PackageNotFoundError:
        return "0.0.0"
