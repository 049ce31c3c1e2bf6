"""Policies of a published baseline, as Graph exported them, judged all together.

The baseline works with personas: everybody (CA0xx), administrators (CA1xx), people with an E5 licence (CA2xx), service
accounts (CA3xx) and guests (CA4xx), each policy with a group of its own that it leaves out.
"""

import json
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from real_data import data_folder

from checks.circles import Circle, Memberships, Roles
from checks.conditional_access.people import Kind, Person, Standing
from checks.conditional_access.prover import Prover
from checks.conditional_access.situations import OTHER, Access, Place, Situation

AS_OF = date(2026, 11, 23)
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
DIRECTORY_SYNCHRONIZATION = "d29b2b05-8046-44ba-8758-1e26182fcf32"
ALLOWED_COUNTRIES = "185c993e-10a9-44fa-98d1-230c8f72f497"
TENANT = "6f1c2f0e-8f6f-4f51-9d2c-6f0f3e0f7a11"

MEMBERS = {
    "APP_Microsoft365_E5": {"ann", "admin", "anna", "mac"},
    "CA-BreakGlassAccounts - Exclude": {"emergency"},
    "CA-ServiceAccounts": {"scanner"},
    "CA000-Global-IdentityProtection-AnyApp-AnyPlatform-MFA - Exclude": {"left-out", "anna", "mac"},
    "CA200-Internals-IdentityProtection-AnyApp-AnyPlatform-MFA - Exclude": {"mac"},
}
ROLES = {GLOBAL_ADMINISTRATOR: "admin", DIRECTORY_SYNCHRONIZATION: "sync"}


def _text(path: Path) -> str:
    content = path.read_bytes()
    return content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")


def _exported(folder: str) -> list[tuple[Path, dict[str, Any]]]:
    paths = sorted((data_folder() / "conditional_access" / folder).glob("*.json"))
    return [(path, json.loads(_text(path))) for path in paths]


def policy_rows() -> list[dict[str, Any]]:
    return [
        {"id": path.name.partition("-")[0], "state": content["state"], "raw": json.dumps(content)}
        for path, content in _exported("ConditionalAccess")
    ]


def location_rows() -> list[dict[str, Any]]:
    return [
        {
            "id": content["id"],
            "location_type": content["@odata.type"],
            "is_trusted": content.get("isTrusted"),
            "raw": json.dumps(content),
        }
        for _, content in _exported("NamedLocations")
    ]


@cache
def standing() -> Standing:
    table = json.loads(_text(data_folder() / "conditional_access" / "MigrationTable.json"))
    ids = {each["DisplayName"]: each["Id"] for each in table["Objects"]}
    members = {ids[name]: frozenset(people) for name, people in MEMBERS.items()}
    holders = {role: Circle(frozenset({person})) for role, person in ROLES.items()}
    return Standing(Memberships(members, frozenset()), Roles(holders))


@cache
def baseline() -> Prover:
    settings = [{"raw": json.dumps({"exclusions": {"allResourcesExclusions": {"userActionExclusions": []}}})}]
    return Prover(policy_rows(), location_rows(), [], settings, standing(), AS_OF, ())


def person(name: str) -> Person:
    if name == "technician":
        return Person.external(Kind.SERVICE_PROVIDER, OTHER)
    if name == "direct":
        return Person.external(Kind.DIRECT_CONNECT, TENANT)
    if name == "guest":
        return Person.of("guest", "guest_home.example#EXT#@firm.example", "Guest", standing())
    return Person.of(name, f"{name}@firm.example", "Member", standing())


BELGIUM, NETHERLANDS, ABROAD = Place(country="BE"), Place(country="NL"), Place()
AT_THE_DESK = Situation(place=BELGIUM, platform="windows")
OLD_PROGRAM = replace(AT_THE_DESK, client="other")
HIGH_RISK = replace(AT_THE_DESK, sign_in_risk="high")
NO_PLATFORM = replace(AT_THE_DESK, platform="unknown")
BY_CODE = replace(AT_THE_DESK, flow="deviceCodeFlow")
IN_PORTAL = replace(AT_THE_DESK, target="MicrosoftAdminPortals")
IN_OFFICE = replace(AT_THE_DESK, target="Office365")
ON_IPHONE = replace(AT_THE_DESK, platform="iOS")


