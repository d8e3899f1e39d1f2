"""The JSON schema of `workload.yaml`, for editors that complete and check while one types."""

from typing import Any

from spec.workload import Workload


def json_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12: the structure; rules across fields are checked on loading."""
    schema = Workload.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
