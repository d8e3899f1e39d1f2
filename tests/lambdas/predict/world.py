"""A deployment as the function sees it: AWS as a queue of answers per operation."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from predict.aws.errors import Refused
from predict.aws.services import Invocation, Prediction
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


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """AWS whose answers are queued by operation; an answer too many or too few fails the test."""

    clock: Clock = field(default_factory=Clock)
    queues: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    calls: list[Invocation] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    seconds_left: float = 28.0

    def service(self, settings: Settings = SETTINGS) -> Service:
        now = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
        return build(settings, self, self.clock, lambda: "inference-1", lambda: now)

    def parameter(self, name: str) -> str:
        assert name in ("/trainyard/dev/iris/live", "/trainyard/dev/boston/live")
        value: str = self._next("parameter")
        return value

    def object(self, key: str) -> bytes:
        assert key == KEY
        body: bytes = self._next("object")
        return body

    def describe_endpoint(self, name: str) -> dict[str, Any]:
        assert name == "dev-iris"
        answer: dict[str, Any] = self._next("describe_endpoint")
        return answer

    def put_object(self, key: str, body: bytes, content_type: str) -> None:
        if self.queues["put_object"]:
            self._next("put_object")
        self.kept[key] = body

    def invoke(self, call: Invocation, seconds: float) -> Prediction:
        self.calls.append(call)
        self.waited.append(seconds)
        answer: Prediction = self._next("invoke")
        return answer

    def pointer(self, **changes: Any) -> "World":
        return self._answers("parameter", json.dumps(POINTER | changes))

    def features(self, document: dict[str, Any] = FEATURES) -> "World":
        return self._answers("object", json.dumps(document).encode())

    def live(self, document: dict[str, Any] = FEATURES) -> "World":
        return self.pointer().features(document)

    def endpoint(self, status: str = "InService", **weights: float) -> "World":
        variants = [{"VariantName": name, "CurrentWeight": weight} for name, weight in weights.items()]
        return self._answers("describe_endpoint", {"EndpointStatus": status, "ProductionVariants": variants})

    def answers(self, body: bytes = FOREST, variant: str = "forest") -> "World":
        return self._answers("invoke", Prediction(variant, body))

    def fails(self, operation: str, code: str, status: int = 400, **members: Any) -> "World":
        return self._answers(operation, Refused(code, status, members))

    def raises(self, error: Exception, operation: str = "invoke") -> "World":
        return self._answers(operation, error)

    def done(self) -> None:
        assert not {operation: queue for operation, queue in self.queues.items() if queue}

    def _answers(self, operation: str, answer: Any) -> "World":
        self.queues[operation].append(answer)
        return self

    def _next(self, operation: str) -> Any:
        assert self.queues[operation], f"{operation}: called once more than expected"
        answer = self.queues[operation].pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


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
    response = world.service().answer(asked, "lambda-1", lambda: world.seconds_left)
    return Answer(response["statusCode"], response["headers"], json.loads(response["body"]))
