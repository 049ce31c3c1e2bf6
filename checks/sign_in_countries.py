"""Where the firm says that its people work, and the countries that they sign in from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

import pandas as pd
import pyarrow as pa

from checks.conditional_access.places import ALL, ALL_TRUSTED, PlaceChoice
from checks.frame import BOOL, TEXTS, column, judged, objects, records
from checks.json_values import ABSENT, Texts, object_of
from checks.licences import P1, Licences
from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.registry import check, columns, derived
from checks.relations import Relation
from checks.signins.codes import NOBODY
from checks.three_valued import Answer, all_of, any_of, negated
from m365_posture.texts import mark
from scanner.snapshot.ledger import TableState

LOOK_BACK: Final = timedelta(days=30)

_NAMELESS: Final = Gap("sign_ins", TableState.PARTIAL, "accounts_not_named")
_COUNTRIES: Final = "countryNamedLocation"
_ENFORCED: Final = {"enabled": True, "disabled": False, "enabledForReportingButNotEnforced": False}
_MOMENTS: Final = pd.ArrowDtype(pa.list_(pa.timestamp("us", tz="UTC")))
_EVIDENCE: Final = {
    "country": TEXTS,
    "user_principal_name": TEXTS,
    "first_seen": _MOMENTS,
    "last_seen": _MOMENTS,
    "times": pd.ArrowDtype(pa.list_(pa.int64())),
}
"""What is told of sign-ins; nothing of a setting."""
_UNKNOWN: Final = "?"
"""In place of a country that the log does not tell."""

_SEEN: Final = f"""
SELECT
    nullif(nullif(user_id, ''), '{NOBODY}') AS user_id,
    upper(nullif(country_or_region, '')) AS country,
    max(user_display_name) AS user_display_name,
    max(user_principal_name) AS user_principal_name,
    coalesce(bool_or(error_code = 0 AND created_date_time IS NOT NULL), FALSE) AS is_sure,
    min(created_date_time) AS first_seen,
    max(created_date_time) AS last_seen,
    count(*) AS times
FROM sign_ins
WHERE (error_code = 0 OR error_code IS NULL)
    AND (created_date_time IS NULL OR (created_date_time > ? AND created_date_time <= ?))
    AND (nullif(nullif(user_id, ''), '{NOBODY}') IS NOT NULL OR coalesce(service_principal_id, '') = '')
GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 - constants only

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExpectedCountries:
    """The countries that the firm's people are expected in, and what it made of places at all."""

    home: str | None
    """Of the organization; None where it was not told."""
    lists: Sequence[tuple[Answer, Texts]]
    """Countries of each named location, with whether it is one of places where people work."""
    are_read: bool
    """Whether every named location was."""
    has_named_locations: Answer
    has_policy: Answer
    """Whether a policy in force names a place."""
    gaps: tuple[Gap, ...]

    def has(self, country: str | None) -> Answer:
        """Whether somebody is expected in a country; unknown of one that the log does not tell."""
        if country is None:
            return None
        answers = (all_of([is_expected, named.has_any({country})]) for is_expected, named in self.lists)
        at_home = None if self.home is None else country == self.home
        return any_of([at_home, *answers, False if self.are_read else None])


@derived
def expected_countries(
    organization: Annotated[pd.DataFrame | Gap, columns("country_letter_code", whole=True)],
    named_locations: Annotated[pd.DataFrame | Gap, columns("id", "location_type", "is_trusted", "raw", whole=True)],
    conditional_access_policies: Annotated[pd.DataFrame | Gap, columns("id", "state", "raw", whole=True)],
) -> ExpectedCountries:
    """Return the country of the organization and those of its named locations of countries.

    A list that a policy includes is one that the policy acts against, or may be: only one that policies spare, or do
    not name, tells where people work.

    Source:
        https://learn.microsoft.com/entra/identity/conditional-access/concept-assignment-network
    """
    needs = (organization, named_locations, conditional_access_policies)
    homes = [] if isinstance(organization, Gap) else [row["country_letter_code"] for row in records(organization)]
    places = None if isinstance(named_locations, Gap) else records(named_locations)
    policies = (
        None
        if isinstance(conditional_access_policies, Gap)
        else [(row["state"], _choice(row)) for row in records(conditional_access_policies)]
    )
    return ExpectedCountries(
        home=homes[0].upper() if len(homes) == 1 and homes[0] else None,
        lists=[
            (negated(_is_included(place["id"], policies)), _countries(place))
            for place in places or ()
            if _may_list_countries(place)
        ],
        are_read=places is not None,
        has_named_locations=None if places is None else bool(places),
        has_policy=_has_policy(policies, places),
        gaps=tuple(need for need in needs if isinstance(need, Gap)),
    )


def _choice(row: Row) -> PlaceChoice:
    conditions = object_of(row["raw"]).get("conditions")
    return PlaceChoice.of(conditions.get("locations", ABSENT) if isinstance(conditions, dict) else ABSENT)


def _is_included(location_id: str, policies: Sequence[tuple[str | None, PlaceChoice]] | None) -> Answer:
    if policies is None:
        return None
    return any_of(choice.included.has_any({location_id}) for _, choice in policies)


def _may_list_countries(place: Row) -> bool:
    content = object_of(place["raw"])
    kind = place["location_type"] or content.get("@odata.type")
    return kind is None or str(kind).endswith(_COUNTRIES)


