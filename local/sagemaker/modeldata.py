"""A container's artifact: where it lies in S3, and how it becomes `/opt/ml/model`."""

from pathlib import Path

from local.sagemaker import archives, submit_directory
from local.sagemaker.context import Context
from local.sagemaker.errors import validation
from local.sagemaker.s3files import S3Files, S3Problem
from local.sagemaker.store import Record


class ModelProblem(Exception):
    """A model's artifact cannot be put in place; the message is fit for a FailureReason."""


def artifact(container: Record) -> str:
    """Return the artifact's S3 URI, or nothing: an image may hold its model itself."""
    return str(container.get("ModelDataUrl") or _source(container).get("S3Uri") or "")


def packed(container: Record) -> bool:
    """Tell whether the artifact is a tar.gz."""
    return bool(container.get("ModelDataUrl")) or _source(container).get("CompressionType") == "Gzip"


def check(s3: S3Files, container: Record) -> None:
    """Refuse a container whose artifact is misdescribed or not there.

    Raises:
        AwsError: as CreateModel answers.
    """
    source = _source(container)
    if container.get("ModelDataUrl") and source:
        raise validation("Only one of ModelDataUrl and ModelDataSource may be specified for a container.")
    for member in ("HubAccessConfig", "ManifestS3Uri"):
        if source.get(member):
            raise validation(f"{member} is not covered by the embedded SageMaker")
    if source.get("S3DataType") == "S3Prefix":
        if packed(container):
            raise validation("CompressionType Gzip needs S3DataType S3Object: the artifact is one tar.gz.")
        if not source["S3Uri"].endswith("/"):
            raise validation(f"The S3Uri of an S3Prefix must end with a forward slash, got {source['S3Uri']}.")
    if not _found(s3, container):
        raise validation(f"Could not find model data at {artifact(container)}.")


def _found(s3: S3Files, container: Record) -> bool:
    uri = artifact(container)
    if not uri:
        return True
    try:
        return bool(s3.keys(uri)) if _source(container).get("S3DataType") == "S3Prefix" else s3.exists(uri)
    except S3Problem:
        return False


def place(context: Context, container: Record, folder: Path) -> None:
    """Put the artifact into `folder`/model, and the code that the environment names into `folder`/code.

    Raises:
        ModelProblem: one is not there, or not a decent archive.
    """
    _place_artifact(context, container, folder)
    try:
        submit_directory.place_for_serving(context, container.get("Environment", {}), folder)
    except submit_directory.CodeProblem as error:
        raise ModelProblem(str(error)) from error


def _place_artifact(context: Context, container: Record, folder: Path) -> None:
    model = folder / "model"
    model.mkdir(parents=True, exist_ok=True)
    uri = artifact(container)
    if not uri:
        return
    try:
        if packed(container):
            _unpack(context, uri, folder)
        elif _source(container)["S3DataType"] == "S3Object":
            context.s3.fetch(uri, model / uri.rsplit("/", 1)[-1])
        else:
            context.s3.download(uri, model)
    except S3Problem as error:
        raise ModelProblem(f'Failed to download model data from URL "{uri}": {error}') from error
    except archives.ArchiveProblem as error:
        raise ModelProblem(
            f'Failed to extract model data archive from URL "{uri}": {error}. Please ensure that the object'
            " located at the URL is a valid tar.gz archive."
        ) from error


def _unpack(context: Context, uri: str, folder: Path) -> None:
    archive = folder / "model.tar.gz"
    context.s3.fetch(uri, archive)
    archives.unpack(archive, folder / "model", context.limits.archive_bytes)
    archive.unlink()


def _source(container: Record) -> Record:
    source: Record = container.get("ModelDataSource", {}).get("S3DataSource", {})
    return source
