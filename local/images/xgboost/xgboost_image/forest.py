"""A trained model's trees, evaluated by ONNX Runtime: a single row in a tenth of the time that XGBoost itself takes.

The sums come out bit for bit. XGBoost adds the leaves in 32 bits, tree after tree, to the base score; ONNX Runtime
adds them in the same order, and the base score is made its first tree.
"""

import json
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from xgboost_image import onnx_file
from xgboost_image.evaluator import Evaluator
from xgboost_image.onnx_file import Node, Vote
from xgboost_image.problems import Unfaithful

Floats = NDArray[np.float32]
Tree = dict[str, Any]

# Converting takes some 10 microseconds a node.
_MOST_NODES = 100_000
_NO_CHILD = -1


class Forest:
    """From rows, which miss a value where it is NaN, to sums of leaves: a column for each class."""

    def __init__(self, booster: xgboost.Booster) -> None:
        """Convert.

        Raises:
            Unfaithful: it is no forest of plain trees, or too large.
        """
        document = json.loads(booster.save_raw("json"))
        learner = document["learner"]
        self.features = int(learner["learner_model_param"]["num_feature"])
        trees = _trees(learner)
        self.splits = _splits(trees, self.features)
        outputs = learner["gradient_booster"]["model"]["tree_info"]
        base = _base_scores(document)
        self._evaluate = Evaluator(_file(trees, outputs, base, self.features), self.features, len(base))

    def __call__(self, rows: Floats) -> Floats:
        """Return the sums."""
        return self._evaluate(rows)


def _trees(learner: Any) -> list[Tree]:
    booster = learner["gradient_booster"]
    if booster["name"] != "gbtree":
        raise Unfaithful(f"booster {booster['name']}")
    if int(learner["learner_model_param"]["num_target"]) > 1:
        raise Unfaithful("several targets")
    trees: list[Tree] = booster["model"]["trees"]
    if any(tree["categories_nodes"] for tree in trees):
        raise Unfaithful("splits by category")
    count = sum(len(tree["left_children"]) for tree in trees)
    if count > _MOST_NODES:
        raise Unfaithful(f"{count} nodes: converting more than {_MOST_NODES} takes too long")
    return trees


def _splits(trees: list[Tree], features: int) -> list[set[float]]:
    found: list[set[float]] = [set() for _ in range(features)]
    for tree in trees:
        for place in _reached(tree):
            if tree["left_children"][place] != _NO_CHILD:
                found[tree["split_indices"][place]].add(tree["split_conditions"][place])
    return found


def _base_scores(document: Any) -> list[float]:
    """Return what each sum begins with: what XGBoost says once the trees are taken away."""
    learner = document["learner"]
    model = learner["gradient_booster"]["model"]
    model = model | {"trees": [], "tree_info": [], "iteration_indptr": [0]}
    model["gbtree_model_param"] = model["gbtree_model_param"] | {"num_trees": "0"}
    bare = document | {"learner": learner | {"gradient_booster": learner["gradient_booster"] | {"model": model}}}
    booster = xgboost.Booster({"nthread": 1}, model_file=bytearray(json.dumps(bare), "ascii"))
    row = np.zeros((1, int(learner["learner_model_param"]["num_feature"])))
    margins = booster.predict(xgboost.DMatrix(row), output_margin=True, validate_features=False)
    return [float(margin) for margin in margins.ravel()]


def _file(trees: list[Tree], outputs: list[int], base: list[float], features: int) -> bytes:
    nodes = [Node(output, 0) for output in range(len(base))]
    votes = [Vote(output, 0, output, value) for output, value in enumerate(base)]
    for number, (tree, output) in enumerate(zip(trees, outputs, strict=True), start=len(base)):
        _add(nodes, votes, number, tree, output)
    return onnx_file.write(nodes, votes, features, len(base))


def _add(nodes: list[Node], votes: list[Vote], number: int, tree: Tree, output: int) -> None:
    left, right, values = tree["left_children"], tree["right_children"], tree["split_conditions"]
    places = _reached(tree)
    new = {place: count for count, place in enumerate(places)}
    for count, place in enumerate(places):
        if left[place] == _NO_CHILD:
            nodes.append(Node(number, count))
            votes.append(Vote(number, count, output, values[place]))
        else:
            split = tree["split_indices"][place], values[place]
            ways = new[left[place]], new[right[place]], tree["default_left"][place]
            nodes.append(Node(number, count, onnx_file.LESS, *split, *ways))


def _reached(tree: Tree) -> list[int]:
    """Return the places of the nodes from the root on: pruned ones are still in the lists."""
    places = [0]
    for place in places:
        if tree["left_children"][place] != _NO_CHILD:
            places += tree["left_children"][place], tree["right_children"][place]
    return places
