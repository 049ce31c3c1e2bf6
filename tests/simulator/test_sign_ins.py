"""The sign-in log, as v1.0 and beta show it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from simulator_client import Client, SignedIn, a_client

from simulator.generate import generate_tenant
from simulator.logs import wanted_sign_ins
from simulator.properties import SIGN_IN, SIGN_IN_BETA
from simulator.tenants import SimulatedTenant, blank_tenant

EVERY_TYPE = "signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'nonInteractiveUser' or t eq 'servicePrincipal')"


def a_sign_in(name: str, at: str, *types: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {
        "id": name,
        "createdDateTime": at,
        "userId": "u1",
        "userPrincipalName": "ada@kantoor.example",
        "ipAddress": "192.0.2.7",
        "status": {"errorCode": 0},
        "signInEventTypes": list(types or ("interactiveUser",)),
        "sessionId": "s1",
    } | properties


LOG = [
    a_sign_in("d", "2026-11-20T10:00:00.1234567Z"),
    a_sign_in("c", "2026-11-20T10:00:00Z", "nonInteractiveUser", userId="u2"),
    a_sign_in("b", "2026-11-19T10:00:00Z", "servicePrincipal", status={"errorCode": 50126}),
    a_sign_in("a", "2026-11-18T10:00:00Z", userPrincipalName="o'neill@kantoor.example"),
]


@pytest.fixture
def kantoor() -> SimulatedTenant:
    tenant = blank_tenant("kantoor")
    tenant.sign_ins = [dict(row) for row in LOG]
    return tenant


def ids(client: Client, version: str, filter_text: str) -> str:
    return "".join(row["id"] for row in client.rows(f"{version}/auditLogs/signIns?$filter={quote(filter_text)}"))


def test_v1_shows_interactive_sign_ins_without_beta_properties(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    rows = signed_in(kantoor).rows("v1.0/auditLogs/signIns")

    assert [row["id"] for row in rows] == ["d", "a"]
    assert all(set(row) <= SIGN_IN for row in rows)


def test_beta_shows_every_property_but_only_interactive_sign_ins_unless_asked(
    signed_in: SignedIn, kantoor: SimulatedTenant
) -> None:
    rows = signed_in(kantoor).rows("beta/auditLogs/signIns")

    assert [row["id"] for row in rows] == ["d", "a"]
    assert rows[0]["sessionId"] == "s1"


@pytest.mark.parametrize(
    ("filter_text", "found"),
    [
        (EVERY_TYPE, "dcba"),
        ("signInEventTypes/any(t: t eq 'nonInteractiveUser')", "c"),
        ("signInEventTypes/any(t: t ne 'interactiveUser')", "cb"),
        (f"createdDateTime ge 2026-11-20T10:00:00Z and {EVERY_TYPE}", "dc"),
        (f"createdDateTime gt 2026-11-20T10:00:00Z and {EVERY_TYPE}", "d"),
        (f"createdDateTime le 2026-11-20T10:00:00Z and {EVERY_TYPE}", "cba"),
        (f"createdDateTime lt 2026-11-20T10:00:00Z and {EVERY_TYPE}", "ba"),
        (f"createdDateTime eq 2026-11-19T10:00:00Z and {EVERY_TYPE}", "b"),
        (
            f"createdDateTime ge 2026-11-19T00:00:00Z and createdDateTime lt 2026-11-20T00:00:00Z and ({EVERY_TYPE})",
            "b",
        ),
        (f"createdDateTime le 2026-11-20T10:00:00.1234567Z and {EVERY_TYPE}", "dcba"),
        (
            f"(createdDateTime lt 2026-11-19T00:00:00Z or createdDateTime gt 2026-11-20T10:00:00Z) and {EVERY_TYPE}",
            "da",
        ),
        (f"not (createdDateTime lt 2026-11-20T00:00:00Z) and {EVERY_TYPE}", "dc"),
        (f"status/errorCode eq 50126 and {EVERY_TYPE}", "b"),
        (f"userId eq 'u2' and {EVERY_TYPE}", "c"),
        ("userPrincipalName eq 'o''neill@kantoor.example'", "a"),
        ("startsWith(userPrincipalName, 'ADA')", "d"),
        ("ipAddress eq '198.51.100.1'", ""),
    ],
)
def test_beta_understands_the_filter(
    filter_text: str, found: str, signed_in: SignedIn, kantoor: SimulatedTenant
) -> None:
    assert ids(signed_in(kantoor), "beta", filter_text) == found


def test_v1_filters_interactive_sign_ins(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    assert ids(signed_in(kantoor), "v1.0", "createdDateTime ge 2026-11-19T00:00:00Z") == "d"


@pytest.mark.parametrize(
    ("version", "filter_text"),
    [
        pytest.param("v1.0", "signInEventTypes/any(t: t eq 'interactiveUser')", id="a beta property in v1.0"),
        pytest.param("beta", "createdDateTime ge yesterday", id="no date"),
        pytest.param("beta", "createdDateTime ge", id="no value"),
        pytest.param("beta", "createdDateTime is 2026-11-20T10:00:00Z", id="no operator"),
        pytest.param("beta", "(userId eq 'u1'", id="an open parenthesis"),
        pytest.param("beta", "userId eq 'u1' 'u2'", id="something left over"),
        pytest.param("beta", "userId ge 'u1'", id="an operator the property does not have"),
        pytest.param("beta", "favouriteColour eq 'blue'", id="an unknown property"),
        pytest.param("beta", "userId eq 'u1' & 1", id="a character of no language"),
    ],
)
def test_a_filter_it_does_not_understand_is_refused(
    version: str, filter_text: str, signed_in: SignedIn, kantoor: SimulatedTenant
) -> None:
    answer = signed_in(kantoor).get(f"{version}/auditLogs/signIns?$filter={quote(filter_text)}")

    assert answer.status_code == 400


def test_pages_have_at_most_a_thousand_rows(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    client = signed_in(kantoor)

    assert client.get("beta/auditLogs/signIns?$top=1000").status_code == 200
    assert client.get("beta/auditLogs/signIns?$top=1001").status_code == 400


def test_the_log_is_newest_first_and_not_otherwise(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    client = signed_in(kantoor)

    assert client.get("v1.0/auditLogs/signIns?$orderby=createdDateTime desc").status_code == 200
    assert client.get("v1.0/auditLogs/signIns?$orderby=createdDateTime asc").status_code == 400


def test_beta_properties_cannot_be_selected_in_v1(signed_in: SignedIn, kantoor: SimulatedTenant) -> None:
    client = signed_in(kantoor)

    assert client.get("v1.0/auditLogs/signIns?$select=id,sessionId").status_code == 400
    assert client.rows("beta/auditLogs/signIns?$select=id,sessionId")[0] == {"id": "d", "sessionId": "s1"}


@pytest.fixture(scope="module")
def generated(simulator_folder: Path) -> Iterator[Client]:
    """A tenant whose log is made while it is read."""
    with a_client(generate_tenant(seed=7, users=20, sign_ins=1_500), simulator_folder, throttling=False) as client:
        yield client


@pytest.fixture(scope="module")
def log(generated: Client) -> list[dict[str, Any]]:
    """The rows of that log."""
    [tenant] = generated.simulator.tenants.values()
    assert not isinstance(tenant.sign_ins, list)
    return [tenant.sign_ins[index] for index in range(len(tenant.sign_ins))]


@pytest.fixture(scope="module")
def held(log: list[dict[str, Any]], simulator_folder: Path) -> Iterator[Client]:
    """The same tenant with its log in a list."""
    tenant = generate_tenant(seed=7, users=20)
    tenant.sign_ins = log
    with a_client(tenant, simulator_folder, throttling=False) as client:
        yield client


class TestGeneratedLog:
    """Rows that are made while they are read behave like rows that are held."""

    @pytest.mark.parametrize("version", ["v1.0", "beta"])
    @pytest.mark.parametrize("select", ["", "&$select=id,createdDateTime,userId", "&$select=userId,status"])
    def test_in_every_listing(self, version: str, select: str, generated: Client, held: Client) -> None:
        path = f"{version}/auditLogs/signIns?$top=700{select}"

        assert generated.rows(path) == held.rows(path)

    @pytest.mark.parametrize("edge", [0, 777, 1_499])
    @pytest.mark.parametrize("operator", ["ge", "gt", "le", "lt", "eq"])
    def test_at_every_bound_of_time(
        self, operator: str, edge: int, log: list[dict[str, Any]], generated: Client, held: Client
    ) -> None:
        bound = log[edge]["createdDateTime"]
        path = "beta/auditLogs/signIns?$select=id&$filter="
        path += quote(f"createdDateTime {operator} {bound} and {EVERY_TYPE}")

        assert generated.rows(path) == held.rows(path)

    @pytest.mark.parametrize(
        "filter_text",
        [
            pytest.param(
                "createdDateTime ge {middle} and createdDateTime le {newer} and {types}", id="between two times"
            ),
            pytest.param(
                "(createdDateTime ge {newer} or createdDateTime lt {middle}) and {types}", id="outside two times"
            ),
            pytest.param("not (createdDateTime ge {middle}) and {types}", id="not since"),
            pytest.param("status/errorCode eq 50126 and {types}", id="by another property"),
            pytest.param("createdDateTime ge {newer} and createdDateTime lt {middle} and {types}", id="nothing"),
        ],
    )
    def test_under_every_filter(
        self, filter_text: str, log: list[dict[str, Any]], generated: Client, held: Client
    ) -> None:
        middle, newer = (log[index]["createdDateTime"] for index in (900, 300))
        text = filter_text.format(middle=middle, newer=newer, types=f"({EVERY_TYPE})")
        path = f"beta/auditLogs/signIns?$select=id&$top=200&$filter={quote(text)}"

        assert generated.rows(path) == held.rows(path)

    def test_a_bounded_listing_looks_at_the_rows_within_its_bounds_only(self) -> None:
        """Of fifty million rows."""
        log = generate_tenant(users=5, sign_ins=50_000_000).sign_ins
        assert not isinstance(log, list)
        bound = log[49_999_000]["createdDateTime"]
        wanted = wanted_sign_ins(f"createdDateTime le {bound} and {EVERY_TYPE}", beta=True)
        started = time.monotonic()

        rows, following = log.page(wanted, beta=True, select=("id",), start=0, top=1_000)

        assert time.monotonic() - started < 20
        assert rows.count(b'"id"') >= 999
        assert following is None or following > 49_999_000

    def test_rows_are_newest_first_with_ids_of_their_own(self, generated: Client) -> None:
        rows = generated.rows(f"beta/auditLogs/signIns?$filter={quote(EVERY_TYPE)}")

        times = [row["createdDateTime"] for row in rows]
        assert times == sorted(times, reverse=True)
        assert len({row["id"] for row in rows}) == len(rows) == 1_500
        assert set().union(*rows) <= SIGN_IN_BETA

    def test_the_same_seed_gives_the_same_page(self, generated: Client) -> None:
        first, again = (generated.get("beta/auditLogs/signIns?$top=10").json()["value"] for _ in range(2))

        assert first == again
