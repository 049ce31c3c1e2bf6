"""Passwords tried: sprays (D01), sprays that hit (D02), one account guessed (D04), a right password stopped (D08)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bench.plants.second import rows as say
from bench.plants.second.rows import Answer, App, Origin, Row, Target, Tool, sign_in
from bench.plants.second.stage import Scarce, Stage, Variant, paced

SMALL_FIRM: Final = 10
_FEW: Final = (3, 4)


def _tried(pace: Sequence[tuple[Target, datetime]], origin: Origin, tool: Tool, app: App, **other: object) -> list[Row]:
    return [sign_in(who, origin, tool, app, at, say.wrong(), **other) for who, at in pace]


# --- D01 ---------------------------------------------------------------------------------------------------------


def burst(stage: Stage) -> None:
    """Everybody the list holds, one password, within minutes, by a script that does not hide."""
    people = stage.crowd(min(stage.people, stage.rng.randint(5, 40), stage.listed))
    _need(people, 5)
    origin = stage.origin(users=0, hosting=True)
    rows = _tried(list(paced(stage, people, 0.4, 6)), origin, say.PYTHON, say.AZURE_CLI, is_interactive=False)
    stage.attack("burst", ["D01"], rows)


def patient(stage: Stage) -> None:
    """One try every three to four minutes with the face of a browser: five people in any twenty minutes."""
    people = stage.crowd(min(12, stage.listed))
    _need(people, 5)
    origin = stage.origin(users=0)
    rows = _tried(list(paced(stage, people, 175, 235)), origin, say.EDGE_OLD, say.OFFICE)
    stage.attack("patient", ["D01"], rows)


def one_site(stage: Stage) -> None:
    """Each try from another address of one IPv6 site."""
    people = stage.crowd(min(9, stage.listed))
    _need(people, 5)
    site = stage.origin(users=0, six=True)
    rows = [
        sign_in(who, stage.beside(site), say.CHROME, say.OFFICE_HOME, at, say.wrong())
        for who, at in paced(stage, people, 20, 90)
    ]
    stage.attack("one-site", ["D01"], rows)


def many_doors(stage: Stage) -> None:
    """Another app and another wrong-password code with every try."""
    people = stage.crowd(min(10, stage.listed))
    _need(people, 5)
    origin = stage.origin(users=0, hosting=stage.rng.random() < 0.5)
    doors = (say.AZURE_CLI, say.OFFICE, say.GRAPH_SHELL, say.TEAMS, say.PORTAL, say.FILES)
    codes = (50126, 50126, 50064, 50126, 50056)
    rows = [
        sign_in(who, origin, say.GO, doors[n % len(doors)], at, say.wrong(codes[n % len(codes)]))
        for n, (who, at) in enumerate(paced(stage, people, 30, 110))
    ]
    stage.attack("many-doors", ["D01"], rows)


def two_waves(stage: Stage) -> None:
    """Half of it before the full hour and half after: no fixed bin holds five."""
    people = stage.crowd(min(8, stage.listed))
    _need(people, 5)
    hour = stage.at.replace(minute=0, second=0) + timedelta(hours=1)
    half = len(people) // 2
    before = [(who, hour - stage.after(60, 400)) for who in people[:half]]
    behind = [(who, hour + stage.after(60, 400)) for who in people[half:]]
    tool = say.legacy("IMAP4", say.LEGACY_AGENT)
    rows = _tried(before + behind, stage.origin(users=0), tool, say.MAIL, is_interactive=stage.rng.random() < 0.5)
    stage.attack("two-waves", ["D01"], rows)


def names_guessed(stage: Stage) -> None:
    """A list of names of which the firm has only some."""
    people = [*stage.crowd(min(4, stage.listed)), *stage.strangers(6)]
    stage.rng.shuffle(people)
    origin = stage.origin(users=0, six=stage.rng.random() < 0.4)
    rows = [
        sign_in(who, origin, say.CURL, say.OFFICE, at, say.wrong(50034 if who.user_id == say.NOBODY else 50126))
        for who, at in paced(stage, people, 3, 70)
    ]
    stage.attack("names-guessed", ["D01"], rows)


def then_refused(stage: Stage) -> None:
    """A dozen wrong passwords until Entra knows the address and answers nothing else but that."""
    people = stage.crowd(min(16, stage.listed))
    _need(people, 5)
    origin = stage.origin(users=0)
    tried = list(paced(stage, people, 5, 35))
    rows = _tried(tried, origin, say.PYTHON_APP, say.GRAPH_SHELL)
    later = tried[-1][1]
    rows += [
        sign_in(who, origin, say.PYTHON_APP, say.GRAPH_SHELL, later + stage.after(10, 600), say.refused_address())
        for who in people[:6]
    ]
    stage.attack("then-refused", ["D01"], rows)


def few_people(stage: Stage) -> None:
    """A firm so small that three or four accounts are the whole list."""
    if stage.people > SMALL_FIRM:
        raise Scarce("a small firm")
    people = stage.crowd(min(stage.rng.choice(_FEW), stage.listed))
    _need(people, 3)
    origin = stage.origin(users=0)
    rounds = people * stage.rng.choice((1, 2))
    rows = _tried(list(paced(stage, rounds, 15, 150)), origin, say.FIREFOX, say.OFFICE_HOME)
    stage.attack("few-people", ["D01"], rows)


# --- D02 ---------------------------------------------------------------------------------------------------------


def _spray(stage: Stage, origin: Origin, tool: Tool, app: App) -> tuple[list[Row], Target, datetime]:
    """Return a spray on five to twelve people, one of them whose password it was, and when it was over."""
    victim = stage.victim("hit by a spray")
    others = [each for each in stage.crowd(min(12, stage.listed)) if each != victim]
    people = [victim, *others[: stage.rng.randint(5, 11)]]
    if len(people) < 5:  # the reference's threshold
        people += stage.strangers(5 - len(people))
    pace = list(paced(stage, people, 4, 60))
    rows = [
        sign_in(who, origin, tool, app, at, say.wrong(50034 if who.user_id == say.NOBODY else 50126))
        for who, at in pace
    ]
    return rows, victim, pace[-1][1]


def _hit(stage: Stage, name: str, *, origin: Origin, tool: Tool, app: App, answer: Answer, **other: object) -> None:
    rows, victim, over = _spray(stage, origin, tool, app)
    rows.append(sign_in(victim, origin, tool, app, over + stage.after(60, 1800), answer, **other))
    stage.attack(name, ["D01", "D02"], rows, story="high")


def hit_and_in(stage: Stage) -> None:
    """The second password is right and nothing else is asked."""
    origin = stage.origin(hosting=stage.rng.random() < 0.5)
    _hit(stage, "hit-and-in", origin=origin, tool=say.CHROME, app=say.OFFICE_HOME, answer=say.admitted())


def hit_second_factor(stage: Stage) -> None:
    """The password is right; Entra asks for more: an interrupt, not a failure."""
    code = stage.rng.choice((50076, 50074, 50079, 50072))
    answer = say.stopped(code, told=stage.rng.random() < 0.7)
    _hit(stage, f"hit-{code}", origin=stage.origin(), tool=say.PYTHON_APP, app=say.AZURE_CLI, answer=answer)


def hit_blocked(stage: Stage) -> None:
    """The password is right; a policy stops the rest."""
    code = stage.rng.choice((53003, 50158, 53000))
    _hit(stage, f"hit-{code}", origin=stage.origin(six=True), tool=say.GO, app=say.OFFICE, answer=say.stopped(code))


def hit_by_mail(stage: Stage) -> None:
    """A spray over IMAP, where a right password is all."""
    tool = say.legacy("IMAP4", say.LEGACY_AGENT)
    rows, victim, over = _spray(stage, origin := stage.origin(), tool, say.MAIL)
    rows.append(sign_in(victim, origin, tool, say.MAIL, over + stage.after(30, 900), say.admitted()))
    stage.attack("hit-by-mail", ["D01", "D02"], rows, story="high")


def hit_from_elsewhere(stage: Stage) -> None:
    """The tool that sprayed comes back within the hour from another address."""
    tool = replace(say.AXIOS, user_agent=f"axios/1.{stage.rng.randrange(2, 9)}.{stage.rng.randrange(9)}")
    rows, victim, over = _spray(stage, stage.origin(users=0), tool, say.OFFICE)
    rows.append(sign_in(victim, stage.origin(), tool, say.OFFICE, over + stage.after(300, 2400), say.admitted()))
    stage.attack("hit-from-elsewhere", ["D01", "D02"], rows, story="high")


def guessed_and_in(stage: Stage) -> None:
    """One account guessed at length, and then opened from the same place."""
    victim = stage.victim("guessed and in")
    origin = stage.origin()
    rows = _guesses(stage, victim, [origin], stage.rng.randint(12, 30), (4, 20), say.FIREFOX, say.PORTAL)
    over = rows[-1]["created_date_time"]
    rows.append(sign_in(victim, origin, say.FIREFOX, say.PORTAL, over + stage.after(30, 1500), say.admitted()))
    stage.attack("guessed-and-in", ["D02", "D04"], rows, story="high")


def hit_from_cloud(stage: Stage) -> None:
    """Sprayed and entered from a rented machine in Microsoft's own network: less severe there, but not dropped."""
    origin = stage.origin(asn=8075, at=stage.spot(users=1))
    rows, victim, over = _spray(stage, origin, say.PYTHON_APP, say.GRAPH_SHELL)
    rows.append(sign_in(victim, origin, say.PYTHON_APP, say.GRAPH_SHELL, over + stage.after(30, 900), say.admitted()))
    stage.attack("hit-from-cloud", ["D02"], rows)


