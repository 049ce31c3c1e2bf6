"""One sign-in is one row, whichever log it was exported from; what a row lacks stops nothing."""

import io
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from exports import (
    UTF_16,
    Json,
    SignIn,
    a_file,
    as_archived,
    as_audit,
    as_csv,
    as_exported,
    as_graph,
    as_lines,
    as_queried,
    as_rule_change,
)
from stored_scans import MOMENT, TENANT

from scanner.imports.errors import Damaged, ImportUnusable, NotALog
from scanner.imports.json_text import values
from scanner.imports.records import Scope, rows_of_file
from scanner.imports.tally import Skipped

ONE, TWO = SignIn(1), SignIn(2, code=50126, address="2001:db8::7")
FOREIGN = "12345678-1111-4222-8333-123456789012"


def a_scope() -> Scope:
    return Scope(TENANT, MOMENT - timedelta(days=90), MOMENT)


def read(path: Path, scope: Scope | None = None) -> list[Json]:
    return [row for _, row in rows_of_file(path, scope or a_scope())]


def core(row: Json) -> tuple[Any, ...]:
    """Return what each log tells of a sign-in."""
    names = ("id", "created_date_time", "user_id", "user_principal_name", "ip_address", "error_code")
    return tuple(row[name] for name in names)


def expected(sign_in: SignIn) -> tuple[Any, ...]:
    at = sign_in.at.replace(microsecond=0)
    return sign_in.id, at, sign_in.user_id, sign_in.user.lower(), sign_in.address, sign_in.code


def flat(sign_in: SignIn, time: str = "") -> Json:
    """Return a row of a workspace's table as the portal exports it to CSV."""
    row = as_queried(sign_in)
    row["TimeGenerated [UTC]"] = time or f"{sign_in.at:%m/%d/%Y, %I:%M:%S.000 %p}"
    del row["TimeGenerated"]
    return row


