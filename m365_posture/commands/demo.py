"""`demo`: everything once, on a local Microsoft 365."""

from pathlib import Path
from typing import Annotated, Final

import typer

FOLDER: Final = Path("demo")


def demo(
    firms: Annotated[
        list[str] | None, typer.Argument(metavar="[FIRM]...", help="Only these firms; default: all five.")
    ] = None,
) -> None:
    """Scan five sample firms on a local Microsoft 365, judge them and write a workbook for each.

    Works in `demo/` below this folder: configuration, key, data, and `demo/out/<tenant>.xlsx`. Nothing
    leaves this machine. A second run reads only what is new.

    Example:

        m365-posture demo

        m365-posture demo peeters
    """
    from m365_posture.commands.demonstration import demonstrate

    demonstrate(FOLDER, firms or ())
