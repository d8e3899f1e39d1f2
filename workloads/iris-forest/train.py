"""A random forest in script mode: SageMaker's scikit-learn image runs this file to train, and imports it to serve.

What it does not define (reading a request, asking the model, writing the answer) the image does by itself.
"""

import argparse
import os
from pathlib import Path

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

MODEL = "forest.joblib"


def model_fn(model_dir: str) -> RandomForestClassifier:
    """Load the model once, when a server starts; one thread, since the server has several workers."""
    return joblib.load(Path(model_dir, MODEL)).set_params(n_jobs=1)


def main() -> None:
    """Fit on the channel train, measure on the channel validation, keep the model."""
    options = parse()
    target, features = table(options.train)
    forest = RandomForestClassifier(
        n_estimators=options.n_estimators,
        min_samples_leaf=options.min_samples_leaf,
        random_state=options.seed,
    ).fit(features, target)
    if options.validation:
        report(forest, *table(options.validation))
    joblib.dump(forest, Path(options.model_dir, MODEL))


def parse() -> argparse.Namespace:
    """Hyperparameters come as arguments, places as variables; an unknown hyperparameter ends the job."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--n-estimators", type=int, default=100)
    parser.add_argument("--min-samples-leaf", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--validation", default=os.environ.get("SM_CHANNEL_VALIDATION"))
    return parser.parse_args()


def table(folder: str) -> "tuple[pd.Series, pd.DataFrame]":
    """A channel's rows: the label is the first column, the rest are numbers."""
    rows = pd.concat([pd.read_csv(file) for file in sorted(Path(folder).glob("*.csv"))])
    return rows.iloc[:, 0], rows.iloc[:, 1:].to_numpy()


def report(forest: RandomForestClassifier, target: pd.Series, features: pd.DataFrame) -> None:
    """Print the metrics in the form that the workload's regular expressions read, and who was taken for whom."""
    from tabulate import tabulate  # by requirements.txt: the image does not bring it

    predicted = forest.predict(features)
    print(f"validation:accuracy={accuracy_score(target, predicted):.4f};")
    print(f"validation:f1={f1_score(target, predicted, average='macro'):.4f};")
    counts = confusion_matrix(target, predicted, labels=forest.classes_)
    print(tabulate(counts, headers=[f"taken for {name}" for name in forest.classes_], showindex=list(forest.classes_)))


if __name__ == "__main__":
    main()