def _countries(place: Row) -> Texts:
    named = Texts.of(object_of(place["raw"]).get("countriesAndRegions"))
    return Texts(frozenset(code.upper() for code in named.known), named.is_whole)


def _has_policy(policies: Sequence[tuple[str | None, PlaceChoice]] | None, places: Sequence[Row] | None) -> Answer:
    """Whether a policy in force names one of the tenant's places."""
    if policies is None:
        return None
    known = {place["id"]: place["is_trusted"] for place in places or ()}
    trusted = None if places is None else any_of(known.values())
    return any_of(
        all_of([_ENFORCED.get(state) if state else None, _names_a_place(choice, known, trusted)])
        for state, choice in policies
    )


def _names_a_place(choice: PlaceChoice, known: Mapping[str, Answer], trusted: Answer) -> Answer:
    named = choice.named - {ALL}
    whole = choice.included.is_whole and choice.excluded.is_whole
    # one that is not listed was deleted, or is a compliant network, which v1.0 of Graph does not list
    answers = (trusted if each == ALL_TRUSTED else True if each in known else None for each in sorted(named))
    return any_of([*answers, False if whole else None])


@dataclass(frozen=True, slots=True)
class _Finding:
    """A setting, or somebody in a country."""

    parts: tuple[str, str]
    name: str
    fails: Answer
    seen: Row | None = None


@check(
    "SI-03",
    title=mark("Named locations are set and used, and nobody signs in from a country where nobody is expected"),
    severity=Severity.MEDIUM,
    object_type="sign_in_country",
    evidence={
        "country": EvidenceKind.IDENTITY,
        "user_principal_name": EvidenceKind.VOLATILE,
        "first_seen": EvidenceKind.VOLATILE,
        "last_seen": EvidenceKind.VOLATILE,
        "times": EvidenceKind.VOLATILE,
    },
    remedy=mark(
        "Ask each person whether they were there. If so, and it will happen again, add the country to a named location "
        "of countries; if it was a journey, accept the finding until it is over. If not, end the sessions, set a new "
        "password and look at what was done. Let a policy block what comes from any other country."
    ),
    source="https://learn.microsoft.com/entra/identity/conditional-access/concept-assignment-network",
)
def sign_ins_come_from_expected_countries(
    expected_countries: ExpectedCountries,
    users: Annotated[pd.DataFrame | Gap, columns("id", "user_type")],
    sign_ins: Annotated[
        Relation,
        columns(
            "id",
            "created_date_time",
            "user_id",
            "user_display_name",
            "user_principal_name",
            "country_or_region",
            "error_code",
            "service_principal_id",
        ),
    ],
    licences: Licences | Gap,
    profile: Profile,
) -> Outcome:
    """A firm with two offices has no reason to sign in from ten countries, and a thief seldom lives next door.

    Looked at are the sign-ins of the last 30 days that succeeded, by person and country, guests left out. Expected
    are the country of the organization and those of the named locations that no policy is directed against. That
    there are named locations, and that a policy in force uses one, is judged where Conditional Access was bought.
    """
    licensed = None if isinstance(licences, Gap) else licences.come_with(P1)
    seen = records(sign_ins.sql(_SEEN, [profile.as_of - LOOK_BACK, profile.as_of]))
    guests = frozenset() if isinstance(users, Gap) else _guests(users)
    expected = expected_countries
    found = [*_settings(expected, licensed), *_people(expected, seen, guests)]
    frame = pd.DataFrame({"kind": [one.parts[0] for one in found], "id": [one.parts[1] for one in found]}, dtype=object)
    frame = frame.assign(name=[one.name for one in found])
    evidence = {
        name: column([[one.seen[name]] if one.seen and one.seen[name] else [] for one in found], frame, kind)
        for name, kind in _EVIDENCE.items()
    }
    named = objects(frame, ["kind", "id"], ["name", "id"], evidence)
    answers = column([one.fails for one in found], frame, BOOL)
    nameless = any(row["user_id"] is None and expected.has(row["country"]) is not True for row in seen)
    unread = tuple(need for need in (users, licences) if isinstance(need, Gap))
    return judged(named, answers, gaps=(*expected.gaps, *unread, *((_NAMELESS,) if nameless else ())))


def _guests(users: pd.DataFrame) -> frozenset[str]:
    return frozenset(row["id"] for row in records(users) if (row["user_type"] or "").lower() == "guest")


def _settings(expected: ExpectedCountries, licensed: Answer) -> Iterator[_Finding]:
    if licensed is False:
        return
    answers = {"namedLocations": expected.has_named_locations, "conditions.locations": expected.has_policy}
    for name, answer in answers.items():
        yield _Finding(("setting", name), name, all_of([licensed, negated(answer)]))


def _people(expected: ExpectedCountries, seen: Sequence[Row], guests: frozenset[str]) -> Iterator[_Finding]:
    for row in seen:
        if row["user_id"] is None or row["user_id"] in guests:
            continue
        country = row["country"] or _UNKNOWN
        named = (row["user_display_name"], row["user_principal_name"], row["user_id"])
        name = next(each for each in named if each and each.strip())
        unexpected = negated(expected.has(row["country"]))
        fails = unexpected if row["is_sure"] or unexpected is False else None
        yield _Finding((row["user_id"], country), f"{name} ({country})", fails, row)
