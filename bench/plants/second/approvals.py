"""Second factors that a person did not ask for: fatigue (D11) and reported fraud (D12)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bench.plants.second import rows as say
from bench.plants.second.rows import Answer, Origin, Row, Target, Tool, sign_in
from bench.plants.second.stage import Scarce, Stage, Variant

DECLINED = "MFA denied; user declined the authentication"
SILENT = "MFA denied; user did not respond to mobile app notification"
WRONG_NUMBER = "MFA denied; user did not select the correct number"
_LOOK_AROUND = timedelta(days=9)


def _prompts(
    stage: Stage,
    who: Target,
    origin: Origin,
    tool: Tool,
    words: Sequence[str],
    *,
    pause_s: tuple[float, float],
    told_in: tuple[str, ...] = ("status", "steps"),
) -> list[Row]:
    """Return one row a prompt, in the order of the words."""
    at = stage.at
    rows = []
    for text in words:
        rows.append(
            sign_in(
                who,
                origin,
                tool,
                say.OFFICE_HOME,
                at,
                say.denied(text, in_status="status" in told_in, in_steps="steps" in told_in),
            )
        )
        at += stage.after(*pause_s)
    return rows


def _last(rows: Sequence[Row]) -> datetime:
    last: datetime = max(row["created_date_time"] for row in rows)
    return last


def gave_in(stage: Stage) -> None:
    """Prompt after prompt until one is approved."""
    victim, origin = stage.victim("fatigue"), stage.origin(hosting=stage.rng.random() < 0.4)
    words = [stage.rng.choice((DECLINED, SILENT)) for _ in range(stage.rng.randint(5, 9))]
    rows = _prompts(stage, victim, origin, say.CHROME, words, pause_s=(25, 60))
    rows.append(
        sign_in(
            victim, origin, say.CHROME, say.OFFICE_HOME, _last(rows) + stage.after(40, 240), say.admitted(push=True)
        )
    )
    stage.attack("gave-in", ["D11"], rows, story="high")


def gave_in_late(stage: Stage) -> None:
    """Three numbers typed wrong, and the right one after twenty minutes on the telephone with the attacker."""
    victim, origin = stage.victim("fatigue"), stage.origin(six=True)
    rows = _prompts(stage, victim, origin, say.SAFARI, [WRONG_NUMBER] * 3, pause_s=(60, 200))
    rows.append(
        sign_in(
            victim, origin, say.SAFARI, say.OFFICE_HOME, _last(rows) + stage.after(900, 1300), say.admitted(push=True)
        )
    )
    stage.attack("gave-in-late", ["D11"], rows, story="high")


def held_out(stage: Stage) -> None:
    """Many prompts, all refused."""
    victim, origin = stage.victim("fatigue"), stage.origin(users=0)
    words = [DECLINED, SILENT, DECLINED, DECLINED, SILENT, DECLINED, SILENT]
    rows = _prompts(stage, victim, origin, say.FIREFOX, words, pause_s=(30, 80), told_in=("status",))
    stage.attack("held-out", ["D11"], rows)


def asleep(stage: Stage) -> None:
    """Three prompts in the night from a place the person never was; nobody answers. Only the steps tell why."""
    victim, origin = stage.victim("fatigue"), stage.origin(users=0)
    stage.at = stage.at.replace(hour=2, minute=stage.rng.randrange(40))
    rows = _prompts(stage, victim, origin, say.CHROME, [SILENT] * 3, pause_s=(70, 280), told_in=("steps",))
    stage.attack("asleep", ["D11"], rows)


def one_attempt(stage: Stage) -> None:
    """One sign-in page that asks again and again: all prompts share a correlation."""
    victim, origin = stage.victim("fatigue"), stage.origin(users=0)
    rows = _prompts(stage, victim, origin, say.EDGE_OLD, [SILENT, DECLINED, SILENT, DECLINED], pause_s=(20, 65))
    together = stage.guid()
    for row in rows:
        row["correlation_id"] = together
    stage.attack("one-attempt", ["D11"], rows)


def without_words(stage: Stage) -> None:
    """A dozen times the code of a failed second factor, and no word why."""
    victim, origin = stage.victim("fatigue"), stage.origin(users=0)
    rows = _prompts(stage, victim, origin, say.PYTHON, [""] * 12, pause_s=(15, 45), told_in=())
    stage.attack("without-words", ["D11"], rows)


def at_home(stage: Stage) -> None:
    """Declined four times at the person's own address: somebody there has the password, or malware does."""
    victim = stage.victim("fatigue")
    usual = stage.habits.at_a_desk(victim, stage.at - _LOOK_AROUND, stage.at, alone=True)
    if not usual:
        raise Scarce("a home")
    rows = _prompts(stage, victim, _as_origin(usual[-1]), say.FIREFOX, [DECLINED] * 4, pause_s=(30, 120))
    stage.attack("at-home", ["D11"], rows)


def _as_origin(row: Row) -> Origin:
    spot = say.Spot(row["city"], row["country_or_region"], row["latitude"], row["longitude"])
    return Origin(row["ip_address"], row["autonomous_system_number"], spot)


# --- D12 ---------------------------------------------------------------------------------------------------------


def _reported(stage: Stage, name: str, answer: Answer) -> None:
    victim = stage.victim("fraud reported")
    tool = stage.rng.choice((say.CHROME, say.PYTHON, say.SAFARI))
    row = sign_in(victim, stage.origin(users=0), tool, say.OFFICE_HOME, stage.at, answer)
    stage.attack(name, ["D12"], [row])


def reported_in_the_app(stage: Stage) -> None:
    """The person pressed *report* in the app."""
    _reported(stage, "reported-app", say.denied("MFA denied; Phone App Reported Fraud"))


def reported_by_telephone(stage: Stage) -> None:
    """The person answered a call with the fraud code; only the status says so."""
    _reported(stage, "reported-call", say.denied("MFA denied; fraud code entered", in_steps=False))


def reported_in_the_steps(stage: Stage) -> None:
    """Only a step says so."""
    _reported(stage, "reported-step", say.denied("Fraud reported by user", in_status=False))


def reported_at_last(stage: Stage) -> None:
    """Three refusals, and then a report."""
    victim, origin = stage.victim("fraud reported"), stage.origin(users=0)
    words = [DECLINED, SILENT, DECLINED, "MFA denied; user reported fraud"]
    stage.attack(
        "reported-at-last", ["D11", "D12"], _prompts(stage, victim, origin, say.CHROME, words, pause_s=(30, 140))
    )


VARIANTS: dict[str, tuple[Variant, ...]] = {
    "D11": (gave_in, gave_in_late, held_out, asleep, one_attempt, without_words, at_home),
    "D12": (reported_in_the_app, reported_by_telephone, reported_in_the_steps, reported_at_last),
}
