"""Sign-ins as Azure Monitor has them: archived to a storage account, streamed, or queried from a workspace."""

from collections.abc import Mapping
from typing import Any, Final

from scanner.imports.fields import Record, folded, is_guid, is_void, unpacked

_SIGN_INS: Final[Mapping[str, str]] = {
    "signinlogs": "interactiveUser",
    "noninteractiveusersigninlogs": "nonInteractiveUser",
    "aadnoninteractiveusersigninlogs": "nonInteractiveUser",
    "serviceprincipalsigninlogs": "servicePrincipal",
    "aadserviceprincipalsigninlogs": "servicePrincipal",
    "managedidentitysigninlogs": "managedIdentity",
    "aadmanagedidentitysigninlogs": "managedIdentity",
}
"""Category or table to Graph's kind of sign-in."""
_RENAMED: Final = {
    "resourceidentity": "resourceid",
    "conditionalaccesspolicies": "appliedconditionalaccesspolicies",
    "calleripaddress": "ipaddress",
    "useridentity": "userprincipalname",
}
"""Azure Monitor's name to Graph's, where they differ by more than case."""
_TIMES: Final = ("createddatetime", "timegenerated", "time")


def is_of_azure_monitor(record: Record) -> bool:
    """Whether a record is of Azure Monitor, be it a sign-in or not."""
    return ("category" in record and ("properties" in record or "resulttype" in record)) or "timegenerated" in record


def is_sign_in(record: Record) -> bool:
    """Whether a record of Azure Monitor is a sign-in."""
    return _kind(record) is not None or ("resulttype" in record and "appid" in record)


def as_graph(record: Record) -> Record:
    """Return a sign-in with Graph's names in lower case; what only Azure Monitor says is put where Graph has it."""
    inner = unpacked(record.get("properties"))
    outer = {name: value for name, value in record.items() if name != "properties"}
    flat = {**outer, **(folded(inner) if isinstance(inner, Mapping) else {})}
    found = {name: value for name, value in flat.items() if name not in _RENAMED}
    for theirs, ours in _RENAMED.items():
        if is_void(found.get(ours)) and theirs in flat:
            found[ours] = flat[theirs]
    found["createddatetime"] = next((flat[name] for name in _TIMES if flat.get(name)), None)
    found["status"] = _status(flat)
    found["location"] = _location(flat)
    kind = _kind(record)
    if kind is not None and not flat.get("signineventtypes"):
        found["signineventtypes"] = [kind]
    if kind in {"interactiveUser", "nonInteractiveUser"} and is_void(flat.get("isinteractive")):
        found["isinteractive"] = kind == "interactiveUser"
    return found


def tenant_of(record: Record) -> str | None:
    """Return the tenant of which a record says it is; None where it does not say.

    A workspace has an id too, which its tables call `TenantId`: only what surely is the directory's counts.
    """
    candidates = [record.get("aadtenantid"), record.get("tenantid") if "properties" in record else None]
    return next((str(value).casefold() for value in candidates if is_guid(value)), None)


def _kind(record: Record) -> str | None:
    named = (record.get("category"), record.get("type"))
    return next((_SIGN_INS[str(name).casefold()] for name in named if str(name).casefold() in _SIGN_INS), None)


def _status(flat: Record) -> dict[str, Any]:
    """Return what became of the sign-in: codes outside the status are texts, and the only ones of some tables."""
    status = unpacked(flat.get("status"))
    told = folded(status) if isinstance(status, Mapping) else {}
    code, reason = told.get("errorcode"), told.get("failurereason")
    return {
        **told,
        "errorcode": flat.get("resulttype") if is_void(code) else code,
        "failurereason": reason or flat.get("resultdescription"),
    }


def _location(flat: Record) -> object:
    """Return where it came from; tables of a workspace have the country beside the details."""
    for name in ("locationdetails", "location"):
        details = unpacked(flat.get(name))
        if isinstance(details, Mapping) and details:
            return details
    country = flat.get("location")
    return {"countryorregion": country} if isinstance(country, str) and country else None
