"""An embedded AWS that is filled, stopped and started again, as its tests meet it afterwards."""

import io
import json
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from local import control
from local.clients import client
from local.publisher import _manifest
from local.runtime.build import Plan, builder
from local.runtime.images import ImageStore, as_record, parse_reference
from local.settings import ACCOUNT, REGION, Settings
from tests.conftest import free_port

ROLE = f"arn:aws:iam::{ACCOUNT}:role/kept"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/kept:1"
PROGRAM = """
    import http.server, os, sys, time
    if sys.argv[1] != "serve":
        time.sleep(600)
    time.sleep(float(os.environ.get("DELAY", "0")))
    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self, body):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        def do_GET(self):
            self.answer(b"")
        def do_POST(self):
            self.answer(self.rfile.read(int(self.headers["Content-Length"])).upper())
    port = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))
    http.server.ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()
"""
DOCKERFILE = """\
FROM docker.io/library/debian:bookworm-slim
COPY program.py /program.py
ENTRYPOINT ["python3", "/program.py"]
"""
API_KEY = "k" * 30
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
TEMPLATE = {
    "Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Bucket"}}},
    },
    "Outputs": {"Name": {"Value": {"Ref": "Bucket"}, "Export": {"Name": "kept-bucket"}}},
}


@dataclass
class World:
    """A running embedded AWS, and what the filling of it left to remember."""

    settings: Settings
    known: dict[str, Any] = field(default_factory=dict)

    def aws(self, service: str) -> Any:
        """Return a client."""
        return client(service, self.settings)

    def call(self, key: str = "") -> int:
        """Call the API and return the status."""
        request = urllib.request.Request(self.known["url"], headers={"x-api-key": key} if key else {})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def until(self, found: Callable[[], Any], seconds: float = 60) -> Any:
        """Poll until something is found."""
        deadline = time.monotonic() + seconds
        while not (answer := found()):
            assert time.monotonic() < deadline, "nothing came"
            time.sleep(0.05)
        return answer

    def publish(self) -> None:
        """Publish an image that serves, and sleeps when it shall train."""
        context = self.settings.home / "context"
        context.mkdir()
        (context / "Dockerfile").write_text(DOCKERFILE)
        (context / "program.py").write_text(dedent(PROGRAM))
        built = builder(self.settings, lambda _: None).build(Plan(tag=IMAGE, context=context))
        record = as_record(dockerfile="Dockerfile", digest=built.digest, engine=built.engine, build_args={}, target="")
        ImageStore(self.settings).publish(parse_reference(IMAGE), record, built.context)


