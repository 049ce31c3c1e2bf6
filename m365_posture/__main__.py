"""The console script: runs a command and turns an expected error into one sentence and an exit code."""

import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper

from typer.main import get_command

from m365_posture.commands.app import app
from m365_posture.commands.output import say
from m365_posture.exits import Exit, expected
from m365_posture.logs import redact


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: Without the program's name.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A console with a small character set must not end a scan over a name.
            stream.reconfigure(errors="backslashreplace")
    try:
        get_command(app).main(args=list(arguments), prog_name="m365-posture")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.DONE if end.code is None else Exit.USAGE
    except Exception as error:  # noqa: BLE001 - the command line's last line: a traceback is a bug, with a code of its own
        known = expected(error)
        if known is None:
            # A traceback may quote a name or an address that an exception carries.
            sys.stderr.write(redact("".join(traceback.format_exception(error))))
            return Exit.BUG
        code, sentence = known
        say(sentence)
        return code
    return Exit.DONE


if __name__ == "__main__":
    main()
