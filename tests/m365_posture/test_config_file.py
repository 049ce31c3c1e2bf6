"""What `tenants.toml` may say, and how each mistake is explained."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from m365_posture.config import AppCredential, Cloud, ConfigError, ForwardingAgreement
from m365_posture.config_file import FILE_VARIABLE, Configuration, load, locate

TENANT = "0f6b2a40-1111-4222-8333-444455556666"
OTHER = "1a2b3c4d-1111-4222-8333-444455556666"
CLIENT = "9c1d7e52-aaaa-4bbb-8ccc-ddddeeeeffff"
IDENTITY = f'name = "Advocatenkantoor Vermeulen"\ntenant_id = "{TENANT}"\nclient_id = "{CLIENT}"\n'
SECRET = 'client_secret_env = "VERMEULEN_SECRET"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "tenants.toml"
    path.write_text(text, encoding="utf-8")
    return path


def with_lines(folder: Path, lines: str, *, credential: str = SECRET, top: str = "") -> Configuration:
    return load(written(folder, f"schema = 1\n{top}\n[tenants.vermeulen]\n{IDENTITY}{credential}{lines}"))


def refusal(folder: Path, text: str) -> str:
    path = written(folder, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    return str(caught.value)


def test_a_tenant_with_only_what_is_necessary_gets_the_documented_defaults(tmp_path: Path) -> None:
    tenant = with_lines(tmp_path, "").tenant("vermeulen")

    assert tenant.app == AppCredential(CLIENT, client_secret_env="VERMEULEN_SECRET")
    assert tenant.packs == ("base", "mail")
    assert tenant.cloud is Cloud.GLOBAL
    assert tenant.folder == tmp_path / "data" / TENANT
    assert (tenant.stale_days, tenant.link_max_days) == (90, 30)
    assert tenant.mfa_trusted_ips is None
    assert tenant.hosts is None


def test_every_documented_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "leavers.csv").write_text("user_principal_name,last_day\n", encoding="utf-8")
    tenant = with_lines(
        tmp_path,
        """
        cloud = "usgov"
        packs = ["base", "mail", "files"]
        break_glass = ["BG1@Vermeulen.example"]
        leavers = "leavers.csv"
        office_locations = ["Kantoor Gent"]
        firm_size = 38
        mfa_trusted_ips = []
        notify_env = "NOTIFY_VERMEULEN"
        reference = "K-0417"
        sharepoint_admin = true
        proxy = "http://proxy.example:3128"
        [tenants.vermeulen.apps.files]
        client_id = "9C1D7E52-AAAA-4BBB-8CCC-DDDDEEEEFFFF"
        federated_token_file = "token"
        [tenants.vermeulen.apps.sharepoint_admin]
        client_id = "9C1D7E52-AAAA-4BBB-8CCC-DDDDEEEEFFFF"
        certificate = "certs/sharepoint.pfx"
        [tenants.vermeulen.thresholds]
        stale_days = 60
        [[tenants.vermeulen.trusted_forwarding]]
        from = "facturen@vermeulen.example"
        to = "inbox+4711@boekhoudplatform.example"
        reason = "e-invoicing"
        approved_by = "office manager"
        until = 2027-06-30
        [tenants.vermeulen.hosts]
        login = "https://127.0.0.1:9443"
        graph = "https://127.0.0.1:9444/"
        dns = "127.0.0.1:9453"
        ca_file = "sim-ca.pem"
        clock_speed = 20
        """,
        credential='certificate = "certs/msp.pfx"\ncertificate_password_env = "MSP_PFX"\n',
    ).tenant("vermeulen")

    assert tenant.app.certificate == tmp_path / "certs" / "msp.pfx"
    assert tenant.app.certificate_password_env == "MSP_PFX"
    assert tenant.pack_apps == {
        "files": AppCredential(CLIENT, federated_token_file=tmp_path / "token"),
        "sharepoint_admin": AppCredential(CLIENT, certificate=tmp_path / "certs" / "sharepoint.pfx"),
    }
    assert tenant.consents == ("base", "mail", "files", "sharepoint_admin")
    assert tenant.break_glass == ("bg1@vermeulen.example",)
    assert tenant.leavers == tmp_path / "leavers.csv"
    assert tenant.mfa_trusted_ips == ()
    assert (tenant.notify_env, tenant.reference) == ("NOTIFY_VERMEULEN", "K-0417")
    assert (tenant.stale_days, tenant.link_max_days) == (60, 30)
    assert tenant.trusted_forwarding == (
        ForwardingAgreement(
            "facturen@vermeulen.example",
            "inbox+4711@boekhoudplatform.example",
            "e-invoicing",
            "office manager",
            date(2027, 6, 30),
        ),
    )
    assert tenant.hosts is not None
    assert tenant.hosts.graph == "https://127.0.0.1:9444"
    assert tenant.hosts.ca_file == tmp_path / "sim-ca.pem"
    assert tenant.hosts.clock_speed == 20


def test_defaults_apply_where_the_tenant_says_nothing(tmp_path: Path) -> None:
    top = (
        '[defaults]\ndata_dir = "kept"\nlanguage = "nl"\nnotify_env = "NOTIFY_MSP"\n'
        f'client_id = "{CLIENT}"\ncertificate = "msp.pfx"\n'
        "[defaults.thresholds]\nlink_max_days = 14"
    )
    text = f'schema = 1\n{top}\n[tenants.a]\nname = "A"\ntenant_id = "{TENANT}"\n'
    tenant = load(written(tmp_path, text)).tenant("a")

    assert tenant.data_dir == tmp_path / "kept"
    assert (tenant.language, tenant.notify_env) == ("nl", "NOTIFY_MSP")
    assert tenant.app == AppCredential(CLIENT, certificate=tmp_path / "msp.pfx")
    assert tenant.link_max_days == 14


def test_a_credential_of_its_own_replaces_the_default_one(tmp_path: Path) -> None:
    top = '[defaults]\ncertificate = "msp.pfx"\ncertificate_password_env = "MSP_PFX"'

    tenant = with_lines(tmp_path, "", top=top).tenant("vermeulen")

    assert tenant.app == AppCredential(CLIENT, client_secret_env="VERMEULEN_SECRET")


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tenants.toml"
    path.write_bytes(b"\xef\xbb\xbfschema = 1\r\n")

    assert load(path).tenants == {}


BASE = f"schema = 1\n[tenants.vermeulen]\n{IDENTITY}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("schema = 1\n[tenants.a\n", "line 2", id="malformed TOML names the line"),
        pytest.param("", "`schema` is missing", id="a schema number is required"),
        pytest.param("schema = 2\n", "reads schema 1", id="a newer schema is refused"),
        pytest.param("schema = true\n", "`schema` must be a whole number", id="true is no number"),
        pytest.param("schema = 1\n[default]\n", "did you mean `defaults`?", id="an unknown table suggests the nearest"),
        pytest.param(BASE + SECRET + 'break_glas = ["x"]', "did you mean `break_glass`?", id="a misspelt key"),
        pytest.param(BASE + SECRET + "zzz = 1", "known are", id="a key like no other lists the known ones"),
        pytest.param(BASE + SECRET + 'firm_size = "38"', "`firm_size` must be a whole number", id="a number in quotes"),
        pytest.param(BASE + SECRET + "firm_size = 0", "must be 1 or more", id="nobody works there"),
        pytest.param(BASE + SECRET + "sharepoint_admin = 1", "must be true or false", id="one is not true"),
        pytest.param(BASE + SECRET + "packs = [1]", "`packs` holds 1", id="a list entry of the wrong type"),
        pytest.param(BASE + SECRET + 'packs = ["base", "file"]', "did you mean `files`?", id="an unknown pack"),
        pytest.param(BASE + SECRET + "packs = []", "nothing may be read", id="no pack at all"),
        pytest.param(BASE + SECRET + 'cloud = "globl"', "did you mean `global`?", id="an unknown cloud"),
        pytest.param(BASE + SECRET + 'language = "de"', "use one of nl, fr, en", id="a language without translation"),
        pytest.param(BASE + SECRET + 'timezone = "Europe/Gent"', "such as Europe/Brussels", id="an unknown timezone"),
        pytest.param(BASE + SECRET + 'timezone = "../etc"', "which is unknown", id="a timezone that is a path"),
        pytest.param(BASE, "no credential is set", id="no credential"),
        pytest.param(BASE + SECRET + 'certificate = "a.pfx"', "are both set", id="two credentials"),
        pytest.param(
            BASE + SECRET + 'certificate_password_env = "P"', "without `certificate`", id="a stray passphrase"
        ),
        pytest.param(BASE + 'client_secret_env = ""', "name of the variable", id="an empty variable name"),
        pytest.param(BASE + SECRET + 'break_glass = ["bg1"]', "no address", id="a break-glass account without domain"),
        pytest.param(BASE + SECRET + 'leavers = "gone.csv"', "does not exist", id="a leavers file that is missing"),
        pytest.param(BASE + SECRET + 'mfa_trusted_ips = ["10.0.0"]', "192.0.2.0/24", id="an address that is none"),
        pytest.param(BASE + SECRET + 'proxy = "proxy:3128"', "write it as http://", id="a proxy without scheme"),
        pytest.param(BASE + SECRET + 'reference = "Ver-Meulen 1"', "such as K-0417", id="a reference with a space"),
        pytest.param(
            BASE + SECRET + 'reference = "K-VERMEULEN-1"', "tells who it is", id="a reference that names the firm"
        ),
        pytest.param(
            BASE + SECRET + f'reference = "twin"\n[tenants.twin]\n{IDENTITY.replace(TENANT, CLIENT)}{SECRET}',
            "also means `twin`",
            id="a reference that is another tenant's name",
        ),
        pytest.param(
            BASE + SECRET + 'apps.mial.client_id = "x"', "did you mean `mail`?", id="an app for an unknown pack"
        ),
        pytest.param(
            BASE + SECRET + 'hosts = {login = "https://login.example", graph = "https://127.0.0.1:1", clock_speed = 2}',
            "127.0.0.1 only",
            id="a fast clock is for loopback only",
        ),
        pytest.param(
            BASE + SECRET + 'hosts = {login = "http://127.0.0.1:1", graph = "https://127.0.0.1:1"}',
            "write it as https://",
            id="no token over plain http",
        ),
        pytest.param(
            BASE + SECRET + 'hosts = {login = "https://127.0.0.1:x", graph = "https://127.0.0.1:1"}',
            "no address such as https://",
            id="a port that is no number",
        ),
        pytest.param(
            BASE + SECRET + '[[tenants.vermeulen.trusted_forwarding]]\nfrom = "a@b.example"\nto = "c@d.example"\n'
            'reason = "r"\napproved_by = "m"\nuntil = 2027-06-30T00:00:00',
            "write only the day",
            id="an agreement ends on a day",
        ),
        pytest.param(
            BASE.replace(TENANT, "vermeulen.onmicrosoft.com") + SECRET, "no GUID", id="a domain is no tenant id"
        ),
        pytest.param(BASE.replace("Advocatenkantoor Vermeulen", " ") + SECRET, "`name` is empty", id="a blank name"),
        pytest.param("schema = 1\n[tenants]\nvermeulen = 1\n", "must be a table", id="a tenant that is no table"),
        pytest.param("schema = 1\n[tenants.nul]\n", "Windows reserves it", id="a name that Windows reserves"),
        pytest.param("schema = 1\n[tenants.Vermeulen]\n", "lower-case", id="a capital in a slug"),
        pytest.param('schema = 1\n[tenants."a/b"]\n', "cannot name a tenant", id="a slash in a slug"),
        pytest.param(
            BASE + SECRET + f"[tenants.twin]\n{IDENTITY}{SECRET}",
            "have the same `tenant_id`",
            id="two names, one tenant",
        ),
    ],
)
def test_a_mistake_is_explained_in_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    message = refusal(tmp_path, text)

    assert says in message
    assert "\n" not in message
    assert message.startswith(str(tmp_path / "tenants.toml"))


def test_a_secret_written_in_place_of_its_variable_is_not_shown(tmp_path: Path) -> None:
    message = refusal(tmp_path, BASE + 'client_secret_env = "s3cr~t-Value"')

    assert "never the secret itself" in message
    assert "s3cr~t" not in message


def test_a_file_that_is_no_utf8_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "tenants.toml"
    path.write_bytes("schema = 1 # é".encode("latin-1"))

    with pytest.raises(ConfigError, match="save it again as UTF-8"):
        load(path)


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist: name the configuration with --config"):
        load(tmp_path / "none.toml")


def test_a_folder_in_place_of_the_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_an_unknown_tenant_suggests_the_nearest(tmp_path: Path) -> None:
    configuration = with_lines(tmp_path, "")

    with pytest.raises(ConfigError, match="did you mean `vermeulen`"):
        configuration.tenant("vermeule")


def test_the_option_wins_over_the_folder_and_the_folder_over_the_variable(tmp_path: Path) -> None:
    option, named = tmp_path / "option.toml", tmp_path / "named.toml"
    environ = {FILE_VARIABLE: str(named)}

    assert locate(option, environ, tmp_path) == option
    assert locate(None, environ, tmp_path) == named
    here = written(tmp_path, "schema = 1")
    assert locate(None, environ, tmp_path) == here


def test_without_any_file_the_three_places_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"--config FILE, or set {FILE_VARIABLE}"):
        locate(None, {}, tmp_path)


TOML_VALUES = st.one_of(
    st.integers(-5, 5).map(str),
    st.booleans().map(lambda b: str(b).lower()),
    st.just('"text"'),
    st.just("[1]"),
    st.just("{a = 1}"),
    st.just("2027-01-01"),
    st.just("nan"),
)
KEYS = st.sampled_from(
    ["name", "tenant_id", "client_id", "packs", "cloud", "leavers", "hosts", "apps", "thresholds", "trusted_forwarding",
     "firm_size", "timezone", "certificate", "break_glass", "mfa_trusted_ips", "proxy", "naam"]
)  # fmt: skip


@given(st.dictionaries(KEYS, TOML_VALUES, max_size=6))
def test_whatever_the_file_says_it_loads_or_is_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]
) -> None:
    lines = "".join(f"{key} = {value}\n" for key, value in values.items())
    path = written(tmp_path_factory.mktemp("config"), f"schema = 1\n[tenants.a]\n{lines}")
    try:
        outcome = f"{len(load(path).tenants)} tenant."
    except ConfigError as error:
        outcome = str(error)

    assert re.fullmatch(r"[^\n]+[.?]", outcome)
