"""Reads `tenants.toml` into a `Configuration`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from m365_posture.config import AppCredential, Cloud, ConfigError, ForwardingAgreement, Hosts, TenantConfig
from m365_posture.texts import Language
from m365_posture.toml_section import Section, nearest

FILE_NAME: Final = "tenants.toml"
FILE_VARIABLE: Final = "M365_POSTURE_CONFIG"
SCHEMA: Final = 1
PACKS: Final = ("base", "mail", "files")

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_RESERVED_ON_WINDOWS: Final = frozenset(
    ["con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(10))]
)
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{2,30}")
_SHORTEST_WORD: Final = 3
"""Shorter words of a name are in many codes by accident."""
_WAYS: Final = ("certificate", "client_secret_env", "federated_token_file")
_APP_KEYS: Final = ("client_id", "certificate", "certificate_password_env", "client_secret_env", "federated_token_file")
_SHARED_KEYS: Final = ("data_dir", "language", "timezone", "cloud", "packs", "proxy", "notify_env", *_APP_KEYS)
_TENANT_KEYS: Final = (
    *_SHARED_KEYS,
    "name",
    "tenant_id",
    "apps",
    "break_glass",
    "leavers",
    "office_locations",
    "firm_size",
    "mfa_trusted_ips",
    "reference",
    "sharepoint_admin",
    "thresholds",
    "trusted_forwarding",
    "hosts",
)
_HOST_KEYS: Final = ("login", "graph", "exchange", "sharepoint_admin", "dns", "ca_file", "clock_speed")


@dataclass(frozen=True, slots=True)
class Configuration:
    """Every tenant of one `tenants.toml`."""

    path: Path
    tenants: Mapping[str, TenantConfig]
    """By slug, in the order of the file."""

    def tenant(self, slug: str) -> TenantConfig:
        """Return the tenant called `slug`.

        Raises:
            ConfigError: There is none; names the nearest slug.
        """
        if slug not in self.tenants:
            known = ", ".join(self.tenants) or "none"
            suggestion = nearest(slug, self.tenants) or f"; known are {known}."
            raise ConfigError(f"{self.path} has no tenant `{slug}`{suggestion}")
        return self.tenants[slug]

    def tenant_with_id(self, tenant_id: str) -> TenantConfig:
        """Return the tenant with this tenant id.

        Raises:
            ConfigError: There is none.
        """
        for tenant in self.tenants.values():
            if tenant.tenant_id == tenant_id.lower():
                return tenant
        raise ConfigError(f"{self.path} has no tenant with the id {tenant_id}: add it, or give its own --config FILE.")


def locate(option: Path | None, environ: Mapping[str, str], folder: Path) -> Path:
    """Return the configuration file to use: the option, else `tenants.toml` in `folder`, else the variable's.

    Raises:
        ConfigError: None of the three exists.
    """
    if option is not None:
        return option
    here = folder / FILE_NAME
    if here.is_file():
        return here
    if named := environ.get(FILE_VARIABLE, ""):
        return Path(named)
    raise ConfigError(
        f"There is no {FILE_NAME} in this folder: go to the folder that holds it, "
        f"name it with --config FILE, or set {FILE_VARIABLE}."
    )


def load(path: Path) -> Configuration:
    """Read and check the configuration file.

    Raises:
        ConfigError: The file is missing, malformed, or says something unusable; one sentence.
    """
    top = Section(_parse(path), path, "[top level]").allow_only(("schema", "defaults", "tenants"))
    if top.whole_number("schema") != SCHEMA:
        raise top.mistake(f"`schema` is {top.values['schema']}, but this version reads schema {SCHEMA}; update it.")
    defaults = _inner(top, "defaults").allow_only((*_SHARED_KEYS, "thresholds"))
    listed = _inner(top, "tenants")
    tenants = {slug: _tenant(slug, listed, defaults) for slug in listed.values}
    _refuse_twins(tenants, listed)
    return Configuration(path, tenants)


def _parse(path: Path) -> dict[str, object]:
    try:
        # Editors on Windows put a byte order mark in front, which TOML does not allow.
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist: name the configuration with --config FILE.") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): check the path and its permissions.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text: save it again as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML, correct it: {_lower_first(str(error))}.") from error


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _inner(top: Section, key: str) -> Section:
    return Section(top.table(key).values, top.file, f"[{key}]")


def _refuse_twins(tenants: Mapping[str, TenantConfig], listed: Section) -> None:
    owner: dict[str, str] = {}
    for slug, tenant in tenants.items():
        if (first := owner.setdefault(tenant.tenant_id, slug)) != slug:
            raise listed.mistake(f"`{first}` and `{slug}` have the same `tenant_id`; keep one of them.")
    codes: dict[str, str] = {slug: slug for slug in tenants}
    for slug, tenant in tenants.items():
        if tenant.reference and (first := codes.setdefault(tenant.reference.lower(), slug)) != slug:
            raise listed.mistake(f"the `reference` of `{slug}` also means `{first}`; choose another one.")


def _tenant(slug: str, listed: Section, defaults: Section) -> TenantConfig:
    _check_slug(slug, listed)
    own = listed.table(slug).allow_only(_TENANT_KEYS)
    merged = Section({**_inherited(own, defaults), **own.values}, own.file, own.name)
    limits = own.table("thresholds").allow_only(("stale_days", "link_max_days"))
    general = defaults.table("thresholds").allow_only(("stale_days", "link_max_days"))
    return TenantConfig(
        slug=slug,
        name=merged.text("name"),
        tenant_id=merged.guid("tenant_id"),
        data_dir=merged.path("data_dir") or own.file.parent / "data",
        app=_credential(merged),
        cloud=merged.choice("cloud", Cloud, Cloud.GLOBAL),
        packs=_packs(merged),
        pack_apps=_pack_apps(own.table("apps")),
        language=merged.choice("language", Language, Language.EN).value,
        timezone=_timezone(merged),
        break_glass=merged.addresses("break_glass"),
        leavers=_leavers(merged),
        office_locations=merged.texts("office_locations"),
        firm_size=merged.whole_number("firm_size") if merged.has("firm_size") else None,
        mfa_trusted_ips=_networks(merged) if merged.has("mfa_trusted_ips") else None,
        notify_env=merged.variable("notify_env"),
        reference=_reference(merged, slug),
        sharepoint_admin=merged.flag("sharepoint_admin", default=False),
        proxy=merged.url("proxy", ("http", "https"), ""),
        stale_days=limits.whole_number("stale_days", general.whole_number("stale_days", 90)),
        link_max_days=limits.whole_number("link_max_days", general.whole_number("link_max_days", 30)),
        trusted_forwarding=tuple(_agreement(entry) for entry in own.tables("trusted_forwarding")),
        hosts=_hosts(own.table("hosts")) if own.has("hosts") else None,
    )


def _inherited(own: Section, defaults: Section) -> dict[str, object]:
    """Return the defaults that apply: a tenant with a credential of its own takes no part of the default's."""
    has_own_way = any(own.has(way) for way in _WAYS)
    dropped = {"thresholds", *(_APP_KEYS[1:] if has_own_way else ())}
    return {key: value for key, value in defaults.values.items() if key not in dropped}


