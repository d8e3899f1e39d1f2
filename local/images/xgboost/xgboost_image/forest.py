"""A trained model's trees, evaluated by compiled code: a row in microseconds, where XGBoost's mere call takes 100.

The sums come out bit for bit: XGBoost too adds the leaves in single precision, tree after tree, to the base score.
"""

import json
from typing import Any, NamedTuple

import numpy as np
import xgboost
from compiled import Laid, SumForest, Unavailable, lay_out
from compiled import Tree as Compared
from numpy.typing import NDArray

from xgboost_image import ubjson
from xgboost_image.problems import Unfaithful

Floats = NDArray[np.float32]
Tree = dict[str, Any]

# Converting takes half a microsecond a node and some 150 a tree, so a tree counts like so many nodes.
_MOST_NODES, _NODES_OF_TREE = 1_200_000, 300
_NO_CHILD = -1
_NOTHING: Tree = {
    **dict.fromkeys(("left_children", "right_children"), np.array([_NO_CHILD])),
    **dict.fromkeys(("split_indices", "split_conditions", "default_left"), np.zeros(1)),
}


class Splits(NamedTuple):
    """Where rows part: a place for each node that is no leaf; a value less than `values` goes left."""

    features: NDArray[np.int32]
    values: Floats


class Forest:
    """From rows, which miss a value where it is NaN, to sums of leaves: a column for each class."""

    def __init__(self, booster: xgboost.Booster) -> None:
        """Convert.

        Raises:
            Unfaithful: it is no forest of plain trees, or too large, or nothing compiled is there to evaluate it.
        """
        document = ubjson.read(booster.save_raw("ubj"))
        learner = document["learner"]
        self.features = int(learner["learner_model_param"]["num_feature"])
        trees = _trees(learner)
        outputs = learner["gradient_booster"]["model"]["tree_info"]
        if not trees:
            trees, outputs = [_NOTHING], [0]
        base = _base_scores(document)
        try:
            laid, orders = lay_out([_compared(tree) for tree in trees])
            votes = [tree["split_conditions"][order] for tree, order in zip(trees, orders, strict=True)]
            targets = np.array(outputs, np.int32)
            self._sums = SumForest(laid, self.features, np.concatenate(votes, dtype=np.float32), targets, base)
        except (ValueError, Unavailable) as error:
            raise Unfaithful(str(error)) from error
        self.splits = _splits(laid)
        # Nodes that a row meets at most.
        self.steps = int(laid.depths.sum())

    def __call__(self, rows: Floats) -> Floats:
        """Return the sums."""
        return self._sums(rows)

    def text(self, body: bytes) -> Floats | None:
        """Return the sums of rows of plain numbers; None: they have to be read in another way."""
        # A number has a digit and a comma or a line's end.
        lines = min(body.count(b"\n") + 1, (len(body) + 1) // (2 * self.features))
        return self._sums.text(body, lines) if lines else None


def _trees(learner: Any) -> list[Tree]:
    booster = learner["gradient_booster"]
    if booster["name"] != "gbtree":
        raise Unfaithful(f"booster {booster['name']}")
    trees: list[Tree] = booster["model"]["trees"]
    several = any(tree["tree_param"]["size_leaf_vector"] not in ("0", "1") for tree in trees)
    if several or int(learner["learner_model_param"]["num_target"]) > 1:
        raise Unfaithful("several targets")
    if any(len(tree["categories_nodes"]) for tree in trees):
        raise Unfaithful("splits by category")
    count = sum(len(tree["left_children"]) for tree in trees)
    if count + _NODES_OF_TREE * len(trees) > _MOST_NODES:
        raise Unfaithful(f"{len(trees)} trees of {count} nodes take too long to convert")
    return trees


def _compared(tree: Tree) -> Compared:
    leaf = tree["left_children"] == _NO_CHILD
    ways = tree["left_children"], tree["right_children"], tree["split_indices"]
    return Compared(leaf, *ways, _at_most(tree["split_conditions"]), tree["default_left"].astype(bool))


def _at_most(values: Floats) -> Floats:
    """Return thresholds so that `x <= threshold` is XGBoost's `x < value`, for every x of single precision."""
    below = beside(values.astype(np.float32), np.float32(-np.inf))
    below[np.isneginf(values)] = np.nan  # nothing is less
    return below


def beside(values: Floats, towards: Any) -> Floats:
    """Return the next numbers of single precision; beside the largest is infinity."""
    with np.errstate(over="ignore"):
        found: Floats = np.nextafter(values, towards)
    return found


def _splits(laid: Laid) -> Splits:
    inner = laid.nodes[~laid.leaf]
    return Splits(inner["feature"], beside(inner["threshold"], np.float32(np.inf)))


def _base_scores(document: Any) -> Floats:
    """Return what each sum begins with: what XGBoost says once the trees are taken away."""
    learner = document["learner"]
    model = learner["gradient_booster"]["model"]
    model = model | {"trees": [], "tree_info": [], "iteration_indptr": [0]}
    model["gbtree_model_param"] = model["gbtree_model_param"] | {"num_trees": "0"}
    bare = document | {"learner": learner | {"gradient_booster": learner["gradient_booster"] | {"model": model}}}
    text = json.dumps(bare, default=np.ndarray.tolist)
    booster = xgboost.Booster({"nthread": 1}, model_file=bytearray(text, "ascii"))
    row = np.zeros((1, int(learner["learner_model_param"]["num_feature"])))
    margins = booster.predict(xgboost.DMatrix(row), output_margin=True, validate_features=False)
    return np.asarray(margins, np.float32).ravel()