PAGE = {"@odata.context": "https://graph.example/$metadata", "value": [as_graph(ONE), as_graph(TWO)], "last": [1]}
QUERY = {
    "tables": [
        {
            "name": "PrimaryResult",
            "columns": [{"name": name, "type": "string"} for name in as_queried(ONE)],
            "rows": [list(as_queried(each).values()) for each in (ONE, TWO)],
        }
    ]
}
FORMS: dict[str, object] = {
    "a list of Graph's": [as_graph(ONE), as_graph(TWO)],
    "a page of Graph's": PAGE,
    "Graph's objects, one per line": as_lines([as_graph(ONE), as_graph(TWO)]),
    "what Azure Monitor archives": as_lines([as_archived(ONE), as_archived(TWO)]),
    "what Azure Monitor streams": {"records": [as_archived(ONE), as_archived(TWO)]},
    "the answer to a query": QUERY,
    "rows of a workspace": as_lines([as_queried(ONE), as_queried(TWO)]),
    "rows of a workspace as CSV": as_csv([as_queried(ONE), as_queried(TWO)]),
    "rows of a workspace as the portal exports them": as_csv([flat(ONE), flat(TWO)]),
    "events of the unified audit log": [as_audit(ONE), as_audit(TWO)],
    "events as Purview exports them": as_csv([as_exported(as_audit(ONE)), as_exported(as_audit(TWO))]),
    "events as PowerShell returns them": as_lines([as_exported(as_audit(ONE)), as_exported(as_audit(TWO))]),
    "a spreadsheet's semicolons": as_csv([as_exported(as_audit(ONE)), as_exported(as_audit(TWO))], ";"),
    "names in lower case": [{name.lower(): value for name, value in as_audit(each).items()} for each in (ONE, TWO)],
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_each_form_gives_the_same_two_sign_ins(content: object, tmp_path: Path) -> None:
    scope = a_scope()

    rows = read(a_file(tmp_path, "log", content), scope)

    assert [core(row) for row in rows] == [expected(ONE), expected(TWO)]
    assert not scope.tally.skipped
    assert not scope.tally.malformed


@pytest.mark.parametrize("name", ["log.json", "log.json.gz"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", UTF_16])
def test_files_are_read_packed_or_not_and_with_or_without_a_byte_order_mark(
    name: str, encoding: str, tmp_path: Path
) -> None:
    rows = read(a_file(tmp_path, name, as_lines([as_graph(ONE, userDisplayName="Zoë")]), encoding))

    assert [row["user_display_name"] for row in rows] == ["Zoë"]


@pytest.mark.parametrize("chunk", [1, 7, 100, 5000])
def test_objects_are_found_whatever_is_read_at_a_time(chunk: int) -> None:
    many = [as_graph(SignIn(number)) for number in range(8)]
    pages = [{"@odata.count": "8", "value": many[:5], "more": 12}, {"value": many[5:]}]
    spread = "\n\n".join(json.dumps(page, indent=2) for page in pages)

    for text in (
        json.dumps(many),
        as_lines(many),
        as_lines(pages),
        as_lines([many]),
        spread,
        json.dumps(many, indent=1),
    ):
        assert list(values(io.StringIO(text), chunk)) == many


def test_what_azure_monitor_keeps_in_texts_is_unpacked(tmp_path: Path) -> None:
    [row] = read(a_file(tmp_path, "log", as_lines([as_queried(ONE)])))

    assert (row["city"], row["country_or_region"], row["latitude"]) == ("Gent", "BE", 51.05)
    assert (row["device_operating_system"], row["device_is_compliant"]) == ("Windows10", False)
    assert (row["is_interactive"], row["sign_in_event_types"]) == (False, ["nonInteractiveUser"])
    assert row["authentication_details"] == '[{"authenticationMethod":"Password","succeeded":true}]'
    assert (row["autonomous_system_number"], row["failure_reason"]) == (64500, "Other.")


def test_the_country_beside_absent_details_is_a_place_too(tmp_path: Path) -> None:
    bare = {name: value for name, value in as_queried(ONE).items() if name not in {"LocationDetails", "Status"}}

    [row] = read(a_file(tmp_path, "log", as_lines([bare])))

    assert (row["country_or_region"], row["city"], row["error_code"]) == ("BE", None, 0)


def test_the_unified_audit_log_tells_device_session_and_kind_of_request(tmp_path: Path) -> None:
    [row] = read(a_file(tmp_path, "log", [as_audit(ONE)]))

    assert row["session_id"] == "55555555-1111-4222-8333-000000000001"
    assert (row["device_operating_system"], row["device_is_managed"]) == ("Windows10", False)
    assert row["additional_details"] == "requestType:Login:login"
    assert row["resource_id"] == "00000003-0000-0000-c000-000000000000"
    assert (row["city"], row["client_app_used"], row["is_interactive"]) == (None, None, None)


def test_an_event_without_the_id_of_its_request_keeps_its_own(tmp_path: Path) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"

    rows = read(a_file(tmp_path, "log", [as_audit(ONE, IntraSystemId=""), as_audit(TWO, IntraSystemId=nobody)]))

    assert [row["id"][:8] for row in rows] == ["77777777", "77777777"]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"ErrorNumber": "50126"}, 50126),
        ({"ErrorNumber": None, "LogonError": "UserDisabled"}, 50057),
        ({"ErrorNumber": "", "LogonError": "SomethingNew"}, None),
        ({"ErrorNumber": "", "Operation": "UserLoggedIn"}, 0),
    ],
)
def test_an_error_is_told_by_number_or_by_name_or_not_known(told: Json, code: int | None, tmp_path: Path) -> None:
    [row] = read(a_file(tmp_path, "log", [as_audit(TWO, **told)]))

    assert row["error_code"] == code


def test_somebody_whom_the_log_does_not_know_has_no_name(tmp_path: Path) -> None:
    unknown = as_audit(ONE, UserId="Not Available", UserKey="Not Available", Actor=[])

    [row] = read(a_file(tmp_path, "log", [unknown]))

    assert (row["user_id"], row["user_principal_name"]) == (None, None)


def test_changes_of_inbox_rules_and_forwarding_are_kept_with_their_time(tmp_path: Path) -> None:
    forwarding = as_rule_change(
        2, Operation="Set-Mailbox", Parameters=[{"Name": "ForwardingSmtpAddress", "Value": "x"}]
    )
    other = as_rule_change(3, Operation="Set-Mailbox", Parameters=[{"Name": "Languages", "Value": "nl"}])
    scope = a_scope()

    rows = read(a_file(tmp_path, "log", [as_rule_change(1), forwarding, other]), scope)

    assert [row["operation"] for row in rows] == ["New-InboxRule", "Set-Mailbox"]
    rule = rows[0]
    assert (rule["user_id"], rule["client_ip"], rule["rule_name"]) == (
        "an.peeters@peeters.example",
        "2001:db8::7",
        "..",
    )
    assert rule["creation_time"] == MOMENT - timedelta(hours=20)
    assert '"ForwardTo":"elsewhere@mail.example"' in rule["parameters"]
    assert scope.tally.skipped == Counter({Skipped.OTHER_EVENT: 1})