# --- D04 ---------------------------------------------------------------------------------------------------------


def _guesses(
    stage: Stage,
    victim: Target,
    origins: Sequence[Origin],
    count: int,
    pause_s: tuple[float, float],
    tool: Tool,
    app: App,
    **other: object,
) -> list[Row]:
    pace = paced(stage, [victim] * count, *pause_s)
    return [
        sign_in(who, origins[n % len(origins)], tool, app, at, say.wrong(), **other) for n, (who, at) in enumerate(pace)
    ]


def until_locked(stage: Stage) -> None:
    """A word list against one account until smart lock-out answers instead."""
    victim, origin = stage.victim("guessed"), stage.origin(users=0)
    rows = _guesses(stage, victim, [origin], stage.rng.randint(11, 14), (2, 25), say.CHROME, say.OFFICE_HOME)
    over = rows[-1]["created_date_time"]
    rows += [
        sign_in(victim, origin, say.CHROME, say.OFFICE_HOME, over + stage.after(5, 300), say.locked()) for _ in range(8)
    ]
    stage.attack("until-locked", ["D04"], rows)


def just_ten(stage: Stage) -> None:
    """Exactly ten within ten minutes, and never again."""
    victim, origin = stage.victim("guessed"), stage.origin(users=0, six=True)
    rows = _guesses(stage, victim, [origin], 10, (50, 62), say.SAFARI, say.OFFICE)
    stage.attack("just-ten", ["D04"], rows)


