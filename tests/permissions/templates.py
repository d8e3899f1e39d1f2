"""The same as of a deployment, read from synthesized templates: what CloudFormation would make of them.

Physical names that CloudFormation chooses are those of the stack and the resource here.
"""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.permissions.deployed import Machine
from tests.permissions.evaluator import ACCOUNT, Grant, grants_of
from tests.stacks.synthesis import REGION, Assembly, Json
from tests.stacks.workflow.machines import VALUES

PSEUDO = {
    "AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": None,
}  # fmt: skip
_ARNS = {
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{name}",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AWS::StepFunctions::StateMachine": "arn:aws:states:{region}:{account}:stateMachine:{name}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::KMS::Key": "arn:aws:kms:{region}:{account}:key/{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    "AWS::Events::Rule": "arn:aws:events:{region}:{account}:rule/{name}",
    "AWS::CloudWatch::Alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
    "AWS::Events::EventBus": "arn:aws:events:{region}:{account}:event-bus/{name}",
    "AWS::ECR::Repository": "arn:aws:ecr:{region}:{account}:repository/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "AWS::SageMaker::ModelPackageGroup": "arn:aws:sagemaker:{region}:{account}:model-package-group/{name}",
    "AWS::Scheduler::ScheduleGroup": "arn:aws:scheduler:{region}:{account}:schedule-group/{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
}
_NAMES = ("RoleName", "BucketName", "TableName", "StateMachineName", "LogGroupName", "RepositoryName", "Name",
          "ModelPackageGroupName", "FunctionName", "TopicName", "QueueName")  # fmt: skip
STARTER = f"arn:aws:iam::{ACCOUNT}:role/starter"
"""The role by which a schedule of new data starts the run, as the walks of its machine know it."""
_REFERENCES_ARE_ARNS = ("AWS::StepFunctions::StateMachine", "AWS::SNS::Topic")


@dataclass(frozen=True)
class Stack:
    """One template with its values filled in."""

    assembly: Assembly
    name: str

    @cached_property
    def template(self) -> Json:
        return self.assembly.json(f"{self.name}.template.json")

    def resources(self, kind: str) -> dict[str, Json]:
        """Properties of the resources of one type, by logical id."""
        return {
            logical_id: self.value(resource.get("Properties", {}))
            for logical_id, resource in self.template["Resources"].items()
            if resource["Type"] == kind
        }

    def value(self, value: Any) -> Any:
        """A value of the template as it is once deployed."""
        match value:
            case {"Ref": name}:
                return PSEUDO[name] if name in PSEUDO else self._reference(name)
            case {"Fn::GetAtt": [name, "Arn"]}:
                return self._arn(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return f"{name}.{attribute}"
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(str(self.value(part)) for part in parts)
            case {"Fn::Sub": [text, values]}:
                return self._filled(text, {key: self.value(item) for key, item in values.items()})
            case {"Fn::Sub": text}:
                return self._filled(text, {})
            case {"Fn::ImportValue": name}:
                return self._imported(self.value(name))
            case {"Fn::Select": [index, {"Fn::Split": [separator, text]}]}:
                return self.value(text).split(separator)[int(index)]
            case dict():
                return {key: self.value(item) for key, item in value.items()}
            case list():
                return [self.value(item) for item in value]
            case _:
                return value

    def _filled(self, text: str, values: Json) -> str:
        def known(found: re.Match[str]) -> str:
            name = found[1]
            if name in values:
                return str(values[name])
            return str(self.value({"Fn::GetAtt": name.split(".")} if "." in name else {"Ref": name}))

        return re.sub(r"\$\{([\w:.]+)\}", known, text)

    def _reference(self, name: str) -> str:
        if name not in self.template["Resources"]:
            return name
        kind = self.template["Resources"][name]["Type"]
        return self._arn(name) if kind in _REFERENCES_ARE_ARNS else self._physical(name)

    def _physical(self, name: str) -> str:
        properties = self.template["Resources"][name].get("Properties", {})
        given = next((properties[key] for key in _NAMES if key in properties), None)
        made = f"{self.name}-{name}"
        return str(self.value(given)) if given else made.lower() if "Bucket" in name else made

    def _arn(self, name: str) -> str:
        form = _ARNS[self.template["Resources"][name]["Type"]]
        return form.format(account=ACCOUNT, region=REGION, name=self._physical(name))

    @cached_property
    def _others(self) -> "list[Stack]":
        return [Stack(self.assembly, name) for name in self.assembly.names if "-workload-" not in name]

    def _imported(self, export: str) -> str:
        for other in self._others:
            for output in other.template.get("Outputs", {}).values():
                if "Export" in output and other.value(output["Export"]["Name"]) == export:
                    return str(other.value(output["Value"]))
        raise LookupError(f"no stack exports {export}")


def stack(assembly: Assembly, workload: str) -> Stack:
    """The stack of a workload."""
    return Stack(assembly, f"trainyard-dev-workload-{workload}")


def grants(of: Stack) -> dict[str, list[Grant]]:
    """The grants of each role of a stack, by its ARN."""
    found: dict[str, list[Grant]] = {}
    for logical_id, role in of.resources("AWS::IAM::Role").items():
        arn = of.value({"Fn::GetAtt": [logical_id, "Arn"]})
        inline = [policy["PolicyDocument"]["Statement"] for policy in role.get("Policies", ())]
        found[arn] = [grant for statements in inline for grant in grants_of(arn, statements)]
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for policy in of.resources(kind).values():
            for name in policy.get("Roles", ()):
                arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
                found.setdefault(arn, []).extend(grants_of(arn, policy["PolicyDocument"]["Statement"]))
    return found


def machines(of: Stack) -> list[Machine]:
    """The state machines of a stack."""
    return [
        Machine(one["StateMachineName"], one["RoleArn"], json.loads(one["DefinitionString"]))
        for one in of.resources("AWS::StepFunctions::StateMachine").values()
    ]


_WALKED = {
    "SchedulesRetrain": "retrain", "SchedulesBatch": "predict", "SchedulesSchedulerRole": "scheduler",
    "NewDataRule": "new-data",
}  # fmt: skip
"""Beginnings of logical ids, and the names that the walks of a retirement have for what it pauses."""


def _walked(logical_id: str) -> list[str]:
    return [name for begin, name in _WALKED.items() if re.fullmatch(rf"{begin}[0-9A-F]{{0,8}}", logical_id)]


def names(of: Stack) -> dict[str, str]:
    """What CloudFormation names, as the walks know it: the bucket, the table of leases, the role of the jobs."""
    storage = Stack(of.assembly, "trainyard-dev-storage")
    tables = storage.template["Resources"]
    known = {storage.value({"Ref": name}): "leases" for name, one in tables.items() if one["Type"].endswith("::Table")}
    output = of.template["Outputs"]["JobRoleArn"]["Value"]
    bucket = storage.value(storage.template["Outputs"]["BucketName"]["Value"])
    starters = [name for name in of.resources("AWS::IAM::Role") if name.startswith("NewDataSchedulerRole")]
    known |= {of.value({"Fn::GetAtt": [name, "Arn"]}): STARTER for name in starters}
    known |= {of.value({"Ref": name}): walk for name in of.template["Resources"] for walk in _walked(name)}
    return known | {bucket: VALUES["Bucket"], of.value(output): VALUES["JobRoleArn"]}
