"""From a request on the wire to the operation that it calls and the parameters that say on what.

All protocols of AWS that clients of ours speak, read by botocore's own service models. Bodies of objects and of
invocations are left alone.
"""

import gzip
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

import botocore.session
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser

_BOTO_NAMES = {"states": "stepfunctions", "monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}
_CBOR = re.compile(r"/service/[^/]+/operation/(?P<operation>\w+)$")
_KEY = re.compile(rb"<Key>(.*?)</Key>")
_LABEL = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True)
class Call:
    """An operation of a service, both as botocore names them."""

    service: str
    operation: str
    parameters: dict[str, Any]


def call(environ: dict[str, Any], signing_name: str) -> Call | None:
    """Return what a request calls; None where no model knows it. The body stays readable."""
    path = unquote(environ.get("PATH_INFO", ""))
    service = _BOTO_NAMES.get(signing_name, signing_name)
    if service == "sagemaker" and path.startswith("/endpoints/"):
        service = "sagemaker-runtime"
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return Call(service, str(target).rpartition(".")[2], json.loads(_body(environ) or b"{}"))
    if found := _CBOR.search(path):
        return Call(service, found["operation"], _cbor(_body(environ)))
    if str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):
        form = {name: values[0] for name, values in parse_qs(_body(environ).decode()).items()}
        return Call(service, form.pop("Action", ""), form)
    return _rest(service, path, environ)


def _rest(service: str, path: str, environ: dict[str, Any]) -> Call | None:
    query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", ""), True).items()}
    best: tuple[int, Call] | None = None
    document: dict[str, Any] | None = None
    for route in _routes(service, environ["REQUEST_METHOD"]):
        match = route.path.fullmatch(path)
        if match is None or not route.query.items() <= query.items():
            continue
        sent = {name: query.get(key) for name, key in route.in_query.items()}
        sent |= {name: environ.get(key) for name, key in route.in_header.items()}
        if any(sent[name] is None for name in route.required):
            continue
        found = {name: value for name, value in sent.items() if value is not None} | match.groupdict()
        if route.in_body:
            document = _document(environ) if document is None else document
            found = document | found
        if best is None or route.weight > best[0]:
            best = route.weight, Call(service, route.operation, found)
    if best and best[1].operation == "DeleteObjects":
        keys = [{"Key": key.decode()} for key in _KEY.findall(_body(environ))]
        best[1].parameters["Delete"] = {"Objects": keys}
    return best[1] if best else None


@dataclass(frozen=True)
class _Route:
    operation: str
    path: re.Pattern[str]
    query: dict[str, str]
    in_query: dict[str, str]
    in_header: dict[str, str]
    required: tuple[str, ...]
    in_body: bool

    @property
    def weight(self) -> int:
        """The route that demands more is the one that is meant."""
        return len(self.query) + len(self.required) + self.path.groups


@cache
def _routes(service: str, method: str) -> list[_Route]:
    session = botocore.session.get_session()
    if service not in session.get_available_services():
        return []
    model: ServiceModel = session.get_service_model(service)
    operations = [model.operation_model(name) for name in model.operation_names]
    return [_route(operation) for operation in operations if operation.http.get("method") == method]


def _route(operation: OperationModel) -> _Route:
    path, _, query = str(operation.http["requestUri"]).partition("?")
    shape = operation.input_shape
    members = shape.members if shape else {}
    places: dict[str, dict[str, str]] = {"querystring": {}, "header": {}}
    for name, member in members.items():
        place = member.serialization.get("location")
        if place in places:
            places[place][name] = str(member.serialization["name"])
    elsewhere = [name for found in places.values() for name in found]
    return _Route(
        operation=operation.name,
        path=re.compile(_LABEL.sub(lambda m: f"(?P<{m[1]}>{'.+' if m[2] else '[^/]+'})", path)),
        query={name: values[0] for name, values in parse_qs(query, True).items()},
        in_query=places["querystring"],
        in_header={name: "HTTP_" + key.upper().replace("-", "_") for name, key in places["header"].items()},
        required=tuple(name for name in (shape.required_members if shape else ()) if name in elsewhere),
        in_body=_is_document(operation),
    )


def _is_document(operation: OperationModel) -> bool:
    """Whether the members that stand nowhere else are a JSON document, the body."""
    shape = operation.input_shape
    return operation.service_model.protocol == "rest-json" and "payload" not in (shape.serialization if shape else {})


def _document(environ: dict[str, Any]) -> dict[str, Any]:
    body = _body(environ)
    found = json.loads(body) if body.startswith(b"{") else {}
    return found if isinstance(found, dict) else {}


def _cbor(body: bytes) -> dict[str, Any]:
    parser: Any = create_parser("smithy-rpc-v2-cbor")
    found: dict[str, Any] = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body)) if body else {}
    return found


def _body(environ: dict[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    content: bytes = stream.read()
    stream.seek(0)
    # CloudWatch's clients compress what is larger than 10 KB.
    return gzip.decompress(content) if environ.get("HTTP_CONTENT_ENCODING") == "gzip" else content
