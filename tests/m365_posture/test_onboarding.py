"""A firm's administrator gets a script and a checklist that grant what the packs need, and nothing else."""

import json
import os
import re
import shutil
import stat
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from command_line import Answer, command
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from m365_posture.config_file import load
from m365_posture.consent import consent_pages, consent_script
from m365_posture.declarations import rights_of_pack
from scanner.transport.templates import Pack

TENANT_ID = "6b0a2f1e-5c57-4d0e-9f6a-2f5a0f3c7d11"
CLIENT_ID = "3857b78a-7c63-45cc-8864-cd2c4d3bba0a"
OTHER_ID = "00000000-1111-4222-8333-444455556666"
CONTENT = re.compile(r"Mail\.|Files\.|Sites\.|Chat|Notes|Contacts|Calendars|Write|FullControl|ManageAs|full_access")
"""Permissions that can open content, or change something."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificates") / "msp.pem"
    assert command("keys", "certificate", path).code == 0
    return path


def add(folder: Path, certificate: Path, *options: str, slug: str = "vermeulen", tenant_id: str = TENANT_ID) -> Answer:
    own = shutil.copy(certificate, folder / "msp.pem")
    names = ("--name", "Advocatenkantoor Vermeulen", "--tenant-id", tenant_id, "--certificate", own)
    return command("tenants", "add", slug, *names, *options, "--format", "json", "--config", folder / "tenants.toml")


def script_of(folder: Path, name: str = "consent.ps1") -> str:
    return (folder / "onboarding" / "vermeulen" / name).read_text("utf-8")


def granted_by(script: str) -> set[str]:
    return set(re.findall(r"Role = '([^']+)'", script))


def needed_by(*packs: Pack) -> set[str]:
    return {right.name for pack in packs for right in rights_of_pack(pack)}


def test_the_base_pack_can_open_no_content_and_change_nothing() -> None:
    assert [name for name in needed_by(Pack.BASE) if CONTENT.search(name)] == []
    assert needed_by(Pack.MAIL) == {"MailboxSettings.Read", "Exchange.ManageAsApp"}
    assert needed_by(Pack.SHAREPOINT_ADMIN) == {"Sites.FullControl.All"}


def test_first_the_script_then_the_firm_once_its_app_is_known(tmp_path: Path, certificate: Path) -> None:
    first = add(tmp_path, certificate)
    unknown = (tmp_path / "tenants.toml").exists()
    second = add(tmp_path, certificate, "--client-id", CLIENT_ID)

    assert (first.code, unknown, second.code) == (0, False, 0)
    assert "--client-id" in first.sentence
    assert granted_by(script_of(tmp_path)) == needed_by(Pack.BASE, Pack.MAIL)
    tenant = load(tmp_path / "tenants.toml").tenant("vermeulen")
    assert (tenant.tenant_id, tenant.app.client_id, tenant.packs) == (TENANT_ID, CLIENT_ID, ("base", "mail"))
    assert tenant.app.certificate == tmp_path / "msp.pem"


def test_the_script_holds_the_public_part_of_the_certificate_only(tmp_path: Path, certificate: Path) -> None:
    add(tmp_path, certificate)
    pem = certificate.read_text("ascii")
    public = "".join(pem.split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0].split())
    private = "".join(pem.split("-----BEGIN PRIVATE KEY-----")[1].split("-----END")[0].split())
    everything = "".join(path.read_text("utf-8") for path in (tmp_path / "onboarding").rglob("*.*"))

    assert public in everything
    assert private[:60] not in everything


@pytest.mark.parametrize("pack", ["base", "mail", "files"])
def test_each_pack_alone_grants_its_own_rights_only(pack: str, tmp_path: Path, certificate: Path) -> None:
    assert add(tmp_path, certificate, "--pack", pack).code == 0
    assert granted_by(script_of(tmp_path)) == needed_by(Pack(pack))


def test_sharepoint_administration_is_an_opt_in_with_an_app_of_its_own(tmp_path: Path, certificate: Path) -> None:
    add(tmp_path, certificate, "--sharepoint-admin")

    assert granted_by(script_of(tmp_path, "consent-sharepoint-admin.ps1")) == {"Sites.FullControl.All"}
    assert "Sites.FullControl.All" not in granted_by(script_of(tmp_path, "consent-base-mail.ps1"))


def test_the_name_of_the_app_holds_the_certificates_fingerprint(tmp_path: Path, certificate: Path) -> None:
    add(tmp_path, certificate)
    public = x509.load_pem_x509_certificate(certificate.read_bytes())

    assert f"$displayName = 'm365-posture {public.fingerprint(SHA256()).hex().upper()[:16]}'" in script_of(tmp_path)


def test_the_sharepoint_right_of_a_multi_tenant_app_has_a_consent_page_too() -> None:
    pages = consent_pages(TENANT_ID, {Pack.BASE: CLIENT_ID, Pack.SHAREPOINT_ADMIN: OTHER_ID})

    assert [(page.pack, page.service) for page in pages] == [
        ("base", "graph"),
        ("sharepoint_admin", "sharepoint_admin"),
    ]


def test_one_app_per_pack_is_one_script_and_one_client_id_each(tmp_path: Path, certificate: Path) -> None:
    add(tmp_path, certificate, "--app-per-pack")
    ids = ("--client-id", f"base={CLIENT_ID}", "--client-id", f"mail={OTHER_ID}")
    assert add(tmp_path, certificate, "--app-per-pack", *ids).code == 0

    assert granted_by(script_of(tmp_path, "consent-mail.ps1")) == needed_by(Pack.MAIL)
    tenant = load(tmp_path / "tenants.toml").tenant("vermeulen")
    assert [tenant.app_of(pack).client_id for pack in ("base", "mail")] == [CLIENT_ID, OTHER_ID]


def test_a_multi_tenant_app_gets_a_consent_page_for_each_service(tmp_path: Path, certificate: Path) -> None:
    answer = add(tmp_path, certificate, "--multi-tenant", "--client-id", CLIENT_ID)
    asked = command("tenants", "consent-url", "vermeulen", "--format", "json", "--config", tmp_path / "tenants.toml")
    pages: list[dict[str, Any]] = json.loads(asked.output)

    assert answer.code == asked.code == 0
    assert [page["service"] for page in pages] == ["graph", "exchange"]
    for page in pages:
        address = urlsplit(page["url"])
        query = parse_qs(address.query)
        assert (address.hostname, address.path) == ("login.microsoftonline.com", f"/{TENANT_ID}/v2.0/adminconsent")
        assert (query["client_id"], query["state"]) == ([CLIENT_ID], [TENANT_ID])
        assert query["scope"][0].endswith("/.default")


@pytest.mark.parametrize(
    ("language", "word"),
    [("nl", "Globale beheerder"), ("fr", "Administrateur général"), ("en", "Global Administrator")],
)
def test_the_checklist_says_who_needs_which_role_in_the_firms_language(
    language: str, word: str, tmp_path: Path, certificate: Path
) -> None:
    add(tmp_path, certificate, "--lang", language, "--pack", "base", "--pack", "mail", "--pack", "files")
    text = script_of(tmp_path, "checklist.md")

    assert word in text
    assert "tenants verify vermeulen --wait 15" in text
    assert all(f"`{name}`" in text for name in needed_by(Pack.BASE, Pack.MAIL, Pack.FILES))


def test_a_hostile_name_stays_a_name(tmp_path: Path, certificate: Path) -> None:
    names = ("--name", "O'Hara\u2019s $(calc) [x](http://evil.example) `id`")
    own = shutil.copy(certificate, tmp_path / "msp.pem")
    arguments = ("tenants", "add", "ohara", *names, "--tenant-id", TENANT_ID, "--certificate", own)
    assert command(*arguments, "--client-id", CLIENT_ID, "--config", tmp_path / "tenants.toml").code == 0

    text = (tmp_path / "onboarding" / "ohara" / "checklist.md").read_text("utf-8")
    assert "[x](http" not in text
    script = consent_script(TENANT_ID, [Pack.BASE], name=names[1])
    assert "$displayName = 'O''Hara\u2019\u2019s $(calc) [x](http://evil.example) `id`'" in script


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("--pack", "everything"), "base, mail, files"),
        (("--client-id", "not-a-guid"), "GUID"),
        (("--client-id", f"mail={CLIENT_ID}"), "base=GUID"),
    ],
)
def test_what_is_typed_wrong_is_one_sentence_and_changes_nothing(
    options: tuple[str, ...], hint: str, tmp_path: Path, certificate: Path
) -> None:
    answer = add(tmp_path, certificate, *options)

    assert answer.code == 2
    assert hint in answer.sentence
    assert not (tmp_path / "tenants.toml").exists()


def test_a_wrong_name_a_wrong_tenant_id_or_a_firm_that_is_there_changes_nothing(
    tmp_path: Path, certificate: Path
) -> None:
    add(tmp_path, certificate, "--client-id", CLIENT_ID)
    before = (tmp_path / "tenants.toml").read_bytes()
    answers = [
        add(tmp_path, certificate, "--client-id", CLIENT_ID),
        add(tmp_path, certificate, "--client-id", CLIENT_ID, slug="Kantoor X"),
        add(tmp_path, certificate, "--client-id", CLIENT_ID, slug="nieuw", tenant_id="vermeulen.example"),
        add(tmp_path, certificate, "--client-id", CLIENT_ID, slug="nieuw"),
    ]

    assert [answer.code for answer in answers] == [2, 2, 2, 2]
    assert all(len(answer.messages.splitlines()) == 1 for answer in answers)
    assert (tmp_path / "tenants.toml").read_bytes() == before


def test_a_certificate_is_for_its_owner_alone_and_never_overwritten(certificate: Path) -> None:
    before = certificate.read_bytes()

    assert command("keys", "certificate", certificate).code == 2
    assert certificate.read_bytes() == before
    assert os.name != "posix" or stat.S_IMODE(certificate.stat().st_mode) == 0o600
