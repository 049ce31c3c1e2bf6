"""Sessions and tokens in two hands: shared sessions (D24), device codes (D25, D26), registered devices (D27)."""

from collections.abc import Sequence
from datetime import timedelta

from bench.plants.second import rows as say
from bench.plants.second.habits import Known
from bench.plants.second.rows import App, Origin, Row, Spot, Target, Tool, sign_in
from bench.plants.second.stage import BRUSSELS, Scarce, Stage, Variant

_LATELY = timedelta(days=2)
_TRIES = 8
_DEVICE_CODE = {"authentication_protocol": "deviceCode"}
_REFRESHED = {"incoming_token_type": "refreshToken", "is_interactive": False}
_TRANSFERRED = {"original_transfer_method": "deviceCodeFlow"}


# --- D24 ---------------------------------------------------------------------------------------------------------


def _session(stage: Stage) -> tuple[Target, Row]:
    """Return somebody and a sign-in of a computer that began or used a session, shortly before the attack's turn."""
    for _ in range(_TRIES):
        victim = stage.victim("session")
        lately = stage.habits.at_a_desk(victim, stage.at - _LATELY, stage.at)
        if found := [row for row in lately if row["session_id"]]:
            return victim, found[-1]
    raise Scarce("a session")


def _stolen(
    stage: Stage, victim: Target, row: Row, origin: Origin, tool: Tool, apps: Sequence[App], **other: object
) -> list[Row]:
    at = row["created_date_time"] + stage.after(600, 5 * 3600)
    rows = []
    for app in apps:
        by_claim = say.admitted(by_claim=True)
        rows.append(sign_in(victim, origin, tool, app, at, by_claim, session_id=row["session_id"], **other))
        at += stage.after(30, 2400)
    return rows


def cookie_abroad(stage: Stage) -> None:
    """A stolen cookie in another browser in another country."""
    victim, row = _session(stage)
    rows = _stolen(stage, victim, row, stage.origin(), say.FIREFOX, (say.OFFICE_HOME, say.MAIL))
    stage.attack("cookie-abroad", ["D24"], rows)


def token_abroad(stage: Stage) -> None:
    """Only silent refreshes from a hosting network abroad."""
    victim, row = _session(stage)
    apps = (say.MAIL, say.OFFICE, say.MAIL, say.FILES, say.MAIL)
    rows = _stolen(stage, victim, row, stage.origin(hosting=True, six=True), say.MSAL, apps, **_REFRESHED)
    stage.attack("token-abroad", ["D24"], rows)


def cookie_next_door(stage: Stage) -> None:
    """A rented server in the same country, with another system and browser."""
    victim, row = _session(stage)
    origin = stage.origin(hosting=True, at=BRUSSELS)
    rows = _stolen(stage, victim, row, origin, say.FIREFOX, (say.MAIL,))
    stage.attack("cookie-next-door", ["D24"], rows)


def cookie_of_a_neighbour(stage: Stage) -> None:
    """The same carrier and country as the victim; another system and browser holds the session."""
    victim, row = _session(stage)
    here = Spot(row["city"], row["country_or_region"], row["latitude"], row["longitude"])
    origin = stage.origin(asn=row["autonomous_system_number"], at=here)
    is_apple = "mac" in (row["device_operating_system"] or "").lower()
    rows = _stolen(stage, victim, row, origin, say.CHROME if is_apple else say.SAFARI, (say.OFFICE_HOME, say.MAIL))
    stage.attack("cookie-of-a-neighbour", ["D24"], rows)


def cookie_much_later(stage: Stage) -> None:
    """A cookie kept for a day before it is used, from a carrier abroad, in the victim's kind of browser."""
    victim, row = _session(stage)
    tool = Tool(row["user_agent"], row["device_operating_system"], row["device_browser"])
    rows = _stolen(stage, victim, row, stage.origin(), tool, (say.OFFICE_HOME, say.FILES))
    for each in rows:
        each["created_date_time"] += timedelta(hours=21)
    stage.attack("cookie-much-later", ["D24"], rows)


# --- D25 ---------------------------------------------------------------------------------------------------------


def _never_a_code(known: Known) -> bool:
    return not known.protocols & {"deviceCode", "deviceCodeFlow"}


def _code_victim(stage: Stage) -> Target:
    """Return somebody who never entered a code, not in an attack played before this one either."""
    return stage.victim(
        "device code",
        fit=lambda each: (
            _never_a_code(each) and not stage.met("broker", each.target) and not stage.met("registration", each.target)
        ),
    )


