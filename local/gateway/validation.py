"""Request validators: the body against a model (JSON Schema draft 4), and required parameters."""

import json
from typing import Any

import jsonschema

from local.gateway.call import Call
from local.gateway.errors import GatewayError


def validate(call: Call) -> None:
    """Check what the method's validator asks for.

    Raises:
        GatewayError: a required parameter is missing, or the body does not match its model.
    """
    validator = call.api.request_validators.get(call.method.request_validator_id)
    if validator is None:
        return
    if validator.validate_request_parameters:
        _parameters(call)
    if validator.validate_request_body:
        _body(call)


def _parameters(call: Call) -> None:
    request = call.request
    places: dict[str, Any] = {"querystring": request.args, "header": request.headers, "path": call.parameters}
    missing = []
    for parameter, required in (call.method.request_parameters or {}).items():
        _, _, place, name = parameter.split(".", 3)
        if required and not places[place].get(name):
            missing.append(name)
    if missing:
        raise GatewayError("BAD_REQUEST_PARAMETERS", f"Missing required request parameters: [{', '.join(missing)}]")


def _body(call: Call) -> None:
    models = call.method.request_models or {}
    name = models.get(call.media_type) or models.get("$default")
    model = next((model for model in call.api.models.values() if model.name == name), None)
    if model is None or not model.schema:
        return
    try:
        body = json.loads(call.body)
    except ValueError as error:
        raise GatewayError("BAD_REQUEST_BODY", validation="Unable to parse input as json") from error
    schema = json.loads(model.schema) if isinstance(model.schema, str) else model.schema
    errors = sorted(jsonschema.Draft4Validator(schema).iter_errors(body), key=lambda error: list(error.path))
    if errors:
        findings = ", ".join(finding(error) for error in errors)
        raise GatewayError("BAD_REQUEST_BODY", validation=f"[{findings}]")


def finding(error: jsonschema.ValidationError) -> str:
    """Word a finding as AWS's validator does, where that is known."""
    rule: Any = error.validator
    limit: Any = error.validator_value
    value: Any = error.instance
    schema: Any = error.schema
    if rule == "required":
        missing = sorted(name for name in _list(limit) if name not in value)
        return f"object has missing required properties ({_quoted(missing)})"
    if rule == "type":
        return (
            f"instance type ({_type(value)}) does not match any allowed primitive type "
            f"(allowed: {_quoted(_list(limit))})"
        )
    if rule == "additionalProperties":
        extra = sorted(name for name in value if name not in schema.get("properties", {}))
        return f"object instance has properties which are not allowed by the schema: {_quoted(extra)}"
    if rule == "minItems":
        return f"array is too short: must have at least {limit} elements but instance has {len(value)} elements"
    if rule == "maxItems":
        return f"array is too long: must have at most {limit} elements but instance has {len(value)} elements"
    return error.message


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _quoted(names: list[str]) -> str:
    return json.dumps(names, separators=(",", ":"))


def _type(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return "null" if value is None else names[type(value)]
