"""A processing job: measure a trained model on labelled rows in the channel's format.

Reads `input/model` (model.tar.gz, or its files) and `input/data` (CSV with header, label first),
writes `output/evaluation/metrics.json`. The toolkit measures a transform's answers; this the model itself.
"""

import json
import tarfile
import tempfile
from pathlib import Path

from contract import quality
from contract.errors import UserError
from contract.paths import Paths

from sklearn_image import data, model, scoring
from sklearn_image.archive import PIPELINE, SCHEMA
from sklearn_image.model import Model

SEED = 0


def run(paths: Paths) -> None:
    """Do the whole job."""
    loaded = load(paths.processing_input("model"))
    labelled = data.read(paths.processing_input("data"))
    rows = len(labelled.rows)
    metrics = quality.with_deviations(scoring.measure(loaded, labelled), rows, SEED)
    group = quality.group(loaded.schema.task, len(loaded.schema.classes))
    folder = paths.processing_output("evaluation")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "metrics.json").write_text(json.dumps({group: metrics, "rows": rows}, indent=1), encoding="utf-8")


def load(folder: Path) -> Model:
    """Load from the archive if there is one; only the two files that we know are taken out of it."""
    archive = folder / "model.tar.gz"
    if not archive.is_file():
        return model.load(folder)
    with tempfile.TemporaryDirectory() as temporary:
        _take(archive, Path(temporary))
        return model.load(Path(temporary))


def _take(archive: Path, folder: Path) -> None:
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = Path(member.name).name
                content = tar.extractfile(member) if name in (PIPELINE, SCHEMA) else None
                if content:
                    (folder / name).write_bytes(content.read())
    except tarfile.TarError as error:
        raise UserError(f"{archive.name} is not a tar archive: {error}") from error
