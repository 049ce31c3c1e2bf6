"""What a collector says of its table, in the ledger's terms."""

import json
from datetime import UTC, datetime

import pytest

from scanner.collectors.mail import as_addresses
from scanner.collectors.results import (
    Failure,
    Result,
    document_of,
    result_of_document,
    result_of_error,
    result_of_objects,
)
from scanner.collectors.rows import Unexpected
from scanner.collectors.states import group_coverage
from scanner.snapshot.ledger import Basis, GroupCoverage, TableState
from scanner.transport.errors import (
    AuthenticationFailed,
    Denied,
    Malformed,
    NotFound,
    ReadError,
    RequestRefused,
    Throttled,
    Unavailable,
    Unlicensed,
)

WHERE = "v1.0/things"
DENIED = Denied(WHERE, 403, "ErrorAccessDenied", permission="Things.Read")
BROKEN = Unavailable(WHERE, 503, "unavailable")


@pytest.mark.parametrize(
    ("error", "state", "reason", "mend"),
    [
        (DENIED, "denied", "ErrorAccessDenied", "grant:Things.Read"),
        (Unlicensed(WHERE, 403, "NoPremium", plan="AAD_PREMIUM"), "unlicensed", "NoPremium", "license:AAD_PREMIUM"),
        (NotFound(WHERE, 404), "failed", "not_found", "rescan"),
        (Throttled(WHERE, 429, "TooManyRequests"), "failed", "TooManyRequests", "rescan"),
        (BROKEN, "failed", "unavailable", "rescan"),
        (Malformed(WHERE, code="not_json"), "failed", "not_json", "rescan"),
        (RequestRefused(WHERE, code="foreign_continuation"), "failed", "refused", "rescan"),
    ],
)
def test_an_error_before_the_first_row_decides_the_line_of_the_ledger(
    error: ReadError, state: str, reason: str, mend: str
) -> None:
    result = result_of_error(error)

    assert (result.state, result.reason, result.mend) == (state, reason, mend)
    assert group_coverage(error) == GroupCoverage(TableState(state), reason, mend)


def test_a_code_that_is_a_sentence_never_reaches_the_ledger() -> None:
    error = Unavailable(WHERE, 500, "Mailbox of Jan Peeters is on fire")

    assert result_of_error(error).reason == "unavailable"


def test_a_lost_sign_in_is_no_line_of_the_ledger() -> None:
    lost = AuthenticationFailed("login", 401, "invalid_client")

    with pytest.raises(AuthenticationFailed):
        result_of_error(lost)
    with pytest.raises(AuthenticationFailed):
        Failure.of("mailbox", lost)


def failures(*errors: ReadError) -> list[Failure]:
    return [Failure.of(f"object-{number}", error) for number, error in enumerate(errors)]


@pytest.mark.parametrize(
    ("read", "errors", "state"),
    [
        (3, [], "complete"),
        (0, [], "complete"),
        (3, [DENIED], "partial"),
        (3, [BROKEN, DENIED], "partial"),
        (0, [DENIED, DENIED], "denied"),
        (0, [DENIED, BROKEN], "failed"),
        (0, [BROKEN], "failed"),
    ],
)
def test_a_table_read_object_by_object_counts_what_it_missed(read: int, errors: list[ReadError], state: str) -> None:
    result = result_of_objects(read, failures(*errors))

    assert result.state == state
    assert (result.objects_expected, result.objects_read, result.objects_failed) == (
        read + len(errors),
        read,
        len(errors),
    )


def test_true_rows_of_objects_that_failed_make_a_table_partial() -> None:
    assert result_of_objects(0, failures(BROKEN), has_rows=True).state is TableState.PARTIAL


def test_a_listing_counts_no_objects() -> None:
    assert (Result().objects_expected, Result().objects_failed) == (None, None)


def test_a_result_survives_the_journal() -> None:
    result = Result(
        TableState.PARTIAL,
        Basis.INCREMENTAL,
        "throttled",
        "rescan",
        groups={"beta_properties": GroupCoverage(TableState.FAILED, "not_found", "rescan")},
        objects_read=2,
        failures=tuple(failures(DENIED, BROKEN)),
        newest_event=datetime(2026, 11, 16, 6, 0, 0, 123456, UTC),
    )

    assert result_of_document(json.loads(json.dumps(document_of(result)))) == result
    assert result_of_document(json.loads(json.dumps(document_of(Result())))) == Result()


def test_recipients_become_addresses_and_one_without_address_stays() -> None:
    recipients = [{"emailAddress": {"name": "A", "address": "a@x.example"}}, {"emailAddress": {"name": "B"}}, {}]

    assert as_addresses([recipients, [], None]) == [["a@x.example", None, None], [], None]


@pytest.mark.parametrize(
    "recipients",
    ["a@x.example", ["a@x.example"], [{"emailAddress": "a@x.example"}], [{"emailAddress": {"address": 1}}]],
)
def test_recipients_of_another_shape_are_refused(recipients: object) -> None:
    with pytest.raises(Unexpected):
        as_addresses([recipients])
