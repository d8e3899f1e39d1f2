"""The same with Powertools (logger, tracer off, event handler) and pydantic, as its guides write it."""

import json
import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from pydantic import BaseModel, create_model

logger = Logger(service="predict")
app = APIGatewayRestResolver(enable_validation=False)
ssm = boto3.client("ssm")
s3 = boto3.client("s3")
runtime = boto3.client("sagemaker-runtime")
kept: dict[str, Any] = {}


def look_up(workload: str) -> tuple[dict[str, Any], list[str], type[BaseModel]]:
    """What is live, and a model of its rows."""
    if workload not in kept:
        name = f"/trainyard/{os.environ['TRAINYARD_STAGE']}/{workload}/live"
        pointer = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
        features = json.loads(
            s3.get_object(Bucket=os.environ["TRAINYARD_BUCKET"], Key=pointer["features"])["Body"].read()
        )
        row = create_model("Row", **{feature["name"]: (float, ...) for feature in features["features"]})
        kept[workload] = pointer, features["columns"], create_model("Rows", instances=(list[row], ...))
    return kept[workload]


@app.post("/v1/workloads/<workload>/predictions")
def predict(workload: str) -> dict[str, Any]:
    """Check, ask, answer."""
    pointer, columns, model = look_up(workload)
    rows = model.model_validate_json(app.current_event.body).instances
    body = "".join(",".join(str(getattr(row, name)) for name in columns) + "\n" for row in rows)
    answer = runtime.invoke_endpoint(EndpointName=pointer["endpoint"], ContentType="text/csv", Body=body)
    labels = [line.split(",")[0] for line in answer["Body"].read().decode().splitlines()]
    logger.info("answered", extra={"rows": len(rows)})
    return {"predictions": labels, "variant": answer["InvokedProductionVariant"]}


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one event of the gateway."""
    return app.resolve(event, context)
