"""What a run asks of SageMaker when the deployment is protected: its definition is walked, calls are looked at."""

from typing import Any

import pytest

from spec.deployment import Deployment
from stacks.protection import protect
from tests.stacks.workflow.interpreter import Execution
from tests.stacks.workflow.machines import machine
from tests.stacks.workflow.test_runs import good_cloud

pytestmark = pytest.mark.unit

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
VPC = {"Subnets": ["subnet-0a1b2c3d"], "SecurityGroupIds": ["sg-0a1b2c3d"]}
NETWORK = Deployment(subnets=("subnet-0a1b2c3d",), security_groups=("sg-0a1b2c3d",))
ISOLATED = Deployment(network_isolation=True)
ENCRYPTED = Deployment(kms_key=KEY)
ALL = Deployment(subnets=("subnet-0a1b2c3d",), security_groups=("sg-0a1b2c3d",), network_isolation=True, kms_key=KEY)


def calls(deployment: Deployment, given: Any = None, name: str = "boston") -> dict[str, list[Any]]:
    """What a run of a protected machine sends, by action; shapes are checked on the way."""
    cloud = good_cloud(name)
    Execution(protect(machine(name), deployment), cloud, given or {}).run()
    sent: dict[str, list[Any]] = {}
    for _, resource, arguments in cloud.calls:
        sent.setdefault(resource.removesuffix(".sync").rpartition(":")[2], []).append(arguments)
    return sent


def training_like(sent: dict[str, list[Any]]) -> list[Any]:
    tuned = [request["TrainingJobDefinition"] for request in sent["createHyperParameterTuningJob"]]
    return sent["createTrainingJob"] + tuned


def test_without_settings_a_definition_stays_as_it_is() -> None:
    assert protect(machine("boston"), Deployment()) == machine("boston")


def test_jobs_and_models_run_in_the_subnets() -> None:
    sent = calls(NETWORK)
    for request in training_like(sent) + sent["createModel"]:
        assert request["VpcConfig"] == VPC
    for request in sent["createProcessingJob"]:
        assert request["NetworkConfig"] == {"VpcConfig": VPC}


def test_jobs_and_models_are_isolated() -> None:
    sent = calls(ISOLATED)
    for request in training_like(sent) + sent["createModel"]:
        assert request["EnableNetworkIsolation"] is True
    for request in sent["createProcessingJob"]:
        assert request["NetworkConfig"] == {"EnableNetworkIsolation": True}


def test_outputs_and_volumes_have_the_key() -> None:
    sent = calls(ENCRYPTED)
    for request in training_like(sent):
        assert request["OutputDataConfig"]["KmsKeyId"] == KEY
        assert request["ResourceConfig"]["VolumeKmsKeyId"] == KEY
    for request in sent["createProcessingJob"]:
        assert request["ProcessingOutputConfig"]["KmsKeyId"] == KEY
        assert request["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == KEY
    for request in sent["createTransformJob"]:
        assert request["TransformOutput"]["KmsKeyId"] == KEY
        assert request["TransformResources"]["VolumeKmsKeyId"] == KEY
    for request in sent["createEndpointConfig"]:
        assert request["KmsKeyId"] == KEY


def test_machines_that_encrypt_their_own_disks_get_no_key_for_them() -> None:
    sent = calls(ENCRYPTED, {"instance": {"linear": {"type": "ml.g5.xlarge"}}})
    machines = {request["ResourceConfig"]["InstanceType"]: request["ResourceConfig"] for request in training_like(sent)}
    assert "VolumeKmsKeyId" not in machines.pop("ml.g5.xlarge")
    assert all(one["VolumeKmsKeyId"] == KEY for one in machines.values())


def test_what_a_call_says_itself_is_kept() -> None:
    plain, protected = calls(Deployment()), calls(ALL)
    for action in ("createTrainingJob", "createTransformJob", "createModel", "createEndpointConfig"):
        requests = plain[action]
        for before, after in zip(requests, protected[action], strict=True):
            assert within(before, after), action


def within(part: Any, whole: Any) -> bool:
    """Whether everything of `part` is in `whole`, which may have more members."""
    if isinstance(part, dict):
        return all(name in whole and within(item, whole[name]) for name, item in part.items())
    return bool(part == whole)


@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        ({"a": 1}, {"a": 1, "KmsKeyId": KEY}),
        ({"DataCaptureConfig": {"b": 2}}, {"DataCaptureConfig": {"b": 2, "KmsKeyId": KEY}, "KmsKeyId": KEY}),
    ],
)
def test_captured_data_has_the_key_where_it_is_captured(arguments: Any, made: Any) -> None:
    for given in (arguments, "{% $states.input %}"):
        assert sent_config(given, arguments) == made


def sent_config(given: Any, state_input: Any) -> Any:
    """What a protected createEndpointConfig sends, of arguments that are an object or an expression."""
    state = {
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sagemaker:createEndpointConfig", "End": True,
        "Arguments": given, "TimeoutSeconds": 60,
    }  # fmt: skip
    definition = protect({"StartAt": "Make", "States": {"Make": state}}, ENCRYPTED)
    return Execution(definition, lambda name, resource, sent: sent, state_input).run()


def test_states_within_maps_and_branches_are_protected_too() -> None:
    model = {"Resource": "arn:aws:states:::aws-sdk:sagemaker:createModel", "Arguments": {"ModelName": "m"}}
    inner = {"StartAt": "Make", "States": {"Make": model}}
    made = protect({"States": {"Each": {"ItemProcessor": inner}, "Both": {"Branches": [inner]}}}, ISOLATED)
    expected = {"ModelName": "m", "EnableNetworkIsolation": True}
    assert made["States"]["Each"]["ItemProcessor"]["States"]["Make"]["Arguments"] == expected
    assert made["States"]["Both"]["Branches"][0]["States"]["Make"]["Arguments"] == expected