def _check_slug(slug: str, listed: Section) -> None:
    if not _SLUG.fullmatch(slug):
        raise listed.mistake(
            f"`{slug}` cannot name a tenant; use up to 40 lower-case letters, digits, `-` and `_`, "
            "beginning with a letter or a digit."
        )
    if slug in _RESERVED_ON_WINDOWS:
        raise listed.mistake(f"`{slug}` cannot name a tenant because Windows reserves it; choose another name.")


def _credential(section: Section) -> AppCredential:
    ways = [way for way in _WAYS if section.has(way)]
    if len(ways) != 1:
        problem = f"`{ways[0]}` and `{ways[1]}` are both set" if ways else "no credential is set"
        raise section.mistake(f"{problem}; give exactly one of {', '.join(_WAYS)}.")
    if section.has("certificate_password_env") and "certificate" not in ways:
        raise section.mistake("`certificate_password_env` is set without `certificate`; remove it.")
    if "client_secret_env" in ways and not section.variable("client_secret_env"):
        raise section.mistake("`client_secret_env` is empty; give the name of the variable that holds the secret.")
    return AppCredential(
        client_id=section.guid("client_id"),
        certificate=section.path("certificate"),
        certificate_password_env=section.variable("certificate_password_env"),
        client_secret_env=section.variable("client_secret_env"),
        federated_token_file=section.path("federated_token_file"),
    )


