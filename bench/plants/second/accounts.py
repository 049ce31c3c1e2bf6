"""Old doors and old keys: legacy protocols (D32), ROPC (D33), a dormant account (D39), break-glass (D40)."""

from collections.abc import Mapping
from datetime import timedelta

from bench.plants.second import rows as say
from bench.plants.second.habits import Known
from bench.plants.second.rows import Answer, App, Origin, Row, Target, Tool, sign_in
from bench.plants.second.stage import Scarce, Stage, Variant

_MODERN = frozenset(("Browser", "Mobile Apps and Desktop clients"))
_SILENCE = timedelta(days=62)
_LOG = timedelta(days=89)
_LIFE = timedelta(days=12)


# --- D32 ---------------------------------------------------------------------------------------------------------


def _only_modern(known: Known) -> bool:
    return known.clients <= _MODERN


def _legacy(stage: Stage, name: str, tool: Tool, app: App, **other: object) -> None:
    victim = stage.victim("legacy", fit=_only_modern)
    origin = stage.origin(hosting=stage.rng.random() < 0.25, six=stage.rng.random() < 0.25)
    at = stage.at
    rows = []
    for _ in range(stage.rng.randint(1, 5)):
        rows.append(sign_in(victim, origin, tool, app, at, say.admitted(), **other))
        at += stage.after(30, 900)
    stage.attack(f"legacy-{name}", ["D32"], rows)


def mailbox_over_imap(stage: Stage) -> None:
    """A mailbox copied over IMAP or POP."""
    client = stage.rng.choice(("IMAP4", "POP3", "IMAP", "POP"))
    _legacy(stage, client.lower(), say.legacy(client), say.MAIL)


def mail_sent_by_smtp(stage: Stage) -> None:
    """Mail sent in somebody's name by SMTP."""
    _legacy(stage, "smtp", say.legacy("Authenticated SMTP"), say.MAIL, is_interactive=stage.rng.random() < 0.5)


def mailbox_over_web_services(stage: Stage) -> None:
    """Exchange Web Services, address book or autodiscover by a script."""
    client = stage.rng.choice(("Exchange Web Services", "AutoDiscover", "Offline Address Book"))
    _legacy(stage, "services", say.legacy(client, "ExchangeServicesClient/15.00.0913.015"), say.MAIL)


def shell_of_the_mail_server(stage: Stage) -> None:
    """Remote PowerShell of Exchange with a password alone."""
    app = App("a0c73c16-a7e3-4564-9a95-2bdf47383716", "Microsoft Exchange Online Remote PowerShell", say.EXCHANGE)
    _legacy(stage, "shell", say.legacy("Exchange Online PowerShell", "Microsoft WinRM Client"), app)


def old_outlook(stage: Stage) -> None:
    """An Outlook of before modern authentication."""
    client = stage.rng.choice(("MAPI Over HTTP", "Outlook Anywhere (RPC over HTTP)", "Other clients"))
    _legacy(stage, "outlook", say.legacy(client, "Microsoft Office/14.0"), say.MAIL, is_interactive=False)


def phone_by_sync(stage: Stage) -> None:
    """A telephone that is not the person's, by ActiveSync."""
    _legacy(stage, "sync", say.legacy("Exchange ActiveSync", "Android-SAMSUNG-SM-G991B/101.900"), say.MAIL)


# --- D33 ---------------------------------------------------------------------------------------------------------


def _never_alone(known: Known) -> bool:
    return "ropc" not in known.protocols


def _ropc(stage: Stage, name: str, tool: Tool, app: App, *, also: tuple[str, ...] = (), **other: object) -> None:
    victim = stage.victim("ropc", fit=lambda each: _never_alone(each) and _only_modern(each))
    origin = stage.origin(hosting=stage.rng.random() < 0.4, six=stage.rng.random() < 0.3)
    rows = [sign_in(victim, origin, tool, app, stage.at, say.admitted(), **other)]
    stage.attack(f"ropc-{name}", ["D33", *also], rows)


def password_of_a_script(stage: Stage) -> None:
    """A script hands over the password itself, logged as not interactive."""
    app = stage.rng.choice((say.AZURE_CLI, say.GRAPH_SHELL, say.OFFICE))
    _ropc(stage, "script", say.MSAL, app, authentication_protocol="ropc", is_interactive=False)


def password_at_the_desk(stage: Stage) -> None:
    """The same, logged as interactive, with the face of a browser."""
    _ropc(stage, "browser", say.EDGE_OLD, say.TEAMS, authentication_protocol="ropc")


def password_by_agent(stage: Stage) -> None:
    """Only the user agent says it, over a legacy client."""
    tool = say.legacy(stage.rng.choice(("Other clients", "IMAP4")), say.LEGACY_AGENT)
    _ropc(stage, "agent", tool, say.MAIL, also=("D32",), authentication_protocol=None, is_interactive=False)


# --- D39 ---------------------------------------------------------------------------------------------------------


