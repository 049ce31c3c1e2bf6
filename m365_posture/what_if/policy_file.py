"""A Conditional Access policy from a file, as Graph and its export tools write one."""

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from m365_posture.config import ConfigError
from m365_posture.toml_section import nearest
from m365_posture.what_if.policy_shape import (
    CONDITIONS_UNSET,
    CONTROLS_UNSET,
    INSIDE_UNSET,
    POLICY,
    REQUIRED,
    Members,
    Words,
)

Json = dict[str, Any]

_TYPE: Final = "#microsoft.graph.conditionalAccessPolicy"
_STRENGTH: Final = "authenticationStrength"
_BIND: Final = f"{_STRENGTH}@odata.bind"


def read_policy(path: Path) -> Json:
    """Return the policy of a file, with every member that Graph would show of it.

    UTF-8 and UTF-16 are read, with or without byte order mark. Members that the file leaves out are unset, as they
    would be in a policy that is made from it; `id` may be missing.

    Raises:
        ConfigError: There is no such file, or it holds no policy that Graph would take; the sentence says why.

    Source:
        https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy
    """
    policy = _object(path)
    _demand_policy(path, policy)
    _demand_members(path, "", policy, POLICY)
    for place, names in REQUIRED.items():
        _demand_present(path, place, policy.get(place) if place else policy, names)
    _demand_controls(path, policy)
    return _complete(policy)


def _object(path: Path) -> Json:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist.") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}).") from error
    try:
        found = json.loads(content.decode(json.detect_encoding(content)))
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not JSON: {_where(error)}.") from error
    if isinstance(found, dict) and isinstance(found.get("value"), list):
        found = found["value"]
    if isinstance(found, list):
        raise _mistake(path, "it holds a list; write each policy to a file of its own, as an object.")
    if not isinstance(found, dict):
        raise _mistake(path, "a policy is an object in braces.")
    return found


def _where(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} in line {error.lineno}" if error.doc.strip() else "it is empty"
    return "it is nested too deep" if isinstance(error, RecursionError) else "it is no text in UTF-8 or UTF-16"


def _demand_policy(path: Path, found: Json) -> None:
    kind = found.get("@odata.type", _TYPE)
    if kind != _TYPE:
        raise _mistake(path, f"it is a {str(kind).rpartition('.')[2]}, not a Conditional Access policy.")
    if "conditions" not in found:
        raise _mistake(path, "it is no Conditional Access policy: `conditions` is missing.")


def _demand_members(path: Path, place: str, value: Json, known: Members) -> None:
    for name, member in value.items():
        # OData's annotations and actions, and what is not set, say nothing of the policy
        if "@" in name or name.startswith("#") or member is None:
            continue
        where = f"{place}.{name}" if place else name
        if name not in known:
            suggestion = nearest(name, known) or f"; known are {', '.join(sorted(known))}."
            raise _mistake(path, f"`{where}` is no member of a Conditional Access policy{suggestion}")
        _demand_kind(path, where, member, known[name])


def _demand_controls(path: Path, policy: Json) -> None:
    grant, session = policy.get("grantControls"), policy.get("sessionControls")
    if not grant and not session:
        raise _mistake(path, "neither `grantControls` nor `sessionControls` is set: such a policy does nothing.")
    if not _sets_anything(session, {}) and not _sets_anything(grant, {"operator"}):
        raise _mistake(path, "its `grantControls` and `sessionControls` hold no control: such a policy does nothing.")


def _sets_anything(controls: Json | None, besides: Collection[str]) -> bool:
    """Whether controls hold one; annotations are none, but an address may bind one."""
    return any(
        value not in (None, [], {}) and name not in besides and ("@" not in name or name == _BIND)
        for name, value in (controls or {}).items()
    )


def _demand_kind(path: Path, where: str, value: object, kind: object) -> None:
    if isinstance(kind, Mapping) or kind == "object":
        if not isinstance(value, dict):
            raise _mistake(path, f"`{where}` must be an object in braces.")
        if isinstance(kind, Mapping):
            _demand_members(path, where, value, kind)
        return
    is_list = kind == "texts" or (isinstance(kind, Words) and kind.is_list)
    if is_list and not _are_texts(value):
        raise _mistake(path, f"`{where}` must be a list of texts.")
    if kind != "any" and not is_list and not isinstance(value, str):
        raise _mistake(path, f"`{where}` must be text in quotes.")
    if isinstance(kind, Words):
        said = value if isinstance(value, list) else [word.strip() for word in str(value).split(",")]
        _demand_words(path, where, said, kind.words)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _demand_words(path: Path, where: str, values: Iterable[str], words: Iterable[str]) -> None:
    known = sorted(words)
    for value in values:
        if value not in known:
            folded = {word.lower(): word for word in known}
            suggestion = nearest(folded.get(value.lower(), value), known) or f"; known are {', '.join(known)}."
            raise _mistake(path, f"`{where}` holds `{value}`, which Graph does not know{suggestion}")


def _demand_present(path: Path, place: str, value: Json | None, names: Iterable[str]) -> None:
    for name in names:
        if value is not None and not value.get(name):
            raise _mistake(path, f"`{place}.{name}` is missing." if place else f"`{name}` is missing.")


def _complete(policy: Json) -> Json:
    """Return the policy with what Graph shows of what is not set."""
    conditions = _filled(policy["conditions"], CONDITIONS_UNSET)
    conditions |= {name: _filled(conditions[name], unset) for name, unset in INSIDE_UNSET.items() if conditions[name]}
    controls = policy.get("grantControls")
    return {
        "sessionControls": None,
        **policy,
        "conditions": conditions,
        "grantControls": controls and _filled(_bound(controls), CONTROLS_UNSET),
    }


def _filled(given: Json, unset: Mapping[str, Any]) -> Json:
    """Return `given` with the members of `unset` that it lacks, inside its objects too."""
    filled = {name: value for name, value in given.items() if value is not None}
    for name, value in unset.items():
        if isinstance(value, dict) and name in filled:
            filled[name] = _filled(filled[name], value)
        else:
            filled.setdefault(name, value)
    return filled


def _bound(controls: Json) -> Json:
    """Return grant controls whose authentication strength is named as requests may name it: by an address."""
    address = controls.get(_BIND)
    if controls.get(_STRENGTH) or not isinstance(address, str):
        return controls
    return {**controls, _STRENGTH: {"id": address.rstrip("/").rpartition("/")[2].strip("()'")}}


def _mistake(path: Path, problem: str) -> ConfigError:
    return ConfigError(f"{path}: {problem}")
