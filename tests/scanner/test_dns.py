"""What the DNS says, and how each question ended."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from exchange_kit import a_firm
from reading_kit import a_config, moved

from m365_posture.config import ConfigError
from scanner.dns import SPF_LOOKUPS, Dns, DnsAnswer, DnsStatus, RecordType
from simulator.faults import Fault, FaultKind
from simulator.server import Simulator
from simulator.tenants import SimulatedTenant

DOMAIN = "acme.example"


@pytest.fixture
def tenant() -> SimulatedTenant:
    return a_firm()


@pytest.fixture
def firm(tenant: SimulatedTenant, simulator_folder: Path) -> Iterator[Simulator]:
    with Simulator([tenant], simulator_folder) as running:
        yield running


def a_client(sim: Simulator, *, silent: bool = False) -> Dns:
    """Return a client that hurries only where it shall wait in vain: a busy machine is no silent server."""
    return Dns.of(a_config(sim), timeout_s=0.5 if silent else 10)


async def txt(sim: Simulator, name: str) -> DnsAnswer:
    return await a_client(sim, silent=name.startswith("silent.")).ask(name, RecordType.TXT)


def questions(sim: Simulator) -> list[str]:
    return [request.path for request in sim.requests if request.scheme == "dns"]


async def test_mail_records_of_a_domain(firm: Simulator) -> None:
    answers = await a_client(firm).mail_records(DOMAIN)

    found = {(answer.name, answer.type.value): answer.values for answer in answers if answer.values}
    assert found[DOMAIN, "MX"] == ("0 acme-example.mail.protection.outlook.example",)
    assert found[DOMAIN, "TXT"] == ("MS=ms12345678", "v=spf1 include:spf.protection.outlook.example -all")
    assert found[f"_dmarc.{DOMAIN}", "TXT"] == ("v=DMARC1; p=reject; rua=mailto:dmarc@acme.example",)
    assert found[f"selector1._domainkey.{DOMAIN}", "CNAME"] == (
        "selector1-acme-example._domainkey.acme.onmicrosoft.example",
    )
    assert found[f"selector1._domainkey.{DOMAIN}", "TXT"] == ("v=DKIM1; k=rsa; p=MIIB",)
    assert {answer.name for answer in answers if answer.status is DnsStatus.NO_SUCH_NAME} == {
        f"_mta-sts.{DOMAIN}",
        f"_smtp._tls.{DOMAIN}",
    }


async def test_the_names_of_an_spf_record_are_followed_and_say_who_led_there(firm: Simulator) -> None:
    answers = await a_client(firm).mail_records(DOMAIN)

    assert {(answer.name, answer.asked_by) for answer in answers if answer.asked_by} == {
        ("spf.protection.outlook.example", DOMAIN),
        ("spf2.outlook.example", "spf.protection.outlook.example"),
    }


async def test_no_more_than_ten_names_of_an_spf_record_are_followed(firm: Simulator, tenant: SimulatedTenant) -> None:
    for number in range(20):
        tenant.dns[f"spf{number}.acme.example"] = {"TXT": [f"v=spf1 include:spf{number + 1}.acme.example -all"]}
    tenant.dns[DOMAIN]["TXT"] = ["v=spf1 include:spf0.acme.example ~all"]

    answers = await a_client(firm).mail_records(DOMAIN)

    assert [answer.name for answer in answers if answer.asked_by] == [
        f"spf{n}.acme.example" for n in range(SPF_LOOKUPS)
    ]


async def test_spf_records_that_lead_to_each_other_end(firm: Simulator, tenant: SimulatedTenant) -> None:
    tenant.dns[DOMAIN]["TXT"] = ["v=spf1 include:a.acme.example redirect=acme.example"]
    tenant.dns["a.acme.example"] = {"TXT": ["v=spf1 include:acme.example include:%{i}.acme.example ?all"]}

    answers = await a_client(firm).mail_records(DOMAIN)

    assert [answer.name for answer in answers if answer.asked_by] == ["a.acme.example"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("nothing.acme.example", DnsStatus.NO_SUCH_NAME),
        ("selector1._domainkey.other.example", DnsStatus.NO_SUCH_NAME),
        ("mx-only.acme.example", DnsStatus.NO_RECORD),
        ("_domainkey.acme.example", DnsStatus.NO_RECORD),
        ("failing.acme.example", DnsStatus.SERVER_FAILURE),
        ("refusing.acme.example", DnsStatus.SERVER_FAILURE),
        ("silent.acme.example", DnsStatus.TIMEOUT),
        ("bad name.example", DnsStatus.INVALID_NAME),
        ("a..example", DnsStatus.INVALID_NAME),
        ("-a.example", DnsStatus.INVALID_NAME),
        (f"{'a' * 64}.example", DnsStatus.INVALID_NAME),
        ("localhost", DnsStatus.INVALID_NAME),
        ("ü\u200d.example", DnsStatus.INVALID_NAME),
    ],
)
async def test_each_way_of_having_no_answer_stays_apart(
    firm: Simulator, tenant: SimulatedTenant, name: str, status: DnsStatus
) -> None:
    tenant.dns |= {
        "mx-only.acme.example": {"MX": ["10 mx.acme.example"]},
        "failing.acme.example": {"error": "SERVFAIL"},
        "refusing.acme.example": {"error": "REFUSED"},
        "silent.acme.example": {"error": "TIMEOUT"},
    }

    answer = await txt(firm, name)

    assert (answer.status, answer.values) == (status, ())
    assert answer.status.is_known == (status in {DnsStatus.NO_SUCH_NAME, DnsStatus.NO_RECORD})


async def test_a_domain_spelt_with_other_letters_than_english_is_asked_by_its_name_in_ascii(
    firm: Simulator, tenant: SimulatedTenant
) -> None:
    tenant.dns |= {"xn--strae-oqa.xn--bcher-kva.example": {"TXT": ["v=spf1 include:_spf.bücher.example -all"]}}

    answers = await a_client(firm).mail_records("Straße.Bücher.example")

    assert not [answer for answer in answers if answer.status is DnsStatus.INVALID_NAME]
    assert {answer.name for answer in answers if answer.asked_by} == {"_spf.xn--bcher-kva.example"}
    assert {answer.name for answer in answers if answer.status is DnsStatus.ANSWERED} == {
        "xn--strae-oqa.xn--bcher-kva.example"
    }


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.SERVER_ERROR, FaultKind.UNAVAILABLE, FaultKind.NOT_JSON])
async def test_what_fails_once_is_asked_again(firm: Simulator, kind: FaultKind) -> None:
    firm.faults.add(Fault(kind, f"dns/{DOMAIN}/MX"))

    answer = await a_client(firm, silent=kind is FaultKind.TIMEOUT).ask(DOMAIN, RecordType.MX)

    assert answer.status is DnsStatus.ANSWERED
    assert questions(firm) == [f"{DOMAIN}/MX"] * 2


async def test_a_name_that_does_not_exist_is_not_asked_twice(firm: Simulator) -> None:
    await txt(firm, "nothing.acme.example")

    assert questions(firm) == ["nothing.acme.example/TXT"]


async def test_an_answer_too_long_for_udp_comes_over_tcp(firm: Simulator, tenant: SimulatedTenant) -> None:
    long = ["v=DKIM1; p=" + "A" * 1500, 'quoted " and \\ back', "naïef"]
    tenant.dns["long.acme.example"] = {"TXT": long}

    answer = await txt(firm, "long.acme.example")

    assert answer.values == tuple(sorted(long))
    assert questions(firm) == ["long.acme.example/TXT"] * 2


async def test_the_same_question_is_asked_once(firm: Simulator) -> None:
    client = a_client(firm)
    await client.mail_records(DOMAIN)
    await client.mail_records(DOMAIN.upper() + ".")

    assert len(questions(firm)) == len(set(questions(firm)))


async def test_where_other_hosts_are_configured_this_machines_name_servers_are_not_asked(firm: Simulator) -> None:
    client = Dns.of(moved(a_config(firm), dns=""))

    answer = await client.ask(DOMAIN, RecordType.MX)

    assert (client.servers, answer.status) == ([], DnsStatus.SERVER_FAILURE)
    assert questions(firm) == []


@pytest.mark.parametrize("address", ["127.0.0.1", ":53", "127.0.0.1:x"])
def test_a_name_server_without_address_or_port_is_refused(firm: Simulator, address: str) -> None:
    with pytest.raises(ConfigError, match="dns must be an address with a port"):
        Dns.of(moved(a_config(firm), dns=address))
