"""Why a file cannot be imported: each message is one sentence that says what to do."""


class ImportUnusable(Exception):
    """A file is no log of a known form, or is damaged; nothing of any file was kept."""


class NotALog(ImportUnusable):
    """The file holds something else."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is no sign-in log in a known form: export it as Graph JSON, from Azure Monitor (SigninLogs, CSV or"
            " JSON) or from the unified audit log (CSV or JSON)."
        )


class Damaged(ImportUnusable):
    """The file ends early, or holds bytes that are no text."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} {problem}: export it again; nothing was imported.")


class NothingFound(ImportUnusable):
    """Every file was read, and none has a row of this tenant that can be kept."""
