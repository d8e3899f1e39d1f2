"""Trees as the attributes of ONNX's TreeEnsemble, which unlike its predecessors adds up in double precision."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper

from sklearn_image.trees import Ints, Tree, Values

DOMAIN, VERSION = "ai.onnx.ml", 5


def leaf_values(trees: Sequence[Tree]) -> NDArray[np.float64]:
    """Return the values of all leaves, tree by tree."""
    return np.concatenate([tree.value[tree.leaf] for tree in trees])


def by_leaf(trees: Sequence[Tree], each: Sequence[int]) -> Ints:
    """Return for each leaf of all trees what is given for its tree."""
    return np.repeat(np.asarray(each, np.int64), [int(tree.leaf.sum()) for tree in trees])


def attributes(trees: Sequence[Tree], targets: Ints, weights: Values, splits: Values) -> dict[str, Any]:
    """Return the node's attributes.

    Args:
        trees: in the order in which they are to be added up.
        targets: for each leaf of all trees, the output that it counts for.
        weights: for each leaf what it counts, in the precision of the computation.
        splits: one for each inner node of all trees, as `thresholds` orders them.
    """
    laid = _laid_out(trees)
    return {
        "leaf_targetids": targets.tolist(),
        "leaf_weights": _tensor(weights),
        "nodes_splits": _tensor(splits),
        "nodes_modes": _tensor(np.zeros(len(splits), np.uint8)),
        "tree_roots": _starts([_inner(tree) for tree in trees]),
        **{name: np.concatenate(parts).tolist() for name, parts in laid.items()},
    }


def thresholds(trees: Sequence[Tree]) -> NDArray[np.float64]:
    """Return the thresholds of all inner nodes; a tree that is one leaf has a node that leads to it both ways."""
    return np.concatenate([np.zeros(1) if tree.leaf.all() else tree.threshold[~tree.leaf] for tree in trees])


def _inner(tree: Tree) -> int:
    return max(1, int((~tree.leaf).sum()))


def _starts(sizes: Sequence[int]) -> list[int]:
    return [0, *np.cumsum(sizes[:-1]).tolist()]


def _laid_out(trees: Sequence[Tree]) -> dict[str, list[Ints]]:
    names = ("featureids", "trueleafs", "falseleafs", "truenodeids", "falsenodeids")
    laid: dict[str, list[Ints]] = {f"nodes_{name}": [] for name in names}
    first_leaves = _starts([int(tree.leaf.sum()) for tree in trees])
    first_nodes = _starts([_inner(tree) for tree in trees])
    for tree, first_node, first_leaf in zip(trees, first_nodes, first_leaves, strict=True):
        for parts, part in zip(laid.values(), _nodes(tree, first_node, first_leaf), strict=True):
            parts.append(part)
    return laid


def _nodes(tree: Tree, first_node: int, first_leaf: int) -> tuple[Ints, ...]:
    """Return feature, whether true and false lead to leaves, and where they lead."""
    if tree.leaf.all():
        nothing, one, there = (np.full(1, value) for value in (0, 1, first_leaf))
        return nothing, one, one, there, there
    inner = ~tree.leaf
    place = np.where(tree.leaf, np.cumsum(tree.leaf) - 1 + first_leaf, np.cumsum(inner) - 1 + first_node)
    left, right = tree.left[inner], tree.right[inner]
    leads_to_leaf = tree.leaf.astype(np.int64)
    return tree.feature[inner], leads_to_leaf[left], leads_to_leaf[right], place[left], place[right]


def _tensor(values: Values) -> TensorProto:
    kind = helper.np_dtype_to_tensor_dtype(values.dtype)
    return helper.make_tensor("values", kind, values.shape, values.tobytes(), raw=True)
