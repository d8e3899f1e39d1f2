"""Says what XGBoost itself predicts by the model that the stand-in trained.

python boosted.py MODEL_FOLDER ROWS.csv FOLDER     # in the image's own environment
"""

import sys
from pathlib import Path

import numpy as np
import xgboost


def main(model: Path, rows: Path, folder: Path) -> None:
    """Write the expected predictions."""
    booster = xgboost.Booster(model_file=model / "xgboost-model")
    values = booster.predict(xgboost.DMatrix(np.loadtxt(rows, delimiter=",", ndmin=2))).tolist()
    (folder / "expected.txt").write_text("".join(f"{value!r}\n" for value in values), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
