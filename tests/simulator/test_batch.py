"""`$batch`."""

from typing import Any

import pytest
from simulator_client import SignedIn

from simulator.generate import generate_tenant
from simulator.tenants import SimulatedTenant


@pytest.fixture
def tenant() -> SimulatedTenant:
    return generate_tenant(users=30)


def rules_of(user_id: str) -> str:
    return f"/users/{user_id}/mailFolders/inbox/messageRules"


def test_every_part_is_answered_in_another_order(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)
    requests = [
        {"id": str(index), "method": "GET", "url": rules_of(user["id"])} for index, user in enumerate(tenant.users[:20])
    ]

    answer = client.post("v1.0/$batch", {"requests": requests})

    answered = [part["id"] for part in answer.json()["responses"]]
    assert answer.status_code == 200
    assert sorted(answered, key=int) == [request["id"] for request in requests]
    assert answered != sorted(answered, key=int)


def test_parts_fail_by_themselves(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    readable, without_mailbox, closed = (user["id"] for user in tenant.users[:3])
    del tenant.inbox_rules[without_mailbox]
    tenant.inbox_rules[closed] = {"error": "ErrorAccessDenied"}

    parts = signed_in(tenant).batch(*map(rules_of, (readable, without_mailbox, closed, "nobody")))

    outcomes = [(part["status"], part["body"].get("error", {}).get("code")) for _, part in sorted(parts.items())]
    assert outcomes == [
        (200, None),
        (404, "MailboxNotEnabledForRESTAPI"),
        (403, "ErrorAccessDenied"),
        (404, "ErrorInvalidUser"),
    ]


def test_a_part_continues_at_an_absolute_address(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    tenant.page_size = 1
    user_id = next(user_id for user_id, rules in tenant.inbox_rules.items() if len(rules) > 1)
    client = signed_in(tenant)

    link = client.batch(rules_of(user_id))["0"]["body"]["@odata.nextLink"]

    assert link.startswith(f"{client.simulator.hosts.graph}/v1.0/users/{user_id}/")
    assert len(client.get(link).json()["value"]) == 1


def test_each_part_is_counted_and_recorded(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)
    client.batch(*(rules_of(user["id"]) for user in tenant.users[:3]))

    *parts, envelope = client.simulator.requests[1:]
    assert [part.path for part in parts] == [f"v1.0{rules_of(user['id'])}" for user in tenant.users[:3]]
    assert len({part.batch_id for part in parts}) == 1
    assert (envelope.path, envelope.batch_id, envelope.body_keys) == ("v1.0/$batch", None, ("requests",))
    assert client.simulator.accounting[tenant.slug, "outlook"].requests == 3


def test_a_part_over_the_limit_is_a_429_inside_the_200(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    parts = signed_in(tenant).batch(*["/auditLogs/signIns?$top=1"] * 8)

    throttled = [part for part in parts.values() if part["status"] == 429]
    assert len(throttled) == 3
    assert all(float(part["headers"]["Retry-After"]) > 0 for part in throttled)


def test_a_write_inside_a_batch_is_refused_and_remembered(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)
    write = {"id": "1", "method": "POST", "url": "/users/x/sendMail", "body": {"message": {}}}

    part = client.post("v1.0/$batch", {"requests": [write]}).json()["responses"][0]

    assert part["status"] == 405
    assert [request.method for request in client.simulator.requests[1:]] == ["POST", "POST"]
    assert client.simulator.requests[1].path == "v1.0/users/x/sendMail"


def a_part(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"id": "1", "method": "GET", "url": "/users"} | fields


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"requests": [a_part(id=str(index)) for index in range(21)]}, id="more than twenty parts"),
        pytest.param({"requests": []}, id="no parts"),
        pytest.param({"requests": [a_part(), a_part()]}, id="an id twice"),
        pytest.param({"requests": [a_part(url="https://graph.microsoft.com/v1.0/users")]}, id="an absolute address"),
        pytest.param({"requests": [a_part(id="")]}, id="no id"),
        pytest.param(["users"], id="no object"),
        pytest.param({}, id="no requests"),
    ],
)
def test_a_malformed_batch_is_refused_whole(body: object, signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    assert signed_in(tenant).post("v1.0/$batch", body).status_code == 400


def test_a_batch_without_a_token_is_refused(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    client = signed_in(tenant)
    client.simulator.tokens.revoke_all()

    assert client.post("v1.0/$batch", {"requests": [a_part()]}).status_code == 401


def test_a_batch_inside_a_batch_is_refused(signed_in: SignedIn, tenant: SimulatedTenant) -> None:
    inner = a_part(method="POST", url="/$batch", body={"requests": [a_part()]})

    part = signed_in(tenant).post("v1.0/$batch", {"requests": [inner]}).json()["responses"][0]

    assert part["status"] == 405
