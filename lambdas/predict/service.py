"""The parts put together."""

import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from predict import page
from predict import request as requests
from predict.answer import Response
from predict.endpoint import Runtime
from predict.feedback import Feedback, Store
from predict.live import Aws, LiveModels
from predict.openapi.document import OpenApi
from predict.predictions import Predictions
from predict.routes import Routes, Verb
from predict.settings import Settings
from predict.workloads import Workloads

_log = logging.getLogger(__name__)


class AllAws(Aws, Runtime, Store, Protocol):
    """All of AWS that the function needs."""


@dataclass(frozen=True)
class Service:
    """From event to response, with a line in the log."""

    routes: Routes
    clock: Callable[[], float]
    origins: tuple[str, ...]

    def answer(self, event: Mapping[str, Any], fallback_id: str, seconds_left: Callable[[], float]) -> Response:
        """Answer one event."""
        began = self.clock()
        request = requests.read(event, fallback_id, seconds_left)
        response = self.routes.respond(request)
        response["headers"] |= _allowance(request.header("origin"), self.origins)
        _log.info(
            "answered",
            extra={
                "request_id": request.id,
                "gateway_request_id": (event.get("requestContext") or {}).get("requestId"),
                "method": request.method,
                "resource": request.resource,
                "workload": request.workload,
                "status": response["statusCode"],
                "milliseconds": round((self.clock() - began) * 1000, 1),
            },
        )
        return response


def build(
    settings: Settings,
    aws: AllAws,
    clock: Callable[[], float] = time.monotonic,
    new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Service:
    """Wire the service."""
    live = LiveModels(settings, aws, clock)
    workloads = Workloads(live, settings)
    predictions = Predictions(live, aws, new_id)
    feedback = Feedback(live, aws, now)
    openapi = OpenApi(live, settings)
    verbs: dict[str, dict[str, Verb]] = {
        "/": {"GET": page.answer},
        "/openapi.json": {"GET": openapi.answer},
        "/v1/workloads": {"GET": workloads.answer_all},
        "/v1/workloads/{workload}": {"GET": workloads.answer_one},
        "/v1/workloads/{workload}/predictions": {"POST": predictions.answer},
        "/v1/workloads/{workload}/feedback": {"POST": feedback.answer},
    }
    return Service(Routes(settings, verbs), clock, settings.origins)


def _allowance(origin: str, allowed: tuple[str, ...]) -> dict[str, str]:
    """Whether the browser may show the answer to a page of another origin; the preflight is the gateway's."""
    if not allowed:
        return {}
    if "*" in allowed:
        return {"Access-Control-Allow-Origin": "*"}
    return {"Vary": "Origin"} | ({"Access-Control-Allow-Origin": origin} if origin in allowed else {})