def _usual(stage: Stage, who: Target) -> Origin:
    """Return where somebody was seen last."""
    found = stage.habits.at_a_desk(who, stage.at - timedelta(days=6), stage.at)
    if not found:
        raise Scarce("a usual place")
    row = found[-1]
    spot = Spot(row["city"], row["country_or_region"], row["latitude"], row["longitude"])
    return Origin(row["ip_address"], row["autonomous_system_number"], spot)


def code_for_office(stage: Stage) -> None:
    """The victim confirms at his desk; the attacker's token comes from far away in the same session."""
    victim, session = _code_victim(stage), stage.guid()
    here, there, together = _usual(stage, victim), stage.origin(), stage.guid()
    app = stage.rng.choice((say.OFFICE, say.TEAMS))
    confirm = say.Answer(50199, "For security reasons, user confirmation is required for this request.")
    begun = stage.at + stage.after(20, 200)
    rows = [
        sign_in(victim, here, say.CHROME, app, stage.at, confirm, correlation_id=together, **_DEVICE_CODE),
        sign_in(
            victim, here, say.CHROME, app, begun, say.admitted(by_claim=True), correlation_id=together,
            session_id=session, **_DEVICE_CODE,
        ),
        sign_in(
            victim, there, say.PYTHON_APP, app, begun + stage.after(60, 1200), say.admitted(by_claim=True),
            session_id=session, **_TRANSFERRED, **_REFRESHED,
        ),
    ]  # fmt: skip
    stage.attack("code-for-office", ["D25"], rows)


def code_from_afar(stage: Stage) -> None:
    """Everything is logged where the attacker polls."""
    victim, app = _code_victim(stage), stage.rng.choice((say.GRAPH_SHELL, say.AZURE_CLI, say.AZURE_SHELL))
    origin = stage.origin(hosting=stage.rng.random() < 0.5)
    rows = [
        sign_in(
            victim, origin, say.MSAL, app, stage.at, say.admitted(push=True), session_id=stage.guid(), **_DEVICE_CODE
        )
    ]
    stage.attack("code-from-afar", ["D25"], rows)


def code_transferred(stage: Stage) -> None:
    """The code itself was not logged, only tokens that came of one."""
    victim, origin, session = _code_victim(stage), stage.origin(six=True), stage.guid()
    rows = [
        sign_in(
            victim, origin, say.AXIOS, app, stage.at + stage.after(n * 120, n * 120 + 100), say.admitted(by_claim=True),
            session_id=session, **_TRANSFERRED, **_REFRESHED,
        )
        for n, app in enumerate((say.OFFICE, say.MAIL, say.FILES))
    ]  # fmt: skip
    stage.attack("code-transferred", ["D25"], rows)


def code_for_an_editor(stage: Stage) -> None:
    """A developer's tool that this person never used, confirmed at the person's own desk."""
    victim, together = _code_victim(stage), stage.guid()
    origin = _usual(stage, victim)
    rows = [
        sign_in(
            victim, origin, say.CHROME, say.CODE, stage.at, say.admitted(), correlation_id=together,
            session_id=stage.guid(), **_DEVICE_CODE,
        ),
    ]  # fmt: skip
    stage.attack("code-for-an-editor", ["D25"], rows)


def code_untold(stage: Stage) -> None:
    """The log tells no protocol: a confirmation and a success in one attempt is all there is."""
    victim, together = _code_victim(stage), stage.guid()
    origin = stage.origin()
    untold: Row = {"authentication_protocol": None, "original_transfer_method": None, "correlation_id": together}
    confirm = say.Answer(50199, "For security reasons, user confirmation is required for this request.")
    rows = [
        sign_in(victim, origin, say.CHROME, say.OFFICE, stage.at, confirm, **untold),
        sign_in(victim, origin, say.CHROME, say.OFFICE, stage.at + stage.after(5, 60), say.admitted(), **untold),
    ]
    stage.attack("code-untold", ["D25"], rows)


# --- D26 ---------------------------------------------------------------------------------------------------------


def _broker(stage: Stage, name: str, resource: tuple[str, str], origin: Origin | None, *, push: bool) -> None:
    victim = stage.victim("broker")
    app = say.with_resource(say.THE_BROKER, resource)
    where = origin or _usual(stage, victim)
    answer = say.admitted(push=True) if push else say.admitted(by_claim=True)
    rows = [sign_in(victim, where, say.CHROME, app, stage.at, answer, session_id=stage.guid(), **_DEVICE_CODE)]
    stage.attack(name, ["D26"], rows)


def broker_for_mail(stage: Stage) -> None:
    """A device code for the broker, straight to mail, from the attacker's network."""
    _broker(stage, "broker-mail", say.EXCHANGE, stage.origin(hosting=True), push=True)


def broker_for_a_device(stage: Stage) -> None:
    """A device code for the broker towards device registration, confirmed at the victim's own desk."""
    _broker(stage, "broker-device", say.REGISTRATION, None, push=False)


