"""What every request of the model servers waits for, in compiled C: rows of numbers, forests of trees, lines."""

from compiled.forest import LabellingForest, MeanForest, SumForest
from compiled.layout import Laid, Tree, lay_out
from compiled.library import Unavailable
from compiled.lines import Lines

__all__ = ["LabellingForest", "Laid", "Lines", "MeanForest", "SumForest", "Tree", "Unavailable", "lay_out"]
