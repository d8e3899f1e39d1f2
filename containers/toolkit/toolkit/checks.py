"""What the data must be for the task, beyond the type of each cell."""

from collections import Counter

from contract.text import quoted

from toolkit.columns import Column
from toolkit.plan import Plan
from toolkit.problems import Problems
from toolkit.sources import Raw


def header(raw: Raw, target: str, problems: Problems) -> None:
    """Check the names: each once, none blank, the target among them, a feature besides."""
    names(raw, problems)
    if target not in raw.header:
        problems.add(f"no target column {quoted(target)}; the header has {_shown(raw)}")
    elif len(raw.header) == 1:
        problems.add("no column besides the target: nothing to learn from")


def needed(raw: Raw, columns: dict[str, str], problems: Problems) -> None:
    """Check the names where the plan gives each column its part: a forecast's time, keys and target."""
    names(raw, problems)
    for part, name in columns.items():
        if name not in raw.header:
            problems.add(f"no {part} column {quoted(name)}; the header has {_shown(raw)}")


def names(raw: Raw, problems: Problems) -> None:
    """Check what every header must be: no name blank or broken, each once."""
    for position, name in enumerate(raw.header, start=1):
        if not name:
            problems.add("header cells without a name", f"column {position}")
        if "\n" in name or "\r" in name:
            problems.add("header cells with a line break", quoted(name))
    for name, count in Counter(raw.header).items():
        if name and count > 1:
            problems.add("names that stand more than once in the header", quoted(name))


def _shown(raw: Raw) -> str:
    return ", ".join(quoted(name) for name in raw.header[:20])


def rows(raw: Raw, target: Column, plan: Plan, problems: Problems) -> None:
    """Check that every part of the split gets what it needs."""
    if not raw.rows:
        problems.add("no rows")
    elif plan.task == "classification":
        _classes(target, plan, problems)
    elif len(raw.rows) < 2 * plan.split.parts:
        problems.add(f"{len(raw.rows)} row(s); a split in {plan.split.parts} needs {2 * plan.split.parts} or more")


def _classes(target: Column, plan: Plan, problems: Problems) -> None:
    counts = Counter(str(cell) for cell in target.cells)
    if len(counts) == 1:
        problems.add(f"only one class in {quoted(target.name)}: {quoted(next(iter(counts)))}")
    for label, count in counts.items():
        if count < plan.split.parts:
            kind = f"classes with fewer than {plan.split.parts} rows, one for each part of the split"
            problems.add(kind, f"{quoted(label)} has {count}")
