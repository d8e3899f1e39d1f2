"""GET /v1/workloads and /v1/workloads/{workload}: what can be asked, and who answers."""

from dataclasses import dataclass
from typing import Any

from predict.answer import Content, document
from predict.live import LiveModels
from predict.problems import Unavailable
from predict.request import Request
from predict.settings import Settings

_SHOWN = ("task", "target", "features", "example", "columns", "layout")


@dataclass(frozen=True)
class Workloads:
    """Describes the workloads."""

    live: LiveModels
    settings: Settings

    def answer_all(self, _: Request) -> Content:
        """Describe each; one without a live model is listed too."""
        return document({"workloads": [self._described_or_not(name) for name in self.settings.workloads]})

    def answer_one(self, request: Request) -> Content:
        """Describe one, or say that it has no live model."""
        return document(self._described(request.workload))

    def _described_or_not(self, workload: str) -> dict[str, Any]:
        try:
            return self._described(workload)
        except Unavailable as problem:
            return {"workload": workload, "status": "Unavailable", "detail": problem.detail}

    def _described(self, workload: str) -> dict[str, Any]:
        live, variants = self.live.get(workload), self.live.variants(workload)
        total = sum(variants.weights.values())
        described = [
            {
                "name": name,
                "weight": weight,
                "share": weight / total if total else 0.0,
                "model": live.packages.get(name) or live.models.get(name),
                "metrics": live.metrics.get(name, {}),
            }
            for name, weight in sorted(variants.weights.items())
        ]
        shown = {name: live.schema.document[name] for name in _SHOWN if name in live.schema.document}
        return {"workload": workload, "status": variants.status, **shown, "variants": described}
