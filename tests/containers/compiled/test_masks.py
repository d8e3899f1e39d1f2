"""Masks of small trees: which leaves remain where a row goes right. That they find the leaves is in test_forest.py."""

import numpy as np
import pytest
from compiled import Tree, lay_out
from compiled.masks import MOST_LEAVES, Masks, masks

pytestmark = pytest.mark.unit


def chain(splits: int) -> Tree:
    """Return a tree whose every split has a leaf on its right: split n, counted from the root, is by feature n."""
    count = 2 * splits + 1
    place = np.arange(count)
    leaf = (place % 2 == 0) & (place > 0) if splits else np.ones(1, bool)
    leaf[-2:] = True
    # Node 2n - 1 is the left child, and the next split; 2n the leaf on the right.
    number = (place + 1) // 2
    left, right = np.where(leaf, -1, 2 * number + 1), np.where(leaf, -1, 2 * number + 2)
    return Tree(leaf, left, right, number, (number / 2).astype(np.float32), np.zeros(count, bool))


def made(*trees: Tree) -> Masks:
    laid, _ = lay_out(trees)
    laid.check(MOST_LEAVES + 2)
    return masks(laid)


def test_a_split_crosses_out_the_leaves_on_its_left() -> None:
    # Leaves from left to right: below split 1 on its left, then its right, then the root's right.
    found = made(chain(2))
    assert found.splits["feature"].tolist() == [0, 1]
    assert found.splits["threshold"].tolist() == [0, 0.5]
    assert [f"{mask & 0b111:03b}" for mask in found.splits["mask"].tolist()] == ["100", "110"]
    assert all(mask >> 3 == 2**29 - 1 for mask in found.splits["mask"].tolist())
    assert found.starts.tolist() == [0, 2, 2]
    assert found.leaves[:3].tolist() == [3, 4, 2]


def test_leaves_of_both_words_are_crossed_out_in_both() -> None:
    found = made(chain(39))
    first, second = found.starts[1], found.starts[2]
    # The root's left has 39 leaves: all of the first word, 7 of the second.
    assert int(found.splits["mask"][0]) == 0
    assert int(found.splits["mask"][first]) == 2**32 - 2**7
    # Splits with more than 32 leaves on their left are in both words.
    assert (first, second - first) == (39, 7)
    assert sorted(found.leaves[:40].tolist()) == [*range(2, 77, 2), 77, 78]


@pytest.mark.parametrize("splits", [0, 1, 31, 32, MOST_LEAVES - 1])
def test_trees_of_few_leaves_have_masks(splits: int) -> None:
    assert made(chain(splits)).masked.tolist() == [0]


def test_larger_trees_are_walked() -> None:
    found = made(chain(3), chain(MOST_LEAVES), chain(5))
    assert found.masked.tolist() == [0, -1, 1]
    assert len(found.leaves) == 2 * MOST_LEAVES
    assert len(found.splits) == 8
    assert len(made(chain(MOST_LEAVES)).splits) == 0
