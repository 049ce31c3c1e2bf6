"""The chain of every person, put together: one verdict each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import pandas as pd

from checks.access import Holdings
from checks.conditional_access.people import Kind, Person
from checks.conditional_access.prover import ANYWHERE, PlaceFilter, remote
from checks.conditional_access.situations import Access, Proof
from checks.frame import plain, records
from checks.mfa_coverage.accounts import Accounts, role_holders
from checks.mfa_coverage.chain import Given, Links, without_switches
from checks.mfa_coverage.elsewhere import Elsewhere
from checks.mfa_coverage.log import Log, log
from checks.mfa_coverage.model import AccountKind, MfaCoverage, PersonCoverage, Protection
from checks.mfa_coverage.per_user import states_of
from checks.mfa_coverage.policies import SignInPolicies
from checks.mfa_coverage.registrations import Registration, Registrations, StrengthRules, strength_rules
from checks.mfa_coverage.verdicts import Facts, verdict
from checks.model import Gap, Profile
from checks.registered_methods import RegisteredMethods
from checks.registry import columns, derived
from checks.relations import Relation
from checks.three_valued import Answer, all_of, any_of

_OWN: Final = frozenset({Kind.INTERNAL, Kind.INTERNAL_GUEST})
_CONTRADICTABLE: Final = frozenset({Protection.PROTECTED, Protection.WEAK_METHOD})

Row = Mapping[str, Any]


@derived
def account_kinds(
    holdings: Holdings | Gap,
    mailboxes: Annotated[pd.DataFrame | Gap, columns("id", "recipient_type_details", whole=True)],
    registered_methods: RegisteredMethods,
    profile: Profile,
) -> Accounts:
    """Return what tells the kinds of accounts apart.

    Source:
        https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
    """
    return Accounts.of(profile, mailboxes, role_holders(holdings), registered_methods)


@derived
def hidden_accounts(users: Annotated[pd.DataFrame | Gap, columns("id", whole=True)]) -> tuple[Gap, ...]:
    """Return what was not read and may hide accounts.

    Source:
        https://learn.microsoft.com/graph/api/user-list
    """
    return (users,) if isinstance(users, Gap) else ()


@derived
def mfa_coverage(  # noqa: PLR0913, PLR0917 - one for each link of the chain
    users: Annotated[
        pd.DataFrame,
        columns(
            "id",
            "display_name",
            "user_principal_name",
            "mail",
            "account_enabled",
            "user_type",
            "job_title",
            "assigned_licenses",
        ),
    ],
    hidden_accounts: tuple[Gap, ...],
    sign_in_policies: SignInPolicies,
    security_defaults: Annotated[pd.DataFrame | Gap, columns("is_enabled")],
    per_user_mfa: Annotated[pd.DataFrame | Gap, columns("id", "per_user_mfa_state", whole=True)],
    account_kinds: Accounts,
    registrations: Registrations,
    authentication_strengths: Annotated[pd.DataFrame | Gap, columns("id", "allowed_combinations", whole=True)],
    authentication_methods_policy: Annotated[
        pd.DataFrame | Gap, columns("id", "registration_campaign_state", "raw", whole=True)
    ],
    elsewhere: Elsewhere,
    sign_ins: Annotated[
        Relation | Gap,
        columns(
            "user_id",
            "created_date_time",
            "error_code",
            "app_id",
            "resource_id",
            "is_interactive",
            "applied_conditional_access_policies",
            "authentication_requirement",
            "authentication_details",
            whole=True,
        ),
    ],
    profile: Profile,
) -> MfaCoverage:
    """Return what protects everybody who can sign in, one verdict each, with the chain of reasons.

    Everybody is every account that is not surely blocked, and whoever comes in without an account here. What was not
    read makes nobody protected. The log is a witness: it can put a verdict into doubt, and its absence cannot.

    Source:
        https://learn.microsoft.com/entra/identity/authentication/concept-mfa-howitworks
    """
    chooser = _Chooser(
        policies=sign_in_policies,
        by_defaults=_defaults_are_on(security_defaults),
        per_user=states_of(per_user_mfa),
        accounts=account_kinds,
        registrations=registrations,
        strengths=strength_rules(authentication_strengths, authentication_methods_policy),
        elsewhere=elsewhere,
        log=log(sign_ins, sign_in_policies.last_change, profile.as_of),
        links=Links(
            sign_in_policies.names,
            per_user_read=not isinstance(per_user_mfa, Gap),
            campaign=_campaign(authentication_methods_policy),
            log_read=not isinstance(sign_ins, Gap),
        ),
    )
    offices = sign_in_policies.offices(profile.office_locations)
    outside = remote(offices.found) if offices.found else ANYWHERE
    people = sorted(chooser.people(records(users), outside), key=lambda each: each.id)
    defaults = [security_defaults] if isinstance(security_defaults, Gap) else []
    return MfaCoverage(
        tuple(people),
        gaps=tuple(dict.fromkeys([*sign_in_policies.gaps, *defaults, *elsewhere.gaps])),
        registration_gaps=registrations.gaps,
        absent=(*hidden_accounts, *elsewhere.absent),
        by_defaults=chooser.by_defaults,
        by_methods=registrations.by_methods,
        offices=offices,
        names=sign_in_policies.names,
    )


def _defaults_are_on(security_defaults: pd.DataFrame | Gap) -> Answer:
    """Whether security defaults are on; unknown where they, or their switch, were not read."""
    if isinstance(security_defaults, Gap):
        return None
    switches: list[Answer] = plain(security_defaults["is_enabled"])
    return switches[0] if len(switches) == 1 else None


def _campaign(methods_policy: pd.DataFrame | Gap) -> str | None:
    states = [] if isinstance(methods_policy, Gap) else plain(methods_policy["registration_campaign_state"])
    return states[0] if len(states) == 1 else None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Somebody who may be able to sign in."""

    person: Person
    row: Row | None
    """Of `users`; None for whoever has no account here."""
    counts: Answer

    @property
    def domain(self) -> str | None:
        name = self.row and self.row["user_principal_name"]
        return name.rpartition("@")[2].lower() if name else None