@pytest.mark.parametrize(
    ("name", "situation", "expected"),
    [
        pytest.param("ann", AT_THE_DESK, Access.MFA, id="CA000 demands MFA; CA205 a managed device besides"),
        pytest.param("ann", replace(AT_THE_DESK, place=ABROAD), Access.BLOCKED, id="CA001: not from there"),
        pytest.param(
            "ann", replace(AT_THE_DESK, place=Place(country="unknown")), Access.BLOCKED, id="nor from nowhere"
        ),
        pytest.param("ann", NO_PLATFORM, Access.BLOCKED, id="CA204: no platform that is not known"),
        pytest.param("ann", replace(AT_THE_DESK, platform="linux"), Access.BLOCKED, id="CA204: Linux neither"),
        pytest.param("ann", BY_CODE, Access.BLOCKED, id="CA004: no device code"),
        pytest.param("ann", OLD_PROGRAM, Access.BLOCKED, id="CA002: no older protocol"),
        pytest.param("ann", HIGH_RISK, Access.BLOCKED, id="CA210: no risky sign-in"),
        pytest.param("ann", replace(AT_THE_DESK, user_risk="high"), Access.BLOCKED, id="CA201: no risky account"),
        pytest.param("ann", replace(AT_THE_DESK, sign_in_risk="medium"), Access.MFA, id="CA210 is about high alone"),
        pytest.param("ann", IN_PORTAL, Access.MFA, id="the portals are part of all resources"),
        pytest.param("bob", HIGH_RISK, Access.MFA, id="CA210 is about people with a licence: CA000 is left"),
        pytest.param("bob", NO_PLATFORM, Access.MFA, id="so is CA204"),
        pytest.param("admin", IN_PORTAL, Access.MFA, id="CA100 and CA101 by the role"),
        pytest.param("admin", replace(IN_PORTAL, place=ABROAD), Access.BLOCKED, id="CA001 leaves no administrator out"),
        pytest.param("anna", AT_THE_DESK, Access.MFA, id="out of CA000, and CA200 takes her in"),
        pytest.param("anna", OLD_PROGRAM, Access.BLOCKED, id="CA200 is about modern clients, CA002 about the others"),
        pytest.param("mac", AT_THE_DESK, Access.MANAGED_DEVICE, id="out of CA000 and CA200: CA205 alone, on Windows"),
        pytest.param("mac", replace(AT_THE_DESK, platform="macOS"), Access.MANAGED_DEVICE, id="CA208, on a Mac"),
        pytest.param("mac", ON_IPHONE, Access.PASSWORD, id="and nothing on a telephone"),
        pytest.param(
            "mac", replace(ON_IPHONE, target="Office365"), Access.UNKNOWN, id="but CA005 in Office: by a device filter"
        ),
        pytest.param("mac", BY_CODE, Access.BLOCKED, id="CA004 still blocks the code"),
        pytest.param("left-out", AT_THE_DESK, Access.PASSWORD, id="out of CA000 without a licence: nothing is left"),
        pytest.param("left-out", IN_PORTAL, Access.MFA, id="except where Microsoft demands MFA itself"),
        pytest.param("left-out", replace(AT_THE_DESK, place=ABROAD), Access.BLOCKED, id="and only at home"),
        pytest.param("sync", AT_THE_DESK, Access.PASSWORD, id="CA000 leaves its role out"),
        pytest.param("scanner", AT_THE_DESK, Access.BLOCKED, id="CA301: service accounts from the Netherlands alone"),
        pytest.param("scanner", replace(AT_THE_DESK, place=NETHERLANDS), Access.MFA, id="and there CA000 and CA300"),
        pytest.param("emergency", AT_THE_DESK, Access.PASSWORD, id="every policy leaves emergency accounts out"),
        pytest.param("emergency", replace(OLD_PROGRAM, place=ABROAD), Access.PASSWORD, id="in whatever way"),
        pytest.param("emergency", IN_PORTAL, Access.MFA, id="Microsoft's own demand leaves nobody out"),
        pytest.param("guest", AT_THE_DESK, Access.BLOCKED, id="CA401: no other app for guests"),
        pytest.param("guest", IN_OFFICE, Access.MFA, id="CA400 in Office"),
        pytest.param("guest", IN_PORTAL, Access.BLOCKED, id="CA404: no portal for guests"),
        pytest.param("direct", IN_OFFICE, Access.MFA, id="CA400 is about whoever has no account here too"),
        pytest.param("technician", AT_THE_DESK, Access.MFA, id="CA401 is not about technicians, CA400 is"),
        pytest.param("technician", IN_PORTAL, Access.BLOCKED, id="CA404 is: no portal for them"),
        pytest.param("ann", replace(AT_THE_DESK, target="urn:user:registerdevice"), Access.MFA, id="CA003, CA000"),
        pytest.param("left-out", replace(AT_THE_DESK, target="urn:user:registerdevice"), Access.MFA, id="CA003 alone"),
        pytest.param(
            "left-out",
            replace(AT_THE_DESK, target="urn:user:registersecurityinfo"),
            Access.PASSWORD,
            id="nothing guards the registration of methods for whoever CA000 leaves out",
        ),
    ],
)
def test_a_sign_in_under_the_published_baseline_ends_as_its_policies_say(
    name: str, situation: Situation, expected: Access
) -> None:
    assert baseline().access(person(name), situation) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ann", {Access.MFA, Access.BLOCKED}),
        ("bob", {Access.MFA, Access.BLOCKED}),
        ("admin", {Access.MFA, Access.BLOCKED}),
        ("anna", {Access.MFA, Access.BLOCKED}),
        # MFA by CA203 alone: to enrol a device
        ("mac", set(Access)),
        ("left-out", {Access.PASSWORD, Access.UNKNOWN, Access.BLOCKED}),
        ("scanner", {Access.MFA, Access.BLOCKED}),
        ("emergency", {Access.PASSWORD}),
        ("guest", {Access.MFA, Access.BLOCKED}),
        ("technician", {Access.MFA, Access.BLOCKED}),
    ],
)
def test_the_baseline_is_proved_for_every_sign_in_of_a_person(name: str, expected: set[Access]) -> None:
    assert baseline().proof(person(name)).accesses == expected


