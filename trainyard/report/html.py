"""HTML in small pieces; whatever goes in is text and comes out escaped, but for what `Markup` holds."""

import base64
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any


class Markup(str):
    """HTML made here, which is not escaped again."""


def text(value: Any) -> str:
    """Escape a value; characters that no XML has are shown as a replacement."""
    if isinstance(value, Markup):
        return value
    return escape("".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in str(value)))


def element(name: str, *content: Any, **attributes: Any) -> Markup:
    """Make an element; `class_` is `class`, underscores in other names are dashes."""
    named = "".join(f' {_name(key)}="{text(value)}"' for key, value in attributes.items() if value is not None)
    return Markup(f"<{name}{named}>{''.join(map(text, content))}</{name}>")


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def table(caption: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Markup:
    """Make a table that scrolls by itself where it is wider than the screen; first cells name their rows.

    The caption stands outside of what scrolls, so that it folds to the screen and not to the table.
    """
    head = element("thead", element("tr", *(element("th", cell, scope="col") for cell in header)))
    lines = (
        element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])) for row in rows
    )
    made = element("table", head, element("tbody", *lines), aria_label=caption)
    scrolled = element("div", made, class_="wide", role="region", aria_label=caption, tabindex="0")
    return Markup(element("p", caption, class_="caption") + scrolled)


def facts(pairs: Iterable[tuple[str, Any]]) -> Markup:
    """Make a list of names and values."""
    rows = (element("div", element("dt", name), element("dd", value)) for name, value in pairs)
    return element("dl", *rows)


def picture(data: bytes, alternative: str, caption: Any, *, broad: bool) -> Markup:
    """Make a figure with the PNG inside of the page; a broad one scrolls by itself on a narrow screen."""
    source = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    image = Markup(f'<img src="{source}" alt="{text(alternative)}">')
    shown = element("div", image, class_="wide", role="group", aria_label=alternative, tabindex="0") if broad else image
    return element("figure", shown, element("figcaption", caption))


def verdict(passed: bool | None, words: str = "") -> Markup:
    """Say what the gate said, in colour and in words."""
    if passed is None:
        return element("span", words or "no verdict", class_="none")
    return element("strong", "passed" if passed else "failed", class_="passed" if passed else "failed")


def folded(title: str, *content: Any) -> Markup:
    """Make a part that opens when it is asked for."""
    return element("details", element("summary", title), *content)
