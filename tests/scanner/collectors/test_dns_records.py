"""What the DNS says of the firm's domains is kept as it came, and its silence is a gap that names the domain."""

from collections import Counter
from collections.abc import Iterator

import pytest
from exchange_kit import a_zone
from simulated_scans import Office, Snapshot, an_office

from simulator.faults import Fault, FaultKind
from simulator.tenants import SimulatedTenant, blank_tenant

FIRM, OTHER = "kantoor.example", "kantoor-nv.example"
SPF = "v=spf1 include:spf.example include:no_host..name -all"
FAILING = {"denied": FaultKind.FORBIDDEN, "unavailable": FaultKind.SERVER_ERROR, "malformed": FaultKind.NOT_JSON}


def a_firm() -> SimulatedTenant:
    """Return a firm with two domains of its own, one that is not its own yet, and Microsoft's."""
    tenant = blank_tenant("kantoor")
    tenant.domains += [
        {"id": OTHER, "isVerified": True},
        {"id": "claimed.example", "isVerified": False},
        {"id": "kantoor.onmicrosoft.example", "isVerified": True},
    ]
    tenant.dns = {**a_zone(FIRM), OTHER: {"TXT": [SPF]}, "spf.example": {"TXT": ["v=spf1 -all"]}}
    return tenant


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(a_firm(), tmp_path_factory.mktemp("firm"), packs=["base"]) as office:
        yield office


@pytest.fixture(scope="module")
def usual(firm: Office) -> Snapshot:
    return firm.scan(only=["dns"])


@pytest.fixture
def office(firm: Office, usual: Snapshot) -> Iterator[Office]:
    """Give the firm; the faults of a test end with it."""
    assert usual.states
    yield firm
    firm.simulator.faults.clear()


def questions(office: Office) -> list[str]:
    return [request.path for request in office.simulator.requests if request.scheme == "dns"]


def test_every_question_about_the_firms_own_domains_has_a_row(usual: Snapshot) -> None:
    rows = usual.rows("dns_records")

    coverage = usual.coverage("dns_records")
    assert (coverage.state, coverage.objects_expected, coverage.objects_failed) == ("complete", 2, 0)
    assert {row["domain"] for row in rows} == {FIRM, OTHER}
    assert Counter(row["domain"] for row in rows if row["asked_by"] == "") == {FIRM: 10, OTHER: 10}


def test_answers_are_raw_and_what_is_not_there_is_told_from_what_has_no_record(usual: Snapshot) -> None:
    rows = {(row["name"], row["type"], row["asked_by"]): row for row in usual.rows("dns_records")}

    assert rows[OTHER, "TXT", ""]["values"] == [SPF]
    assert rows[OTHER, "MX", ""]["status"] == "no_record"
    assert (rows[f"_dmarc.{OTHER}", "TXT", ""]["status"], rows[f"_dmarc.{OTHER}", "TXT", ""]["values"]) == (
        "no_such_name",
        [],
    )


def test_what_an_spf_record_leads_to_says_who_led_there_and_an_impossible_name_is_no_gap(usual: Snapshot) -> None:
    led = {row["name"]: row for row in usual.rows("dns_records") if row["asked_by"] == OTHER}

    assert (led["spf.example"]["domain"], led["spf.example"]["values"]) == (OTHER, ["v=spf1 -all"])
    assert (led["no_host..name"]["status"], led["no_host..name"]["values"]) == ("invalid_name", None)


@pytest.mark.parametrize("name", [FIRM, "spf.example"])
def test_one_question_without_an_answer_names_its_domain_and_keeps_the_rest(office: Office, name: str) -> None:
    office.simulator.faults.add(Fault(FaultKind.SERVER_ERROR, f"dns/{name}/TXT", times=None))

    snapshot = office.scan(only=["dns"])

    domain = FIRM if name == FIRM else OTHER
    coverage = snapshot.coverage("dns_records")
    assert (coverage.state, coverage.reason, coverage.mend) == ("partial", "server_failure", "rescan")
    assert (coverage.objects_read, coverage.objects_failed) == (1, 1)
    assert snapshot.rows("unread_objects") == [
        {"table_name": "dns_records", "object_id": domain, "reason": "server_failure"}
    ]
    [unanswered] = [row for row in snapshot.rows("dns_records") if row["status"] == "server_failure"]
    assert (unanswered["domain"], unanswered["name"], unanswered["values"]) == (domain, name, None)


def test_a_domain_that_no_name_server_can_be_asked_about_is_a_gap(office: Office) -> None:
    office.tenant.domains.append({"id": "my firm.example", "isVerified": True})

    snapshot = office.scan(only=["dns"])

    office.tenant.domains.pop()
    coverage = snapshot.coverage("dns_records")
    assert (coverage.state, coverage.reason, coverage.objects_failed) == ("partial", "invalid_name", 1)
    assert [row["object_id"] for row in snapshot.rows("unread_objects")] == ["my firm.example"]


@pytest.mark.parametrize("how", FAILING)
def test_a_dns_that_answers_nothing_leaves_no_row(office: Office, how: str) -> None:
    office.simulator.faults.add(Fault(FAILING[how], "dns/*", times=None))

    coverage = office.scan(only=["dns"]).coverage("dns_records")

    assert (coverage.state, coverage.rows, coverage.parts) == ("failed", 0, {})
    assert (coverage.reason, coverage.mend) == ("server_failure", "rescan")


def test_without_the_list_of_domains_nothing_is_asked(office: Office) -> None:
    office.simulator.faults.add(Fault(FaultKind.FORBIDDEN, "v1.0/domains", times=None))
    before = len(questions(office))

    coverage = office.scan(only=["dns"]).coverage("dns_records")

    assert (coverage.state, coverage.reason, coverage.mend) == ("failed", "needs:domains", "grant:Domain.Read.All")
    assert len(questions(office)) == before
