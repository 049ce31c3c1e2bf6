"""msgraph-sdk describes and authenticates; it never sends, and it costs nothing until it is needed."""

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from reading_kit import ALL_USERS, INBOX_RULES, SECURITY_DEFAULTS, SIGN_INS, TEMPLATES, a_session

from scanner.transport.templates import Api, Pack, Template, Workload
from simulator.server import Simulator

VALUES = {"user_id": "u 1", "drive_id": "b!x", "item_id": "01A", "site_id": "acme.example,1,2"}


def v1(path: str, **changes: Any) -> Template:  # noqa: ANN401 - fields of the template
    blank = Template(Api.GRAPH_V1, path, Workload.IDENTITY, permission="", pack=Pack.BASE)
    return replace(blank, **changes)


DECLARED = [
    v1("organization", select=("id",)),
    v1("subscribedSkus", select=("id", "skuId")),
    v1("domains", select=("id",)),
    v1("policies/identitySecurityDefaultsEnforcementPolicy"),
    v1("users", select=("id", "signInActivity"), top=500),
    v1("identity/conditionalAccess/policies", top=100),
    v1("auditLogs/signIns", select=("id",), top=1000, query=("$filter",)),
    v1("users/{user_id}/mailFolders/inbox/messageRules", select=("id",)),
    v1("sites/getAllSites", select=("id",), top=999),
    v1("sites/{site_id}/drives", select=("id",)),
    v1("drives/{drive_id}/root/delta", select=("id", "name"), top=999),
    v1("drives/{drive_id}/items/{item_id}/permissions", select=("id",)),
]


def fixed(template: Template) -> str:
    options = [f"$select={','.join(template.select)}"] if template.select else []
    options += [f"$top={template.top}"] if template.top else []
    return f"?{'&'.join(options)}" if options else ""


@pytest.mark.parametrize("template", DECLARED, ids=lambda template: template.path)
async def test_a_declared_path_arrives_with_every_option(acme: Simulator, template: Template) -> None:
    async with a_session(acme, templates=[template]) as session:
        url = session.describe(template, VALUES, {})

    path = template.path.format(user_id="u%201", drive_id="b%21x", item_id="01A", site_id="acme.example%2C1%2C2")
    assert url.replace("%24", "$") == f"{session.origin}/v1.0/{path}{fixed(template)}"


KNOWN_TO_THE_SDK = [template for template in DECLARED if template.path != "drives/{drive_id}/root/delta"]


@pytest.mark.parametrize("template", KNOWN_TO_THE_SDK, ids=lambda template: template.path)
async def test_paths_the_sdk_knows_are_described_by_its_builders(acme: Simulator, template: Template) -> None:
    async with a_session(acme, templates=[template]) as session:
        sdk = session._apps[Pack.BASE].sdk
        options = dict(option.split("=") for option in fixed(template).removeprefix("?").split("&") if option)

        assert sdk._built(template, VALUES, options) is not None


async def test_beta_is_written_out_with_its_properties(acme: Simulator) -> None:
    async with a_session(acme) as session:
        url = session.describe(
            SIGN_INS, {}, {"$filter": "createdDateTime ge 2026-11-01T00:00:00Z and userId eq 'a+b&c'"}
        )

    assert url == (
        f"{session.origin}/beta/auditLogs/signIns?$select=id,createdDateTime&$top=3"
        "&$filter=createdDateTime%20ge%202026-11-01T00%3A00%3A00Z%20and%20userId%20eq%20%27a%2Bb%26c%27"
    )


async def test_an_option_the_sdk_does_not_know_is_not_lost(acme: Simulator) -> None:
    ordered = replace(SECURITY_DEFAULTS, query=("$orderby",))
    async with a_session(acme, templates=[ordered]) as session:
        url = session.describe(ordered, {}, {"$orderby": "id"})

    assert url.endswith("?$orderby=id")


async def test_describing_one_request_does_not_move_another(acme: Simulator) -> None:
    async with a_session(acme) as session:
        before = session.describe(ALL_USERS, {}, {})
        session.describe(INBOX_RULES, {"user_id": "u1"}, {})
        session.relative(INBOX_RULES, session.describe(INBOX_RULES, {"user_id": "u1"}, {}))

        assert session.describe(ALL_USERS, {}, {}) == before


async def test_a_signed_request_carries_the_token_of_the_sdks_provider(acme: Simulator) -> None:
    async with a_session(acme) as session:
        for template in TEMPLATES:
            request = await session.sender.signers[template.service, template.pack].sign(
                "GET", f"{session.origin}/v1.0/users", {}, None
            )

            assert acme.tokens.find(request.headers["authorization"])


@pytest.mark.parametrize("module", ["scanner.graph", "scanner.transport.session"])
def test_importing_the_reader_does_not_import_the_sdk(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()  # noqa: S603 - our own interpreter

    assert module in loaded
    assert not {"msgraph", "kiota_abstractions", "azure.identity", "aiohttp"} & set(loaded)


@pytest.mark.parametrize("template", KNOWN_TO_THE_SDK, ids=lambda template: template.path)
async def test_the_sdk_describes_each_request_once_and_others_differ_in_their_path_alone(
    acme: Simulator, template: Template
) -> None:
    others = {"user_id": "ü/&?", "drive_id": "b!y", "item_id": "0 2%", "site_id": "acme.example,3,4"}
    async with a_session(acme, templates=[template]) as session:
        sdk = session._apps[Pack.BASE].sdk
        session.describe(template, VALUES, {})
        known = session.describe(template, others, {})
        sdk._described.clear()

        assert known == session.describe(template, others, {})
