"""Stacks: each type that we add is made, changed and deleted; what cannot be made is named."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from local import clients
from local.settings import Settings
from tests.local.functions import archive, role

pytestmark = pytest.mark.local

Template = dict[str, Any]


@pytest.fixture
def cloudformation(embedded_aws: Settings) -> Any:
    return clients.client("cloudformation", embedded_aws)


def template(resources: Template, **outputs: Any) -> str:
    values = {name: {"Value": value} for name, value in outputs.items()}
    return json.dumps({"Resources": resources, "Outputs": values})


def stack_name() -> str:
    return f"s-{uuid.uuid4().hex[:8]}"


def outputs(cloudformation: Any, name: str) -> dict[str, str]:
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def api(settings: Settings, *, rate: int = 100, message: str = "one", more: Template | None = None) -> Template:
    """A whole REST API over one function, as CDK writes it."""
    gateway = "AWS::ApiGateway::"
    name = f"fn-{uuid.uuid5(uuid.NAMESPACE_DNS, str(settings.home)).hex[:8]}"
    function_uri = {
        "Fn::Join": ["", ["arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/",
                          {"Fn::GetAtt": ["Function", "Arn"]}, "/invocations"]]
    }  # fmt: skip
    here = {"RestApiId": {"Ref": "Api"}}
    return {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": name, "Runtime": "python3.12", "Handler": "index.handler",
            "Role": role(settings), "Code": {"S3Bucket": "code", "S3Key": "f.zip"},
            "Environment": {"Variables": {"MESSAGE": message}}}},
        "Api": {"Type": f"{gateway}RestApi", "Properties": {"Name": "api", "BinaryMediaTypes": ["image/png"]}},
        "Account": {"Type": f"{gateway}Account", "Properties": {"CloudWatchRoleArn": role(settings)}},
        "Model": {"Type": f"{gateway}Model", "Properties": {
            **here, "ContentType": "application/json", "Schema": {"type": "object", "required": ["a"]}}},
        "Validator": {"Type": f"{gateway}RequestValidator", "Properties": {**here, "ValidateRequestBody": True}},
        "Response": {"Type": f"{gateway}GatewayResponse", "Properties": {
            **here, "ResponseType": "INVALID_API_KEY", "StatusCode": "401",
            "ResponseTemplates": {"application/json": '{"own":true}'}}},
        "Resource": {"Type": f"{gateway}Resource", "Properties": {
            **here, "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "say"}},
        "Method": {"Type": f"{gateway}Method", "Properties": {
            **here, "ResourceId": {"Ref": "Resource"}, "HttpMethod": "POST", "AuthorizationType": "NONE",
            "ApiKeyRequired": True, "RequestValidatorId": {"Ref": "Validator"},
            "RequestModels": {"application/json": {"Ref": "Model"}},
            "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": function_uri}}},
        "Deployment": {"Type": f"{gateway}Deployment", "DependsOn": ["Method"], "Properties": here},
        "Stage": {"Type": f"{gateway}Stage", "Properties": {
            **here, "StageName": "live", "DeploymentId": {"Ref": "Deployment"},
            "MethodSettings": [{"HttpMethod": "*", "ResourcePath": "/*", "LoggingLevel": "ERROR"}]}},
        "Key": {"Type": f"{gateway}ApiKey", "Properties": {"Enabled": True}},
        "Plan": {"Type": f"{gateway}UsagePlan", "Properties": {
            "ApiStages": [{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"}}],
            "Throttle": {"RateLimit": rate, "BurstLimit": rate}}},
        "PlanKey": {"Type": f"{gateway}UsagePlanKey", "Properties": {
            "KeyId": {"Ref": "Key"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": "Plan"}}},
        **(more or {}),
    }  # fmt: skip


API_OUTPUTS = {
    "Url": {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live"},
    "KeyId": {"Ref": "Key"},
}


def test_an_api_is_made_changed_and_deleted(cloudformation: Any, embedded_aws: Settings) -> None:
    s3, gateway = (clients.client(service, embedded_aws) for service in ("s3", "apigateway"))
    source = "import os\ndef handler(e, c):\n    return {'statusCode': 200, 'body': os.environ['MESSAGE']}\n"
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="f.zip", Body=archive(source))
    name = stack_name()
    cloudformation.create_stack(StackName=name, TemplateBody=template(api(embedded_aws), **API_OUTPUTS))
    first = outputs(cloudformation, name)
    key = gateway.get_api_key(apiKey=first["KeyId"], includeValue=True)["value"]

    def call(body: Any, **headers: str) -> requests.Response:
        return requests.post(f"{first['Url']}/say", json=body, headers=headers)

    assert first["Url"].startswith(f"{embedded_aws.endpoint_url}/_aws/execute-api/")
    assert call({"a": 1}, **{"x-api-key": key}).text == "one"
    assert call({"b": 1}, **{"x-api-key": key}).status_code == 400
    refused = call({"a": 1})
    assert (refused.status_code, refused.json()) == (401, {"own": True})

    changed = template(api(embedded_aws, rate=50, message="two"), **API_OUTPUTS)
    cloudformation.update_stack(StackName=name, TemplateBody=changed)
    assert outputs(cloudformation, name) == first
    assert call({"a": 1}, **{"x-api-key": key}).text == "two"

    cloudformation.delete_stack(StackName=name)
    assert call({"a": 1}, **{"x-api-key": key}).status_code == 403
    with pytest.raises(ClientError, match="NotFound"):
        gateway.get_api_key(apiKey=first["KeyId"])
    with pytest.raises(ClientError, match="NotFound"):
        gateway.get_rest_api(restApiId=first["Url"].split("/")[-2])


DENY_HTTP = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    ],
}  # fmt: skip
ALLOW = {"Version": "2012-10-17", "Statement": []}


def other(settings: Settings, word: str) -> Template:
    """The types outside the API Gateway, with one word that an update changes."""
    return {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "BucketPolicy": {"Type": "AWS::S3::BucketPolicy", "Properties": {
            "Bucket": {"Ref": "Bucket"}, "PolicyDocument": {**DENY_HTTP, "Id": word}}},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {
            "KeyPolicy": ALLOW, "Description": word, "Tags": [{"Key": "k", "Value": word}]}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
        "TopicPolicy": {"Type": "AWS::SNS::TopicPolicy", "Properties": {
            "Topics": [{"Ref": "Topic"}], "PolicyDocument": {**ALLOW, "Id": word}}},
        "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": {
            "TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": f"{word}@example.org"}},
        "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {
            "Type": "String", "Value": word, "Tags": {"a:b": "c"}}},
        "Schedule": {"Type": "AWS::Scheduler::Schedule", "Properties": {
            "ScheduleExpression": "rate(1 day)", "Description": word, "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {"Arn": {"Ref": "Topic"}, "RoleArn": role(settings)}}},
        "Group": {"Type": "AWS::Scheduler::ScheduleGroup", "Properties": {"Tags": [{"Key": "word", "Value": word}]}},
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {
            "MetricName": word, "Namespace": "n", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
            "ComparisonOperator": "GreaterThanThreshold", "Statistic": "Sum"}},
        "Metadata": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": word}},
    }  # fmt: skip


def looks(settings: Settings, made: dict[str, str]) -> dict[str, Callable[[], Any]]:
    """How each resource is seen through its own service."""
    aws = {name: clients.client(name, settings) for name in ("s3", "kms", "sns", "ssm", "scheduler", "cloudwatch")}
    return {
        "BucketPolicy": lambda: json.loads(aws["s3"].get_bucket_policy(Bucket=made["Bucket"])["Policy"])["Id"],
        "Key": lambda: aws["kms"].describe_key(KeyId=made["Key"])["KeyMetadata"]["Description"],
        "TopicPolicy": lambda: json.loads(
            aws["sns"].get_topic_attributes(TopicArn=made["Topic"])["Attributes"]["Policy"]
        )["Id"],
        "Subscription": lambda: (
            aws["sns"]
            .list_subscriptions_by_topic(TopicArn=made["Topic"])["Subscriptions"][0]["Endpoint"]
            .partition("@")[0]
        ),
        "Parameter": lambda: aws["ssm"].get_parameter(Name=made["Parameter"])["Parameter"]["Value"],
        "Schedule": lambda: aws["scheduler"].get_schedule(Name=made["Schedule"])["Description"],
        "Group": lambda: aws["scheduler"].list_tags_for_resource(
            ResourceArn=aws["scheduler"].get_schedule_group(Name=made["Group"])["Arn"]
        )["Tags"][0]["Value"],
        "Alarm": lambda: aws["cloudwatch"].describe_alarms(AlarmNames=[made["Alarm"]])["MetricAlarms"][0]["MetricName"],
    }


def test_other_types_are_made_changed_and_deleted(cloudformation: Any, embedded_aws: Settings) -> None:
    name = stack_name()
    for word, act in (("first", cloudformation.create_stack), ("second", cloudformation.update_stack)):
        act(StackName=name, TemplateBody=template(other(embedded_aws, word)))
        made = physical(cloudformation, name)
        seen = {kind: look() for kind, look in looks(embedded_aws, made).items()}
        assert seen == dict.fromkeys(seen, word)
    cloudformation.delete_stack(StackName=name)
    key = clients.client("kms", embedded_aws).describe_key(KeyId=made["Key"])["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"
    for kind, look in looks(embedded_aws, made).items():
        if kind != "Key":
            with pytest.raises((ClientError, IndexError)):
                look()


def physical(cloudformation: Any, name: str) -> dict[str, str]:
    resources = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}


def machine(word: str) -> Template:
    definition = {
        "QueryLanguage": "JSONata",
        "StartAt": "Say",
        "States": {"Say": {"Type": "Pass", "Output": word, "End": True}},
    }
    return {
        "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "DefinitionString": json.dumps(definition), "RoleArn": "arn:aws:iam::123456789012:role/r"}}
    }  # fmt: skip


def test_a_state_machine_of_a_stack_runs_its_newest_definition(cloudformation: Any, embedded_aws: Settings) -> None:
    states, name = clients.client("stepfunctions", embedded_aws), stack_name()
    for word, act in (("one", cloudformation.create_stack), ("two", cloudformation.update_stack)):
        act(StackName=name, TemplateBody=template(machine(word), Arn={"Ref": "Machine"}))
        arn = outputs(cloudformation, name)["Arn"]
        execution = states.start_execution(stateMachineArn=arn, name=word)["executionArn"]
        deadline = time.monotonic() + 10
        while states.describe_execution(executionArn=execution)["status"] == "RUNNING":
            assert time.monotonic() < deadline
        assert json.loads(states.describe_execution(executionArn=execution)["output"]) == word


def test_a_type_that_nothing_makes_is_named_in_the_log(cloudformation: Any, embedded_aws: Settings) -> None:
    resources = {"Odd": {"Type": "AWS::Nonesuch::Thing"}, "Topic": {"Type": "AWS::SNS::Topic"}}
    cloudformation.create_stack(StackName=stack_name(), TemplateBody=template(resources))
    log = (embedded_aws.state / "log" / "server.log").read_text()
    assert "not made by the embedded AWS: AWS::Nonesuch::Thing" in log


def test_a_stack_that_fails_leaves_nothing_and_can_be_tried_again(cloudformation: Any) -> None:
    name = stack_name()
    broken = {"Key": {"Type": "AWS::KMS::Key", "Properties": {"Description": "no policy"}}}
    with pytest.raises(ClientError, match="Key"):
        cloudformation.create_stack(StackName=name, TemplateBody=template(broken))
    good = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}
    cloudformation.create_stack(StackName=name, TemplateBody=template(good))


def test_a_change_set_makes_a_stack_with_outputs_and_exports(cloudformation: Any) -> None:
    one, two = stack_name(), stack_name()
    topic = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}
    exporting = json.loads(template(topic, Arn={"Ref": "Topic"}))
    exporting["Outputs"]["Arn"]["Export"] = {"Name": f"{one}-arn"}
    importing = template(topic, Theirs={"Fn::ImportValue": f"{one}-arn"})
    for name, body in ((one, json.dumps(exporting)), (two, importing)):
        cloudformation.delete_change_set(ChangeSetName="none", StackName=name)
        cloudformation.create_change_set(
            StackName=name, ChangeSetName=f"c-{name}", TemplateBody=body, ChangeSetType="CREATE"
        )
        cloudformation.execute_change_set(StackName=name, ChangeSetName=f"c-{name}")
    assert outputs(cloudformation, two)["Theirs"] == outputs(cloudformation, one)["Arn"]


def test_a_repository_that_says_so_is_deleted_with_its_images(cloudformation: Any, embedded_aws: Settings) -> None:
    ecr, name = clients.client("ecr", embedded_aws), stack_name()
    repository = {"RepositoryName": f"repository-{name}", "EmptyOnDelete": True}
    resources = {"Images": {"Type": "AWS::ECR::Repository", "Properties": repository}}
    cloudformation.create_stack(StackName=name, TemplateBody=template(resources))
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": "sha256:0"},
        "layers": [],
    }
    ecr.put_image(repositoryName=f"repository-{name}", imageManifest=json.dumps(manifest), imageTag="one")
    cloudformation.delete_stack(StackName=name)
    with pytest.raises(ClientError, match="RepositoryNotFound"):
        ecr.describe_repositories(repositoryNames=[f"repository-{name}"])


def test_what_is_deleted_is_not_made_again_by_what_refers_to_it(cloudformation: Any, embedded_aws: Settings) -> None:
    sns, name = clients.client("sns", embedded_aws), stack_name()
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": {"Ref": "Topic"}}]}
    resources = {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}},
        "Policy": {
            "Type": "AWS::SNS::TopicPolicy", "Properties": {"PolicyDocument": policy, "Topics": [{"Ref": "Topic"}]},
        },
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": ["x"]}, "Name": name, "Targets": [{"Arn": {"Ref": "Topic"}, "Id": "t"}],
            },
        },
    }  # fmt: skip
    before = sns.list_topics()["Topics"]
    for _ in range(3):  # what goes first is by chance
        made = cloudformation.create_stack(StackName=name, TemplateBody=template(resources, Topic={"Ref": "Topic"}))
        cloudformation.delete_stack(StackName=name)
        cloudformation.describe_stacks(StackName=made["StackId"])
    assert sns.list_topics()["Topics"] == before


def test_a_stack_that_cannot_be_deleted_stays_and_says_why(cloudformation: Any, embedded_aws: Settings) -> None:
    sagemaker, name = clients.client("sagemaker", embedded_aws), stack_name()
    group = {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": {"ModelPackageGroupName": name}}
    cloudformation.create_stack(StackName=name, TemplateBody=template({"Group": group}))
    version = sagemaker.create_model_package(
        ModelPackageGroupName=name,
        InferenceSpecification={
            "Containers": [{"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/x:1"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]
    cloudformation.delete_stack(StackName=name)
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert (stack["StackStatus"], "still contains" in stack["StackStatusReason"]) == ("DELETE_FAILED", True)
    sagemaker.delete_model_package(ModelPackageName=version)
    cloudformation.delete_stack(StackName=name)
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.describe_stacks(StackName=name)
