import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model import Gap
from checks.reasons import sentence
from checks.three_valued import Answer, all_of, any_of, negated
from scanner.snapshot.ledger import TableState


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        pytest.param(
            Gap("users", TableState.DENIED, "Authorization_RequestDenied", "grant:User.Read.All"),
            "users could not be read: access was refused "
            "(Authorization_RequestDenied, grant the permission User.Read.All).",
            id="a permission to grant",
        ),
        pytest.param(
            Gap("sign_ins", TableState.UNLICENSED, "", "license:AAD_PREMIUM"),
            "sign_ins could not be read: a licence is missing (it comes with Microsoft Entra ID P1).",
            id="a licence by the name it is sold under",
        ),
        pytest.param(
            Gap("sign_ins", TableState.UNLICENSED, "", "license:SOME_PLAN"),
            "sign_ins could not be read: a licence is missing (it comes with SOME_PLAN).",
            id="a licence we have no name for",
        ),
        pytest.param(
            Gap("sharing_links", TableState.SKIPPED, "", "pack:files"),
            "sharing_links was not asked for (turn on the pack files).",
            id="a pack that is off",
        ),
        pytest.param(
            Gap("inbox_rules", TableState.PARTIAL, "ErrorAccessDenied", "rescan", 3),
            "inbox_rules was read in part, 3 missing (ErrorAccessDenied, scan again).",
            id="mailboxes that refused",
        ),
        pytest.param(
            Gap("inbox_rules.hidden_rules", TableState.SKIPPED, "graph_cannot_see", "exchange"),
            "inbox_rules.hidden_rules was not asked for "
            "(graph_cannot_see, it takes a reading through Exchange as well).",
            id="what Graph cannot see",
        ),
        pytest.param(
            Gap("sharing_links.changes_since_full_sweep", TableState.PARTIAL, "delta_best_effort", "rescan_full"),
            "sharing_links.changes_since_full_sweep was read in part (delta_best_effort, scan again with --full).",
            id="what a scan of changes may miss",
        ),
        pytest.param(
            Gap("sign_ins", TableState.PURGED, ""), "sign_ins was removed at the end of its retention.", id="a purge"
        ),
    ],
)
def test_a_gap_says_what_is_missing_why_and_what_would_mend_it(gap: Gap, text: str) -> None:
    assert sentence([gap]) == text


def test_every_state_has_words() -> None:
    texts = {sentence([Gap("x", state, "")]) for state in TableState if state is not TableState.COMPLETE}

    assert len(texts) == len(TableState) - 1


ANSWERS = st.lists(st.sampled_from([True, False, None]))


@given(ANSWERS)
def test_unknown_never_decides(answers: list[Answer]) -> None:
    filled_yes = [True if answer is None else answer for answer in answers]
    filled_no = [False if answer is None else answer for answer in answers]
    for judge in (all_of, any_of):
        possible = {judge(filled_yes), judge(filled_no)}
        assert judge(answers) is (possible.pop() if len(possible) == 1 else None)


@given(ANSWERS)
def test_the_opposite_of_all_is_any_of_the_opposites(answers: list[Answer]) -> None:
    assert negated(all_of(answers)) is any_of(negated(answer) for answer in answers)
