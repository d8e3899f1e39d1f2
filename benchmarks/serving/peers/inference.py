"""What a user gives to AWS's toolkits: load, and reshape since their decoders make one row a vector."""

from pathlib import Path
from typing import Any

import joblib


def model_fn(model_dir: str) -> Any:
    """Load the model."""
    return joblib.load(Path(model_dir) / "model.joblib")


def predict_fn(data: Any, model: Any) -> Any:
    """Predict one value a row."""
    return model.predict(data.reshape(1, -1) if data.ndim == 1 else data)
