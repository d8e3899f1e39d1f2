"""The patterns of AWS's service models, which are Java's, as Python's `re` reads them."""

import re
import sys
import unicodedata
from functools import cache
from itertools import groupby

_NAMED = {"ASCII": r"\x00-\x7f", "Print": r"\x20-\x7e", "Alnum": "A-Za-z0-9"}
_SURROGATES = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010ffff")
_REPEATED_END = re.compile(r"\$\{\d+,\d+\}")  # says nothing that `$` does not
_TOKEN = re.compile(r"\\p\{(?P<name>\w+)\}|\\.|\[|\]|[^\\\[\]]+", re.DOTALL)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern of a service model, to be matched against whole values.

    Raises:
        re.error: it has something that is not known here.
    """
    plain = _REPEATED_END.sub("$", pattern.replace(*_SURROGATES))
    return re.compile("".join(_translated(plain)))


def _translated(pattern: str) -> list[str]:
    parts: list[str] = []
    inside = False
    for match in _TOKEN.finditer(pattern):
        text = match[0]
        if text == r"\z":
            text = r"\Z"  # Java's end of all text
        elif match["name"]:
            text = _ranges(match["name"]) if inside else f"[{_ranges(match['name'])}]"
        elif text == "[":
            inside = True
        elif text == "]":
            inside = False
        parts.append(text)
    return parts


def _ranges(name: str) -> str:
    """Return the characters of a named class, or of a Unicode category such as L, as ranges of a set."""
    return _NAMED.get(name) or _categories()[name]


@cache
def _categories() -> dict[str, str]:
    """Return the ranges of every major category; one pass over all characters takes a fifth of a second."""
    found: dict[str, list[str]] = {}
    for category, run in groupby(range(sys.maxunicode + 1), key=lambda code: unicodedata.category(chr(code))[0]):
        codes = list(run)
        found.setdefault(category, []).append(f"\\U{codes[0]:08x}-\\U{codes[-1]:08x}")
    return {category: "".join(ranges) for category, ranges in found.items()}
