"""Which rows train, validate and test: by the seed alone, in the shares of the plan, class by class.

Rows that alone show a level of a category are kept for training: a model cannot answer for what it never saw.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.plan import Split

Rows = NDArray[np.intp]


def split(strata: Sequence[str], anchors: set[int], shares: Split, seed: int) -> tuple[Rows, Rows, Rows]:
    """Return the row numbers of train, validation and test, each shuffled."""
    generator = np.random.default_rng(seed)
    labels = np.asarray(strata, dtype=object)
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for label in sorted(set(strata)):
        order = generator.permutation(np.flatnonzero(labels == label)).tolist()
        order.sort(key=lambda row: row not in anchors)
        start = 0
        for part, count in zip(parts, sizes(len(order), shares), strict=True):
            part.extend(order[start : start + count])
            start += count
    train, validation, test = (generator.permutation(np.array(part, dtype=np.intp)) for part in parts)
    return train, validation, test


def sizes(rows: int, shares: Split) -> list[int]:
    """Cut `rows` by the shares: nobody with a share goes empty, largest remainders first."""
    wanted = [rows * share for share in shares.shares]
    counts = [max(int(want), int(want > 0)) for want in wanted]
    while sum(counts) > rows:
        counts[counts.index(max(counts))] -= 1
    while sum(counts) < rows:
        rest = [want - count for want, count in zip(wanted, counts, strict=True)]
        counts[rest.index(max(rest))] += 1
    return counts


def anchors(columns: Sequence[Sequence[str]], seed: int) -> set[int]:
    """Choose one row for each level of each column, so that training sees every level."""
    chosen: set[int] = set()
    for cells in columns:
        seen = {cells[row] for row in chosen}
        for row in np.random.default_rng(seed).permutation(len(cells)).tolist():
            if cells[row] not in seen:
                seen.add(cells[row])
                chosen.add(row)
    return chosen
