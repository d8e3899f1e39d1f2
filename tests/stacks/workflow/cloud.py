"""The few services that a run calls, in memory; every call is checked against AWS's models first."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.stacks.workflow.interpreter import TaskError
from tests.stacks.workflow.registry import Versions
from tests.stacks.workflow.scaled import Scaled
from tests.stacks.workflow.shapes import plain, problems

Json = dict[str, Any]
Fault = Callable[[str, Json], None]

FEATURES = {
    "version": 1,
    "layout": "encoded",
    "columns": ["a", "b", "c", "d"],
    "example": {"a": 5.1, "b": 3.5, "c": 1.4, "d": 0.2},
    "example_line": "5.1,3.5,1.4,0.2",
    "schema_hash": "0" * 64,
}


@dataclass
class Cloud(Versions, Scaled):
    """State of one account; `fault` may raise before an answer, `metrics` says how good candidates are."""

    metrics: dict[str, Json] = field(default_factory=dict)
    live_metrics: dict[str, Json] = field(default_factory=dict)
    fault: Fault = lambda state, arguments: None
    objects: dict[str, str] = field(default_factory=dict)
    models: dict[str, Json] = field(default_factory=dict)
    configs: dict[str, Json] = field(default_factory=dict)
    endpoints: dict[str, Json] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    leases: dict[str, str] = field(default_factory=dict)
    marks: dict[str, Json] = field(default_factory=dict)
    retention: dict[str, int] = field(default_factory=dict)
    executions: dict[str, str] = field(default_factory=dict)
    fan_outs: dict[str, str] = field(default_factory=dict)
    redrives: dict[str, int] = field(default_factory=dict)
    features: Json = field(default_factory=lambda: dict(FEATURES))
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    ticks: Any = field(default_factory=itertools.count)

    def __call__(self, state: str, resource: str, arguments: Any) -> Any:
        found = problems(resource, arguments)
        assert not found, f"{state}: {found}"
        self.calls.append((state, resource, arguments))
        self.fault(state, arguments)
        action = plain(resource).rpartition(":")[2]
        return getattr(self, f"_{action}")(arguments)

    def _putObject(self, sent: Json) -> Json:
        self.objects[sent["Key"]] = json.dumps(sent["Body"])
        return {"ETag": "1"}

    def _copyObject(self, sent: Json) -> Json:
        _, _, key = unquote(sent["CopySource"]).partition("/")
        if key not in self.objects:
            raise TaskError("S3.NoSuchKeyException", key)
        self.objects[sent["Key"]] = self.objects[key]
        return {}

    def _getObject(self, sent: Json) -> Json:
        if sent["Key"] not in self.objects:
            raise TaskError("S3.NoSuchKeyException", sent["Key"])
        return {"Body": self.objects[sent["Key"]]}

    def _deleteObject(self, sent: Json) -> Json:
        self.objects.pop(sent["Key"], None)
        return {}

    def _deleteObjects(self, sent: Json) -> Json:
        for item in sent["Delete"]["Objects"]:
            self.objects.pop(item["Key"], None)
        return {}

    def _listObjectsV2(self, sent: Json) -> Json:
        keys = [key for key in self.objects if key.startswith(sent["Prefix"])]
        if "Delimiter" in sent:
            rest = {key.removeprefix(sent["Prefix"]).split(sent["Delimiter"])[0] for key in keys}
            folders = [{"Prefix": f"{sent['Prefix']}{name}{sent['Delimiter']}"} for name in sorted(rest)]
            return {"KeyCount": len(folders)} | ({"CommonPrefixes": folders} if folders else {})
        found = [{"Key": key, "Size": 1} for key in keys]
        return {"KeyCount": len(found)} | ({"Contents": found} if found else {})

    def _createProcessingJob(self, sent: Json) -> Json:
        output = sent["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
        prefix = _key(output)
        if sent["AppSpecification"]["ContainerArguments"] == ["prepare"]:
            self.objects[f"{prefix}/features.json"] = json.dumps(self.features)
        else:
            known = self.live_metrics or self.metrics if "/compared/" in prefix else self.metrics
            values = known[sent["Environment"]["CANDIDATE"]]
            group = {name: {"value": value} for name, value in values.items()}
            self.objects[f"{prefix}/metrics.json"] = json.dumps({"rows": 30, "regression_metrics": group})
        return {"ProcessingJobStatus": "Completed"}

    def _createTrainingJob(self, sent: Json) -> Json:
        return self._trained(sent["TrainingJobName"], sent["OutputDataConfig"]["S3OutputPath"])

    def _trained(self, name: str, output: str) -> Json:
        artifact = f"{output}/{name}/output/model.tar.gz"
        self.objects[_key(artifact)] = name
        return {"TrainingJobName": name, "ModelArtifacts": {"S3ModelArtifacts": artifact}}

    def _createHyperParameterTuningJob(self, sent: Json) -> Json:
        name = sent["HyperParameterTuningJobName"]
        self._best = self._trained(
            f"{name}-001-abcd", sent["TrainingJobDefinition"]["OutputDataConfig"]["S3OutputPath"]
        )
        return {"HyperParameterTuningJobName": name}

    def _describeHyperParameterTuningJob(self, sent: Json) -> Json:
        return {"BestTrainingJob": {"TrainingJobName": self._best["TrainingJobName"]}}

    def _describeTrainingJob(self, sent: Json) -> Json:
        return self._best

    def _createTransformJob(self, sent: Json) -> Json:
        assert sent["ModelName"] in self.models
        return {}

    def _createModel(self, sent: Json) -> Json:
        if sent["ModelName"] in self.models:
            raise TaskError("SageMaker.SageMakerException", "Cannot create already existing model")
        self.models[sent["ModelName"]] = sent
        return {"ModelArn": f"arn:aws:sagemaker:us-east-1:123456789012:model/{sent['ModelName']}"}

    def _describeModel(self, sent: Json) -> Json:
        if sent["ModelName"] not in self.models:
            raise TaskError("SageMaker.SageMakerException", f"Could not find model {sent['ModelName']}")
        return {"ModelArn": f"arn:aws:sagemaker:us-east-1:123456789012:model/{sent['ModelName']}"}

    def _deleteModel(self, sent: Json) -> Json:
        if sent["ModelName"] not in self.models:
            raise TaskError("SageMaker.SageMakerException", f'Could not find model "{sent["ModelName"]}".')
        del self.models[sent["ModelName"]]
        return {}

    def _listModels(self, sent: Json) -> Json:
        found = [{"ModelName": name} for name in self.models if sent["NameContains"] in name]
        start = int(sent.get("NextToken", 0))
        end = start + sent["MaxResults"]
        return {"Models": found[start:end]} | ({"NextToken": str(end)} if end < len(found) else {})

    def _createEndpointConfig(self, sent: Json) -> Json:
        if sent["EndpointConfigName"] in self.configs:
            raise TaskError("SageMaker.SageMakerException", "Cannot create already existing endpoint configuration")
        self.configs[sent["EndpointConfigName"]] = sent | {"CreationTime": next(self.ticks)}
        return {}

    def _describeEndpointConfig(self, sent: Json) -> Json:
        if sent["EndpointConfigName"] not in self.configs:
            raise TaskError("SageMaker.SageMakerException", "Could not find endpoint configuration")
        return self.configs[sent["EndpointConfigName"]]

    def _deleteEndpointConfig(self, sent: Json) -> Json:
        name = sent["EndpointConfigName"]
        if name not in self.configs:
            raise TaskError("SageMaker.SageMakerException", "Could not find endpoint configuration")
        in_use = [e for e in self.endpoints.values() if e["EndpointConfigName"] == name]
        assert not in_use, f"{name} is in use"
        del self.configs[name]
        return {}

    def _listEndpointConfigs(self, sent: Json) -> Json:
        backwards = sent["SortOrder"] == "Descending"
        names = sorted(self.configs, key=lambda name: self.configs[name]["CreationTime"], reverse=backwards)
        found = [{"EndpointConfigName": name} for name in names if sent["NameContains"] in name]
        start = int(sent.get("NextToken", 0))
        end = start + sent["MaxResults"]
        return {"EndpointConfigs": found[start:end]} | ({"NextToken": str(end)} if end < len(found) else {})

    def _listEndpoints(self, sent: Json) -> Json:
        listed = [dict(e) for name, e in self.endpoints.items() if sent["NameContains"] in name]
        for endpoint in self.endpoints.values():
            if endpoint["EndpointStatus"] == "Creating" and not self.statuses:
                endpoint["EndpointStatus"] = "InService"
        return {"Endpoints": listed}

    def _createEndpoint(self, sent: Json) -> Json:
        if sent["EndpointName"] in self.endpoints:
            raise TaskError("SageMaker.SageMakerException", "Cannot create already existing endpoint")
        return self._serve(sent, "")

    def _updateEndpoint(self, sent: Json) -> Json:
        endpoint = self.endpoints[sent["EndpointName"]]
        if endpoint["EndpointStatus"] != "InService":
            raise TaskError("SageMaker.SageMakerException", "Cannot update in-progress endpoint")
        self._refuse(sent, endpoint["EndpointConfigName"])
        return self._serve(sent, endpoint["EndpointConfigName"])

    def _refuse(self, sent: Json, now: str) -> None:
        """What SageMaker refuses of a scaled variant, of machines and serverless, and of guardrails."""
        old, new = (
            {v["VariantName"]: v.get("InstanceType") for v in self.configs[name]["ProductionVariants"]}
            for name in (now, sent["EndpointConfigName"])
        )
        touched = [name for name in self.scaled(sent["EndpointName"]) if old[name] != new.get(name)]
        steps = "DeploymentConfig" in sent and set(old) != set(new)
        if touched or steps or (None in old.values()) != (None in new.values()):
            raise TaskError("SageMaker.SageMakerException", f"Cannot update: {touched} {old} {new}")

    def _serve(self, sent: Json, before: str) -> Json:
        was = {v["VariantName"]: v for v in self.endpoints.get(sent["EndpointName"], {}).get("ProductionVariants", [])}
        kept = was if sent.get("RetainAllVariantProperties") else {}
        self.endpoints[sent["EndpointName"]] = {
            "EndpointName": sent["EndpointName"],
            "EndpointStatus": "Updating" if before else "Creating",
            "EndpointConfigName": sent["EndpointConfigName"],
            "ProductionVariants": [
                kept.get(v["VariantName"])
                or {"VariantName": v["VariantName"], "CurrentInstanceCount": v.get("InitialInstanceCount", 0)}
                for v in self.configs[sent["EndpointConfigName"]]["ProductionVariants"]
            ],
            "before": before,
        }
        return {}

    def _describeEndpoint(self, sent: Json) -> Json:
        endpoint = self.endpoints[sent["EndpointName"]]
        if self.statuses:
            endpoint["EndpointStatus"] = self.statuses.pop(0)
            if endpoint["EndpointStatus"] == "RollingBack":
                endpoint["EndpointConfigName"] = endpoint["before"]
        elif endpoint["EndpointStatus"] in ("Creating", "Updating", "SystemUpdating", "RollingBack"):
            endpoint["EndpointStatus"] = "InService"
        return endpoint

    def _deleteEndpoint(self, sent: Json) -> Json:
        assert not self.scaled(sent["EndpointName"]), "its variants are still scaled"
        if sent["EndpointName"] not in self.endpoints:
            raise TaskError("SageMaker.SageMakerException", "Could not find endpoint")
        del self.endpoints[sent["EndpointName"]]
        return {}

    def _invokeEndpoint(self, sent: Json) -> Json:
        config = self.configs[self.endpoints[sent["EndpointName"]]["EndpointConfigName"]]
        assert sent["TargetVariant"] in [v["VariantName"] for v in config["ProductionVariants"]]
        return {"Body": "setosa", "InvokedProductionVariant": sent["TargetVariant"]}

    def _putParameter(self, sent: Json) -> Json:
        self.parameters[sent["Name"]] = sent["Value"]
        return {}

    def _getParameters(self, sent: Json) -> Json:
        found = [{"Name": n, "Value": self.parameters[n]} for n in sent["Names"] if n in self.parameters]
        return {"Parameters": found, "InvalidParameters": [n for n in sent["Names"] if n not in self.parameters]}

    def _putRetentionPolicy(self, sent: Json) -> Json:
        self.retention[sent["LogGroupName"]] = sent["RetentionInDays"]
        return {}

    def _addTagsToResource(self, sent: Json) -> Json:
        return {}

    def _putItem(self, sent: Json) -> Json:
        if "token" in sent["Item"]:
            return self._waited(sent["Item"])
        if "retired" in sent["Item"]:
            self.marks[sent["Item"]["lease"]["S"]] = sent["Item"]
            return {}
        key, holder = sent["Item"]["lease"]["S"], sent["Item"]["holder"]["S"]
        dead = sent["ExpressionAttributeValues"].get(":dead", {}).get("S")
        nobody = "" if sent["ConditionExpression"].startswith("#holder") else holder
        if self.leases.get(key, nobody) not in (holder, dead):
            raise TaskError("DynamoDB.ConditionalCheckFailedException", "The conditional request failed")
        self.leases[key] = holder
        return {}

    def _getItem(self, sent: Json) -> Json:
        if mark := self.marks.get(sent["Key"]["lease"]["S"]):
            return {"Item": mark}
        holder = self.leases.get(sent["Key"]["lease"]["S"])
        return {"Item": {"holder": {"S": holder}}} if holder else {}

    def _describeExecution(self, sent: Json) -> Json:
        if sent["ExecutionArn"] not in self.executions:
            raise TaskError("Sfn.ExecutionDoesNotExistException", "Execution Does Not Exist")
        return {"Status": self.executions[sent["ExecutionArn"]]}

    def _listExecutions(self, sent: Json) -> Json:
        known = self.fan_outs if sent["StateMachineArn"].endswith("-fan-out") else self.executions
        names = [arn.rpartition(":")[2] for arn, status in known.items() if status == sent["StatusFilter"]]
        return {"Executions": [{"Name": name, "RedriveCount": self.redrives.get(name, 0)} for name in names]}

    def _putMetricData(self, sent: Json) -> Json:
        return {}

    def _deleteItem(self, sent: Json) -> Json:
        holder = sent["ExpressionAttributeValues"][":holder"]["S"]
        if self.leases.get(sent["Key"]["lease"]["S"]) != holder:
            raise TaskError("DynamoDB.ConditionalCheckFailedException", "The conditional request failed")
        del self.leases[sent["Key"]["lease"]["S"]]
        return {}


def _key(uri: str) -> str:
    return uri.removeprefix("s3://").partition("/")[2]
