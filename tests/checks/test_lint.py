"""Choosing rows by a mask is for `checks.frame` alone: everywhere else it may silently lose nulls."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import checks

PACKAGE = Path(checks.__file__).parent
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "frame.py")

BANNED_METHODS = frozenset({"dropna", "eval", "fillna", "groupby", "isin", "mask", "merge", "where"})
"""Of frames and columns: they drop, merge or replace nulls, or choose rows."""

CALLED = frozenset({"query"})
"""Of frames, where they are called: a detection has a query too."""

INDEXERS = frozenset({"loc", "iloc", "at", "iat"})
"""Of frames and columns, with brackets behind them."""

MASK_MAKERS = frozenset({"isna", "notna", "isnull", "notnull", "eq", "ne", "lt", "le", "gt", "ge", "is_one_of", "each"})


def offences(source: str) -> list[str]:
    tree = ast.parse(source)
    annotations = set(map(id, _annotations(tree)))
    masks = {name for node in ast.walk(tree) for name in _names_of_masks(node)}
    found = [node for node in ast.walk(tree) if id(node) not in annotations and _offends(node, masks)]
    return [f"line {node.lineno}: {ast.unparse(node)}" for node in found]  # type: ignore[attr-defined]


def _annotations(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        roots = [getattr(node, field, None) for field in ("annotation", "returns")]
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "")[:1].isupper():
            # an alias of a type: `Policies = tuple[Policy, ...]`
            roots.append(node.value)
        for root in filter(None, roots):
            yield from ast.walk(root)


def _offends(node: ast.AST, masks: set[str]) -> bool:
    if isinstance(node, ast.Subscript):
        if isinstance(node.value, ast.Attribute) and node.value.attr in INDEXERS:
            return True
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        is_mask = _makes_mask if _is_mapping(node.value) else _is_mask
        return any(is_mask(part) or (isinstance(part, ast.Name) and part.id in masks) for part in parts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLED:
        return True
    return (
        isinstance(node, ast.Attribute)
        and node.attr in BANNED_METHODS
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    )


def _is_mapping(node: ast.AST) -> bool:
    """Whether this is state of an object or a constant: dicts here, frames are never kept."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and (node.id == "self" or node.id.isupper())


def _is_mask(node: ast.AST) -> bool:
    """Whether an expression between brackets may be a boolean column, `df.x` included."""
    return _makes_mask(node) or isinstance(node, ast.Attribute | ast.Call)


def _makes_mask(node: ast.AST) -> bool:
    """Whether an expression surely makes a boolean column: a comparison, `~`, `&`, `|`, `.isna()`."""
    return (
        isinstance(node, ast.Compare)
        or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert))
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr | ast.BitXor))
        or (isinstance(node, ast.Call) and _called(node.func) in MASK_MAKERS)
    )


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _names_of_masks(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign) and _makes_mask(node.value):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_check_chooses_rows_by_itself(path: Path) -> None:
    assert offences(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "df[df.enabled]",
        "df[df['enabled'] == True]",
        "df[~known]",
        "df[a & b]",
        "df[df['x'].isna()]",
        "mask = df['x'] > 1\ndf[mask]",
        "df.loc[0]",
        "df.groupby('x')",
        "df.merge(other)",
        "df['x'].isin(values)",
        "df['x'].fillna(False)",
        "df.query('x')",
    ],
)
def test_the_lint_finds_what_it_bans(line: str) -> None:
    assert offences(line)


@pytest.mark.parametrize(
    "line",
    [
        "df['x']",
        "df[['x', 'y']]",
        "found[name]",
        "pairs[row['a'], row['b']]",
        "def f(df: Annotated[DataFrame, columns('x')]) -> Series[bool]: ...",
        "where(df, df['x'] == 1)",
    ],
)
def test_the_lint_lets_ordinary_code_be(line: str) -> None:
    assert offences(line) == []