def from_everywhere(stage: Stage) -> None:
    """Rented proxies: hardly an address twice, always the same account."""
    victim = stage.victim("guessed")
    origins = [stage.origin(users=0, hosting=n % 3 == 0, six=n % 2 == 0) for n in range(7)]
    rows = _guesses(stage, victim, origins, 35, (3, 24), say.GO, say.AZURE_SHELL, is_interactive=False)
    stage.attack("from-everywhere", ["D04"], rows)


def for_hours(stage: Stage) -> None:
    """A mail server asked every half minute for three hours."""
    victim, origin = stage.victim("guessed"), stage.origin(users=0)
    tool = say.legacy(stage.rng.choice(("POP3", "Authenticated SMTP", "IMAP4")), say.LEGACY_AGENT)
    rows = _guesses(stage, victim, [origin], 330, (24, 42), tool, say.MAIL)
    for place in range(13, len(rows), 4):
        rows[place] = sign_in(victim, origin, tool, say.MAIL, rows[place]["created_date_time"], say.locked())
    stage.attack("for-hours", ["D04"], rows)


def over_the_edge(stage: Stage) -> None:
    """Eighteen around the full hour, nine on each side of it."""
    victim, origin = stage.victim("guessed"), stage.origin(users=0)
    hour = stage.at.replace(minute=0, second=0) + timedelta(hours=1)
    stage.at = hour - timedelta(seconds=240)
    rows = _guesses(stage, victim, [origin], 18, (24, 29), say.PYTHON_APP, say.TEAMS, authentication_protocol="ropc")
    stage.attack("over-the-edge", ["D04"], rows)


