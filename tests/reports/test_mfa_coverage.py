"""MFA coverage as workbook and dashboard show it: counts, names and reasons, and never a gap as fine."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from judgements import GAP, a_check, judged
from mfa_exhibits import Json, a_matrix, a_person, a_step, a_way, an_exhibit
from report_builder import ENGLISH, a_report

from m365_posture.texts import Language
from reports.view_models.coverage import gap_sentence
from reports.view_models.mfa_coverage import Answer, AnswerState, MfaCoverageView, mfa_coverage, why_absent
from reports.view_models.mfa_matrix import mfa_matrix
from reports.view_models.summary import summary
from reports.view_models.wording import Wording
from store.exhibits import exhibits
from store.viewer import Role, Viewer

ANN, BOB = a_person("Ann"), a_person("Bob", "hole", ways=[a_way(places=["Kantoor Gent"])])
EVE = a_person("Eve", "unknown", chain=[a_step("not_decided", "Filter"), a_step("log_silent", link="log")])


def view(*people: Json, wording: Wording = ENGLISH, unseen: Iterable[str] = ()) -> MfaCoverageView:
    shown = mfa_coverage(a_report(judged(1), exhibits={"ID-01": an_exhibit(*people, unseen=unseen)}, wording=wording))
    assert shown is not None
    return shown


def first(*people: Json, unseen: Iterable[str] = ()) -> Answer:
    return view(*people, unseen=unseen).answers[0]


@pytest.mark.parametrize(
    ("people", "unseen", "state"),
    [
        pytest.param([ANN], [], AnswerState.YES, id="everybody is protected"),
        pytest.param([ANN, a_person("B", "weak_method")], [], AnswerState.YES, id="a weak method is a note"),
        pytest.param([ANN, a_person("B", "security_defaults")], [], AnswerState.YES, id="so are security defaults"),
        pytest.param(
            [ANN, a_person("B", "managed_device")], [], AnswerState.DEVICES, id="a device is no second factor"
        ),
        pytest.param([ANN, BOB], [], AnswerState.NO, id="a hole"),
        pytest.param([BOB, EVE], ["users"], AnswerState.NO, id="a hole outweighs doubt"),
        pytest.param([ANN, EVE], [], AnswerState.UNKNOWN, id="somebody in doubt"),
        pytest.param([ANN], ["group_members"], AnswerState.UNKNOWN, id="something that was not seen"),
        pytest.param([a_person("B", "managed_device"), EVE], [], AnswerState.UNKNOWN, id="a device and a doubt"),
        pytest.param([a_person("B", "enforced_not_registered")], [], AnswerState.NO, id="nothing registered"),
        pytest.param([], [], AnswerState.UNKNOWN, id="nobody"),
    ],
)
def test_an_answer_is_yes_only_when_everybody_is_protected_and_everything_was_seen(
    people: list[Json], unseen: list[str], state: AnswerState
) -> None:
    assert first(*people, unseen=unseen).state is state


def test_nobody_is_told_yes_while_the_log_shows_a_sign_in_that_the_policies_should_have_stopped() -> None:
    seen = a_person("B", "protected", chain=[a_step("log_contradicts", "2026-11-16T06:00:00Z", link="log")])

    answer = first(ANN, seen)

    assert (answer.state, answer.count) == (AnswerState.UNKNOWN, "2 of 2")
    assert answer.notes == ("of 1 the sign-in log shows a sign-in with the password alone: find out why first",)


def test_an_answer_counts_and_says_how_who_not_and_what_was_not_seen() -> None:
    people = [a_person("D", "managed_device"), ANN, BOB, EVE, a_person("W", "weak_method")]

    answer = first(*people, unseen=["group_members"])

    assert (answer.title, answer.state_text, answer.count) == ("A second factor for all access", "No", "2 of 5")
    assert answer.notes == (
        "1 of them with a weak method only",
        "1 more with a managed device instead, not counted",
        "1 without",
        "1 could not be judged",
    )
    assert answer.unseen == "Not seen: Members of the groups that rights depend on"
    assert [each.name for each in answer.exceptions] == ["Bob", "D"]
    assert answer.exceptions[0].ways[0].startswith("Any app except the administration portals, from the location")
    assert answer.unknown[0].name == "Eve"
    assert answer.unknown[0].says.startswith(
        "Conditional Access policies: could not be decided, because of the policy “Filter”"
    )


def test_the_worst_protected_stand_first_and_accounts_with_their_own_rule_last() -> None:
    glass = a_person("Glass", "unprotected", kind="emergency", groups=[])

    shown = view(ANN, EVE, glass, BOB, a_person("Cy", "unprotected"))

    assert [line.name for line in shown.people] == ["Cy", "Bob", "Eve", "Ann", "Glass"]
    assert (shown.answers[0].count, shown.people[-1].kind_text) == ("1 of 4", "Emergency account")


def test_whoever_comes_in_without_an_account_is_told_in_words() -> None:
    ids = ["serviceProvider:1111-2222", "b2bDirectConnectUser:1111-2222", "b2bDirectConnectUser:other"]

    names = {line.name for line in view(*({**a_person("x"), "id": each, "name": each} for each in ids)).people}

    assert names == {
        "Technicians of the partner 1111-2222",
        "Members of the firm 1111-2222 in shared channels",
        "Members of any other firm in shared channels",
    }


def test_groups_count_people_by_what_protects_them() -> None:
    chief = a_person("Chief", groups=["partners", "administrators"])
    glass = a_person("Glass", "unprotected", kind="emergency", groups=["administrators"])

    groups = view(ANN, BOB, chief, glass, a_person("Odd", "quantum", groups=["odd"])).groups

    assert [(group.name, group.people) for group in groups] == [
        ("Partners", 1),
        ("Staff", 2),
        ("Administrators", 1),
        ("odd", 1),
    ]
    assert groups[1].protections == (("hole", "Hole", 1), ("protected", "Protected", 1))
    assert groups[3].protections == (("quantum", "quantum", 1),)


def test_registered_methods_have_names() -> None:
    methods = ["microsoftAuthenticatorPush", "microsoftAuthenticator", "mobilePhone", "telepathy"]

    [line] = view(a_person(chain=[a_step("methods_strong", *methods, link="methods")])).people

    assert line.reasons == (
        "Registered sign-in methods: a second factor that is more than a telephone number; "
        "registered: Microsoft Authenticator, a mobile telephone, and telepathy"
    )


def test_strengths_that_every_tenant_has_have_names() -> None:
    strengths = ["00000000-0000-0000-0000-000000000004", "our own"]

    [line] = view(a_person(chain=[a_step("strength_satisfied", *strengths, link="strength")])).people

    assert line.reasons == (
        "Authentication strength: what is registered is strong enough: "
        "multifactor authentication that withstands phishing and our own"
    )


def test_a_list_of_many_leaves_out_links_that_bear_on_no_verdict() -> None:
    chain = [
        a_step("defaults_off", link="security_defaults"),
        a_step("mfa_everywhere"),
        a_step("log_unread", link="log"),
    ]

    [line] = view(a_person(chain=chain)).people

    assert line.reasons == (
        "Conditional Access policies: ask for a second factor everywhere\nSign-in log: was not read"
    )
    assert line.chain[0] == ("Security defaults", "off")


def test_a_moment_in_the_log_stands_on_the_clock_of_the_firm() -> None:
    [line] = view(a_person(chain=[a_step("log_contradicts", "2026-11-16T06:00:00Z", link="log")])).people

    assert line.reasons.endswith("should have been asked: 2026-11-16 07:00")


def test_whoever_may_know_no_names_sees_the_counts() -> None:
    judgement = judged(1, replace(a_check("ID-01"), exhibit=an_exhibit(ANN, BOB, EVE)))
    seen = exhibits(Viewer(Role.INSURER, None), judgement)

    shown = mfa_coverage(a_report(judgement, exhibits=seen))

    assert shown is not None
    assert (shown.answers[0].count, shown.answers[0].state) == ("1 of 3", AnswerState.NO)
    assert {line.name for line in shown.people} == {"(not shown to you)"}
    assert shown.groups[0].protections[0] == ("hole", "Hole", 1)


def test_what_has_no_words_yet_is_shown_by_its_code() -> None:
    odd = a_person("Odd", "quantum", kind="robot", chain=[a_step("spooky", "A", "B", link="entangled"), a_step("far")])

    [line] = view(odd).people

    assert (line.protection_text, line.kind_text) == ("quantum", "robot")
    assert line.reasons == "entangled: spooky: A and B\nConditional Access policies: far"


def test_without_an_exhibit_it_says_what_was_not_read_and_what_would_mend_it() -> None:
    report = a_report(judged(1, a_check("ID-01", gaps=(GAP,))))

    assert (mfa_coverage(report), mfa_matrix(report)) == (None, None)
    assert why_absent(report) == (
        "Who is protected by a second factor could not be worked out.",
        gap_sentence(GAP, ENGLISH),
    )


def test_a_scan_judged_before_there_was_an_exhibit_is_to_be_judged_again() -> None:
    assert "judge it again with `m365-posture judge`" in why_absent(a_report(judged(1)))[0]


def test_the_answers_stand_on_the_first_page_in_one_line() -> None:
    report = a_report(judged(1), exhibits={"ID-01": an_exhibit(ANN, BOB)})

    assert summary(report).mfa == (
        "A second factor for all access: No (1 of 2) · A second factor from outside the offices: No (1 of 2) · "
        "A second factor for administrators: Cannot be answered (0 of 0)"
    )


def test_the_first_page_says_that_there_are_no_answers() -> None:
    assert summary(a_report(judged(1, a_check("ID-01", gaps=(GAP,))))).mfa.endswith("could not be worked out.")
    assert not summary(a_report(judged(1, a_check("EM-05")))).mfa


def test_what_was_not_read_is_told_beside_the_coverage() -> None:
    shown = mfa_coverage(a_report(judged(1, a_check("ID-01", gaps=(GAP,))), exhibits={"ID-01": an_exhibit(ANN)}))

    assert shown is not None
    assert shown.missing[0].startswith("Accounts (dates of the last sign-in): not read")


def test_situations_of_the_matrix_have_words_and_offices_their_names() -> None:
    keys = [{"key": "browser", "labels": []}, *({"key": "office", "labels": [name]} for name in ("Gent", "Gent"))]
    exhibit = an_exhibit(ANN, matrix=a_matrix(situations=keys))

    matrix = mfa_matrix(a_report(judged(1), exhibits={"ID-01": exhibit}))

    assert matrix is not None
    assert matrix.situations == ("In a browser", "In a browser at Gent", "In a browser at Gent (2)")


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        (Language.EN, "In a browser at an office"),
        (Language.NL, "In een browser op een kantoor"),
        (Language.FR, "Dans un navigateur à un bureau"),
    ],
)
def test_an_office_whose_name_is_concealed_still_has_a_heading(language: Language, heading: str) -> None:
    exhibit = an_exhibit(ANN, matrix=a_matrix(situations=[{"key": "office", "labels": []}] * 2))

    matrix = mfa_matrix(a_report(judged(1), wording=Wording(language, "Europe/Brussels"), exhibits={"ID-01": exhibit}))

    assert matrix is not None
    assert matrix.situations == (heading, f"{heading} (2)")


def test_the_matrix_shows_policies_in_force_first() -> None:
    policies: list[Json] = [
        {"id": "1", "name": "A trial", "state": "enabledForReportingButNotEnforced", "cells": ["mfa"]},
        {"id": "2", "name": None, "state": "enabled", "cells": ["not_matched"]},
        {"id": "4", "name": "Nameless", "state": None, "cells": ["unknown"]},
        {"id": "3", "name": "Future", "state": "quantum", "cells": ["tunnels"]},
    ]
    exhibit = an_exhibit(ANN, matrix=a_matrix(*policies, situations=[{"key": "somewhere"}]))

    matrix = mfa_matrix(a_report(judged(1), exhibits={"ID-01": exhibit}))

    assert matrix is not None
    assert matrix.situations == ("somewhere",)
    assert [(row.name, row.state_text, row.cells[0][1]) for row in matrix.rows] == [
        ("2", "On", "Does not apply"),
        ("A trial", "Only reports", "Second factor"),
        ("Future", "quantum", "tunnels"),
        ("Nameless", "not stated", "Unclear"),
    ]


@pytest.mark.parametrize(
    ("language", "title", "hole"),
    [
        (Language.NL, "Een tweede factor voor alle toegang", "Lek"),
        (Language.FR, "Un second facteur pour tous les accès", "Brèche"),
    ],
)
def test_it_speaks_the_language_of_the_report(language: Language, title: str, hole: str) -> None:
    shown = view(BOB, wording=Wording(language, "Europe/Brussels"))

    assert (shown.answers[0].title, shown.people[0].protection_text) == (title, hole)
