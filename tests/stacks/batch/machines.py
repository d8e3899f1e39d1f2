"""The batch machine as it runs, and the few services that it calls."""

import json
from dataclasses import dataclass, field
from typing import Any

from spec.workload import Workload
from stacks.batch.definition import definition
from stacks.batch.settings import places, settings
from stacks.workflow.names import Names
from tests.stacks.workflow.cloud import Cloud, Json
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import VALUES, workload

POINTER: Json = {
    "endpoint": "dev-daily-2",
    "config": "dev-daily-1",
    "execution": "run-1",
    "features": "daily/live/dev-daily-1/features.json",
    "models": {"forest": "dev-daily-forest-1", "linear": "dev-daily-linear-1"},
}


def machine(name: str) -> Json:
    """The definition for a valid test workload."""
    return machine_of(workload(name))


def machine_of(loaded: Workload) -> Json:
    """The definition for a workload, with the deployment's values filled in."""
    names = Names(stage="dev", workload=loaded.name)
    values = settings(workload=loaded, tags={"trainyard:stage": "dev"})
    text = json.dumps(definition(names=names, settings=values, places=places(loaded)))
    for key, value in VALUES.items():
        text = text.replace(f"${{{key}}}", value)
    made: Json = json.loads(text)
    return made


@dataclass
class BatchCloud(Cloud):
    """Two live variants; jobs leave what the toolkit leaves. `deploys` moves what is live at the first transforms."""

    pointer: Json | None = field(default_factory=lambda: POINTER)
    weights: dict[str, float] = field(default_factory=lambda: {"forest": 0.2, "linear": 0.8})
    deploys: int = 0

    def __post_init__(self) -> None:
        self._make_models()

    def _make_models(self) -> None:
        self.models = {model: {} for model in (self.pointer or {}).get("models", {}).values()}

    def _getParameter(self, sent: Json) -> Json:
        assert sent["Name"] == "/trainyard/dev/daily/live"
        if self.pointer is None:
            raise TaskError("Ssm.ParameterNotFoundException", "")
        return {"Parameter": {"Value": json.dumps(self.pointer)}}

    def _describeEndpoint(self, sent: Json) -> Json:
        assert sent["EndpointName"] == "dev-daily-2"
        return {"ProductionVariants": [{"VariantName": n, "CurrentWeight": w} for n, w in self.weights.items()]}

    def _listModels(self, sent: Json) -> Json:
        return {"Models": [{"ModelName": name} for name in self.models if sent["NameContains"] in name]}

    def _createProcessingJob(self, sent: Json) -> Json:
        outputs = {one["OutputName"]: one["S3Output"]["S3Uri"] for one in sent["ProcessingOutputConfig"]["Outputs"]}
        request = self._request(sent)
        if sent["AppSpecification"]["ContainerArguments"] == ["encode"]:
            self._put(outputs["encoded"], "encoded.json", {"accepts": dict.fromkeys(request["models"], "text/csv")})
        else:
            self._put(outputs["result"], "summary.json", {"rows": 3, "models": request["models"]})
        return {}

    def _request(self, sent: Json) -> Json:
        inputs = {one["InputName"]: one["S3Input"]["S3Uri"] for one in sent["ProcessingInputs"]}
        request: Json = json.loads(self.objects[inputs["request"].removeprefix("s3://bucket/")])
        return request

    def _put(self, uri: str, name: str, content: Any) -> None:
        self.objects[f"{uri.removeprefix('s3://bucket/')}/{name}"] = json.dumps(content)

    def _createTransformJob(self, sent: Json) -> Json:
        if self.deploys:
            self.deploys -= 1
            assert self.pointer
            models = {name: f"{model}x" for name, model in self.pointer["models"].items()}
            self.pointer = self.pointer | {"models": models}
            self._make_models()
        if sent["ModelName"] not in self.models:
            raise TaskError("SageMaker.AmazonSageMakerException", f"Could not find model {sent['ModelName']}")
        return {}

    def sent(self, action: str) -> list[Json]:
        """What a call was given, each time."""
        return [arguments for _, resource, arguments in self.calls if resource.startswith(f"sagemaker:{action}")]


def run(cloud: BatchCloud, given: Any, name: str = "daily") -> Execution:
    """A batch that ended; one that failed raises."""
    execution = Execution(machine(name), cloud, given, name="batch-1")
    execution.output = execution.run()
    return execution
