"""The prover says of random tenants what an evaluator says that looks at one sign-in at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from random import Random
from typing import Any, Final

import pytest
from builders.tenant_strategies import EXTERNALS, PEOPLE, raw_tenants
from hypothesis import HealthCheck, given, settings
from mfa_brute_force import USER_ACTIONS, Oracle, RawPerson, RawTenant
from provers import person_of, prover_of, standing_of

from checks.conditional_access.people import Standing
from checks.conditional_access.prover import Prover
from checks.conditional_access.situations import OTHER, Access, Place, Proof, Situation, Way

normal = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
deep = settings(normal, max_examples=3000)

_SAMPLE: Final = 12
_AXES: Final = {
    "target": "targets",
    "client": "clients",
    "place": "places",
    "platform": "platforms",
    "sign_in_risk": "sign_in_risks",
    "user_risk": "user_risks",
    "flow": "flows",
    "device": "devices",
}
_PADDING: Final = tuple(RawPerson(f"v{number}", f"v{number}@contoso.example", "Member") for number in range(10))


@dataclass(frozen=True)
class Asked:
    """A tenant, and the two that are asked about it."""

    tenant: RawTenant

    @cached_property
    def oracle(self) -> Oracle:
        return Oracle(self.tenant)

    @cached_property
    def standing(self) -> Standing:
        return standing_of(self.tenant)

    @cached_property
    def prover(self) -> Prover:
        return prover_of(self.tenant, self.standing)

    def beside_doubts(self, accesses: frozenset[Access]) -> frozenset[Access]:
        """Places that perhaps do not exist tell nothing more where the password alone is enough elsewhere."""
        doubts = self.tenant.mfa_trusted_ips is None and Access.PASSWORD in accesses
        return accesses - {Access.UNKNOWN} if doubts else accesses


def says_the_same_of_single_sign_ins(asked: Asked) -> None:
    """Of sign-ins from everywhere to everything, portals and user actions too."""
    oracle = asked.oracle
    for raw in asked.tenant.people:
        person = person_of(raw, asked.standing)
        for situation in [*_any_situations(oracle), *islice(asked.prover.situations(person), _SAMPLE)]:
            assert asked.prover.access(person, situation) == oracle.access(raw, situation), (raw, situation)


def says_the_same_of_all_sign_ins(asked: Asked) -> None:
    """Of every application at once; then of user actions, each by itself."""
    oracle = asked.oracle
    for raw in asked.tenant.people:
        proof = asked.prover.proof(person_of(raw, asked.standing))
        found = frozenset(oracle.access(raw, situation) for situation in oracle.situations())

        assert asked.beside_doubts(proof.accesses) == asked.beside_doubts(found), raw
        assert proof.demands_mfa == (Access.MFA in found), raw
        for action in USER_ACTIONS:
            told = frozenset(oracle.access(raw, situation) for situation in oracle.situations([action]))
            assert asked.beside_doubts(proof.user_actions[action]) == asked.beside_doubts(told), (
                raw,
                action,
            )


def tells_only_ways_that_are_there(asked: Asked) -> None:
    """Each way ends as it says, wherever one looks; the password alone comes first."""
    oracle = asked.oracle
    for raw in asked.tenant.people:
        proof = asked.prover.proof(person_of(raw, asked.standing))

        assert _ranks(proof) == sorted(_ranks(proof)), raw
        told = frozenset(way.access for way in proof.ways)
        open_ends = asked.beside_doubts(proof.accesses) - {Access.MFA, Access.BLOCKED}
        assert asked.beside_doubts(told) == open_ends, raw
        for way in proof.ways:
            for situation in _inside(way, oracle):
                assert oracle.access(raw, situation) is way.access, (raw, way, situation)
            assert any(oracle.access(raw, each) is way.access for each in _corner(way, oracle)), (raw, way)


def says_the_same_of_many_at_once(asked: Asked) -> None:
    """Whole groups are looked at where there are many people."""
    everybody = (*PEOPLE, *EXTERNALS, *_PADDING)
    oracle = asked.oracle
    proofs = asked.prover.proofs([person_of(raw, asked.standing) for raw in everybody])
    for raw, proof in zip(everybody, proofs, strict=True):
        found = _found(oracle, raw)

        assert asked.beside_doubts(proof.accesses) == asked.beside_doubts(found), raw


def _any_situations(oracle: Oracle) -> Iterator[Situation]:
    """Some sign-ins, the same for the same tenant."""
    values = {**oracle.values, "target": oracle.targets}
    random = Random(len(oracle.targets))  # noqa: S311 - a sample
    for _ in range(_SAMPLE):
        yield Situation(*(random.choice(each) for each in values.values()))


def _found(oracle: Oracle, raw: RawPerson) -> frozenset[Access]:
    """People whom the same policies concern sign in alike."""
    return oracle.once(
        tuple(oracle.concerns(number, raw) for number in range(len(oracle.tenant.policies))),
        lambda: frozenset(oracle.access(raw, situation) for situation in oracle.situations()),
    )


def _ranks(proof: Proof) -> list[int]:
    return [list(Access).index(way.access) for way in proof.ways]


def _inside(way: Way, oracle: Oracle) -> Iterator[Situation]:
    """Sign-ins that a way surely means: some of the combinations of its values."""
    spans = {axis: _span(way, axis, oracle) for axis in _AXES}
    spans["place"] = [place for place in oracle.values["place"] if _is_meant(way, place, oracle)]
    if all(spans.values()):
        random = Random(len(spans["place"]))  # noqa: S311 - a sample
        for _ in range(_SAMPLE):
            yield Situation(*(random.choice(span) for span in spans.values()))


def _corner(way: Way, oracle: Oracle) -> Iterator[Situation]:
    """One combination of a way's values, at every place there is."""
    spans = {axis: _span(way, axis, oracle)[:1] for axis in _AXES}
    spans["place"] = oracle.values["place"]
    return (Situation(*values) for values in product(*spans.values()))


def _span(way: Way, axis: str, oracle: Oracle) -> list[Any]:
    named = getattr(way, _AXES[axis])
    return list(oracle.values[axis] if named is None else named)


def _is_meant(way: Way, place: Place, oracle: Oracle) -> bool:
    """Whether the labels of a way name a place; `OTHER` is what none of them names, so it names none here."""
    if place.is_legacy_trusted and oracle.tenant.mfa_trusted_ips is None and way.access is not Access.UNKNOWN:
        return False
    if way.places is None:
        return True
    labels = {f"country:{place.country}", *(["legacy_trusted"] if place.is_legacy_trusted else [])}
    named = (label for label in way.places if label != OTHER and ":" not in label)
    return not labels.isdisjoint(way.places) or any(oracle.is_at(label, place) for label in named)


PROMISES: Final = (
    says_the_same_of_single_sign_ins,
    says_the_same_of_all_sign_ins,
    tells_only_ways_that_are_there,
    says_the_same_of_many_at_once,
)


@normal
@given(raw_tenants())
def test_the_prover_agrees_with_looking_at_one_sign_in_at_a_time(tenant: RawTenant) -> None:
    asked = Asked(tenant)
    for promise in PROMISES:
        promise(asked)


@pytest.mark.deep
@deep
@given(raw_tenants())
def test_the_prover_agrees_over_thousands_of_tenants(tenant: RawTenant) -> None:
    asked = Asked(tenant)
    for promise in PROMISES:
        promise(asked)
