"""After `down` and `up` everything is as it was, and works."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import control
from tests.local.persistence.conftest import API_KEY, POLICY, TEMPLATE, World

pytestmark = [pytest.mark.local, pytest.mark.timeout(180)]


def test_the_server_says_what_it_found(restarted: World) -> None:
    health = control.health(restarted.settings)
    assert health
    assert health["state"].startswith("found as of ")


def test_objects_versions_and_delete_markers(restarted: World) -> None:
    s3 = restarted.aws("s3")
    assert s3.get_object(Bucket="kept", Key="key")["Body"].read() == b"2"
    for version, body in zip(restarted.known["versions"], (b"1", b"2"), strict=True):
        assert s3.get_object(Bucket="kept", Key="key", VersionId=version)["Body"].read() == body
    assert [marker["Key"] for marker in s3.list_object_versions(Bucket="kept")["DeleteMarkers"]] == ["gone"]
    large = s3.get_object(Bucket="kept", Key="large")
    assert large["Metadata"] == {"made": "here"}
    assert large["Body"].read() == bytes(20_000_000)
    assert s3.get_object_tagging(Bucket="kept", Key="large")["TagSet"] == [{"Key": "a", "Value": "b"}]


def test_an_upload_in_parts_goes_on(restarted: World) -> None:
    s3, known = restarted.aws("s3"), restarted.known["upload"]
    s3.complete_multipart_upload(
        Bucket="kept", Key="parts", UploadId=known["UploadId"],
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": known["ETag"]}]},
    )  # fmt: skip
    assert s3.get_object(Bucket="kept", Key="parts")["Body"].read() == b"part"


def test_a_buckets_name_stays_taken(restarted: World) -> None:
    s3 = restarted.aws("s3")
    with pytest.raises(ClientError, match="NotEmpty"):
        s3.delete_bucket(Bucket="kept")
    assert "kept" in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def test_tables_parameters_roles_topics_and_schedules(restarted: World) -> None:
    item = restarted.aws("dynamodb").get_item(TableName="kept", Key={"id": {"S": "one"}})["Item"]
    assert item == {"id": {"S": "one"}, "number": {"N": "1.5"}}
    assert restarted.aws("ssm").get_parameter(Name="/kept:1")["Parameter"]["Value"] == "first"
    assert restarted.aws("ssm").get_parameter(Name="/kept")["Parameter"]["Value"] == "second"
    policy = restarted.aws("iam").get_role_policy(RoleName="kept", PolicyName="inline")["PolicyDocument"]
    assert policy == POLICY
    assert restarted.aws("sns").get_topic_attributes(TopicArn=restarted.known["topic"])
    assert restarted.aws("scheduler").get_schedule(Name="kept")["ScheduleExpression"] == "rate(1 day)"
    assert restarted.aws("ecr").list_images(repositoryName="kept")["imageIds"][0]["imageTag"] == "t"


def test_keys_still_decrypt_and_sign(restarted: World) -> None:
    kms, known = restarted.aws("kms"), restarted.known
    assert kms.decrypt(CiphertextBlob=known["secret"])["Plaintext"] == b"secret"
    assert kms.get_public_key(KeyId=known["signing"])["PublicKey"] == known["public"]
    algorithm = "RSASSA_PSS_SHA_256"
    signed = kms.sign(KeyId=known["signing"], Message=b"m", SigningAlgorithm=algorithm)["Signature"]
    assert kms.verify(KeyId=known["signing"], Message=b"m", Signature=signed, SigningAlgorithm=algorithm)


def test_logs_and_metrics(restarted: World) -> None:
    events = restarted.aws("logs").get_log_events(logGroupName="kept", logStreamName="s")["events"]
    assert [event["message"] for event in events] == ["line"]
    assert [one["MetricName"] for one in restarted.aws("cloudwatch").list_metrics(Namespace="Kept")["Metrics"]] == ["m"]


def test_a_stack_can_be_changed_and_its_exports_stand(restarted: World) -> None:
    cloudformation = restarted.aws("cloudformation")
    exports = {export["Name"]: export["Value"] for export in cloudformation.list_exports()["Exports"]}
    (stack,) = cloudformation.describe_stacks(StackName="kept")["Stacks"]
    bucket = stack["Outputs"][0]["OutputValue"]
    assert exports["kept-bucket"] == bucket
    more: dict[str, Any] = json.loads(json.dumps(TEMPLATE))
    more["Resources"]["Bucket"]["Properties"] = {"Tags": [{"Key": "changed", "Value": "yes"}]}
    more["Resources"]["Other"] = {"Type": "AWS::SNS::Topic"}
    cloudformation.update_stack(StackName="kept", TemplateBody=json.dumps(more))
    tags = restarted.aws("s3").get_bucket_tagging(Bucket=bucket)["TagSet"]
    assert {"Key": "changed", "Value": "yes"} in tags
    cloudformation.delete_stack(StackName="kept")
    assert bucket not in [one["Name"] for one in restarted.aws("s3").list_buckets()["Buckets"]]


def test_a_function_still_runs(restarted: World) -> None:
    answer = restarted.aws("lambda").invoke(FunctionName="kept", Payload=b"{}")
    assert b"hello" in answer["Payload"].read()


def test_the_api_answers_by_its_key_and_counts_on(restarted: World) -> None:
    assert restarted.call() == 403
    assert [restarted.call(API_KEY) for _ in range(2)] == [200, 429]  # the plan allows two; one was before


def test_a_finished_execution_keeps_its_history(restarted: World) -> None:
    states, arn = restarted.aws("stepfunctions"), restarted.known["quick"]
    description = states.describe_execution(executionArn=arn)
    assert (description["status"], description["input"]) == ("SUCCEEDED", '{"a": 1}')
    assert states.get_execution_history(executionArn=arn)["events"] == restarted.known["history"]
    again = states.start_execution(stateMachineArn=description["stateMachineArn"], input="{}")["executionArn"]
    restarted.until(lambda: states.describe_execution(executionArn=again)["status"] == "SUCCEEDED")


def test_a_running_execution_was_aborted_and_says_so(restarted: World) -> None:
    states, arn = restarted.aws("stepfunctions"), restarted.known["slow"]
    description = states.describe_execution(executionArn=arn)
    assert description["status"] == "ABORTED"
    assert "embedded AWS was stopped" in description["cause"]
    assert description["stopDate"] >= description["startDate"]
    types = [event["type"] for event in states.get_execution_history(executionArn=arn)["events"]]
    assert types == ["ExecutionStarted", "WaitStateEntered", "ExecutionAborted"]


def test_rules_hear_of_the_aborted_execution(restarted: World) -> None:
    logs = restarted.aws("logs")
    heard = restarted.until(lambda: logs.filter_log_events(logGroupName="/aws/events/ends")["events"])
    assert restarted.known["slow"] in heard[0]["message"]


def test_a_running_job_failed_and_says_why(restarted: World) -> None:
    job = restarted.aws("sagemaker").describe_training_job(TrainingJobName="interrupted")
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    assert job["FailureReason"] == "InternalServerError: the embedded AWS ended while the job was in progress"
    listed = restarted.aws("sagemaker").list_training_jobs(StatusEquals="Failed")["TrainingJobSummaries"]
    assert [one["TrainingJobName"] for one in listed] == ["interrupted"]


def test_an_endpoint_serves_again_with_its_tags(restarted: World) -> None:
    sagemaker = restarted.aws("sagemaker")
    endpoint = restarted.until(lambda: _in_service(sagemaker.describe_endpoint(EndpointName="kept")))
    answer = restarted.aws("sagemaker-runtime").invoke_endpoint(EndpointName="kept", Body=b"abc")
    assert answer["Body"].read() == b"ABC"
    assert sagemaker.list_tags(ResourceArn=endpoint["EndpointArn"])["Tags"] == [{"Key": "a", "Value": "b"}]


def _in_service(endpoint: dict[str, Any]) -> dict[str, Any] | None:
    return endpoint if endpoint["EndpointStatus"] == "InService" else None
