"""Compiled forests say what a plain walk through their trees says, and nothing leads out of their arrays."""

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from compiled import Laid, MeanForest, SumForest, Tree, lay_out
from numpy.typing import NDArray

pytestmark = pytest.mark.unit

COLUMNS = 5
# Around the numbers of rows that go through a tree side by side, or by chunks.
COUNTS = (1, 2, 4, 5, 8, 15, 16, 17, 23, 32, 36, 37, 259)
# Splits of the largest tree: what leaves have masks of one word, or two, and what is walked.
MOST_SPLITS = (30, 70, 200)


def grown(generator: np.random.Generator, splits: int) -> Tree:
    """Return a tree with so many splits, its nodes in no order but for the root."""
    leaf, left, right = [True], [0], [0]
    for _ in range(splits):
        place = int(generator.choice(np.flatnonzero(leaf)))
        leaf[place], left[place], right[place] = False, len(leaf), len(leaf) + 1
        leaf += [True, True]
        left += [-1, -1]
        right += [-1, -1]
    count = len(leaf)
    order = np.concatenate([[0], 1 + generator.permutation(count - 1)]).astype(int)
    new = np.argsort(order)
    to_left, to_right = (np.where(leaf, -1, new[side])[order] for side in (left, right))
    thresholds = generator.normal(size=count).round(1).astype(np.float32)
    features = generator.integers(0, COLUMNS, count)
    return Tree(np.array(leaf)[order], to_left, to_right, features, thresholds, generator.random(count) < 0.5)


def walked(tree: Tree, row: NDArray[np.float32]) -> int:
    place = 0
    while not tree.leaf[place]:
        value = row[tree.feature[place]]
        goes_left = tree.missing_left[place] if np.isnan(value) else value <= tree.threshold[place]
        place = int((tree.left if goes_left else tree.right)[place])
    return place


def table(generator: np.random.Generator, trees: list[Tree], count: int, missing: float = 0.1) -> NDArray[np.float32]:
    """Return rows, half of whose values are thresholds, and some missing."""
    rows = generator.normal(size=(count, COLUMNS)).astype(np.float32)
    known = np.concatenate([tree.threshold for tree in trees])
    rows = np.where(generator.random(rows.shape) < 0.5, generator.choice(known, rows.shape), rows)
    rows[generator.random(rows.shape) < 0.05] = np.inf
    rows[generator.random(rows.shape) < 0.05] = -np.inf
    rows[generator.random(rows.shape) < missing] = np.nan
    return rows


@pytest.mark.parametrize("most", MOST_SPLITS)
@pytest.mark.parametrize("missing", [0, 0.005, 0.1])
@pytest.mark.parametrize("seed", range(4))
def test_means_are_those_of_a_walk_in_the_order_of_the_trees(seed: int, missing: float, most: int) -> None:
    generator = np.random.default_rng(seed)
    trees = [grown(generator, int(generator.integers(0, most))) for _ in range(1 + 3 * seed)]
    outputs = 1 + seed % 4
    values = [generator.normal(size=(len(tree.leaf), outputs)) for tree in trees]
    laid, orders = lay_out(trees)
    means = np.concatenate([each[order] for each, order in zip(values, orders, strict=True)])
    forest = MeanForest(laid, COLUMNS, means)
    for count in COUNTS:
        rows = table(generator, trees, count, missing)
        sums = np.zeros((count, outputs))
        for tree, each in zip(trees, values, strict=True):
            sums += each[[walked(tree, row) for row in rows]]
        np.testing.assert_array_equal(forest(rows), sums / len(trees))
        np.testing.assert_array_equal(forest(np.asfortranarray(rows)), sums / len(trees))


@pytest.mark.parametrize("most", MOST_SPLITS)
@pytest.mark.parametrize("missing", [0, 0.005, 0.1])
@pytest.mark.parametrize("seed", range(4))
def test_sums_are_those_of_a_walk_in_single_precision(seed: int, missing: float, most: int) -> None:
    generator = np.random.default_rng(seed)
    trees = [grown(generator, int(generator.integers(0, most))) for _ in range(1 + 3 * seed)]
    outputs = 1 + seed % 3
    values = [generator.normal(size=len(tree.leaf)).astype(np.float32) for tree in trees]
    targets = generator.integers(0, outputs, len(trees)).astype(np.int32)
    base = generator.normal(size=outputs).astype(np.float32)
    laid, orders = lay_out(trees)
    votes = np.concatenate([each[order] for each, order in zip(values, orders, strict=True)])
    forest = SumForest(laid, COLUMNS, votes, targets, base)
    for count in COUNTS:
        rows = table(generator, trees, count, missing)
        sums = np.tile(base, (count, 1))
        for tree, each, target in zip(trees, values, targets, strict=True):
            sums[:, target] += each[[walked(tree, row) for row in rows]]
        np.testing.assert_array_equal(forest(rows), sums)


