"""Trees of few leaves laid out for masks.c: for each split, the leaves that remain where a row goes right."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compiled.layout import Ints, Laid

SPLIT = np.dtype([("threshold", "<f4"), ("feature", "<i4"), ("mask", "<u4")])
WORD = 32
# Of the trees for which this pays: masks take a step for each split, a way one for each level.
MOST_LEAVES = 2 * WORD
_MOST_NODES = 2 * MOST_LEAVES - 1

Places = NDArray[np.int64]


class Masks(NamedTuple):
    """Arrays as forest.h has them."""

    splits: NDArray[Any]
    masked: Ints
    starts: Ints
    leaves: Ints


def masks(laid: Laid) -> Masks:
    """Return the masks of a forest that is in order."""
    left, sizes = laid.nodes["left"].astype(np.int64), laid.sizes
    few = sizes <= _MOST_NODES
    below, first = _leaves(left, laid.roots[few], sizes[few])
    masked = np.where(few, np.cumsum(few) - 1, -1)
    # All leaves have a number, beginning with two words for each tree.
    first += np.repeat(masked * MOST_LEAVES, sizes)
    leaf, few_of_node = laid.leaf, np.repeat(few, sizes)
    ends, splits = np.flatnonzero(few_of_node & leaf), np.flatnonzero(few_of_node & ~leaf)
    leaves = np.repeat(laid.roots[few], MOST_LEAVES)
    leaves[first[ends]] = ends
    places, words, remaining = _remaining(splits, first[splits], first[splits] + below[left[splits]])
    made = np.zeros(len(places), SPLIT)
    made["threshold"], made["feature"] = laid.nodes["threshold"][places], laid.nodes["feature"][places]
    made["mask"] = remaining
    starts = np.searchsorted(words, np.arange(2 * np.count_nonzero(few) + 1))
    return Masks(made, masked.astype(np.int32), starts.astype(np.int32), leaves)


def _leaves(left: Places, roots: Ints, sizes: Places) -> tuple[Places, Places]:
    """Return for each node of some trees how many leaves it has below, and how many of its tree are left of them."""
    below, first = np.ones(len(left), np.int64), np.zeros(len(left), np.int64)
    steps = [roots[sizes > step] + step for step in range(max(sizes, default=0))]
    inner = [nodes[left[nodes] != nodes] for nodes in steps]
    for nodes in reversed(inner):
        below[nodes] = below[left[nodes]] + below[left[nodes] + 1]
    for nodes in inner:
        first[left[nodes]] = first[nodes]
        first[left[nodes] + 1] = first[nodes] + below[left[nodes]]
    return below, first


def _remaining(splits: Places, begin: Places, end: Places) -> tuple[Places, Places, Places]:
    """Return nodes, words and masks, by words: a split crosses out leaves of one word, or the last ones of one and the
    first ones of the next.
    """
    in_two = begin // WORD != (end - 1) // WORD
    places, begin, end = (np.concatenate([each, each[in_two]]) for each in (splits, begin, end))
    words = np.concatenate([begin[: len(splits)] // WORD, (end[len(splits) :] - 1) // WORD])
    low, high = np.maximum(begin - words * WORD, 0), np.minimum(end - words * WORD, WORD)
    order = np.argsort(words, kind="stable")
    return places[order], words[order], (2**WORD - 1 - (2**high - 2**low))[order]