def test_an_emergency_account_gets_in_anywhere_past_the_policy_that_is_about_everything() -> None:
    (way,) = baseline().proof(person("emergency")).ways

    assert (way.targets, way.clients, way.places, way.platforms) == (None, None, None, None)
    assert "CA000" in way.spared_by


def test_whoever_is_left_out_gets_in_from_the_countries_that_are_allowed_with_a_modern_program() -> None:
    way = baseline().proof(person("left-out")).ways[0]

    assert (way.access, way.places, way.clients, way.flows) == (
        Access.PASSWORD,
        (ALLOWED_COUNTRIES,),
        ("browser", "mobileAppsAndDesktopClients"),
        ("none",),
    )
    assert "CA000" in way.spared_by


def test_without_the_policy_for_everybody_the_licence_decides() -> None:
    rows = [row for row in policy_rows() if row["id"] != "CA000"]
    prover = Prover(rows, location_rows(), [], [], standing(), AS_OF, ())

    assert prover.access(person("ann"), AT_THE_DESK) is Access.MFA
    assert prover.access(person("bob"), AT_THE_DESK) is Access.PASSWORD


def test_report_only_policies_of_the_baseline_protect_nobody() -> None:
    rows = [row for row in policy_rows() if row["id"] == "CA105"]
    prover = Prover(rows, [], [], [], standing(), AS_OF, ())

    assert prover.proof(person("admin")).accesses == {Access.PASSWORD}


def test_all_exported_policies_are_read_those_in_utf_16_too() -> None:
    paths = [path for path, _ in _exported("ConditionalAccess")]

    assert len(paths) == 36
    assert any(path.read_bytes().startswith(b"\xff\xfe") for path in paths)
