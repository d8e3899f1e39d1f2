"""BentoML: rows as an array, `predict`."""

import bentoml
import numpy as np
from model import predictor


@bentoml.service(workers=1)
class Forest:
    """Answers for one model."""

    def __init__(self) -> None:
        self.model = predictor()

    @bentoml.api
    def predict(self, rows: np.ndarray) -> list[float]:
        """Predict one value a row."""
        return self.model(rows).tolist()
