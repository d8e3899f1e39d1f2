"""docs/performance.md: each benchmark writes its own section, between markers; people write the rest."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import bars
from benchmarks.bars import Bar

PAGE = Path(__file__).parents[1] / "docs/performance.md"


def write(section: str, text: str, page: Path = PAGE) -> None:
    """Replace what is between `<!-- section -->` and `<!-- /section -->`.

    Raises:
        SystemExit: the page has no such markers.
    """
    begin, end = f"<!-- {section} -->", f"<!-- /{section} -->"
    found = re.compile(rf"(?<={re.escape(begin)}\n).*?(?={re.escape(end)})", re.DOTALL)
    old = page.read_text(encoding="utf-8")
    if not found.search(old):
        raise SystemExit(f"{page.name} has no line {begin} and, after it, {end}: add them where the table belongs")
    page.write_text(found.sub(lambda _: text.rstrip("\n") + "\n", old, count=1), encoding="utf-8")


def illustrate(section: str, caption: str, parts: Mapping[str, Sequence[Bar]], text: str, page: Path = PAGE) -> None:
    """Write a section with a picture above its text, as a file of the section's name beside the page.

    Raises:
        SystemExit: as `write` has it.
    """
    write(section, f"![{caption}]({section}.svg)\n\n{text}", page)
    bars.draw(page.with_name(f"{section}.svg"), parts)