@dataclass(frozen=True, slots=True)
class _Chooser:
    """Decides what protects each person."""

    policies: SignInPolicies
    by_defaults: Answer
    per_user: Mapping[str, str | None]
    accounts: Accounts
    registrations: Registrations
    strengths: StrengthRules
    elsewhere: Elsewhere
    log: Log
    links: Links
    shown: dict[int, Proof] = field(default_factory=dict)
    """Proofs as they are told, by the identity of those that were given."""

    def people(self, users: list[dict[str, Any]], outside: PlaceFilter) -> Iterator[PersonCoverage]:
        """Yield everybody with what protects them, anywhere and in the places of `outside`."""
        found = list(self._candidates(users))
        people = [each.person for each in found]
        prover = self.policies.prover
        anywhere = prover.proofs(people)
        remote_proofs = anywhere if outside is ANYWHERE else prover.proofs(people, outside)
        for candidate, proof, far in zip(found, anywhere, remote_proofs, strict=True):
            yield self._judged(candidate, proof, far)

    def _candidates(self, users: list[dict[str, Any]]) -> Iterator[_Candidate]:
        for row in users:
            if row["account_enabled"] is not False:
                person = Person.of(row["id"], row["user_principal_name"], row["user_type"], self.policies.standing)
                yield _Candidate(person, row, self.accounts.counts(row))
        for person, comes_in in self.elsewhere.outsiders:
            yield _Candidate(person, None, comes_in)

    def _judged(self, candidate: _Candidate, proof: Proof, far: Proof) -> PersonCoverage:
        person, row = candidate.person, candidate.row
        registration = self.registrations.of(person.id)
        facts = self._facts(candidate, registration, proof)
        said = verdict(facts)
        said_far = said if far is proof else verdict(self._facts(candidate, registration, far))
        moment = self._contradiction(person, said.protection)
        told = self._told(proof)
        given = Given(
            facts=facts,
            proof=told,
            registration=registration,
            domain=candidate.domain,
            per_user_state=self.per_user.get(person.id, "disabled"),
            has_account=row is not None,
            comes_from_elsewhere=person.kinds.isdisjoint(_OWN),
            shown=self.log.people.get(person.id),
            contradiction=moment,
        )
        kind = self.accounts.kind(row, person) if row is not None else AccountKind.EXTERNAL
        roles = self.accounts.roles
        return PersonCoverage(
            id=person.id,
            name=_name(person, row),
            user_principal_name=None if row is None else row["user_principal_name"],
            kind=kind,
            is_administrator=roles.is_administrator(person.id) if row is not None else _may_administer(person),
            protection=said.protection,
            remote=said_far.protection,
            ways=() if facts.by_defaults else told.ways,
            remote_ways=() if facts.by_defaults else self._told(far).ways,
            chain=self.links.of(given),
            counts=candidate.counts,
            is_let_in=said.is_let_in,
            has_second_factor=_has_second_factor(facts),
            methods=tuple(registration.methods.names),
            user_type=None if row is None else row["user_type"],
            groups=self.accounts.groups(row, kind) if row is not None else ("others",),
            is_named_for_a_role=roles.names(person.id) or _may_administer(person) is None,
            contradicted_at=moment,
        )

    def _facts(self, candidate: _Candidate, registration: Registration, proof: Proof) -> Facts:
        person = candidate.person
        asks, proves = self._elsewhere(candidate)
        return Facts(
            accesses=proof.accesses,
            demands_mfa=proof.demands_mfa,
            by_defaults=self.by_defaults,
            asks_elsewhere=asks,
            proves_elsewhere=any_of([proves, self.elsewhere.trust.accepts_mfa_of(person)]),
            is_registered=registration.has_second_factor,
            satisfies=self.strengths.are_satisfied(proof.strengths, proof.perhaps_strengths, registration),
            is_weak=registration.is_by_telephone_alone,
        )

    def _elsewhere(self, candidate: _Candidate) -> tuple[Answer, Answer]:
        """Return whether another provider asks for the password, and whether its MFA is accepted."""
        if candidate.row is None or candidate.person.kinds.isdisjoint(_OWN):
            return False, False
        federation, domain = self.elsewhere.federation, candidate.domain
        return federation.asks_elsewhere(domain), federation.proves_elsewhere(domain)

    def _contradiction(self, person: Person, protection: Protection) -> str | None:
        """Return when somebody came in by the password alone although the policies keep that out."""
        shown = self.log.people.get(person.id)
        if shown is None or shown.one_factor is None or protection not in _CONTRADICTABLE:
            return None
        is_hit = self.policies.is_hit(person, shown.one_factor.policies)
        return shown.one_factor.moment.isoformat().replace("+00:00", "Z") if is_hit else None

    def _told(self, proof: Proof) -> Proof:
        if id(proof) not in self.shown:
            self.shown[id(proof)] = without_switches(proof)
        return self.shown[id(proof)]


def _may_administer(outsider: Person) -> Answer:
    """Whether somebody without an account administers: which roles a partner's relationship gives was not read."""
    return None if Kind.SERVICE_PROVIDER in outsider.kinds else False


def _has_second_factor(facts: Facts) -> Answer:
    satisfies = facts.satisfies if Access.MFA in facts.accesses else True
    return any_of([facts.proves_elsewhere, all_of([facts.is_registered, satisfies])])


def _name(person: Person, row: Row | None) -> str:
    names = (row["display_name"], row["user_principal_name"], row["id"]) if row is not None else ()
    return next((name for name in names if name and name.strip()), person.id)