def _sleeper(stage: Stage) -> tuple[Target, list[Row]]:
    """Return somebody who worked in the first days of the log and was not seen since."""
    number = stage.rng.randrange(10_000)
    who = Target(f"Former {number}", f"former.{number}@{stage.domain}", stage.guid())
    begins = stage.end - _LOG
    template = stage.victim("a life to copy")
    rows = []
    for row in stage.habits.at_a_desk(template, begins, begins + _LIFE)[:30]:
        copied = dict(row) | {
            "user_id": who.user_id,
            "user_principal_name": who.user_principal_name,
            "user_display_name": who.name,
            "session_id": stage.guid(),
            "device_id": "",
            "device_display_name": "",
        }
        rows.append(copied | {name: stage.guid() for name in ("id", "correlation_id", "unique_token_identifier")})
    if not rows:
        raise Scarce("a life to copy")
    last = max(row["created_date_time"] for row in rows)
    stage.at = max(stage.at, last + _SILENCE + stage.after(0, 86_400))
    return who, rows


def _revived(stage: Stage, name: str, tool: Tool, app: App, answer: Answer, **other: object) -> None:
    who, life = _sleeper(stage)
    origin = stage.origin(hosting=stage.rng.random() < 0.3)
    stage.sign_ins += life
    rows = [sign_in(who, origin, tool, app, stage.at, answer, **other)]
    stage.attack(f"revived-{name}", ["D39"], rows)


def revived_in_a_browser(stage: Stage) -> None:
    """Somebody signs in as a person who left."""
    _revived(stage, "browser", say.CHROME, say.OFFICE_HOME, say.admitted())


def revived_over_imap(stage: Stage) -> None:
    """The mailbox of a person who left is fetched."""
    _revived(stage, "imap", say.legacy("IMAP4"), say.MAIL, say.admitted())


def revived_by_a_script(stage: Stage) -> None:
    """The same by a script, logged as not interactive."""
    _revived(
        stage, "script", say.MSAL, say.GRAPH_SHELL, say.admitted(), authentication_protocol="ropc", is_interactive=False
    )


def revived_after_tries(stage: Stage) -> None:
    """Somebody tried twice in the months of silence: a failure is no life."""
    who, life = _sleeper(stage)
    origin, app = stage.origin(), say.OFFICE
    tries = [sign_in(who, origin, say.SAFARI, app, stage.at - timedelta(days=days), say.wrong()) for days in (9, 4)]
    for row in tries:
        row |= {name: stage.guid() for name in ("id", "correlation_id", "unique_token_identifier")}
    stage.sign_ins += life + tries
    rows = [sign_in(who, origin, say.SAFARI, app, stage.at, say.admitted(push=True))]
    stage.attack("revived-after-tries", ["D39"], rows)


# --- D40 ---------------------------------------------------------------------------------------------------------


def _emergency(stage: Stage) -> Target:
    number = len(stage.break_glass) + 1
    who = Target(f"Emergency {number}", f"emergency{number}@{stage.domain}", stage.guid())
    stage.break_glass.append(who.user_principal_name.lower())
    return who


def _used(stage: Stage, name: str, origin: Origin, tool: Tool, answer: Answer, **other: object) -> None:
    who = _emergency(stage)
    rows = [sign_in(who, origin, tool, say.PORTAL, stage.at, answer, **other)]
    stage.attack(f"emergency-{name}", ["D40"], rows, story="high")


def emergency_used(stage: Stage) -> None:
    """The emergency account signs in."""
    _used(stage, "used", stage.origin(six=True), say.CHROME, say.admitted(push=True))


def emergency_tried(stage: Stage) -> None:
    """One wrong password for the emergency account."""
    _used(stage, "tried", stage.origin(users=0), say.PYTHON_APP, say.wrong())


def emergency_at_the_office(stage: Stage) -> None:
    """The emergency account is used where everybody works: still somebody's business to know."""
    lately = stage.at - timedelta(days=6)
    found = [row for who in stage.crowd(4) for row in stage.habits.at_a_desk(who, lately, stage.at)]
    if not found:
        raise Scarce("the office")
    row = found[-1]
    spot = say.Spot(row["city"], row["country_or_region"], row["latitude"], row["longitude"])
    _used(stage, "office", Origin(row["ip_address"], row["autonomous_system_number"], spot), say.CHROME, say.admitted())


def emergency_locked(stage: Stage) -> None:
    """The emergency account meets smart lock-out, or an address that Entra refuses."""
    answer = stage.rng.choice((say.locked(), say.refused_address()))
    _used(stage, "locked", stage.origin(users=0), say.GO, answer, is_interactive=False)


VARIANTS: Mapping[str, tuple[Variant, ...]] = {
    "D32": (
        mailbox_over_imap, mail_sent_by_smtp, mailbox_over_web_services, shell_of_the_mail_server, old_outlook,
        phone_by_sync,
    ),
    "D33": (password_of_a_script, password_at_the_desk, password_by_agent),
    "D39": (revived_in_a_browser, revived_over_imap, revived_by_a_script, revived_after_tries),
    "D40": (emergency_used, emergency_tried, emergency_at_the_office, emergency_locked),
}  # fmt: skip
