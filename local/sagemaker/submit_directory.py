"""Script mode's code: the archive in S3 that `sagemaker_submit_directory` names becomes `/opt/ml/code`.

On AWS the toolkit inside the image downloads it. Here images reach no AWS, so it is there before they start; AWS's
toolkits leave a filled `/opt/ml/code` as it is, so images that have them run unchanged.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from local.sagemaker import archives
from local.sagemaker.context import Context
from local.sagemaker.s3files import S3Problem


class CodeProblem(Exception):
    """The code cannot be put in place; the message is fit for a FailureReason."""


def place_for_training(context: Context, hyperparameters: Mapping[str, str], folder: Path) -> None:
    """Put the code that a job's hyperparameters name below `folder`, which is `/opt/ml`.

    Raises:
        CodeProblem: it is not there, or not a decent archive.
    """
    _place(context, _decoded(hyperparameters.get("sagemaker_submit_directory", "")), folder)


def place_for_serving(context: Context, environment: Mapping[str, str], folder: Path) -> None:
    """Put the code that a container's environment names below `folder`, which is `/opt/ml`.

    Raises:
        CodeProblem: it is not there, or not a decent archive.
    """
    _place(context, environment.get("SAGEMAKER_SUBMIT_DIRECTORY", ""), folder)


def _decoded(text: str) -> str:
    """Undo the JSON that the SageMaker SDK puts around hyperparameters."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str) else text


def _place(context: Context, uri: str, folder: Path) -> None:
    if not uri.startswith("s3://"):
        return
    archive = folder / "sourcedir.tar.gz"
    try:
        context.s3.fetch(uri, archive)
        archives.unpack(archive, folder / "code", context.limits.archive_bytes)
    except S3Problem as error:
        raise CodeProblem(f"Failed to download the code from {error}") from error
    except archives.ArchiveProblem as error:
        raise CodeProblem(f"Failed to extract the code from {uri}: {error}") from error
    finally:
        archive.unlink(missing_ok=True)
