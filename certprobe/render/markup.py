"""HTML that cannot be forgotten to be escaped: a text becomes markup only by passing through here."""

from __future__ import annotations

from html import escape as escape_markup
from typing import TYPE_CHECKING, Final

from certprobe.render.escape import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

_VOID: Final = frozenset({"meta"})


class Markup(str):
    """HTML that is ready to stand in a page, made by the functions below from anything."""

    __slots__ = ()

    def join(self, parts: Iterable[str]) -> Markup:
        """The parts with this between them; those that are no Markup are text."""
        return Markup(super().join(each if isinstance(each, Markup) else text(each) for each in parts))


def text(words: str) -> Markup:
    """The words, made harmless as for a terminal and then for HTML, attributes included; at most about 1024 of them."""
    return Markup(escape_markup(escape(words), quote=True))


def element(tag: str, *children: str, of_class: str = "", attributes: Iterable[tuple[str, str]] = ()) -> Markup:
    """An element; children that are no Markup are text. The names of tags, classes and attributes are ours alone."""
    named = (("class", of_class), *attributes) if of_class else tuple(attributes)
    head = "".join(f' {name}="{text(value)}"' for name, value in named)
    if tag in _VOID:
        return Markup(f"<{tag}{head}>")
    return Markup(f"<{tag}{head}>{joined(children)}</{tag}>")


def joined(children: Iterable[str]) -> Markup:
    """Children side by side; those that are no Markup are text."""
    return Markup().join(children)
