"""HTML whose text is always text: whatever a tenant calls its files, it cannot become markup."""

from html import escape
from typing import Self


class Markup(str):
    """Text that is HTML already. Only `tag` and `joined` make it."""

    __slots__ = ()

    def __new__(cls, html: str) -> Self:
        """Declare that `html` is markup."""
        return super().__new__(cls, html)


def tag(name: str, *content: str, **attributes: str) -> Markup:
    """Return an element.

    Args:
        name: Of the element, e.g. `span`.
        content: Text, which is escaped, or markup, which is not.
        attributes: By name; `class_` is `class`, and `_` in a name is `-`.
    """
    opened = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{opened}>{joined(*content)}</{name}>")


def joined(*content: str) -> Markup:
    """Return text, which is escaped, and markup, which is not, one after the other."""
    return Markup("".join(part if isinstance(part, Markup) else escape(part) for part in content))


def lines(text: str) -> Markup:
    """Return text of several lines, one element a line."""
    return joined(*(tag("div", line) for line in text.splitlines() if line))
