"""`demo`: everything once, on a local Microsoft 365."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path("demo")


def demo() -> None:
    """Scan five sample firms on a local Microsoft 365, judge them and write a workbook for each.

    Works in `demo/` below this folder: configuration, key, data, and `demo/out/<tenant>.xlsx`. Nothing
    leaves this machine. A second run reads only what is new.

    Example:

        m365-posture demo
    """
    from m365_posture.commands.demonstration import demonstrate

    demonstrate(FOLDER)
