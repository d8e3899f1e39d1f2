"""Gives the peers the very model that our image trained, and says what scikit-learn itself predicts by it.

    python forest.py MODEL_FOLDER ROWS.csv FOLDER     # in the image's own environment

The forest goes to FOLDER/model.joblib as a user would keep it, without our encoder: all columns are numbers.
"""

import json
import sys
from pathlib import Path

import joblib
import numpy as np
import skops.io

TRUSTED = ["sklearn.tree._tree.Tree"]


def main(model: Path, rows: Path, folder: Path) -> None:
    """Write the forest, the classes and the expected predictions."""
    pipeline = skops.io.load(model / "model.skops", trusted=TRUSTED)
    classes = json.loads((model / "schema.json").read_text(encoding="utf-8"))["classes"]
    codes = pipeline.predict(np.loadtxt(rows, delimiter=",", ndmin=2)).tolist()
    joblib.dump(pipeline[-1], folder / "model.joblib")
    (folder / "classes.json").write_text(json.dumps(classes), encoding="utf-8")
    (folder / "expected.txt").write_text("".join(f"{classes[int(code)]}\n" for code in codes), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
