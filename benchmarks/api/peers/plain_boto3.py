"""The handler that most people write: boto3's clients, a cache of the look-up, no checks of the rows."""

import json
import os
from typing import Any

import boto3

ssm = boto3.client("ssm")
s3 = boto3.client("s3")
runtime = boto3.client("sagemaker-runtime")
kept: dict[str, Any] = {}


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one event of the gateway."""
    workload = event["pathParameters"]["workload"]
    if workload not in kept:
        name = f"/trainyard/{os.environ['TRAINYARD_STAGE']}/{workload}/live"
        pointer = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
        features = json.loads(
            s3.get_object(Bucket=os.environ["TRAINYARD_BUCKET"], Key=pointer["features"])["Body"].read()
        )
        kept[workload] = pointer, features
    pointer, features = kept[workload]
    rows = json.loads(event["body"])["instances"]
    body = "".join(",".join(str(row[name]) for name in features["columns"]) + "\n" for row in rows)
    answer = runtime.invoke_endpoint(EndpointName=pointer["endpoint"], ContentType="text/csv", Body=body)
    labels = [line.split(",")[0] for line in answer["Body"].read().decode().splitlines()]
    return {
        "statusCode": 200,
        "body": json.dumps({"predictions": labels, "variant": answer["InvokedProductionVariant"]}),
    }
