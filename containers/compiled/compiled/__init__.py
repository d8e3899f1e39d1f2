"""What every request of the model servers waits for, in compiled C: rows of numbers, forests of trees, lines."""

from compiled.forest import MeanForest, SumForest
from compiled.layout import Laid, Tree, lay_out
from compiled.library import Unavailable
from compiled.lines import Lines

__all__ = ["Laid", "Lines", "MeanForest", "SumForest", "Tree", "Unavailable", "lay_out"]
