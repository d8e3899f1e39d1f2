"""The trees of fitted estimators, all in one form.

Every comparison is the one that scikit-learn makes, so that a row takes the same way through every tree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A larger model is served natively: reading it would take a server's start too long.
MOST_BYTES = 512 * 1024 * 1024

Ints = NDArray[np.int64]
Values = NDArray[Any]


@dataclass(frozen=True)
class Tree:
    """One tree, a position for each node; children of a leaf and values of the others mean nothing."""

    leaf: NDArray[np.bool_]
    left: Ints
    right: Ints
    feature: Ints
    threshold: NDArray[np.float64]
    value: NDArray[np.float64]


def of_forest(estimator: Any) -> Tree:
    """Read a tree of a random forest; a value is one number, or one for each class."""
    tree = estimator.tree_
    leaf = tree.children_left < 0
    return Tree(leaf, tree.children_left, tree.children_right, tree.feature, tree.threshold, tree.value[:, 0, :])


def of_boosting(predictor: Any) -> Tree:
    """Read a tree of gradient boosting; a value is one number."""
    nodes = predictor.nodes
    whole = {name: nodes[name].astype(np.int64) for name in ("left", "right", "feature_idx")}
    return Tree(
        nodes["is_leaf"].astype(bool),
        whole["left"],
        whole["right"],
        whole["feature_idx"],
        nodes["num_threshold"],
        nodes["value"][:, np.newaxis],
    )


def constant(value: float) -> Tree:
    """Return a tree that says the same of every row."""
    nothing = np.zeros(1, np.int64)
    return Tree(np.ones(1, bool), nothing, nothing, nothing, np.zeros(1), np.full((1, 1), value))


def single(threshold: NDArray[np.float64]) -> NDArray[np.float32]:
    """Round down: `x <= threshold` is the same for every x of single precision."""
    near = threshold.astype(np.float32)
    return np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near)


def check_size(trees: Sequence[Tree], node_bytes: int, most: int) -> None:
    """Estimate before anything is made of them.

    Raises:
        ValueError: nodes of so many bytes and their values are more than `most` bytes.
    """
    size = sum(tree.leaf.size * node_bytes + tree.value.nbytes for tree in trees)
    if size > most:
        raise ValueError(f"{size // 1024 // 1024} MB of trees are more than {most // 1024 // 1024}")
