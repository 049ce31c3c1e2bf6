"""A ready `tenants.toml` for the simulated tenants."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from simulator.records import Credentials, HostAddresses
from simulator.tenants import SimulatedTenant

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_LEAVERS: Final = "leavers"
_SHAREPOINT_ADMIN: Final = "sharepoint_admin"
_LEAVERS_COLUMNS: Final = ("user_principal_name", "last_day")


class CredentialKind(StrEnum):
    """How the written configuration signs in."""

    CERTIFICATE = "certificate"
    SECRET = "secret"  # noqa: S105 - the name of a kind
    FEDERATED = "federated"


def variables(slug: str) -> tuple[str, str]:
    """Return the names of the variables with a tenant's passphrase and client secret."""
    stem = re.sub(r"\W", "_", slug).upper()
    return f"{stem}_CERTIFICATE_PASSWORD", f"{stem}_CLIENT_SECRET"


def environment_of(credentials: Mapping[str, Credentials]) -> dict[str, str]:
    """Return the variables that a written configuration refers to."""
    found: dict[str, str] = {}
    for slug, own in credentials.items():
        password, secret = variables(slug)
        found |= {password: own.certificate_password, secret: own.client_secret}
    return found


def tenants_toml(
    folder: Path,
    tenants: Iterable[SimulatedTenant],
    credentials: Mapping[str, Credentials],
    hosts: HostAddresses,
    kind: CredentialKind,
) -> str:
    """Return the text of a `tenants.toml` that stands in `folder`."""
    lines = ["schema = 1", "", "[defaults]", 'data_dir = "data"']
    for tenant in tenants:
        own = credentials[tenant.slug]
        table = {
            "name": tenant.name,
            "tenant_id": tenant.tenant_id,
            "client_id": own.client_id,
            "language": tenant.language,
            **_sign_in(folder, tenant.slug, own, kind),
            **_stated(tenant),
            **_apps(folder, tenant, own, kind),
            "hosts": _hosts(folder, hosts),
        }
        lines += ["", *_table(f"tenants.{_key(tenant.slug)}", table)]
    return "\n".join(lines) + "\n"


def leavers_files(tenants: Iterable[SimulatedTenant]) -> dict[str, str]:
    """Return the lists of leavers that stand beside a `tenants.toml`, by file name."""
    return {_leavers_file(tenant): _csv(tenant.config[_LEAVERS]) for tenant in tenants if _has_leavers(tenant)}


def _has_leavers(tenant: SimulatedTenant) -> bool:
    """Whether a tenant holds its list itself, `{"user_principal_name", "last_day"}` each; a text names a file."""
    return isinstance(tenant.config.get(_LEAVERS), list)


def _leavers_file(tenant: SimulatedTenant) -> str:
    return f"{tenant.slug}-leavers.csv"


def _stated(tenant: SimulatedTenant) -> dict[str, Any]:
    """Return the further keys of a tenant's table."""
    return tenant.config | ({_LEAVERS: _leavers_file(tenant)} if _has_leavers(tenant) else {})


def _csv(leavers: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _LEAVERS_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(leavers)
    return text.getvalue()


def _sign_in(folder: Path, slug: str, own: Credentials, kind: CredentialKind) -> dict[str, str]:
    password, secret = variables(slug)
    match kind:
        case CredentialKind.CERTIFICATE:
            return {"certificate": _path(folder, own.certificate), "certificate_password_env": password}
        case CredentialKind.SECRET:
            return {"client_secret_env": secret}
        case CredentialKind.FEDERATED:
            return {"federated_token_file": _path(folder, own.federated_token_file)}


def _apps(folder: Path, tenant: SimulatedTenant, own: Credentials, kind: CredentialKind) -> dict[str, Any]:
    """Return the app that asks the SharePoint admin site, which takes certificates only."""
    if not tenant.config.get(_SHAREPOINT_ADMIN) or kind is CredentialKind.CERTIFICATE:
        return {}
    by_certificate = _sign_in(folder, tenant.slug, own, CredentialKind.CERTIFICATE)
    apps = tenant.config.get("apps", {})
    return {"apps": {_SHAREPOINT_ADMIN: {"client_id": own.client_id, **by_certificate}, **apps}}


def _hosts(folder: Path, hosts: HostAddresses) -> dict[str, Any]:
    table: dict[str, Any] = {"login": hosts.login, "graph": hosts.graph}
    optional = {"exchange": hosts.exchange, "sharepoint_admin": hosts.sharepoint_admin, "dns": hosts.dns}
    table |= {name: address for name, address in optional.items() if address}
    return table | {"ca_file": _path(folder, hosts.ca_file), "clock_speed": hosts.clock_speed}


def _path(folder: Path, path: Path) -> str:
    """Return a path relative to the configuration where it stands below it."""
    resolved, home = path.resolve(), folder.resolve()
    return (resolved.relative_to(home) if resolved.is_relative_to(home) else resolved).as_posix()


def _table(name: str, values: Mapping[str, Any]) -> list[str]:
    """Return a TOML table: its values first, then its tables and arrays of tables."""
    lines = [f"[{name}]"]
    lines += [f"{_key(key)} = {_value(value)}" for key, value in values.items() if not _is_table(value)]
    for key, value in values.items():
        if isinstance(value, Mapping):
            lines += ["", *_table(f"{name}.{_key(key)}", value)]
        elif _is_table(value):
            for entry in value:
                lines += ["", f"[{_table(f'{name}.{_key(key)}', entry)[0]}]", *_table("", entry)[1:]]
    return lines


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and bool(value) and isinstance(value[0], Mapping))


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else json.dumps(key)


def _value(value: object) -> str:
    if isinstance(value, str) and _DATE.fullmatch(value):
        return value
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)
