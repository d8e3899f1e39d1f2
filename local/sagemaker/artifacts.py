"""What a training job leaves in S3: the model and the output data of all instances, packed or as files."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from local.sagemaker import archives
from local.sagemaker.s3files import S3Files, S3Problem
from local.sagemaker.store import Record


def location(request: Record) -> str:
    """Return what S3ModelArtifacts says: an archive, or a prefix where no compression was asked for."""
    return f"{_target(request)}/model/" if _plain(request) else f"{_target(request)}/model.tar.gz"


def upload(request: Record, places: Sequence[Path], folder: Path, s3: S3Files) -> None:
    """Upload the model and, if there is any, the output data; `folder` has room for archives.

    Raises:
        S3Problem: it cannot be packed or uploaded.
    """
    try:
        _upload(request, "model", "model", places, folder, s3)
        if any(any((place / "output" / "data").glob("*")) for place in places):
            _upload(request, "output/data", "output", places, folder, s3)
    except (OSError, S3Problem) as error:
        raise S3Problem(f"Artifact upload failed:{error}") from error


def _upload(request: Record, part: str, name: str, places: Sequence[Path], folder: Path, s3: S3Files) -> None:
    source = _merged([place / part for place in places], folder / f"merged-{name}")
    if _plain(request):
        s3.upload_folder(source, f"{_target(request)}/{Path(part).name}")
        return
    packed = folder / f"{name}.tar.gz"
    archives.pack(source, packed)
    s3.upload(packed, f"{_target(request)}/{packed.name}")


def _merged(sources: Sequence[Path], target: Path) -> Path:
    """Return one folder with the files of all; where names clash, which AWS leaves open, the first host wins."""
    if len(sources) == 1:
        return sources[0]
    for source in reversed(sources):
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    return target


def _plain(request: Record) -> bool:
    return bool(request["OutputDataConfig"].get("CompressionType") == "NONE")


def _target(request: Record) -> str:
    return f"{request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{request['TrainingJobName']}/output"
