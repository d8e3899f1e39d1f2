"""The run's cloud with what a shift calls besides: weights of variants, alarms, the pointer read."""

import copy
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from stacks.shift.definition import definition
from stacks.workflow.names import Names
from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import deployed as deploy
from tests.stacks.workflow.machines import machine, workload

Json = dict[str, Any]
NAMES = Names(stage="dev", workload="boston")
POINTER = "/trainyard/dev/boston/live"
TAGS = [{"Key": "trainyard:stage", "Value": "dev"}]


@dataclass
class LiveCloud(Cloud):
    """Weights are in force once the endpoint is described; `alarms` are names and states."""

    alarms: dict[str, str] = field(default_factory=dict)
    weights: dict[str, dict[str, float]] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)

    def _serve(self, sent: Json, before: str) -> Json:
        config = self.configs[sent["EndpointConfigName"]]
        self.weights[sent["EndpointName"]] = {
            one["VariantName"]: one["InitialVariantWeight"] for one in config["ProductionVariants"]
        }
        return super()._serve(sent, before)

    def _describeEndpoint(self, sent: Json) -> Json:
        endpoint = super()._describeEndpoint(sent)
        weights = self.weights[sent["EndpointName"]]
        if endpoint["EndpointConfigName"] == endpoint["before"]:  # AWS rolled the update back
            variants = self.configs[endpoint["before"]]["ProductionVariants"]
            weights = {one["VariantName"]: weights.get(one["VariantName"], 0) for one in variants}
            self.weights[sent["EndpointName"]] = weights
        return endpoint | {
            "ProductionVariants": [{"VariantName": name, "CurrentWeight": weight} for name, weight in weights.items()]
        }

    def _updateEndpointWeightsAndCapacities(self, sent: Json) -> Json:
        endpoint = self.endpoints[sent["EndpointName"]]
        if endpoint["EndpointStatus"] != "InService":
            raise TaskError("SageMaker.SageMakerException", "Cannot update in-progress endpoint")
        asked = {one["VariantName"]: one["DesiredWeight"] for one in sent["DesiredWeightsAndCapacities"]}
        assert set(asked) == set(self.weights[sent["EndpointName"]])
        self.weights[sent["EndpointName"]] = asked
        self.history.append(asked)
        endpoint["EndpointStatus"] = "Updating"
        return {"EndpointArn": "arn"}

    def _describeAlarms(self, sent: Json) -> Json:
        found = [name for name in sent["AlarmNames"] if name in self.alarms]
        reason = "Threshold Crossed: 1 datapoint [7.0] was greater than the threshold (1.0)."
        return {
            "MetricAlarms": [
                {"AlarmName": name, "StateValue": self.alarms[name], "StateReason": reason} for name in found
            ],
            "CompositeAlarms": [],
        }

    def _deleteModel(self, sent: Json) -> Json:
        if sent["ModelName"] not in self.models:
            raise TaskError("SageMaker.SageMakerException", "Could not find model")
        return super()._deleteModel(sent)

    def _describeEndpointConfig(self, sent: Json) -> Json:
        return {key: value for key, value in super()._describeEndpointConfig(sent).items() if key != "Tags"}

    @property
    def pointer(self) -> Json:
        """The live pointer."""
        found: Json = json.loads(self.parameters[POINTER])
        return found

    @property
    def shares(self) -> dict[str, float]:
        """Percent of the traffic, by variant."""
        weights = self.weights[self.pointer["endpoint"]]
        return {name: round(100 * weight / sum(weights.values()), 3) for name, weight in weights.items()}

    @property
    def kept(self) -> Json:
        """All that a failure must leave as it was."""
        return copy.deepcopy(
            {
                "objects": {key for key in self.objects if "/live/" in key},
                "models": set(self.models),
                "configs": set(self.configs),
                "pointer": self.pointer,
                "serving": self.endpoints[self.pointer["endpoint"]]["EndpointConfigName"],
                "shares": self.shares,
                "scaled": (self.targets, self.policies),
                "leases": self.leases,
            }
        )


def retrained(cloud: LiveCloud, name: str = "run-1") -> Execution:
    """The workload's run."""
    walked = Execution(machine("boston"), cloud, {}, name)
    walked.output = walked.run()
    return walked


@cache
def _deployed() -> LiveCloud:
    cloud = LiveCloud(metrics={"xgboost": {"rmse": 3.0}, "linear": {"rmse": 5.0}})
    retrained(cloud)
    cloud.calls.clear()
    return cloud


def deployed() -> LiveCloud:
    """boston is live with xgboost 0.9 and linear 0.1; its alarms are at rest."""
    cloud = copy.deepcopy(_deployed())
    for variant in ("xgboost", "linear"):
        cloud.alarms |= dict.fromkeys(NAMES.alarms(variant), "OK")
    return cloud


@cache
def shift_machine() -> Json:
    """boston's."""
    return deploy(definition(names=NAMES, workload=workload("boston"), tags=TAGS))


def shift(cloud: LiveCloud, given: Any = None, name: str = "shift-1") -> Execution:
    """A shift of linear unless told otherwise."""
    walked = Execution(shift_machine(), cloud, {"variant": "linear", "bake": 120} if given is None else given, name)
    walked.output = walked.run()
    return walked