def test_several_threads_evaluate_at_once() -> None:
    generator = np.random.default_rng(1)
    trees = [grown(generator, 50) for _ in range(50)]
    laid, _ = lay_out(trees)
    forest = MeanForest(laid, COLUMNS, generator.normal(size=(len(laid.nodes), 2)))
    tables = [table(generator, trees, 200) for _ in range(4)]
    expected = [forest(rows) for rows in tables]
    wrong: list[int] = []

    def ask(number: int) -> None:
        for _ in range(200):
            if not np.array_equal(forest(tables[number]), expected[number], equal_nan=True):
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.fixture
def laid() -> Laid:
    generator = np.random.default_rng(3)
    return lay_out([grown(generator, 6), grown(generator, 3)])[0]


def test_a_forest_that_is_laid_out_is_in_order(laid: Laid) -> None:
    laid.check(COLUMNS)


def inner(laid: Laid) -> int:
    return int(np.flatnonzero(~laid.leaf)[0])


@pytest.mark.parametrize(
    ("field", "value"), [("left", -1), ("left", 19), ("left", 2**31 - 1), ("feature", COLUMNS), ("feature", -1)]
)
def test_a_node_that_leads_out_is_refused(laid: Laid, field: str, value: int) -> None:
    laid.nodes[field][inner(laid)] = value
    with pytest.raises(ValueError, match=r"the forest's (children|features) are not in order"):
        MeanForest(laid, COLUMNS, np.zeros((len(laid.nodes), 1)))


def test_a_node_with_two_parents_is_refused(laid: Laid) -> None:
    first, second = np.flatnonzero(~laid.leaf)[:2]
    laid.nodes["left"][first] = laid.nodes["left"][second]
    with pytest.raises(ValueError, match="children"):
        laid.check(COLUMNS)


def test_a_node_without_a_parent_is_refused(laid: Laid) -> None:
    last = int(np.flatnonzero(~laid.leaf)[-1])
    laid.nodes[last] = (np.inf, 0, last, 1)
    with pytest.raises(ValueError, match="children"):
        laid.check(COLUMNS)


def test_a_node_that_leads_back_is_refused(laid: Laid) -> None:
    last = int(np.flatnonzero(~laid.leaf)[-1])
    laid.nodes["left"][last] = 0
    with pytest.raises(ValueError, match="children"):
        laid.check(COLUMNS)


@pytest.mark.parametrize("value", [2, -2, 2**31 - 2])
def test_a_leaf_that_a_missing_value_would_leave_is_refused(laid: Laid, value: int) -> None:
    laid.nodes["missing_left"][-1] = value
    with pytest.raises(ValueError, match="children"):
        laid.check(COLUMNS)


@pytest.mark.parametrize(("field", "value"), [("threshold", 1.0), ("threshold", np.nan), ("missing_left", 0)])
def test_a_leaf_that_does_not_lead_to_itself_is_refused(laid: Laid, field: str, value: float) -> None:
    laid.nodes[field][-1] = value
    with pytest.raises(ValueError, match="leaves"):
        laid.check(COLUMNS)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"roots": np.array([0, 99], np.int32)}, "roots"),
        ({"roots": np.array([0, -1], np.int32)}, "roots"),
        ({"roots": np.array([0, 1], np.int64)}, "roots"),
        ({"roots": np.array([], np.int32)}, "roots"),
        ({"depths": np.array([3], np.int32)}, "depths"),
        ({"depths": np.array([-1, 3], np.int32)}, "depths"),
        ({"depths": np.array([1, 2**31 - 1], np.int32)}, "depths"),
        ({"nodes": np.zeros(20, np.float64)}, "nodes"),
    ],
)
def test_arrays_that_are_not_a_forest_s_are_refused(
    laid: Laid, change: dict[str, NDArray[np.int32]], what: str
) -> None:
    with pytest.raises(ValueError, match=f"the forest's {what} are not in order"):
        replace(laid, **change).check(COLUMNS)


def test_values_that_are_not_the_nodes_are_refused(laid: Laid) -> None:
    count = len(laid.nodes)
    wrong: list[NDArray[Any]] = [np.zeros((count - 1, 2)), np.zeros(count), np.zeros((count, 2), np.float32)]
    for means in wrong:
        with pytest.raises(ValueError, match="values"):
            MeanForest(laid, COLUMNS, means)
    votes, base = np.zeros(count, np.float32), np.zeros(2, np.float32)
    with pytest.raises(ValueError, match="values"):
        SumForest(laid, COLUMNS, votes[1:], np.array([0, 1], np.int32), base)
    with pytest.raises(ValueError, match="targets"):
        SumForest(laid, COLUMNS, votes, np.array([0, 2], np.int32), base)


def test_a_tree_with_a_circle_is_refused() -> None:
    tree = grown(np.random.default_rng(5), 4)
    place = int(np.flatnonzero(~tree.leaf)[-1])
    tree.left[place] = 0
    with pytest.raises(ValueError, match="children"):
        lay_out([tree])
