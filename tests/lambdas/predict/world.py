"""A deployment as the function sees it: fakes with botocore's own clients behind them."""

import io
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore.response import StreamingBody
from botocore.stub import Stubber
from predict.service import Service, build
from predict.settings import Settings

SETTINGS = Settings("dev", "bucket", ("iris", "boston"), 15.0)
KEY = "iris/live/dev-iris-1/features.json"
PREDICTIONS = "/v1/workloads/{workload}/predictions"
FEATURES: dict[str, Any] = {
    "version": 1,
    "workload": "iris",
    "task": "classification",
    "layout": "raw",
    "target": {"name": "species", "type": "category", "categories": ["setosa", "virginica"]},
    "features": [
        {"name": "length", "type": "number", "min": 4.3, "max": 7.9},
        {"name": "petals", "type": "integer", "min": 1, "max": 9},
        {"name": "colour", "type": "category", "categories": ["blue", 'r,"ed', "vert\nété"]},
    ],
    "columns": ["length", "petals", "colour"],
    "decoders": {
        "forest": {"format": "csv", "output": "label-probabilities"},
        "tree": {"format": "csv", "output": "label"},
    },
    "example": {"length": 5.1, "petals": 4, "colour": "blue"},
    "example_line": "5.1,4,blue",
    "schema_hash": "0" * 64,
}
ENCODED: dict[str, Any] = FEATURES | {
    "layout": "encoded",
    "columns": ["length", "petals", "colour=blue", 'colour=r,"ed', "colour=vert\nété"],
}
GOOD = FEATURES["example"]
POINTER = {
    "endpoint": "dev-iris",
    "config": "dev-iris-1",
    "features": KEY,
    "models": {"forest": "dev-iris-forest-9a", "tree": "dev-iris-tree-9a"},
    "metrics": {"forest": {"accuracy": 0.96}},
}
FOREST = b"setosa,0.9,0.1\n"


@cache
def session() -> botocore.session.Session:
    """One for all tests: it keeps the service models, which take a second to read."""
    made = botocore.session.get_session()
    made.set_credentials("test", "test")
    return made


def client(service: str) -> Any:
    """A real client that must not reach anybody."""
    return session().create_client(service, region_name="us-east-1", endpoint_url="http://127.0.0.1:9")


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """Real clients whose answers are queued; an answer too many or too few fails the test."""

    clock: Clock = field(default_factory=Clock)
    ssm: Any = field(default_factory=lambda: client("ssm"))
    s3: Any = field(default_factory=lambda: client("s3"))
    sagemaker: Any = field(default_factory=lambda: client("sagemaker"))
    runtime: Any = field(default_factory=lambda: client("sagemaker-runtime"))

    def __post_init__(self) -> None:
        self.stubs = {name: Stubber(getattr(self, name)) for name in ("ssm", "s3", "sagemaker", "runtime")}
        for stub in self.stubs.values():
            stub.activate()
        self.calls: list[dict[str, Any]] = []
        self.runtime.meta.events.register(
            "before-parameter-build.sagemaker-runtime.InvokeEndpoint",
            lambda params, **_: self.calls.append(dict(params)),
        )

    def service(self, settings: Settings = SETTINGS) -> Service:
        return build(settings, self, self.clock, lambda: "inference-1")

    def pointer(self, **changes: Any) -> "World":
        value = json.dumps(POINTER | changes)
        self.stubs["ssm"].add_response(
            "get_parameter", {"Parameter": {"Value": value}}, {"Name": "/trainyard/dev/iris/live"}
        )
        return self

    def features(self, document: dict[str, Any] = FEATURES) -> "World":
        body = _stream(json.dumps(document).encode())
        self.stubs["s3"].add_response("get_object", {"Body": body}, {"Bucket": "bucket", "Key": KEY})
        return self

    def live(self, document: dict[str, Any] = FEATURES) -> "World":
        return self.pointer().features(document)

    def endpoint(self, status: str = "InService", **weights: float) -> "World":
        variants = [{"VariantName": name, "CurrentWeight": weight} for name, weight in weights.items()]
        answer = {
            "EndpointName": "dev-iris",
            "EndpointArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/dev-iris",
            "EndpointStatus": status,
            "CreationTime": "2026-01-01",
            "LastModifiedTime": "2026-01-01",
            "ProductionVariants": variants,
        }
        self.stubs["sagemaker"].add_response("describe_endpoint", answer, {"EndpointName": "dev-iris"})
        return self

    def answers(self, body: bytes = FOREST, variant: str = "forest") -> "World":
        answer = {"Body": _stream(body), "InvokedProductionVariant": variant}
        self.stubs["runtime"].add_response("invoke_endpoint", answer)
        return self

    def fails(self, service: str, operation: str, code: str, message: str = "", **more: Any) -> "World":
        self.stubs[service].add_client_error(operation, code, message, modeled_fields=more or None)
        return self

    def raises(self, error: Exception) -> "World":
        def fail(**_: Any) -> None:
            raise error

        self.stubs["runtime"].deactivate()
        self.runtime.meta.events.register("before-call.sagemaker-runtime.InvokeEndpoint", fail)
        return self

    def done(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


def _stream(body: bytes) -> StreamingBody:
    return StreamingBody(io.BytesIO(body), len(body))


def event(
    body: str | None = None,
    *,
    method: str = "POST",
    resource: str = PREDICTIONS,
    workload: str = "iris",
    **headers: str,
) -> dict[str, Any]:
    """The gateway's event; header names are written with underscores."""
    return {
        "resource": resource,
        "path": resource.replace("{workload}", workload),
        "httpMethod": method,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "multiValueHeaders": None,
        "pathParameters": {"workload": workload},
        "requestContext": {"requestId": "gateway-1"},
        "body": body,
        "isBase64Encoded": False,
    }


def records(*rows: Any) -> str:
    return json.dumps({"instances": list(rows or [GOOD])})


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: dict[str, Any]


def ask(world: World, asked: dict[str, Any]) -> Answer:
    response = world.service().answer(asked, "lambda-1")
    return Answer(response["statusCode"], response["headers"], json.loads(response["body"]))
