"""The files of a trained model's archive, model.tar.gz."""

from pathlib import Path

from contract.errors import UserError

# What every archive has.
PIPELINE = "model.skops"
SCHEMA = "schema.json"
# What an archive has whose model converts, to arrays or to ONNX, and what proves that it converted well.
FOREST = "forest.npz"
ONNX = "model.onnx"
SAMPLE_ROWS = "sample-rows.npy"
SAMPLE_PREDICTIONS = "sample-predictions.npy"


def check(folder: Path) -> None:
    """Refuse a folder that is no model of ours."""
    for name in (PIPELINE, SCHEMA):
        if not (folder / name).is_file():
            raise UserError(f"no {name} in the model's folder; is this archive made by `train` of this image?")
