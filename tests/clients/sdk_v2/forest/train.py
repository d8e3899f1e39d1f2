"""A random forest in script mode."""

import argparse
import os
from pathlib import Path

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--n-estimators", type=int, default=10)
    parser.add_argument("--model-dir", type=Path, default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--train", type=Path, default=os.environ["SM_CHANNEL_TRAIN"])
    arguments = parser.parse_args()
    table = pd.concat(pd.read_csv(path, header=None) for path in sorted(arguments.train.iterdir()))
    forest = RandomForestClassifier(arguments.n_estimators, random_state=28)
    forest.fit(table.iloc[:, 1:].to_numpy(), table[0])
    print(f"trees={len(forest.estimators_)}")
    print(f"train-accuracy={forest.score(table.iloc[:, 1:].to_numpy(), table[0]):.4f};")
    joblib.dump(forest, arguments.model_dir / "model.joblib")


def model_fn(model_dir: str) -> RandomForestClassifier:
    """Load what the script above saved."""
    return joblib.load(Path(model_dir) / "model.joblib")
