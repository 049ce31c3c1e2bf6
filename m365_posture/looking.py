"""Looking at signals: which tenant a message speaks of, and what is known about a story."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from checks.signins.detections import UNITS
from m365_posture.config import ConfigError, TenantConfig
from m365_posture.config_file import Configuration
from m365_posture.keys import TENANT_KEY_FILE, KeyUnusable, MasterKey, TenantKey
from m365_posture.tenant_data import TenantData
from scanner.snapshot.manifest import SCANS
from store import findings
from store.findings import FOLDER
from store.signalled import Signal
from store.signals import Signals
from store.stories import Story, stories_of

_SHORTEST_ID: Final = 4
_GONE: Final = "The findings it was told in were removed, so its timeline is gone."


def tenant_called(configuration: Configuration, named: str, master: MasterKey) -> TenantConfig:
    """Return the tenant with this name in the configuration or this reference code.

    Raises:
        ConfigError: There is none; names the nearest.
    """
    if named in configuration.tenants:
        return configuration.tenants[named]
    code = named.lower()
    for tenant in configuration.tenants.values():
        if code == (tenant.reference or _code_of_key(tenant, master)).lower():
            return tenant
    return configuration.tenant(named)


def tenants_to_send_for(configuration: Configuration) -> list[TenantConfig]:
    """Return the tenants that were scanned and have somebody to tell."""
    return [
        tenant
        for tenant in configuration.tenants.values()
        if tenant.notify_env and (tenant.folder / TENANT_KEY_FILE).exists()
    ]


def found(data: TenantData, story: str) -> Signal:
    """Return the signal with this id, or the only one whose id begins so.

    Raises:
        ConfigError: There is none, or more than one.
    """
    kept = _kept(data)
    beginning = [one for one in kept if one.story.startswith(story) or one.current.startswith(story)]
    hits = (
        [one for one in kept if one.story == story]
        or [one for one in kept if one.current == story]
        or (beginning if len(story) >= _SHORTEST_ID else [])
    )
    if len(hits) == 1:
        return hits[0]
    problem = f"{len(hits)} stories begin with" if hits else "there is no story"
    slug = data.tenant.slug
    raise ConfigError(f"`{slug}`: {problem} `{story}`: take an id from `m365-posture signals list {slug} --all`.")


def story_of(data: TenantData, signal: Signal) -> Story | None:
    """Return a signal's story as it was last judged, None where the findings are no longer kept.

    Raises:
        SnapshotError, StoreUnusable: The findings are there and unusable.
    """
    return _stories(data, signal).get(signal.current)


def listed(data: TenantData, *, every: bool) -> list[dict[str, Any]]:
    """Return one row for each signal, the newest first.

    Args:
        data: The tenant's.
        every: Acknowledged ones too.
    """
    known: dict[str, dict[str, Story]] = {}
    rows = []
    for signal in _kept(data):
        if every or not signal.is_acknowledged:
            if signal.evaluation_id not in known:
                known[signal.evaluation_id] = _stories(data, signal)
            rows.append(summary_row(signal, known[signal.evaluation_id].get(signal.current)))
    return rows


def summary_row(signal: Signal, story: Story | None) -> dict[str, Any]:
    """Return what there is to say about a signal in one row of JSON values."""
    last = signal.acknowledgements[-1] if signal.acknowledgements else None
    return {
        "story": signal.story,
        "level": signal.level,
        "score": story and story.score,
        "began": _shown(signal.began),
        "ended": _shown(signal.ended),
        "user_id": story and story.user_id,
        "name": story and story.name,
        "user_principal_name": story and story.user_principal_name,
        "source": story and story.source,
        "families": list(story.families) if story else [],
        "detections": list(dict.fromkeys(_detection_ids(story))) if story else [],
        "state": signal.state,
        "sent_at": _shown(signal.sent_at),
        "conclusion": last and last.conclusion.value,
        "by": last and last.by,
        "at": _shown(last.at) if last else None,
        "note": last and last.note,
        "conclusions": [
            {"conclusion": one.conclusion.value, "by": one.by, "at": _shown(one.at), "note": one.note}
            for one in signal.acknowledgements
        ],
    }


def timeline_rows(story: Story) -> list[dict[str, Any]]:
    """Return the moments of a story in order, each detection with its title."""
    titles = {unit.id: unit.title for unit in UNITS}
    return [
        {**entry, "detail": titles.get(entry["unit"] or "") or ", ".join(map(str, (entry.get("args") or {}).values()))}
        for entry in story.timeline
    ]


def sentences(signal: Signal, story: Story | None) -> Iterator[str]:
    """Yield what there is to say about a signal besides its timeline."""
    who = (story.name or story.user_principal_name or story.source or "nobody named") if story else "not known any more"
    yield f"{signal.story}: level {signal.level}, {signal.state}; {who}."
    yield f"From {_shown(signal.began)} to {_shown(signal.ended)}, seen in scan {signal.scan_id}."
    yield f"Sent {_shown(signal.sent_at)}." if signal.sent_at else "Not sent."
    for one in signal.acknowledgements:
        yield f"{_shown(one.at)} {one.by}: {one.conclusion.value}{f' ({one.note})' if one.note else ''}."
    if story is None:
        yield _GONE


def _kept(data: TenantData) -> list[Signal]:
    with data.decisions() as decisions:
        return Signals(decisions).all()


def _stories(data: TenantData, signal: Signal) -> dict[str, Story]:
    path = data.folder / SCANS / signal.scan_id / FOLDER / f"{signal.evaluation_id}.parquet"
    if not path.exists():
        return {}
    return {story.id: story for story in stories_of(findings.load(path, data.vault))}


def _detection_ids(story: Story) -> Iterator[str]:
    for one in story.detections:
        yield str(one["unit"])


def _shown(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def _code_of_key(tenant: TenantConfig, master: MasterKey) -> str:
    """Return the code of a tenant's own key; "" for a tenant that was never scanned or has another master key."""
    if not (tenant.folder / TENANT_KEY_FILE).exists():
        return ""
    try:
        return TenantKey.open(tenant.folder, master).reference()
    except KeyUnusable:
        return ""
