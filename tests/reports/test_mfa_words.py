"""Whatever MFA coverage calls by a code has words, and no words are idle."""

from checks.conditional_access.situations import Access
from checks.mfa_coverage.matrix import _CELLS as MATRIX_CELLS
from checks.mfa_coverage.matrix import _KNOWN as MATRIX_COLUMNS
from checks.mfa_coverage.model import AccountKind, Protection
from checks.mfa_coverage.steps import SAYS
from reports.view_models.mfa_matrix import SITUATIONS
from reports.view_models.mfa_words import APART, CELLS, KINDS, LINKS, MEANINGS, PROTECTIONS, STEPS
from reports.view_models.ways_in import _ENDS as ENDS


def test_every_verdict_has_words_the_worst_first() -> None:
    assert list(PROTECTIONS) == [protection.value for protection in Protection]
    assert set(MEANINGS) == set(PROTECTIONS)


def test_every_kind_of_account_has_words() -> None:
    assert set(KINDS) == {kind.value for kind in AccountKind}
    assert {AccountKind.EMERGENCY.value, AccountKind.SYNCHRONIZATION.value} == APART


def test_every_link_of_the_chain_has_words() -> None:
    assert set(STEPS) - {"account_unknown", "role_unknown"} == set(SAYS)
    assert set(LINKS) == set(SAYS.values())


def test_every_end_of_a_way_has_words() -> None:
    assert set(ENDS) == {access.value for access in Access}


def test_every_situation_and_cell_of_the_matrix_has_words() -> None:
    assert set(SITUATIONS) == {*(column.key for column in MATRIX_COLUMNS), "office", "other_country"}
    assert set(CELLS) == {*MATRIX_CELLS.values(), "not_matched"}
