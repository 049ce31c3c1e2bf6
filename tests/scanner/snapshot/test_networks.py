"""Addresses of logs, made comparable without asking anybody."""

import pytest

from scanner.snapshot.networks import address_of, bare_address, is_private, near, wide


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("203.0.113.5", "203.0.113.5"),
        (" 203.0.113.5 ", "203.0.113.5"),
        ("203.0.113.5:51712", "203.0.113.5"),
        ("[203.0.113.5]:51712", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8:0:1:aaaa:bbbb:cccc:dddd", "2001:db8:0:1::/64"),
        ("[2001:db8:0:1::7]:51712", "2001:db8:0:1::/64"),
        ("[2001:DB8:0:1::7]", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_an_address_is_read_from_each_way_a_log_writes_it(written: str, meant: str) -> None:
    assert address_of(written) == meant
    assert address_of(address_of(written)) == meant


@pytest.mark.parametrize(
    "written", [None, "", "Not Available", "<null>", "0.0.0.0:80", "::", "203.0.113", "203.0.113.999", "1.2.3.4.5"]
)
def test_what_is_no_address_has_no_network_and_is_not_private(written: str | None) -> None:
    assert (address_of(written), near(written), wide(written), is_private(written)) == (None, None, None, False)


def test_near_is_a_site_and_wide_a_region_of_a_provider() -> None:
    assert near("203.0.113.77:443") == "203.0.113.0/24"
    assert wide("203.0.113.77") == "203.0.0.0/16"
    assert near("2001:db8:0:1::7") == "2001:db8:0:1::/64"
    assert wide("2001:db8:7:1::7") == "2001:db8::/32"


def test_near_and_wide_take_what_address_of_gives() -> None:
    address = address_of("[2001:db8:7:1::7]:443")

    assert (near(address), wide(address)) == ("2001:db8:7:1::/64", "2001:db8::/32")


@pytest.mark.parametrize(
    "written", ["10.1.2.3", "172.31.0.9", "192.168.1.1:80", "127.0.0.1", "169.254.1.1", "100.64.0.1", "::1", "fd00::7"]
)
def test_addresses_inside_a_firm_or_a_carrier_are_private(written: str) -> None:
    assert is_private(written)


@pytest.mark.parametrize("written", ["203.0.113.5", "192.0.2.1", "172.32.0.1", "100.128.0.1", "2001:db8::1"])
def test_public_addresses_are_not_private(written: str) -> None:
    assert not is_private(written)


def test_one_address_is_kept_whole_without_what_belongs_to_the_connection() -> None:
    assert bare_address("[2001:DB8:0:1::7]:51712") == "2001:db8:0:1::7"
    assert bare_address("203.0.113.5:443") == "203.0.113.5"
    assert bare_address("Not Available") is None
