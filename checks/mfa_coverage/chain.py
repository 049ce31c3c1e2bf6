"""The chain of reasons behind a verdict, link by link."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from checks.conditional_access.situations import OTHER, Access, Proof, Way
from checks.mfa_coverage.log import Shown
from checks.mfa_coverage.model import Step
from checks.mfa_coverage.per_user import MARK
from checks.mfa_coverage.registrations import Registration
from checks.mfa_coverage.steps import step
from checks.mfa_coverage.verdicts import Facts

_DEFAULTS = {True: "defaults_on", False: "defaults_off", None: "defaults_unknown"}
_HOME = {True: "home_mfa_accepted", False: "home_mfa_not_accepted", None: "home_mfa_unknown"}
_METHODS = {True: "methods_weak", False: "methods_strong", None: "methods_unknown"}
_STRENGTH = {True: "strength_satisfied", False: "strength_not_satisfied", None: "strength_unknown"}
_FEDERATED = {True: "federated_mfa_accepted", False: "federated_mfa_rejected", None: "federation_unknown"}
_PER_USER = {"enforced": "per_user_enforced", "enabled": "per_user_enabled", "disabled": None}


@dataclass(frozen=True, slots=True)
class Given:
    """What the links of one person's chain say it of."""

    facts: Facts
    proof: Proof
    registration: Registration
    domain: str | None
    per_user_state: str | None
    has_account: bool
    comes_from_elsewhere: bool
    """Whether the account belongs to somebody of another firm."""
    shown: Shown | None
    contradiction: str | None = None
    """The moment of a sign-in that contradicts what the policies prove."""


@dataclass(frozen=True, slots=True)
class Links:
    """What is the same for everybody."""

    names: Mapping[str, str]
    """Display names by id."""
    per_user_read: bool
    campaign: str | None
    """Graph's `registration_campaign_state`."""
    log_read: bool

    def of(self, given: Given) -> tuple[Step, ...]:
        """Return the chain of one person."""
        return tuple(self._steps(given))

    def _steps(self, given: Given) -> Iterator[Step]:
        facts = given.facts
        yield step(_DEFAULTS[facts.by_defaults])
        yield from self._per_user(given)
        if not facts.by_defaults:
            yield self._policies(given.proof)
        if given.has_account and not facts.proves_elsewhere:
            yield from self._methods(given)
        if facts.asks_elsewhere is not False:
            yield step(_FEDERATED[facts.asks_elsewhere and facts.proves_elsewhere], given.domain or "")
        if given.comes_from_elsewhere:
            yield step(_HOME[facts.proves_elsewhere])
        yield self._log(given)

    def _per_user(self, given: Given) -> Iterator[Step]:
        if not given.has_account:
            return
        if not self.per_user_read:
            yield step("per_user_unknown")
        elif given.per_user_state != "disabled":
            yield step(_PER_USER.get(given.per_user_state or "") or "per_user_unknown")

    def _policies(self, proof: Proof) -> Step:
        accesses = proof.accesses
        if Access.PASSWORD in accesses:
            if not proof.demands_mfa:
                return step("nothing_demanded")
            return step("password_somewhere", *self._named(way.spared_by for way in proof.ways))
        if Access.UNKNOWN in accesses:
            return step("not_decided", *self._named(way.undecided for way in proof.ways))
        if Access.MANAGED_DEVICE in accesses:
            return step("device_instead")
        return step("mfa_everywhere" if Access.MFA in accesses else "blocked_everywhere")

    def _named(self, ids: Iterable[Sequence[str]]) -> list[str]:
        return sorted({self.names.get(each, each) for some in ids for each in some})

    def _methods(self, given: Given) -> Iterator[Step]:
        facts, methods = given.facts, given.registration.methods.names
        if facts.is_registered is None:
            yield step("methods_unknown", *methods)
        elif not facts.is_registered:
            yield step("methods_none", *methods)
        else:
            yield step(_METHODS[facts.is_weak], *methods)
        strengths = given.proof.strengths | given.proof.perhaps_strengths
        if facts.is_registered is not False and strengths:
            yield step(_STRENGTH[facts.satisfies], *self._named([sorted(strengths - {OTHER})]))
        if given.registration.has_a_pass:
            yield step("pass_registered")
        if facts.is_registered is False and self.campaign is not None:
            yield step("campaign_on" if self.campaign == "enabled" else "campaign_off")

    def _log(self, given: Given) -> Step:
        if given.contradiction:
            return step("log_contradicts", given.contradiction)
        if not self.log_read:
            return step("log_unread")
        if given.shown is None:
            return step("log_silent")
        return step("log_agrees" if given.shown.shows_mfa else "log_not_comparable")


def without_switches(proof: Proof) -> Proof:
    """Return the proof with ways that name Graph's policies only, not what stands for per-user MFA."""
    return replace(proof, ways=tuple(map(_without_switches, proof.ways)))


def _without_switches(way: Way) -> Way:
    spared, undecided = (
        tuple(each for each in ids if not each.startswith(MARK)) for ids in (way.spared_by, way.undecided)
    )
    return replace(way, spared_by=spared, undecided=undecided)
