"""`tenants add` and `tenants consent-url`: how a firm lets the scanner in."""

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from m365_posture.commands.options import ConfigOption, Format, FormatOption, TenantArgument
from m365_posture.commands.output import say, write_rows
from m365_posture.texts import Language

_PAGES: Final = ("pack", "service", "client_id", "url")
_FILES: Final = ("what", "file")


def consent_url(tenant: TenantArgument, *, form: FormatOption = Format.TABLE, config: ConfigOption = None) -> None:
    """Print the pages on which the firm's administrator lets a multi-tenant app in, one per service.

    An app that is registered in the firm's own tenant needs the consent script of `tenants add` instead.

    Example:

        m365-posture tenants consent-url vermeulen --format csv
    """
    from m365_posture.config_file import load, locate
    from m365_posture.onboarding import pages_of

    chosen = load(locate(config, os.environ, Path.cwd())).tenant(tenant)
    rows = [{"pack": p.pack, "service": p.service, "client_id": p.client_id, "url": p.url} for p in pages_of(chosen)]
    write_rows(rows, _PAGES, form)


def add(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Name of the firm on the command line.")],
    *,
    name: Annotated[str, typer.Option("--name", help="Name of the firm.")],
    tenant_id: Annotated[str, typer.Option("--tenant-id", metavar="GUID", help="Id of its tenant.")],
    certificate: Annotated[
        Path, typer.Option("--certificate", metavar="FILE", help="The app's certificate with its private key.")
    ],
    password_env: Annotated[
        str, typer.Option("--certificate-password-env", metavar="NAME", help="Variable with its passphrase.")
    ] = "",
    client_id: Annotated[
        list[str] | None,
        typer.Option(
            "--client-id",
            metavar="[PACK=]GUID",
            help="The app, once it is known; repeat with PACK= for apps of single packs.",
            show_default=False,
        ),
    ] = None,
    pack: Annotated[
        list[str] | None,
        typer.Option("--pack", help="base, mail or files; default: base and mail.", show_default=False),
    ] = None,
    app_per_pack: Annotated[bool, typer.Option("--app-per-pack", help="One app for each pack.")] = False,
    multi_tenant: Annotated[
        bool, typer.Option("--multi-tenant", help="The app is yours and serves many firms: print consent pages.")
    ] = False,
    sharepoint_admin: Annotated[
        bool, typer.Option("--sharepoint-admin", help="The firm also opted in to the SharePoint administration right.")
    ] = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the firm.")] = Language.NL,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> None:
    """Write the consent script and the checklist for a firm's administrator, and add the firm once its app is known.

    First without --client-id: the script registers the app in the firm's own tenant and shows its client id. Then
    the same command with --client-id puts the firm into tenants.toml. With --multi-tenant the app is yours, so
    --client-id is known at once and consent pages are printed too. The files go to onboarding/TENANT beside
    tenants.toml; nothing is sent anywhere.

    Example:

        m365-posture tenants add vermeulen --name Vermeulen --tenant-id GUID --certificate certs/msp.pem
    """
    from m365_posture.config_file import FILE_NAME
    from m365_posture.onboarding import FOLDER, Newcomer, add_to, client_ids_of, packs_of, write_files

    path = config or Path.cwd() / FILE_NAME
    packs = packs_of(pack or ("base", "mail"), sharepoint_admin=sharepoint_admin)
    newcomer = Newcomer(
        tenant,
        name,
        tenant_id.lower(),
        packs,
        certificate,
        password_env,
        lang,
        app_per_pack,
        multi_tenant,
        client_ids_of(packs, client_id or ()),
    )
    files, pages = write_files(newcomer, path.parent / FOLDER / tenant, os.environ)
    write_rows(
        [
            *({"what": what, "file": str(file)} for what, file in files),
            *({"what": f"consent page: {page.pack}, {page.service}", "file": page.url} for page in pages),
        ],
        _FILES,
        form,
    )
    if newcomer.client_ids:
        add_to(path, newcomer)
        say(f"Added `{tenant}` to {path}: now run `m365-posture tenants verify {tenant} --wait 15`.")
    else:
        say("Not added yet: run this again with --client-id once the administrator has sent it.")
