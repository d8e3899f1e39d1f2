"""The services that only a retirement calls, in memory."""

from dataclasses import dataclass, field
from typing import Any

from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.interpreter import TaskError

Json = dict[str, Any]

SCHEDULE = {
    "Arn": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/retrain",
    "CreationDate": "2026-01-01T00:00:00.000Z",
    "LastModificationDate": "2026-01-01T00:00:00.000Z",
    "Name": "retrain",
    "GroupName": "default",
    "State": "ENABLED",
    "ScheduleExpression": "rate(7 days)",
    "ScheduleExpressionTimezone": "Europe/Vienna",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {
        "Arn": "arn:aws:states:us-east-1:123456789012:stateMachine:dev-boston",
        "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
    },
}


@dataclass
class RetireCloud(Cloud):
    """`schedules` by name; `disabled` are the rules that no longer match."""

    schedules: dict[str, Json] = field(default_factory=lambda: {"retrain": dict(SCHEDULE)})
    disabled: list[str] = field(default_factory=list)
    page: int = 100

    def _deleteParameters(self, sent: Json) -> Json:
        gone = [name for name in sent["Names"] if self.parameters.pop(name, None)]
        return {"DeletedParameters": gone, "InvalidParameters": [name for name in sent["Names"] if name not in gone]}

    def _listModels(self, sent: Json) -> Json:
        return self._paged("Models", "ModelName", sorted(self.models), sent)

    def _listEndpointConfigs(self, sent: Json) -> Json:
        if "SortOrder" in sent:
            return super()._listEndpointConfigs(sent)
        return self._paged("EndpointConfigs", "EndpointConfigName", sorted(self.configs), sent)

    def _paged(self, key: str, name: str, names: list[str], sent: Json) -> Json:
        found = [{name: one} for one in names if sent["NameContains"] in one]
        start = int(sent.get("NextToken", 0))
        end = start + self.page
        return {key: found[start:end]} | ({"NextToken": str(end)} if end < len(found) else {})

    def _deleteModel(self, sent: Json) -> Json:
        if sent["ModelName"] not in self.models:
            raise TaskError("SageMaker.SageMakerException", "Could not find model")
        return super()._deleteModel(sent)

    def _getSchedule(self, sent: Json) -> Json:
        return self.schedules[sent["Name"]]

    def _updateSchedule(self, sent: Json) -> Json:
        self.schedules[sent["Name"]] = sent
        return {}

    def _deleteSchedule(self, sent: Json) -> Json:
        pending = self.schedules.get(sent["Name"])
        if not pending or pending["GroupName"] != sent["GroupName"]:
            raise TaskError("Scheduler.ResourceNotFoundException", "Schedule does not exist")
        del self.schedules[sent["Name"]]
        return {}

    def _disableRule(self, sent: Json) -> Json:
        self.disabled.append(sent["Name"])
        return {}
