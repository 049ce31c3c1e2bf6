# ruff: noqa: ARG001 - these functions are only registered
import re
from collections.abc import Callable
from typing import Annotated, Any

import pandas as pd
import pytest

from checks.model import EvidenceKind, Gap, Outcome, Profile, Severity
from checks.parameters import CheckDeclarationError, Kind
from checks.registry import CATALOGUE, Catalogue, columns
from checks.relations import Relation

GOOD = {
    "title": "Nothing is wrong",
    "severity": Severity.HIGH,
    "object_type": "user",
    "evidence": {"since": EvidenceKind.VOLATILE},
    "remedy": "Do it",
    "source": "https://learn.microsoft.com/",
}

Users = Annotated[pd.DataFrame, columns("id")]


def fine(users: Users) -> Outcome:
    """Because it matters."""
    raise NotImplementedError


def register(function: Callable[..., Any] = fine, check_id: str = "AC-04", **given: Any) -> Catalogue:  # noqa: ANN401
    catalogue = Catalogue()
    catalogue.check(check_id, **(GOOD | given))(function)
    return catalogue


def test_a_registered_check_carries_what_the_customer_is_told() -> None:
    check = register()["AC-04"]

    assert (check.title, check.why, check.remedy) == ("Nothing is wrong", "Because it matters.", "Do it")
    assert check.entry.area == "accounts"
    assert check.needs == ("users",)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"check_id": "AC-4"}, "two capitals, a hyphen, two digits", id="an id of another form"),
        pytest.param({"check_id": "ac-04"}, "two capitals", id="an id in lower case"),
        pytest.param({"check_id": "ZZ-99"}, "no row in checks/frameworks/mapping.csv", id="an id that is not mapped"),
        pytest.param({"severity": Severity.LOW}, "is low here and high in mapping.csv", id="another severity"),
        pytest.param({"title": " "}, "has no title", id="no title"),
        pytest.param({"remedy": ""}, "has no remedy", id="no remedy"),
        pytest.param({"source": "somewhere"}, "starts with https://", id="no address as source"),
        pytest.param({"object_type": "A User"}, "use snake_case", id="an object type that is no name"),
        pytest.param({"evidence": {"object_id": EvidenceKind.IDENTITY}}, "snake_case", id="evidence called object_id"),
    ],
)
def test_a_wrong_declaration_is_refused_with_the_fix(given: dict[str, Any], message: str) -> None:
    with pytest.raises(CheckDeclarationError, match=re.escape(message)):
        register(**given)


def no_docstring(users: Users) -> Outcome:
    raise NotImplementedError


def unknown_table(letterboxes: Users) -> Outcome:
    """Why."""
    raise NotImplementedError


def unknown_column(users: Annotated[pd.DataFrame, columns("shoe_size")]) -> Outcome:
    """Why."""
    raise NotImplementedError


def no_columns(users: Annotated[pd.DataFrame, columns()]) -> Outcome:
    """Why."""
    raise NotImplementedError


def column_twice(users: Annotated[pd.DataFrame, columns("id", optional=("id",))]) -> Outcome:
    """Why."""
    raise NotImplementedError


def bare_frame(users: pd.DataFrame) -> Outcome:
    """Why."""
    raise NotImplementedError


def list_of_users(users: Annotated[list[str], columns("id")]) -> Outcome:
    """Why."""
    raise NotImplementedError


def default(users: Users, limit: int = 3) -> Outcome:
    """Why."""
    raise NotImplementedError


def untyped(users) -> Outcome:  # type: ignore[no-untyped-def] # noqa: ANN001
    """Why."""
    raise NotImplementedError


def profile_of_another_type(profile: str) -> Outcome:
    """Why."""
    raise NotImplementedError