# --- D08 ---------------------------------------------------------------------------------------------------------


def _stopped(stage: Stage, name: str, answers: Sequence[Answer], tool: Tool, app: App, **other: object) -> None:
    victim = stage.victim("stopped")
    origin = stage.origin(hosting=name == "policy" and stage.rng.random() < 0.4, six=stage.rng.random() < 0.3)
    at = stage.at
    rows = []
    for answer in answers:
        rows.append(sign_in(victim, origin, tool, app, at, answer, **other))
        at += stage.after(20, 500)
    also = ["D18"] if answers[0].code == 53003 and tool.client == "Browser" else []  # an error code
    stage.attack(f"stopped-{name}", ["D08", *also], rows)


def by_policy(stage: Stage) -> None:
    """Conditional access refuses the country, twice."""
    _stopped(stage, "policy", [say.stopped(53003), say.stopped(53003)], say.CHROME, say.OFFICE_HOME)


def by_factor(stage: Stage) -> None:
    """The second factor is asked and the attacker goes away."""
    code = stage.rng.choice((50074, 50076))
    _stopped(stage, f"factor-{code}", [say.stopped(code)], say.FIREFOX, say.PORTAL)


def by_enrolment(stage: Stage) -> None:
    """The person has no factor yet: Entra wants one registered."""
    code = stage.rng.choice((50072, 50079, 53004))
    _stopped(stage, f"enrolment-{code}", [say.stopped(code)], say.SAFARI, say.OFFICE)


def by_policy_in_a_script(stage: Stage) -> None:
    """The same over ROPC, which is logged as not interactive."""
    answers = [say.stopped(53003)]
    _stopped(stage, "script", answers, say.MSAL, say.AZURE_CLI, is_interactive=False, authentication_protocol="ropc")


def by_something_rare(stage: Stage) -> None:
    """A code that no list of right passwords holds, but the first step says it."""
    _stopped(stage, "rare", [say.stopped(530032)], say.EDGE_OLD, say.OFFICE)


def without_steps(stage: Stage) -> None:
    """The log tells no steps: only the code says that the password was right."""
    _stopped(
        stage, "untold", [say.stopped(stage.rng.choice((53000, 50076, 53003)), told=False)], say.FIREFOX, say.OFFICE
    )


def by_an_unanswered_prompt(stage: Stage) -> None:
    """One prompt on the person's telephone that nobody answered."""
    words = "MFA denied; user did not respond to mobile app notification"
    _stopped(stage, "prompt", [say.denied(words)], say.CHROME, say.OFFICE_HOME)


def _need(people: Sequence[Target], count: int) -> None:
    if len(people) < count:
        raise Scarce("people enough")


VARIANTS: dict[str, tuple[Variant, ...]] = {
    "D01": (burst, patient, one_site, many_doors, two_waves, names_guessed, then_refused, few_people),
    "D02": (
        hit_and_in, hit_second_factor, hit_blocked, hit_by_mail, hit_from_elsewhere, guessed_and_in, hit_from_cloud,
    ),
    "D04": (until_locked, just_ten, from_everywhere, for_hours, over_the_edge),
    "D08": (
        by_policy, by_factor, by_enrolment, by_policy_in_a_script, by_something_rare, without_steps,
        by_an_unanswered_prompt,
    ),
}  # fmt: skip
