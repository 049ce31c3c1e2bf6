"""Policies of a published baseline, as Graph exported them: what is decided of each by itself."""

import json
from datetime import date
from pathlib import Path

import pytest
from real_data import data_folder

from checks.conditional_access.grants import Demand
from checks.conditional_access.policy import Policy

AS_OF = date(2026, 11, 23)


def real_policy(number: str) -> Policy:
    (path,) = _folder().glob(f"CA{number}-*.json")
    return _policy(path)


def _folder() -> Path:
    return data_folder() / "conditional_access" / "ConditionalAccess"


def _policy(path: Path) -> Policy:
    content = path.read_bytes()
    text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    return Policy.of(path.stem, json.loads(text)["state"], text, AS_OF)


@pytest.mark.parametrize(
    ("number", "is_unconditional", "demand"),
    [
        pytest.param("000", True, Demand.MFA, id="MFA for everything"),
        pytest.param("002", False, Demand.BLOCK, id="older protocols blocked: narrow by design"),
        pytest.param("100", False, Demand.MFA, id="MFA for the admin portals"),
        pytest.param("200", None, Demand.MFA, id="MFA for modern clients: the older ones are not judged"),
        pytest.param("205", False, Demand.MANAGED_DEVICE, id="a managed device on Windows"),
        pytest.param("210", False, Demand.BLOCK, id="risky sign-ins blocked"),
        pytest.param("400", True, Demand.MFA, id="MFA for guests"),
        pytest.param("402", True, Demand.NOTHING, id="a frequency is no demand"),
        pytest.param("503", None, Demand.MANAGED_DEVICE, id="a policy for agents, which we do not know"),
    ],
)
def test_a_published_policy_is_read_as_its_authors_meant_it(
    number: str,
    is_unconditional: bool | None,  # noqa: FBT001 - an answer
    demand: Demand,
) -> None:
    policy = real_policy(number)

    assert (policy.circumstances.is_everything, policy.demand) == (is_unconditional, demand)


def test_every_published_policy_is_understood_as_far_as_its_grant_goes() -> None:
    demands = {path.stem: _policy(path).demand for path in _folder().glob("*.json")}

    assert len(demands) > 30
    assert [name for name, demand in demands.items() if demand is Demand.UNKNOWN] == []
