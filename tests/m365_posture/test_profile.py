"""What the firm states about itself, as checks see it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from m365_posture.config import AppCredential, ConfigError, ForwardingAgreement, TenantConfig
from m365_posture.profile import profile_of, read_leavers
from store.decided import Attestation

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)


def a_tenant(folder: Path, **settings: object) -> TenantConfig:
    return TenantConfig("vermeulen", "Vermeulen", "id", folder, AppCredential("c"), **settings)  # type: ignore[arg-type]


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "leavers.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_check_sees_everything_the_firm_stated(tmp_path: Path) -> None:
    agreement = ForwardingAgreement("a@v.example", "b@p.example", "invoices", "partner", date(2027, 6, 30))
    tenant = a_tenant(
        tmp_path,
        stale_days=60,
        link_max_days=14,
        break_glass=("bg1@v.example",),
        leavers=written(tmp_path, "user_principal_name,last_day\nAda@v.example,2026-10-31\n"),
        firm_size=38,
        mfa_trusted_ips=("192.0.2.0/24",),
        trusted_forwarding=(agreement,),
    )

    profile = profile_of(tenant, NOW, [Attestation("ID-07", "safe 12", "partner", NOW, date(2027, 1, 1))])

    assert profile.as_of == NOW
    assert (profile.thresholds.stale_days, profile.thresholds.link_max_days) == (60, 14)
    assert profile.break_glass == ("bg1@v.example",)
    assert profile.leavers == {"ada@v.example": date(2026, 10, 31)}
    assert profile.firm_size == 38
    assert profile.mfa_trusted_ips == ("192.0.2.0/24",)
    assert [(entry.source, entry.target, entry.until) for entry in profile.trusted_forwarding] == [
        ("a@v.example", "b@p.example", date(2027, 6, 30))
    ]
    assert profile.attestations == {"ID-07": "safe 12"}


def test_no_list_of_leavers_is_not_an_empty_list(tmp_path: Path) -> None:
    empty = a_tenant(tmp_path, leavers=written(tmp_path, "user_principal_name,last_day\n"))

    assert profile_of(a_tenant(tmp_path), NOW, []).leavers is None
    assert profile_of(empty, NOW, []).leavers == {}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("user_principal_name,last_day\nada@v.example,2026-10-31\n", id="commas"),
        pytest.param("\ufeffuser_principal_name;last_day\r\nada@v.example;2026-10-31\r\n", id="saved by a spreadsheet"),
        pytest.param("name,last_day,user_principal_name\nA,2026-10-31, ADA@v.example \n,,\n", id="more columns"),
    ],
)
def test_a_list_is_read_however_a_spreadsheet_wrote_it(tmp_path: Path, text: str) -> None:
    assert read_leavers(written(tmp_path, text)) == {"ada@v.example": date(2026, 10, 31)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "must begin with a line", id="empty"),
        pytest.param("upn,last_day\na@v.example,2026-10-31\n", "must begin with a line", id="another heading"),
        pytest.param("user_principal_name,last_day\na@v.example,31/10/2026\n", "line 2: `last_day`", id="another date"),
        pytest.param("user_principal_name,last_day\na@v.example\n", "line 2: `last_day`", id="no date"),
        pytest.param("user_principal_name,last_day\nAda,2026-10-31\n", "line 2: `user_principal_name`", id="a name"),
    ],
)
def test_a_list_that_cannot_be_used_is_explained(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        read_leavers(written(tmp_path, text))


def test_a_list_that_is_no_utf8_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="as CSV in UTF-8"):
        read_leavers(written(tmp_path, "user_principal_name,last_day\nhél@v.example,2026-10-31\n", "latin-1"))


def test_a_list_that_is_gone_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        read_leavers(tmp_path / "none.csv")
