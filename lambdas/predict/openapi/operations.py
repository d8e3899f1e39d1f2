"""The operations of one workload, and those of the API as a whole."""

import csv
import io
from typing import Any

from predict.openapi import shapes
from predict.openapi.shapes import TEXT, Json
from predict.schema import Schema

_KEY: list[Json] = [{"key": []}]
_HEADERS: list[Json] = [
    {
        "name": "X-Request-Id",
        "in": "header",
        "schema": TEXT,
        "description": "Echoed in the answer and in our logs, if it has 1 to 128 of A-Z a-z 0-9 _ . : / + = @ -",
    }
]
_ROUTING: list[Json] = [
    {
        "name": "X-Variant",
        "in": "header",
        "schema": TEXT,
        "description": "Ask this variant, whatever the weights say.",
    },
    {
        "name": "X-Session-Id",
        "in": "header",
        "schema": TEXT,
        "description": "Keeps one user on one variant, in proportion to the weights.",
    },
]
_SAID = {
    "400": "The request cannot be understood, or fields do not fit; each is named.",
    "403": "No API key, or one that may not.",
    "404": "No such workload.",
    "409": "The variant asked for is not live; the live ones are named.",
    "413": "More than 4 MB, or more than the model can read at once.",
    "415": "A media type, charset or encoding that is not read here.",
    "429": "Asked more often than the key or the model allows.",
    "500": "A fault of ours; name the request id.",
    "502": "The model failed, or answered what cannot be read.",
    "503": "No model is live, or not right now; try again.",
    "504": "The model took too long.",
}


def workload_paths(name: str, schema: Schema | None) -> dict[str, Json]:
    """The paths of one workload."""
    at = f"/v1/workloads/{name}"
    return {
        at: {"get": _described(name)},
        f"{at}/predictions": {"post": _predictions(name, schema)},
        f"{at}/feedback": {"post": _feedback(name, schema)},
    }


def general_paths() -> dict[str, Json]:
    """What is not of one workload."""
    listed = _object({"workloads": {"type": "array", "items": {"type": "object"}}})
    openapi = _operation("openapi", "This document", ["500"], _json({"type": "object"}), key=False)
    page = _operation("page", "A page to try the API in a browser", ["500"], {"text/html": {"schema": TEXT}}, key=False)
    return {
        "/v1/workloads": {"get": _operation("workloads", "All workloads", ["403", "429", "500", "504"], _json(listed))},
        "/openapi.json": {"get": openapi},
        "/": {"get": page},
    }


def _described(name: str) -> Json:
    members: Json = {"workload": {"const": name}, "status": TEXT, "variants": {"type": "array"}}
    described: Json = {"type": "object", "required": list(members), "properties": members}
    failures = ["403", "429", "500", "503", "504"]
    return _operation(
        f"{name}-describe", "Features, variants, weights and metrics", failures, _json(described), tag=name
    )


def _predictions(name: str, schema: Schema | None) -> Json:
    envelope = _object({"instances": {"type": "array", "minItems": 1, "items": shapes.row(schema)}})
    answer = _object(
        {
            "predictions": {"type": "array", "minItems": 1, "items": shapes.prediction(schema)},
            "variant": TEXT,
            "model": {"type": ["string", "null"]},
            "inference_id": {"type": "string", "format": "uuid"},
        }
    )
    failures = [status for status in _SAID if status != "404"]
    operation = _operation(f"{name}-predict", f"Predict with {name}", failures, _json(answer), tag=name)
    sent: dict[str, Json] = {"application/json": {"schema": envelope}, "text/csv": {"schema": TEXT}}
    if schema:
        example = schema.document["example"]
        sent["application/json"]["example"] = {"instances": [example]}
        sent["text/csv"]["example"] = _csv(example)
    operation["parameters"] = [*_HEADERS, *_ROUTING]
    return operation | {"requestBody": {"required": True, "content": sent}}


def _feedback(name: str, schema: Schema | None) -> Json:
    sent = _object({"inference_id": _UUID, "actual": shapes.actual(schema)})
    answer = _object({"inference_id": _UUID, "accepted": {"const": True}})
    failures = ["400", "403", "413", "415", "429", "500", "503", "504"]
    summary = "Tell what turned out to be true"
    operation = _operation(f"{name}-feedback", summary, failures, _json(answer), tag=name, status="202")
    return operation | {"requestBody": {"required": True, "content": _json(sent)}}


_UUID: Json = {
    "type": "string",
    "minLength": 36,
    "maxLength": 36,
    "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
}


def _operation(
    id: str,
    summary: str,
    failures: list[str],
    content: dict[str, Json],
    *,
    tag: str = "general",
    key: bool = True,
    status: str = "200",
) -> Json:
    responses: Json = {status: {"description": "Done.", "content": content}}
    responses |= {code: {"description": _SAID[code], "content": _PROBLEM} for code in failures}
    return {
        "operationId": id,
        "summary": summary,
        "tags": [tag],
        "parameters": _HEADERS,
        "security": _KEY if key else [],
        "responses": responses,
    }


_PROBLEM: dict[str, Json] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _json(schema: Json) -> dict[str, Json]:
    return {"application/json": {"schema": schema}}


def _object(members: Json) -> Json:
    """All members required, no others."""
    return {"type": "object", "required": list(members), "additionalProperties": False, "properties": members}


def _csv(record: dict[str, Any]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([record.keys(), record.values()])
    return text.getvalue()
