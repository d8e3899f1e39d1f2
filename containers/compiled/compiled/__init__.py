"""Forests of trees, evaluated by compiled C: what every request of the model servers waits for."""

from compiled.forest import MeanForest, SumForest
from compiled.layout import Laid, Tree, lay_out
from compiled.library import Unavailable

__all__ = ["Laid", "MeanForest", "SumForest", "Tree", "Unavailable", "lay_out"]
