"""Trees laid out for forest.c, and checked: nothing that comes from a file may lead out of the arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NODE = np.dtype([("threshold", "<f4"), ("feature", "<i4"), ("left", "<i4"), ("missing_left", "<i4")])
# Places are 32 bits wide.
MOST_NODES = 2**30

Ints = NDArray[np.int32]


class Tree(NamedTuple):
    """One tree, a position for each node; children of a leaf mean nothing, nor do thresholds.

    A row goes left if its feature is at most the threshold, or missing (NaN) where `missing_left` says so.
    """

    leaf: NDArray[np.bool_]
    left: NDArray[Any]
    right: NDArray[Any]
    feature: NDArray[Any]
    threshold: NDArray[np.float32]
    missing_left: NDArray[np.bool_]


@dataclass(frozen=True)
class Laid:
    """Trees one behind the other, each level by level, the two children of a node side by side.

    Attributes:
        nodes: of NODE; a leaf leads to itself.
        roots: the place of each tree's first node.
        depths: levels below it.
    """

    nodes: NDArray[Any]
    roots: Ints
    depths: Ints

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Count the nodes of each tree."""
        sizes: NDArray[np.int64] = np.diff([*self.roots, len(self.nodes)]).astype(np.int64)
        return sizes

    @property
    def leaf(self) -> NDArray[np.bool_]:
        """Tell of each node whether it leads to itself."""
        leaf: NDArray[np.bool_] = self.nodes["left"] == np.arange(len(self.nodes))
        return leaf

    def check(self, columns: int) -> None:
        """Make sure that every way ends in this forest.

        Raises:
            ValueError: it does not, or reads what is no column.
        """
        check(self.nodes.ndim == 1 and self.nodes.dtype == NODE and 0 < len(self.nodes) <= MOST_NODES, "nodes")
        check(self.roots.ndim == 1 and self.roots.dtype == np.int32 and len(self.roots) > 0, "roots")
        check(self.depths.shape == self.roots.shape and self.depths.dtype == np.int32, "depths")
        sizes, leaf = self.sizes, self.leaf
        check(self.roots[0] == 0 and bool((sizes > 0).all()), "roots")
        place, left = np.arange(len(self.nodes)), self.nodes["left"].astype(np.int64)
        check(bool((leaf | (left > place) & (left == _children(leaf, self.roots, sizes))).all()), "children")
        check(bool((sizes == 2 * np.add.reduceat(~leaf, self.roots, dtype=np.int64) + 1).all()), "children")
        missing_left = self.nodes["missing_left"]
        check(bool(((missing_left == 0) | (missing_left == 1)).all()), "children")  # C takes its last bit
        leads_back = np.isposinf(self.nodes["threshold"][leaf]).all() and missing_left[leaf].all()
        check(bool(leads_back), "leaves")
        check(bool(((self.nodes["feature"] >= 0) & (self.nodes["feature"] < columns)).all()), "features")
        check(bool(((self.depths >= 0) & (self.depths < len(self.nodes))).all()), "depths")


def _children(leaf: NDArray[np.bool_], roots: Ints, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where the children of each node lie: in the order of their parents, behind the root."""
    parents: NDArray[np.int64] = np.cumsum(~leaf) - ~leaf
    first: NDArray[np.int64] = np.repeat(roots + 1 - 2 * parents[roots], sizes)
    return first + 2 * parents


def check(holds: bool, what: str) -> None:
    """Raise ValueError where a condition does not hold."""
    if not holds:
        raise ValueError(f"the forest's {what} are not in order")


def lay_out(trees: Sequence[Tree]) -> tuple[Laid, list[NDArray[np.intp]]]:
    """Return the forest, and for each tree the positions of its nodes in their new order.

    Raises:
        ValueError: a tree is none: a node has two parents.
    """
    parts, orders, depths, first = [], [], [], 0
    for tree in trees:
        levels = _levels(tree)
        order = np.concatenate(levels)
        parts.append(_nodes(tree, order, first))
        orders.append(order)
        depths.append(len(levels) - 1)
        first += len(order)
    sizes = [len(order) for order in orders]
    roots = np.cumsum([0, *sizes[:-1]])
    return Laid(np.concatenate(parts), roots.astype(np.int32), np.array(depths, np.int32)), orders


def _levels(tree: Tree) -> list[NDArray[np.intp]]:
    levels, seen = [np.zeros(1, np.intp)], 1
    while len(inner := levels[-1][~tree.leaf[levels[-1]]]):
        children = np.stack([tree.left[inner], tree.right[inner]], axis=1).ravel().astype(np.intp)
        seen += len(children)
        check(seen <= len(tree.leaf), "children")
        levels.append(children)
    return levels


def _nodes(tree: Tree, order: NDArray[np.intp], first: int) -> NDArray[Any]:
    leaf = tree.leaf[order]
    nodes = np.zeros(len(order), NODE)
    nodes["threshold"] = np.where(leaf, np.inf, tree.threshold[order])
    nodes["feature"] = np.where(leaf, 0, tree.feature[order])
    only, size = np.zeros(1, np.int32), np.array([len(order)])
    nodes["left"] = first + np.where(leaf, np.arange(len(order)), _children(leaf, only, size))
    nodes["missing_left"] = leaf | tree.missing_left[order]
    return nodes
