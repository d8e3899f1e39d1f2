"""DataCaptureConfig of a transform job: manifests of what went in and what came out, by the hour of its start."""

import json
import uuid
from datetime import datetime

from local.sagemaker.context import Context
from local.sagemaker.s3files import split
from local.sagemaker.store import Record


def put_manifests(context: Context, request: Record, started: datetime, relatives: list[str]) -> None:
    """Write the manifests `input/yyyy/mm/dd/hh/` and `output/...` below DestinationS3Uri, if the job captures.

    Raises:
        S3Problem: they cannot be written.
    """
    config = request.get("DataCaptureConfig")
    if not config or not relatives:
        return
    source = request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    target = request["TransformOutput"]["S3OutputPath"]
    for side, prefix, names in (
        ("input", source, relatives),
        ("output", target, [f"{relative}.out" for relative in relatives]),
    ):
        bucket, base = split(config["DestinationS3Uri"])
        key = "/".join(
            part for part in (base.strip("/"), side, f"{started:%Y/%m/%d/%H}", f"{uuid.uuid4()}.json") if part
        )
        body = json.dumps([{"prefix": f"{prefix.rstrip('/')}/"}, *names])
        context.client("s3").put_object(Bucket=bucket, Key=key, Body=body.encode())