LEFT_OUT: dict[Skipped, object] = {
    Skipped.NO_ID: as_graph(ONE, id=None),
    Skipped.NO_TIME: as_graph(ONE, createdDateTime="yesterday"),
    Skipped.TOO_OLD: as_graph(ONE.later(days=-100)),
    Skipped.TOO_NEW: as_graph(ONE, createdDateTime="2999-01-01T00:00:00Z"),
    Skipped.OTHER_TENANT: as_graph(ONE, homeTenantId=FOREIGN, resourceTenantId=FOREIGN),
    Skipped.OTHER_EVENT: as_audit(ONE, Operation="FileAccessed"),
    Skipped.UNKNOWN: {"something": "else"},
}


@pytest.mark.parametrize("reason", Skipped)
def test_a_record_that_is_left_out_is_counted_under_its_reason(reason: Skipped, tmp_path: Path) -> None:
    scope = a_scope()

    rows = read(a_file(tmp_path, "log", as_lines([as_graph(TWO), LEFT_OUT[reason]])), scope)

    assert [row["id"] for row in rows] == [TWO.id]
    assert scope.tally.skipped == Counter({reason: 1})
    assert scope.tally.records == 2


@pytest.mark.parametrize(
    "record",
    [
        as_audit(ONE, OrganizationId=FOREIGN),
        {**as_archived(ONE), "tenantId": FOREIGN},
        {**as_queried(ONE), "AADTenantId": FOREIGN},
    ],
)
def test_rows_of_another_tenant_stay_out_whichever_log_they_come_from(record: Json, tmp_path: Path) -> None:
    scope = a_scope()

    assert read(a_file(tmp_path, "log", as_lines([record])), scope) == []
    assert scope.tally.skipped == Counter({Skipped.OTHER_TENANT: 1})


def test_a_guest_of_ours_elsewhere_is_ours(tmp_path: Path) -> None:
    assert read(a_file(tmp_path, "log", [as_graph(ONE, resourceTenantId=FOREIGN)]))


def test_a_line_that_is_no_json_costs_that_line_only(tmp_path: Path) -> None:
    scope = a_scope()

    rows = read(a_file(tmp_path, "log", f"{as_lines([as_graph(ONE)])}{{half a li\n{as_lines([as_graph(TWO)])}"), scope)

    assert [row["id"] for row in rows] == [ONE.id, TWO.id]
    assert scope.tally.skipped == Counter({Skipped.UNKNOWN: 1})


def test_a_value_that_fits_no_way_is_not_known_and_its_column_is_named(tmp_path: Path) -> None:
    scope, odd = (
        a_scope(),
        as_graph(ONE, isInteractive="perhaps", status={"errorCode": "fifty"}, location=[1], appId=[]),
    )

    [row] = read(a_file(tmp_path, "log", as_lines([odd])), scope)

    assert (row["is_interactive"], row["error_code"], row["city"]) == (None, None, None)
    assert scope.tally.malformed.keys() == {"is_interactive", "error_code"}


@pytest.mark.parametrize("content", ["", "a;b\n1;2\n", "Just a letter.", '{"a": 1}', "[1, 2]", "null", "<xml/>"])
def test_a_file_that_is_no_log_gets_one_sentence_with_its_name(content: str, tmp_path: Path) -> None:
    with pytest.raises(NotALog, match=r"^letter\.txt is no sign-in log in a known form: export it as [^\n]*\.$"):
        read(a_file(tmp_path, "letter.txt", content))


def test_a_file_that_ends_early_is_damaged(tmp_path: Path) -> None:
    whole = a_file(tmp_path, "log.json", [as_graph(ONE), as_graph(TWO)]).read_bytes()
    packed = a_file(tmp_path, "log.gz", as_lines([as_graph(SignIn(n)) for n in range(50)])).read_bytes()
    for name, content in {
        "cut.json": whole[:-20],
        "cut.gz": packed[:-20],
        "bytes.json": b'{"a": "\xff\xfe\xfa"}\n',
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Damaged, match=rf"^{name} .*: export it again; nothing was imported\.$"):
            read(tmp_path / name)


def test_a_file_that_is_nested_too_deeply_is_damaged(tmp_path: Path) -> None:
    nested = f'[{json.dumps(as_graph(ONE))[:-1]}, "authenticationDetails": {"[" * 100_000}{"]" * 100_000}}}]'

    with pytest.raises(Damaged, match=r"^deep\.json [^\n]*: export it again; nothing was imported\.$"):
        read(a_file(tmp_path, "deep.json", nested))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportUnusable, match="cannot be read"):
        read(tmp_path / "nowhere.csv")
