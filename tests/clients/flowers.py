"""Iris as the notebooks prepare it: label first, no header, shuffled, 120 rows to train and 30 to test."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_iris


def split(seed: int = 28) -> tuple[np.ndarray, np.ndarray]:
    """Return train and test, label in the first column."""
    features, labels = load_iris(return_X_y=True)
    table = np.column_stack([labels, features])
    np.random.default_rng(seed).shuffle(table)
    return table[:120], table[120:]


def write(folder: Path) -> dict[str, Path]:
    """Write train.csv (label first) and test.csv (features only)."""
    train, test = split()
    files = {"train": folder / "train.csv", "test": folder / "test.csv"}
    np.savetxt(files["train"], train, delimiter=",", fmt="%g")
    np.savetxt(files["test"], test[:, 1:], delimiter=",", fmt="%g")
    return files
