"""Trains a forest in the scikit-learn image: channels and model folder come by environment variables."""

import os
from pathlib import Path

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

if __name__ == "__main__":
    rows = pd.read_csv(Path(os.environ["SM_CHANNEL_TRAIN"]) / "train.csv")
    model = RandomForestRegressor().fit(rows.iloc[:, 1:], rows.iloc[:, 0])
    joblib.dump(model, Path(os.environ["SM_MODEL_DIR"]) / "model.joblib")