def zipped(code: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("app.py", code)
    return archive.getvalue()


@pytest.fixture(scope="session")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Filled by one server, met in the next."""
    home: Path = tmp_path_factory.mktemp("restarted")
    world = World(Settings(home=home, port=free_port(), runtime="process"))
    try:
        control.up(world.settings)
        fill(world)
        control.down(world.settings)
        control.up(world.settings)
        yield world
    finally:
        control.clean(world.settings)


def fill(world: World) -> None:
    """Put something into every service."""
    for part in (_storage, _plain_services, _compute, _workflows, _sagemaker):
        part(world)


def _storage(world: World) -> None:
    s3, dynamodb = world.aws("s3"), world.aws("dynamodb")
    s3.create_bucket(Bucket="kept")
    s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
    world.known["versions"] = [s3.put_object(Bucket="kept", Key="key", Body=body)["VersionId"] for body in (b"1", b"2")]
    s3.put_object(Bucket="kept", Key="gone", Body=b"gone")
    s3.delete_object(Bucket="kept", Key="gone")
    s3.put_object(Bucket="kept", Key="large", Body=bytes(20_000_000), Metadata={"made": "here"}, Tagging="a=b")
    upload = s3.create_multipart_upload(Bucket="kept", Key="parts")["UploadId"]
    part = s3.upload_part(Bucket="kept", Key="parts", UploadId=upload, PartNumber=1, Body=b"part")
    world.known["upload"] = {"UploadId": upload, "ETag": part["ETag"]}
    dynamodb.create_table(
        TableName="kept",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="kept", Item={"id": {"S": "one"}, "number": {"N": "1.5"}})


def _plain_services(world: World) -> None:
    world.aws("ssm").put_parameter(Name="/kept", Type="String", Value="first")
    world.aws("ssm").put_parameter(Name="/kept", Type="String", Value="second", Overwrite=True)
    world.aws("iam").create_role(RoleName="kept", AssumeRolePolicyDocument="{}")
    world.aws("iam").put_role_policy(RoleName="kept", PolicyName="inline", PolicyDocument=json.dumps(POLICY))
    world.known["topic"] = world.aws("sns").create_topic(Name="kept")["TopicArn"]
    kms = world.aws("kms")
    world.known["key"] = kms.create_key()["KeyMetadata"]["KeyId"]
    world.known["signing"] = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"]
    world.known["secret"] = kms.encrypt(KeyId=world.known["key"], Plaintext=b"secret")["CiphertextBlob"]
    world.known["public"] = kms.get_public_key(KeyId=world.known["signing"])["PublicKey"]
    logs, now = world.aws("logs"), int(time.time() * 1000)
    logs.create_log_group(logGroupName="kept")
    logs.create_log_stream(logGroupName="kept", logStreamName="s")
    logs.put_log_events(logGroupName="kept", logStreamName="s", logEvents=[{"timestamp": now, "message": "line"}])
    world.aws("cloudwatch").put_metric_data(Namespace="Kept", MetricData=[{"MetricName": "m", "Value": 3.0}])
    world.aws("ecr").create_repository(repositoryName="kept")
    world.aws("ecr").put_image(repositoryName="kept", imageManifest=_manifest({"digest": "sha256:0"}), imageTag="t")
    world.aws("scheduler").create_schedule(
        Name="kept", ScheduleExpression="rate(1 day)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": world.known["topic"], "RoleArn": ROLE},
    )  # fmt: skip
    world.aws("cloudformation").create_stack(StackName="kept", TemplateBody=json.dumps(TEMPLATE))


def _compute(world: World) -> None:
    code = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}\n"
    function = world.aws("lambda").create_function(
        FunctionName="kept", Runtime="python3.11", Role=ROLE, Handler="app.handler", Code={"ZipFile": zipped(code)}
    )["FunctionArn"]
    gateway = world.aws("apigateway")
    api = gateway.create_rest_api(name="kept")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    place = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**place, authorizationType="NONE", apiKeyRequired=True)
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    gateway.put_integration(**place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api, stageName="s")
    key = gateway.create_api_key(name="kept", enabled=True, value=API_KEY)["id"]
    plan = gateway.create_usage_plan(
        name="kept", apiStages=[{"apiId": api, "stage": "s"}], quota={"limit": 2, "period": "MONTH"}
    )["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    world.known["url"] = f"{world.settings.endpoint_url}/_aws/execute-api/{api}/s/"
    assert world.call(API_KEY) == 200


def _workflows(world: World) -> None:
    states, events, logs = world.aws("stepfunctions"), world.aws("events"), world.aws("logs")
    logs.create_log_group(logGroupName="/aws/events/ends")
    pattern = {"source": ["aws.states"], "detail": {"status": ["ABORTED"]}}
    events.put_rule(Name="ends", EventPattern=json.dumps(pattern))
    target = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/ends"
    events.put_targets(Rule="ends", Targets=[{"Id": "1", "Arn": target}])
    for name, state in (("quick", {"Type": "Pass"}), ("slow", {"Type": "Wait", "Seconds": 900})):
        definition = {"StartAt": "S", "States": {"S": {**state, "End": True}}}
        machine = states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE)
        started = states.start_execution(stateMachineArn=machine["stateMachineArn"], name="run", input='{"a": 1}')
        world.known[name] = started["executionArn"]
    world.until(lambda: states.describe_execution(executionArn=world.known["quick"])["status"] == "SUCCEEDED")
    world.known["history"] = states.get_execution_history(executionArn=world.known["quick"])["events"]
    world.until(lambda: len(states.get_execution_history(executionArn=world.known["slow"])["events"]) > 1)


def _sagemaker(world: World) -> None:
    world.publish()
    sagemaker = world.aws("sagemaker")
    sagemaker.create_model(ModelName="kept", PrimaryContainer={"Image": IMAGE}, ExecutionRoleArn=ROLE)
    variant = {"VariantName": "v", "ModelName": "kept", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    sagemaker.create_endpoint_config(EndpointConfigName="kept", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="kept", EndpointConfigName="kept", Tags=[{"Key": "a", "Value": "b"}])
    world.until(lambda: sagemaker.describe_endpoint(EndpointName="kept")["EndpointStatus"] == "InService")
    sagemaker.create_training_job(
        TrainingJobName="interrupted",
        AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        RoleArn=ROLE,
        OutputDataConfig={"S3OutputPath": "s3://kept/models"},
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10},
        StoppingCondition={"MaxRuntimeInSeconds": 900},
    )
