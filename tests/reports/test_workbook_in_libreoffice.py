"""The workbook as a spreadsheet program shows it: it opens without repair, and hostile names are text."""

import shutil
import subprocess
from pathlib import Path

import pytest
from judgements import GAP, a_check, an_object, judged
from report_builder import COMPLETE, a_report

from reports.workbook.build import workbook_bytes
from scanner.snapshot.ledger import Coverage, TableState

HOSTILE = ('=HYPERLINK("http://evil.example";"x")', "+1+2", "@SUM(A1)", "<script>alert(1)</script>")
OFFICE, READER = shutil.which("soffice"), shutil.which("pdftotext")

pytestmark = pytest.mark.skipif(
    OFFICE is None or READER is None, reason="LibreOffice or pdftotext is not installed: .ci/run installs both"
)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of the printed workbook."""
    folder = tmp_path_factory.mktemp("office")
    objects = [an_object(f"o{number}", name) for number, name in enumerate(HOSTILE)]
    evaluation = judged(1, a_check(failing=objects), a_check("EM-05", gaps=(GAP,)))
    coverage = {"users": COMPLETE, "sign_ins": Coverage(TableState.UNLICENSED, mend="license:AAD_PREMIUM")}
    (folder / "firm.xlsx").write_bytes(workbook_bytes(a_report(evaluation, coverage=coverage)))
    run("soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf",
        "--outdir", str(folder), str(folder / "firm.xlsx"))  # fmt: skip
    run("pdftotext", "-layout", str(folder / "firm.pdf"), str(folder / "firm.txt"))
    return Path(folder / "firm.txt").read_text(encoding="utf-8")


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603 - programs of this test


def test_every_sheet_is_printed(printed: str) -> None:
    for title in ("Security posture of Vermeulen", "What Vermeulen", "What needs attention at", "What was read of"):
        assert title in printed


def test_hostile_names_are_shown_as_they_are(printed: str) -> None:
    # a long name is broken into lines
    assert [name for name in HOSTILE if name[:10] not in printed] == []
    assert "#NAME?" not in printed
    assert "Err:5" not in printed
