"""The pictures of MFA coverage: answers as cards, groups as bars, policies as a matrix, one person as a card."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from dashboard.markup import Markup, joined, lines, tag
from dashboard.parts import NOTHING, badge, details, labelled, signed, table
from m365_posture.texts import mark
from reports.view_models.mfa_coverage import Answer, AnswerState, Excepted, GroupLine, PersonLine
from reports.view_models.mfa_matrix import MatrixRow, MatrixView
from reports.view_models.mfa_words import MEANINGS
from reports.view_models.wording import Wording

_MOST_LISTED: Final = 20
"""With more, a reader takes the workbook."""

_TONES: Final[Mapping[AnswerState, str]] = MappingProxyType(
    {AnswerState.YES: "good", AnswerState.NO: "bad", AnswerState.DEVICES: "half", AnswerState.UNKNOWN: "doubt"}
)
_BAD, _HALF, _GOOD, _DOUBT = ("✕", "fail"), ("◐", "half"), ("✓", "pass"), ("?", "unknown")
_PROTECTIONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "unprotected": _BAD,
        "hole": _BAD,
        "registered_not_enforced": _BAD,
        "enforced_not_registered": _BAD,
        "managed_device": _HALF,
        "security_defaults": _GOOD,
        "weak_method": ("✓", "half"),
        "protected": _GOOD,
    }
)
"""Sign and tone; what is not here is in doubt."""
_CELLS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "mfa": _GOOD,
        "blocked": ("■", "pass"),
        "managed_device": _HALF,
        "nothing": (NOTHING, "closed"),
    }
)


def answers(found: Iterable[Answer], wording: Wording, *, with_names: bool = True) -> Markup:
    """Return the answers as cards beside each other."""
    return tag("div", *(_answer(answer, wording, with_names=with_names) for answer in found), class_="mp-tiles")


def protection(code: str, text: str) -> Markup:
    """Return what protects somebody: a sign, a colour, and its words."""
    sign, tone = _PROTECTIONS.get(code, _DOUBT)
    return signed(sign, text, tone)


def groups(found: Iterable[GroupLine], wording: Wording) -> Markup:
    """Return a bar per group of people, with the same in words."""
    columns = {
        wording.text(mark("Group")): 15,
        wording.text(mark("People")): 8,
        wording.text(mark("What protects them")): 77,
    }
    rows = (
        [tag("strong", line.name), tag("span", str(line.people), class_="mp-number"), _bar(line, wording)]
        for line in found
    )
    return table(wording.text(mark("Coverage by group of people")), columns, rows)


def matrix(found: MatrixView, wording: Wording) -> Markup:
    """Return what each policy does in each situation."""
    share = max(1, 78 // max(1, len(found.situations)))
    own = {wording.text(mark("Policy")): 16, wording.text(mark("State")): 6}
    columns = own | dict.fromkeys(found.situations, share)
    shown = table(wording.text(mark("Policies by situation")), columns, (_policy(row) for row in found.rows))
    return tag("div", shown, class_="mp-matrix", style=f"--situations: {len(found.situations)}")


def person(line: PersonLine, wording: Wording) -> Markup:
    """Return everything that is known of one person's protection."""
    ways = [labelled(wording.text(mark("Ways in without a second factor")), _list("ul", line.ways))]
    chain = [joined(tag("strong", link), tag("div", text)) for link, text in line.chain]
    meaning = MEANINGS.get(line.protection)
    return tag(
        "section",
        protection(line.protection, line.protection_text),
        tag("h2", line.name),
        tag("div", _who(line, wording), class_="mp-small"),
        *([tag("p", wording.text(meaning))] if meaning else []),
        labelled(wording.text(mark("From outside the offices")), protection(line.remote, line.remote_text)),
        *(ways if line.ways else []),
        *([labelled(wording.text(mark("Reasons")), _list("ol", chain))] if chain else []),
        class_="mp-card",
        aria_live="polite",
    )


def _who(line: PersonLine, wording: Wording) -> str:
    apart = "" if line.is_counted else wording.text(mark("has a rule of its own and is not counted"))
    return " · ".join(filter(None, (line.user_principal_name, line.kind_text, line.groups_text, apart)))


def _answer(answer: Answer, wording: Wording, *, with_names: bool) -> Markup:
    parts = [
        badge(answer.state, answer.state_text),
        tag("div", answer.count, class_="mp-figure"),
        tag("div", answer.title, class_="mp-label"),
        tag("div", lines("\n".join((*answer.notes, answer.unseen))), class_="mp-note"),
    ]
    if with_names:
        parts += _named(mark("Who is not among them: {count}"), answer.exceptions, wording)
        parts += _named(mark("Who could not be judged: {count}"), answer.unknown, wording)
    return tag("div", *parts, class_=f"mp-tile mp-answer mp-{_TONES[answer.state]}")


def _named(title: str, found: Sequence[Excepted], wording: Wording) -> Iterator[Markup]:
    if found:
        shown = [_excepted(each, wording) for each in found[:_MOST_LISTED]]
        more = len(found) - len(shown)
        rest = [wording.text(mark("and {count} more, in the list of people below"), count=more)] if more else []
        heading = tag("span", wording.text(title, count=len(found)))
        yield details(heading, _list("ul", [*shown, *rest]))


def _excepted(each: Excepted, wording: Wording) -> Markup:
    says = [tag("span", f" · {each.says}", class_="mp-small")] if each.says else []
    more = len(each.ways) - 1
    rest = [wording.text(mark("and {count} more"), count=more)] if more > 0 else []
    return joined(
        tag("strong", each.name), *says, tag("div", lines("\n".join([*each.ways[:1], *rest])), class_="mp-small")
    )


def _bar(line: GroupLine, wording: Wording) -> Markup:
    said = ", ".join(wording.labelled(text, str(count)) for _, text, count in line.protections)
    parts = (
        tag("div", class_=f"mp-part mp-is-{_known(code)}", style=f"width: {100 * count / line.people:.2f}%")
        for code, _, count in line.protections
    )
    keys = (
        tag(
            "span",
            tag("i", class_=f"mp-key mp-is-{_known(code)}", aria_hidden="true"),
            wording.labelled(text, str(count)),
        )
        for code, text, count in line.protections
    )
    return joined(
        tag("div", *parts, class_="mp-bar", role="img", aria_label=said),
        tag("div", *keys, class_="mp-small mp-keys", aria_hidden="true"),
    )


def _known(code: str) -> str:
    return code if code in _PROTECTIONS else "unknown"


def _policy(row: MatrixRow) -> list[Markup]:
    cells = [_cell(code, text) if row.is_enforced else tag("span", text, class_="mp-none") for code, text in row.cells]
    return [tag("strong", row.name), tag("span", row.state_text, class_="mp-small"), *cells]


def _cell(code: str, text: str) -> Markup:
    if code == "not_matched":
        return tag("span", text, class_="mp-none mp-small")
    sign, tone = _CELLS.get(code, _DOUBT)
    return signed(sign, text, tone)


def _list(kind: str, items: Iterable[str]) -> Markup:
    return tag(kind, *(tag("li", item) for item in items))