def nothing_but_gap(users: Annotated[Gap, columns("id")]) -> Outcome:
    """Why."""
    raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (no_docstring, "has no docstring"),
        (unknown_table, "asks for 'letterboxes'; tables are ['"),
        (unknown_column, "asks for ['shoe_size'] of 'users'"),
        (no_columns, "name the columns of 'users'"),
        (column_twice, "twice"),
        (bare_frame, "annotate 'users' as Annotated[pd.DataFrame, columns(...)]"),
        (list_of_users, "annotate 'users' as Annotated[pd.DataFrame, columns(...)]"),
        (nothing_but_gap, "annotate 'users' as Annotated[pd.DataFrame, columns(...)]"),
        (default, "put limits into checks.model.Thresholds"),
        (untyped, "has no annotation"),
        (profile_of_another_type, "annotate 'profile' as Profile"),
    ],
)
def test_a_function_that_asks_wrongly_is_refused_with_the_fix(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(CheckDeclarationError, match=re.escape(message)):
        register(function)


def test_an_id_is_taken_once() -> None:
    catalogue = register()

    with pytest.raises(CheckDeclarationError, match="registered twice"):
        catalogue.check("AC-04", **GOOD)(fine)


def every_kind(
    users: Annotated[pd.DataFrame | Gap, columns("id", optional=("last_sign_in_date_time",))],
    sign_ins: Annotated[Relation | Gap, columns("id")],
    profile: Profile,
) -> Outcome:
    """Why."""
    raise NotImplementedError


def test_the_signature_says_what_a_check_needs() -> None:
    users, sign_ins, profile = register(every_kind)["AC-04"].parameters

    assert (users.kind, users.accepts_gap, users.columns.names) == (Kind.FRAME, True, ("id", "last_sign_in_date_time"))
    assert (sign_ins.kind, sign_ins.accepts_gap) == (Kind.RELATION, True)
    assert profile.kind is Kind.PROFILE


def head_count(users: Users) -> int:
    """Count the users."""
    return len(users)


def uses_head_count(head_count: int | Gap) -> Outcome:
    """Why."""
    raise NotImplementedError


def mistakes_head_count(head_count: str) -> Outcome:
    """Why."""
    raise NotImplementedError


def test_a_check_may_ask_for_a_derived_input() -> None:
    catalogue = Catalogue()
    catalogue.derived(head_count)
    catalogue.check("AC-04", **GOOD)(uses_head_count)

    (parameter,) = catalogue["AC-04"].parameters

    assert (parameter.kind, parameter.accepts_gap) == (Kind.DERIVED, True)


def test_a_derived_input_is_asked_for_as_what_it_is() -> None:
    catalogue = Catalogue()
    catalogue.derived(head_count)

    with pytest.raises(CheckDeclarationError, match="annotate 'head_count' as <class 'int'>"):
        catalogue.check("AC-04", **GOOD)(mistakes_head_count)


def users(profile: Profile) -> int:
    """Count."""
    return 0


def without_return_type(profile: Profile):  # type: ignore[no-untyped-def] # noqa: ANN201
    """Count."""


def without_docstring(profile: Profile) -> int:
    return 0


@pytest.mark.parametrize(
    ("function", "message"),
    [(users, "is taken"), (without_return_type, "no return type"), (without_docstring, "no docstring")],
)
def test_a_derived_input_is_refused_with_the_fix(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(CheckDeclarationError, match=message):
        Catalogue().derived(function)


def test_the_catalogue_is_found_without_a_list_and_ordered_by_id() -> None:
    found = [check.id for check in CATALOGUE]

    assert found == sorted(found)
    assert {"AC-04", "EM-05", "ID-01", "SH-06"} <= set(found)
    assert "AC-04" in CATALOGUE
    assert len(CATALOGUE) == len(found)


@pytest.mark.parametrize("check", CATALOGUE, ids=lambda check: check.id)
def test_what_a_customer_reads_is_short_and_whole(check: Any) -> None:  # noqa: ANN401
    assert len(check.title) <= 100
    assert not check.title.endswith(".")
    assert check.remedy.endswith(".")
    assert check.why.endswith(".")
