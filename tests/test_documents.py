"""The documents say what the program does: lists in them are compared with its declarations."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.registry import CATALOGUE
from scanner.collectors.catalogue import COLLECTORS
from scanner.dns import Dns
from scanner.rights import TEMPLATES
from scanner.transport.templates import Cmdlet, Declaration, Template, TenantSettings

ROOT = Path(__file__).parents[1]


def section(document: str, name: str) -> list[str]:
    """Return the lines between `<!-- name -->` and `<!-- /name -->`."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, flags=re.DOTALL)
    assert found is not None, f"{document} has no section {name}"
    return found[1].splitlines()


def request(declared: Declaration) -> str:
    match declared:
        case Template():
            return f"GET /{declared.endpoint}"
        case Cmdlet():
            return declared.name
        case TenantSettings():
            return "GET /_api/SPO.Tenant"


def declared_reads() -> list[str]:
    rows = [
        f"| {collector.table.name} | `{request(template)}` | {template.permission} | {template.pack} |"
        for collector in COLLECTORS
        for template in collector.templates
    ]
    return ["| table | request | permission | pack |", "|---|---|---|---|", *dict.fromkeys(rows)]


def verifying_reads() -> list[str]:
    rows = [f"| `{request(template)}` | {template.permission} |" for template in TEMPLATES]
    return ["| request | permission |", "|---|---|", *rows]


def dns_questions() -> list[str]:
    """Return what is asked about one domain: without name servers, every question comes back unanswered."""
    asked = asyncio.run(Dns(servers=()).mail_records("firm.example"))
    return ["| name | type |", "|---|---|", *(f"| `{question.name}` | {question.type} |" for question in asked)]


def catalogue() -> list[str]:
    rows = [f"| {check.id} | {check.severity} | {check.title} |" for check in CATALOGUE]
    return ["| id | severity | what is checked |", "|---|---|---|", *rows]


@pytest.mark.parametrize(
    ("document", "name", "truth"),
    [
        pytest.param("SECURITY.md", "reads", declared_reads, id="SECURITY.md names every request that can be sent"),
        pytest.param("SECURITY.md", "verify", verifying_reads, id="SECURITY.md names what a verification asks"),
        pytest.param("SECURITY.md", "dns", dns_questions, id="SECURITY.md names every question to the DNS"),
        pytest.param("README.md", "checks", catalogue, id="README.md lists every check"),
    ],
)
def test_a_list_in_a_document_is_what_the_program_declares(
    document: str, name: str, truth: Callable[[], list[str]]
) -> None:
    expected = truth()

    assert section(document, name) == expected, "write these lines into the document:\n" + "\n".join(expected)


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "sample_data").glob("*.md")]
    dead = {
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    }

    assert len(documents) > 5
    assert dead == set()
