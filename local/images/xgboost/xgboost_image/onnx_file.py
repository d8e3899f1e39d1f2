"""A forest as a file for ONNX Runtime: a graph of the one operator TreeEnsembleRegressor, in protobuf's wire format.

Sources: onnx.proto3 for the fields' numbers; "TreeEnsembleRegressor", version 3, in ONNX's list of operators.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from recordio import wire

INPUT, OUTPUT = "rows", "sums"
LEAF, LESS = b"LEAF", b"BRANCH_LT"
_OPERATOR, _DOMAIN = b"TreeEnsembleRegressor", b"ai.onnx.ml"
_IR_VERSION, _OPERATORS_VERSION, _DOMAIN_VERSION = 8, 17, 3
_INTEGER, _FLOATS, _INTEGERS, _TEXTS = 2, 6, 7, 8
_FLOAT32 = 1


class Node(NamedTuple):
    """A node, numbered within its tree from the root, which is 0.

    Of mode LESS: a row goes to the node `yes` if its feature is less than `value`, or missing and `missing_yes` is 1.
    """

    tree: int
    number: int
    mode: bytes = LEAF
    feature: int = 0
    value: float = 0.0
    yes: int = 0
    no: int = 0
    missing_yes: int = 0


class Vote(NamedTuple):
    """What a leaf adds to an output."""

    tree: int
    number: int
    output: int
    value: float


def write(nodes: Sequence[Node], votes: Sequence[Vote], features: int, outputs: int) -> bytes:
    """Return the file of a model that takes `features` columns and gives `outputs`; votes add up in trees' order."""
    node = _text(1, INPUT) + _text(2, OUTPUT) + wire.field(4, _OPERATOR) + wire.field(7, _DOMAIN)
    attributes = (_one("n_targets", outputs), *_of_nodes(nodes), *_of_votes(votes))
    node += b"".join(wire.field(5, attribute) for attribute in attributes)
    graph = wire.field(1, node) + _text(2, "forest") + _matrix(11, INPUT, features) + _matrix(12, OUTPUT, outputs)
    operators = wire.field(8, _text(1, "") + _number(2, _OPERATORS_VERSION))
    operators += wire.field(8, wire.field(1, _DOMAIN) + _number(2, _DOMAIN_VERSION))
    return _number(1, _IR_VERSION) + operators + wire.field(7, graph)


def _of_nodes(nodes: Sequence[Node]) -> Iterable[bytes]:
    trees, numbers, modes, features, values, yes, no, missing_yes = zip(*nodes, strict=True)
    yield _integers("nodes_treeids", trees)
    yield _integers("nodes_nodeids", numbers)
    yield _text(1, "nodes_modes") + b"".join(wire.field(9, mode) for mode in modes) + _number(20, _TEXTS)
    yield _integers("nodes_featureids", features)
    yield _floats("nodes_values", values)
    yield _integers("nodes_truenodeids", yes)
    yield _integers("nodes_falsenodeids", no)
    yield _integers("nodes_missing_value_tracks_true", missing_yes)


def _of_votes(votes: Sequence[Vote]) -> Iterable[bytes]:
    trees, numbers, outputs, values = zip(*votes, strict=True)
    yield _integers("target_treeids", trees)
    yield _integers("target_nodeids", numbers)
    yield _integers("target_ids", outputs)
    yield _floats("target_weights", values)


def _one(name: str, value: int) -> bytes:
    return _text(1, name) + _number(3, value) + _number(20, _INTEGER)


def _floats(name: str, values: Sequence[float]) -> bytes:
    return _text(1, name) + wire.field(7, np.array(values, dtype="<f4").tobytes()) + _number(20, _FLOATS)


def _integers(name: str, values: Sequence[int]) -> bytes:
    encoded = cache(wire.encoded)  # the same few numbers over and over
    return _text(1, name) + wire.field(8, b"".join(map(encoded, values))) + _number(20, _INTEGERS)


def _matrix(number: int, name: str, columns: int) -> bytes:
    shape = wire.field(1, _text(2, "n")) + wire.field(1, _number(1, columns))
    kind = wire.field(1, _number(1, _FLOAT32) + wire.field(2, shape))
    return wire.field(number, _text(1, name) + wire.field(2, kind))


def _text(number: int, text: str) -> bytes:
    return wire.field(number, text.encode())


def _number(number: int, value: int) -> bytes:
    return wire.encoded(number << 3) + wire.encoded(value)
