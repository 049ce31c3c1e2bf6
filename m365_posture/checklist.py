"""The list that the firm's administrator works through: who does what, with which role, for how long."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from m365_posture.consent import ROLE_GROUP, ROLES_IN_EXCHANGE, ConsentPage
from m365_posture.declarations import rights_of_pack
from m365_posture.texts import Language, mark, translate
from scanner.transport.templates import Pack, Service

_TITLE: Final = mark("What the administrator of {firm} does")
_WHO: Final = mark("Who, and for how long")
_CONSENT: Final = mark(
    "Consent: Global Administrator or Privileged Role Administrator, once, for about ten minutes. Nobody else can "
    "consent to these permissions. Where roles are activated on demand, activate it for one hour."
)
_EXCHANGE: Final = mark(
    "Exchange (pack mail): Exchange Administrator or Global Administrator, once. The script makes the role group "
    "“{group}” with the roles {roles} and a role that shows inbox rules: all of them can only look."
)
_FALL_BACK: Final = mark(
    "Where a role group of its own is not possible, give the app the directory role Global Reader instead. It reads "
    "more than is needed, and not the hidden inbox rules."
)
_NO_ROLE: Final = mark("The scanner itself needs no administrator's account and keeps no password of anybody.")
_WHAT: Final = mark("What the app may then read")
_PACKS: Final[Mapping[Pack, str]] = MappingProxyType(
    {
        Pack.BASE: mark(
            "Base: accounts, roles, policies, logs and settings. None of it opens a document or a message."
        ),
        Pack.MAIL: mark(
            "Mail: inbox rules, forwarding, delegates and settings of Exchange. Messages are never read, and neither "
            "permission opens one to this program."
        ),
        Pack.FILES: mark(
            "Files: who each file is shared with. Microsoft has no lesser permission, so it could also open files; the "
            "program cannot ask for their content. Leave it out if the firm does not agree."
        ),
        Pack.SHAREPOINT_ADMIN: mark(
            "SharePoint administration: this right could also write. It is used for one request that reads the sharing "
            "settings. Give it to an app of its own, or leave it out: those checks then say “not assessed”."
        ),
    }
)
_STEPS: Final = mark("Steps")
_RUN: Final = mark("Read the script {script}, then run it in PowerShell 7: `pwsh {script}`.")
_OPEN: Final = mark("Or open this page, sign in and accept ({packs}, {service}): {url}")
_SEND: Final = mark("Send the client id that the script shows to your service provider.")
_VERIFY: Final = mark(
    "Your service provider runs `m365-posture tenants verify {slug} --wait 15` until every line is granted."
)
_PREPARED: Final = mark(
    "Where the script says that Exchange is being prepared, run it again an hour later; it goes on where it stopped."
)
_GIVE_BACK: Final = mark("Give the administrator role back.")


def checklist(
    firm: str,
    slug: str,
    packs: Sequence[Pack],
    scripts: Sequence[str],
    pages: Sequence[ConsentPage],
    language: Language,
) -> str:
    """Return the checklist as Markdown.

    Args:
        firm: Its name.
        slug: Its name on the command line.
        packs: What it consents to.
        scripts: File names of the scripts beside the checklist.
        pages: Consent pages of a multi-tenant app; none where the app is registered in the firm's own tenant.
        language: Of whoever works through it.
    """
    return "\n".join(_lines(firm, slug, packs, (scripts, pages), language)) + "\n"


def _lines(
    firm: str,
    slug: str,
    packs: Sequence[Pack],
    ways: tuple[Sequence[str], Sequence[ConsentPage]],
    language: Language,
) -> Iterator[str]:
    def text(source: str, **values: str) -> str:
        return translate(source, language).format(**values)

    yield from (f"# {text(_TITLE, firm=_plain(firm))}", "", f"## {text(_WHO)}", "", f"- [ ] {text(_CONSENT)}")
    if Pack.MAIL in packs:
        yield f"- [ ] {text(_EXCHANGE, group=ROLE_GROUP, roles=', '.join(ROLES_IN_EXCHANGE))}"
        yield f"- [ ] {text(_FALL_BACK)}"
    yield from (f"- {text(_NO_ROLE)}", "", f"## {text(_WHAT)}", "")
    for pack in packs:
        yield f"- {text(_PACKS[pack])}"
        yield from (f"  - `{right.name}` ({_SERVICES[right.resource]})" for right in rights_of_pack(pack))
    scripts, pages = ways
    yield from ("", f"## {text(_STEPS)}", "")
    yield from (f"- [ ] {text(_RUN, script=script)}" for script in scripts)
    yield from (
        f"- [ ] {text(_OPEN, packs=page.pack, service=_SERVICES[page.service], url=page.url)}" for page in pages
    )
    if Pack.MAIL in packs:
        yield f"- [ ] {text(_PREPARED)}"
    yield from (f"- [ ] {text(_SEND)}", f"- [ ] {text(_VERIFY, slug=slug)}", f"- [ ] {text(_GIVE_BACK)}")


_SERVICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Service.GRAPH.value: "Microsoft Graph",
        Service.EXCHANGE.value: "Exchange Online",
        Service.SHAREPOINT_ADMIN.value: "SharePoint",
    }
)


def _plain(name: str) -> str:
    """Return a name as text: nothing in it formats the document."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#!|" else c for c in name if c.isprintable())