def _pack_apps(apps: Section) -> dict[str, AppCredential]:
    apps.allow_only((*PACKS, "sharepoint_admin"))
    return {pack: _credential(apps.table(pack).allow_only(_APP_KEYS)) for pack in apps.values}


def _packs(section: Section) -> tuple[str, ...]:
    packs = section.texts("packs", ("base", "mail"))
    for pack in packs:
        if pack not in PACKS:
            raise section.mistake(f'`packs` holds "{pack}"; use {", ".join(PACKS)}{nearest(pack, PACKS) or "."}')
    if not packs:
        raise section.mistake("`packs` is empty, so nothing may be read; name at least one of base, mail, files.")
    return tuple(dict.fromkeys(packs))


def _timezone(section: Section) -> str:
    name = section.text("timezone", "Europe/Brussels")
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise section.mistake(
            f'`timezone` is "{name}", which is unknown; use a name such as Europe/Brussels.'
        ) from error


def _leavers(section: Section) -> Path | None:
    path = section.path("leavers")
    if path is not None and not path.is_file():
        raise section.mistake(f"`leavers` names {path}, which does not exist; put the file there or remove the line.")
    return path


def _networks(section: Section) -> tuple[str, ...]:
    values = section.texts("mfa_trusted_ips")
    for value in values:
        try:
            ip_network(value)
        except ValueError as error:
            raise section.mistake(
                f'`mfa_trusted_ips` holds "{value}", which is no address or network such as 192.0.2.0/24.'
            ) from error
    return values


def _reference(section: Section, slug: str) -> str:
    """Return the code under which messages speak of the tenant: they leave the machine, so it must not name it."""
    code = section.text("reference", "")
    if code and not _REFERENCE.fullmatch(code):
        raise section.mistake(f'`reference` is "{code}"; write 3 to 31 letters, digits and `-`, such as K-0417.')
    words = re.split(r"[\W_]+", f"{slug} {section.text('name')}".lower())
    if named := next((word for word in words if len(word) >= _SHORTEST_WORD and word in code.lower()), ""):
        raise section.mistake(f'`reference` tells who it is ("{named}"); choose a code that names nobody.')
    return code


def _agreement(entry: Section) -> ForwardingAgreement:
    entry.allow_only(("from", "to", "reason", "approved_by", "until"))
    return ForwardingAgreement(
        source=entry.address("from"),
        target=entry.address("to"),
        reason=entry.text("reason"),
        approved_by=entry.text("approved_by"),
        until=entry.day("until"),
    )


def _hosts(section: Section) -> Hosts:
    section.allow_only(_HOST_KEYS)
    hosts = Hosts(
        login=section.url("login", ("https",)),
        graph=section.url("graph", ("https",)),
        exchange=section.url("exchange", ("https",), ""),
        sharepoint_admin=section.url("sharepoint_admin", ("https",), ""),
        dns=section.text("dns", ""),
        ca_file=section.path("ca_file"),
        clock_speed=section.number("clock_speed", 1.0),
    )
    if hosts.clock_speed != 1 and not _all_loopback(hosts):
        raise section.mistake("`clock_speed` other than 1 is for hosts on 127.0.0.1 only; remove it.")
    return hosts


def _all_loopback(hosts: Hosts) -> bool:
    urls = [hosts.login, hosts.graph, hosts.exchange, hosts.sharepoint_admin, f"udp://{hosts.dns}" if hosts.dns else ""]
    return all(_is_loopback(urlsplit(url).hostname or "") for url in urls if url)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
