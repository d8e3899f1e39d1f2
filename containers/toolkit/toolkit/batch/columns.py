"""What a variant's answers are called in the result."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def prediction(variant: str) -> str:
    """Name the column of a variant's prediction."""
    return f"{variant}.prediction"


def probability(variant: str, label: str) -> str:
    """Name the column of a variant's probability of one class."""
    return f"{variant}.probability.{label}"


def possible(variants: Iterable[str], document: Mapping[str, Any]) -> set[str]:
    """Return every name that a result may add to a file's own."""
    labels: Sequence[str] = document["target"].get("categories", ())
    return {
        name for variant in variants for name in (prediction(variant), *(probability(variant, one) for one in labels))
    }
