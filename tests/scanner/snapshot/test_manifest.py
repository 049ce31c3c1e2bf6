"""The manifest tells the ledger's truth, byte for byte the same each time."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.snapshot.ledger import Basis, Coverage, GroupCoverage, TableState
from scanner.snapshot.manifest import (
    EventFile,
    Manifest,
    canonical,
    coverage_document,
    coverage_of,
    hash_of,
    seal_of,
    sealed,
    what_is_sealed,
)

CODES = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=12)
COUNTS = st.integers(0, 10**9)
GROUPS = st.builds(GroupCoverage, state=st.sampled_from(TableState), reason=CODES, mend=CODES)
COVERAGES = st.builds(
    Coverage,
    state=st.sampled_from(TableState),
    basis=st.sampled_from(Basis),
    last_full=st.none() | CODES,
    rows=COUNTS,
    objects_expected=st.none() | COUNTS,
    objects_read=st.none() | COUNTS,
    objects_failed=st.none() | COUNTS,
    reason=CODES,
    mend=CODES,
    requests=COUNTS,
    throttled=COUNTS,
    seconds=st.floats(0, 1e6),
    endpoints=st.lists(CODES, max_size=3).map(tuple),
    groups=st.dictionaries(CODES, GROUPS, max_size=3),
    parts=st.dictionaries(CODES, CODES, max_size=3),
)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
MANIFESTS = st.builds(
    Manifest,
    scan_id=CODES,
    tenant_id=CODES,
    organization_id=CODES,
    started_at=INSTANTS,
    finished_at=INSTANTS,
    scanner=CODES,
    key=CODES,
    schema=st.just("1.0"),
    only=st.none() | st.lists(CODES, max_size=2).map(tuple),
    tables=st.dictionaries(CODES, COVERAGES, max_size=3),
    events=st.dictionaries(
        CODES, st.dictionaries(CODES, st.builds(EventFile, path=CODES, sha256=CODES), max_size=2), max_size=2
    ),
)


def through_json(document: dict[str, object]) -> dict[str, object]:
    back: dict[str, object] = json.loads(json.dumps(document))
    return back


@given(coverage=COVERAGES)
@settings(max_examples=60, deadline=None)
def test_a_ledger_line_comes_back_from_json_as_it_was(coverage: Coverage) -> None:
    assert coverage_of(through_json(coverage_document(coverage))) == coverage


@given(manifest=MANIFESTS)
@settings(max_examples=60, deadline=None)
def test_a_manifest_comes_back_from_its_file_as_it_was(manifest: Manifest) -> None:
    document = json.loads(sealed(manifest.document, "seal"))

    assert Manifest.of(document) == manifest
    assert hash_of(document) == manifest.snapshot_hash
    assert what_is_sealed(document) == manifest.canonical
    assert seal_of(document) == "seal"


@given(manifest=MANIFESTS, data=st.data())
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_tables_were_read_does_not_change_the_hash(manifest: Manifest, data: st.DataObject) -> None:
    names = data.draw(st.permutations(list(manifest.tables)))
    shuffled = replace(manifest, tables={name: manifest.tables[name] for name in names})

    assert canonical(shuffled.document) == canonical(manifest.document)
    assert shuffled.snapshot_hash == manifest.snapshot_hash


@pytest.mark.parametrize("name", [f.name for f in fields(Coverage) if f.name != "state"])
def test_what_an_older_minor_schema_did_not_write_has_its_declared_absence(name: str) -> None:
    document = coverage_document(Coverage(TableState.DENIED))
    document.pop(name)

    assert coverage_of(document) == Coverage(TableState.DENIED)


def test_a_ledger_line_without_state_is_refused() -> None:
    with pytest.raises(KeyError):
        coverage_of({"rows": 3})