def broker_for_files(stage: Stage) -> None:
    """The same towards files, over IPv6."""
    _broker(stage, "broker-files", say.SHAREPOINT, stage.origin(six=True), push=False)


def broker_in_silence(stage: Stage) -> None:
    """The polling client is logged as not interactive."""
    victim, origin = stage.victim("broker"), stage.origin()
    app = say.with_resource(say.THE_BROKER, say.GRAPH)
    silent: Row = {"is_interactive": False, "session_id": stage.guid(), **_DEVICE_CODE}
    rows = [sign_in(victim, origin, say.AXIOS, app, stage.at, say.admitted(by_claim=True), **silent)]
    stage.attack("broker-silent", ["D26"], rows)


# --- D27 ---------------------------------------------------------------------------------------------------------


def _to_registration(stage: Stage, who: Target, origin: Origin, session: str, **other: object) -> Row:
    told: Row = {"session_id": session, **_REFRESHED, **other}
    return sign_in(who, origin, say.AXIOS, say.THE_BROKER, stage.at, say.admitted(by_claim=True), **told)


def whole_chain(stage: Stage) -> None:
    """Broker to device registration, a new DESKTOP-, and its primary refresh token at work, within three minutes."""
    victim, session, device = stage.victim("registration"), stage.guid(), stage.guid()
    origin = stage.origin(hosting=stage.rng.random() < 0.5)
    name = f"DESKTOP-{stage.rng.getrandbits(28):07X}"
    registered = stage.at + stage.after(5, 60)
    told: Row = {
        "incoming_token_type": "primaryRefreshToken", "session_id": session, "device_id": device,
        "device_display_name": name, "device_trust_type": "Azure AD joined", "device_is_managed": False,
        "device_is_compliant": False, **_TRANSFERRED,
    }  # fmt: skip
    at = registered + stage.after(20, 100)
    rows = [
        _to_registration(stage, victim, origin, session, **_TRANSFERRED),
        sign_in(victim, origin, say.CHROME, say.OFFICE, at, say.admitted(by_claim=True), **told),
    ]
    event = say.registered_device(victim, registered, device, name, origin.address)
    stage.attack("whole-chain", ["D27"], rows, audits=[event])


def from_a_kit(stage: Stage) -> None:
    """One row is enough: broker to device registration with a refresh token from a network of the list."""
    victim = stage.victim("registration")
    rows = [_to_registration(stage, victim, stage.origin(hosting=True, six=stage.rng.random() < 0.5), stage.guid())]
    stage.attack("from-a-kit", ["D27"], rows)


def two_addresses(stage: Stage) -> None:
    """The victim's browser and the attacker's script share the session that registers a device."""
    victim, session = stage.victim("registration"), stage.guid()
    here, there = _usual(stage, victim), stage.origin()
    browser = sign_in(
        victim, here, say.CHROME, say.with_resource(say.THE_BROKER, say.GRAPH), stage.at - stage.after(30, 1200),
        say.admitted(by_claim=True), session_id=session,
    )  # fmt: skip
    rows = [browser, _to_registration(stage, victim, there, session)]
    stage.attack("two-addresses", ["D27"], rows)


def one_device_two_tokens(stage: Stage) -> None:
    """A joined device with a refresh token, and within the hour the same device with a primary one, unmanaged."""
    victim, device, origin = stage.victim("registration"), stage.guid(), stage.origin()
    known: Row = {"device_id": device, "device_display_name": f"DESKTOP-{stage.rng.getrandbits(28):07X}"}
    joined: Row = {**known, "device_trust_type": "Azure AD joined"}
    later: Row = {
        **joined, "device_is_managed": False, "device_is_compliant": False,
        "incoming_token_type": "primaryRefreshToken", "session_id": stage.guid(),
    }  # fmt: skip
    at = stage.at + stage.after(200, 3000)
    rows = [
        _to_registration(stage, victim, origin, stage.guid(), **joined),
        sign_in(victim, origin, say.CHROME, say.TEAMS, at, say.admitted(by_claim=True), **later),
    ]
    stage.attack("one-device-two-tokens", ["D27"], rows)


VARIANTS: dict[str, tuple[Variant, ...]] = {
    "D24": (cookie_abroad, token_abroad, cookie_next_door, cookie_of_a_neighbour, cookie_much_later),
    "D25": (code_for_office, code_from_afar, code_transferred, code_for_an_editor, code_untold),
    "D26": (broker_for_mail, broker_for_a_device, broker_for_files, broker_in_silence),
    "D27": (whole_chain, from_a_kit, two_addresses, one_device_two_tokens),
}
