"""What people registered is read from the best source that the licences allow, and telephone numbers never stay."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from simulated_scans import Office, an_office

from scanner.collectors.catalogue import COLLECTORS
from scanner.transport.templates import Workload
from simulator.faults import Fault, FaultKind
from simulator.tenants import blank_tenant

PHONE = "+32 470 00 00 00"


def a_user(number: int, **properties: object) -> dict[str, Any]:
    names = {"id": f"u{number}", "userPrincipalName": f"u{number}@kantoor.example", "userType": "Member"}
    return {**names, "accountEnabled": True, **properties}


def a_method(kind: str, **properties: object) -> dict[str, Any]:
    return {"@odata.type": f"#microsoft.graph.{kind}AuthenticationMethod", "id": f"m-{kind}", **properties}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    tenant = blank_tenant("kantoor")
    tenant.users += [
        *(a_user(number) for number in range(1, 7)),
        a_user(7, accountEnabled=False),
        a_user(8, userType="Guest"),
    ]
    tenant.registration_details.append(
        {"id": "u1", "isMfaCapable": True, "userType": "member", "methodsRegistered": ["mobilePhone", "somethingNew"]}
    )
    tenant.authentication_methods |= {
        "u1": [a_method("phone", phoneNumber=PHONE, phoneType="mobile"), a_method("password")],
        "u7": [a_method("password")],
    }
    tenant.per_user_mfa["u1"] = "enforced"
    with an_office(tenant, tmp_path, packs=["base"]) as small:
        yield small


def test_with_a_licence_the_report_is_read_and_nobody_is_asked_one_by_one(office: Office) -> None:
    snapshot = office.scan(only=["authentication"])

    [row] = snapshot.rows("registration_details")
    assert (row["is_mfa_capable"], row["methods_registered"]) == (True, ["mobilePhone", "somethingNew"])
    assert row["is_admin"] is None
    lesser = snapshot.coverage("authentication_methods")
    assert (lesser.state, lesser.reason) == ("skipped", "instead:registration_details")
    assert not [path for path in office.asked() if path.endswith("authentication/methods")]


def test_without_a_licence_each_member_is_asked_and_the_ledger_names_the_lesser_source(office: Office) -> None:
    office.tenant.service_plans.clear()

    snapshot = office.scan(only=["authentication"])

    assert snapshot.coverage("registration_details").mend == "license:AAD_PREMIUM"
    lesser = snapshot.coverage("authentication_methods")
    assert (lesser.state, lesser.reason, lesser.objects_read) == ("complete", "lesser_source", 6)
    assert {(row["user_id"], row["method_type"]) for row in snapshot.rows("authentication_methods")} == {
        ("u1", "#microsoft.graph.phoneAuthenticationMethod"),
        ("u1", "#microsoft.graph.passwordAuthenticationMethod"),
    }
    assert PHONE not in str(snapshot.rows("authentication_methods"))


def test_a_batch_is_never_larger_than_the_budget_of_what_it_asks(office: Office) -> None:
    office.tenant.service_plans.clear()

    coverage = office.scan(only=["authentication"]).coverage("authentication_methods")

    batches: dict[str, int] = {}
    for request in office.simulator.requests:
        if request.batch_id and request.path.endswith("authentication/methods"):
            batches[request.batch_id] = batches.get(request.batch_id, 0) + 1
    assert sum(batches.values()) == 6
    assert max(batches.values()) <= 5
    assert coverage.throttled == 0


def test_somebody_who_cannot_be_read_is_named(office: Office) -> None:
    office.tenant.service_plans.clear()
    office.simulator.faults.add(Fault(FaultKind.FORBIDDEN, "v1.0/users/u2/authentication/*", times=None, in_batch=True))

    snapshot = office.scan(only=["authentication"])

    coverage = snapshot.coverage("authentication_methods")
    assert (coverage.state, coverage.objects_failed) == ("partial", 1)
    assert coverage.mend == "grant:UserAuthenticationMethod.Read.All"
    assert [row["object_id"] for row in snapshot.rows("unread_objects")] == ["u2"]


def test_a_report_that_is_refused_is_not_replaced_by_the_lesser_source(office: Office) -> None:
    office.tenant.revoke("AuditLog.Read.All")

    snapshot = office.scan(only=["authentication"])

    lesser = snapshot.coverage("authentication_methods")
    assert (lesser.state, lesser.mend) == ("skipped", "grant:AuditLog.Read.All")


def test_the_switch_of_every_enabled_account_is_read_last_of_the_directory(office: Office) -> None:
    snapshot = office.scan()

    states = {row["id"]: row["per_user_mfa_state"] for row in snapshot.rows("per_user_mfa")}
    assert states == {"u1": "enforced", **dict.fromkeys([f"u{n}" for n in (2, 3, 4, 5, 6, 8)], "disabled")}
    asked = office.asked()
    first = next(place for place, path in enumerate(asked) if path.endswith("authentication/requirements"))
    declared = [template for collector in COLLECTORS for template in collector.templates]
    directory = {template.endpoint for template in declared if template.workload is Workload.IDENTITY}
    assert directory & set(asked[:first]) >= {"v1.0/users", "v1.0/groups", "v1.0/servicePrincipals"}
    assert directory & set(asked[first:]) == set()
    assert [collector.table.name for collector in COLLECTORS if collector.is_last] == ["per_user_mfa"]
