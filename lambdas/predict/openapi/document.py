"""GET /openapi.json: the whole document, each workload with the features that are live just now."""

from dataclasses import dataclass

from predict import answer
from predict.answer import Content
from predict.live import LiveModels
from predict.openapi.operations import general_paths, workload_paths
from predict.openapi.shapes import TEXT, Json
from predict.problems import Unavailable
from predict.request import Request
from predict.schema import Schema
from predict.settings import Settings

_PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "request_id": TEXT,
        "error_count": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail", "allowed"],
                "properties": {"row": {"type": "integer"}, "field": TEXT, "detail": TEXT, "value": {}, "allowed": {}},
            },
        },
    },
}
_KEY: Json = {"type": "apiKey", "in": "header", "name": "x-api-key"}


@dataclass(frozen=True)
class OpenApi:
    """Answers the contract."""

    live: LiveModels
    settings: Settings

    def answer(self, request: Request) -> Content:
        """Describe the API as it is now."""
        paths: Json = general_paths()
        for workload in self.settings.workloads:
            paths |= workload_paths(workload, self._schema(workload))
        return answer.document(
            {
                "openapi": "3.1.0",
                "info": {
                    "title": f"Trainyard: {self.settings.stage}",
                    "version": "1",
                    "description": "Predictions of the workloads' live models. Features are those of the live models; "
                    "a workload without one yet is described in general.",
                },
                "servers": [{"url": base_url(request)}],
                "security": [{"key": []}],
                "tags": [{"name": name} for name in ("general", *self.settings.workloads)],
                "paths": paths,
                "components": {"securitySchemes": {"key": _KEY}, "schemas": {"Problem": _PROBLEM}},
            }
        )

    def _schema(self, workload: str) -> Schema | None:
        try:
            return self.live.get(workload).schema
        except Unavailable:
            return None


def base_url(request: Request) -> str:
    """Where the API is, as its caller sees it: a custom domain and its base path included, no slash at the end."""
    context = request.event.get("requestContext") or {}
    path = str(context.get("path") or "").removesuffix(request.resource)
    return f"{request.header('x-forwarded-proto') or 'https'}://{context.get('domainName', '')}{path}".rstrip("/")
