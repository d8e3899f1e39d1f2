"""Application Auto Scaling in memory, with what SageMaker asks of it before a scaled variant changes."""

from dataclasses import dataclass, field
from typing import Any

from tests.stacks.workflow.interpreter import TaskError

Json = dict[str, Any]


@dataclass
class Scaled:
    """`targets` and `policies` by resource."""

    targets: dict[str, Json] = field(default_factory=dict)
    policies: dict[str, list[Json]] = field(default_factory=dict)

    def _describeScalableTargets(self, sent: Json) -> Json:
        return {"ScalableTargets": [t for name, t in self.targets.items() if name in sent["ResourceIds"]]}

    def _describeScalingPolicies(self, sent: Json) -> Json:
        known = self.policies.get(sent["ResourceId"], [])
        return {"ScalingPolicies": [p | {"PolicyARN": "arn", "Alarms": [], "CreationTime": "now"} for p in known]}

    def _registerScalableTarget(self, sent: Json) -> Json:
        self.targets[sent["ResourceId"]] = sent
        return {}

    def _putScalingPolicy(self, sent: Json) -> Json:
        if sent["ResourceId"] not in self.targets:
            raise TaskError("ApplicationAutoScaling.ObjectNotFoundException", "No scalable target registered")
        others = [p for p in self.policies.get(sent["ResourceId"], []) if p["PolicyName"] != sent["PolicyName"]]
        self.policies[sent["ResourceId"]] = [*others, sent]
        return {"PolicyARN": "arn"}

    def _deregisterScalableTarget(self, sent: Json) -> Json:
        if sent["ResourceId"] not in self.targets:
            raise TaskError("ApplicationAutoScaling.ObjectNotFoundException", "No scalable target found")
        del self.targets[sent["ResourceId"]]
        self.policies.pop(sent["ResourceId"], None)
        return {}

    def scaled(self, endpoint: str) -> set[str]:
        """The variants of an endpoint that are registered."""
        return {name.split("/")[3] for name in self.targets if name.split("/")[1] == endpoint}
