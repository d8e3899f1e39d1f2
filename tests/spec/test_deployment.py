import pytest

from spec.deployment import Deployment
from spec.errors import SpecErrors
from spec.loader import load_workload
from spec.protection import has_local_storage
from tests.spec.cases import FOLDER

pytestmark = pytest.mark.unit


def _mistakes(environment: dict[str, str]) -> list[str]:
    with pytest.raises(SpecErrors) as raised:
        Deployment.from_environment(environment)
    return str(raised.value).splitlines()


def test_defaults_need_no_environment() -> None:
    deployment = Deployment.from_environment({"PATH": "/bin", "TRAINYARD_ALERT_EMAIL": ""})
    assert (deployment.stage, deployment.alert_email, deployment.workloads) == ("dev", None, None)
    assert deployment.tags == {}


def test_environment_is_read() -> None:
    deployment = Deployment.from_environment(
        {
            "TRAINYARD_STAGE": "prod2",
            "TRAINYARD_ALERT_EMAIL": "ops@example.com",
            "TRAINYARD_WORKLOADS": "iris-sklearn, boston",
            "TRAINYARD_TAGS": "team=ml,cost-centre=42",
        }
    )
    assert deployment == Deployment(
        stage="prod2",
        alert_email="ops@example.com",
        workloads=frozenset({"iris-sklearn", "boston"}),
        tags={"team": "ml", "cost-centre": "42"},
    )


def test_all_mistakes_name_their_variable() -> None:
    lines = _mistakes(
        {
            "TRAINYARD_STAGE": "Production",
            "TRAINYARD_ALERT_EMAIL": "ops",
            "TRAINYARD_WORKLOADS": "Iris",
            "TRAINYARD_TAGS": "aws:x=1",
        }
    )
    assert [line.split(": ")[1] for line in lines] == [
        "TRAINYARD_STAGE",
        "TRAINYARD_ALERT_EMAIL",
        "TRAINYARD_WORKLOADS.0",
        "TRAINYARD_TAGS.aws:x",
    ]
    assert lines[0].endswith("'Production': at most 8 lower-case letters and digits, beginning with a letter")


def test_stage_and_workload_are_at_most_24_characters() -> None:
    iris = load_workload(FOLDER / "valid" / "iris.yaml").model_copy(update={"name": "a" * 17})
    Deployment(stage="staging").check([iris])
    with pytest.raises(SpecErrors, match="at most 16 characters in stage staging1, 24 together"):
        Deployment(stage="staging1").check([iris])


PROTECTED = {
    "TRAINYARD_SUBNETS": "subnet-0a1b2c3d4e5f67890, subnet-12345678",
    "TRAINYARD_SECURITY_GROUPS": "sg-0a1b2c3d4e5f67890",
    "TRAINYARD_KMS_KEY": "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "TRAINYARD_PERMISSIONS_BOUNDARY": "team-boundary",
    "TRAINYARD_NETWORK_ISOLATION": "true",
}


def test_protection_is_read() -> None:
    deployment = Deployment.from_environment(PROTECTED)
    assert deployment.subnets == ("subnet-0a1b2c3d4e5f67890", "subnet-12345678")
    assert deployment.security_groups == ("sg-0a1b2c3d4e5f67890",)
    assert deployment.kms_key == PROTECTED["TRAINYARD_KMS_KEY"]
    assert (deployment.permissions_boundary, deployment.network_isolation) == ("team-boundary", True)


def test_every_mistake_in_the_protection_is_told_at_once() -> None:
    lines = _mistakes(
        {
            "TRAINYARD_SUBNETS": "subnet-12345678,vpc-1",
            "TRAINYARD_SECURITY_GROUPS": "default",
            "TRAINYARD_KMS_KEY": "alias/mine",
            "TRAINYARD_PERMISSIONS_BOUNDARY": "arn:aws:iam::123456789012:role/admin",
            "TRAINYARD_NETWORK_ISOLATION": "yes",
        }
    )
    assert [line.split(": ", 2)[1:] for line in lines] == [
        ["TRAINYARD_SUBNETS.1", "'vpc-1': the id of a subnet, such as subnet-0a1b2c3d4e5f67890"],
        ["TRAINYARD_SECURITY_GROUPS.0", "'default': the id of a security group, such as sg-0a1b2c3d4e5f67890"],
        ["TRAINYARD_KMS_KEY", "'alias/mine': the ARN of a key: arn:aws:kms:REGION:ACCOUNT:key/ID, no alias"],
        [
            "TRAINYARD_PERMISSIONS_BOUNDARY",
            "'arn:aws:iam::123456789012:role/admin': the name or the ARN of a managed policy",
        ],
        ["TRAINYARD_NETWORK_ISOLATION", "'yes': true or false"],
    ]


@pytest.mark.parametrize("alone", ["TRAINYARD_SUBNETS", "TRAINYARD_SECURITY_GROUPS"])
def test_subnets_and_security_groups_come_together(alone: str) -> None:
    (line,) = _mistakes({alone: PROTECTED[alone]})
    assert "both TRAINYARD_SUBNETS and TRAINYARD_SECURITY_GROUPS" in line


def test_a_workload_that_protection_breaks_is_refused_with_the_way_out() -> None:
    workloads = [load_workload(FOLDER / "valid" / f"{name}.yaml") for name in ("script", "serverless", "iris")]
    with pytest.raises(SpecErrors) as raised:
        Deployment.from_environment(PROTECTED).check(workloads)
    found = {(error.file.rpartition("/")[0], error.field) for error in raised.value.errors}
    assert {field for _, field in found} == {"candidates.forest.algorithm.script", "endpoint.serverless"}
    assert "a builtin or an image" in str(raised.value)
    assert "endpoint.instance" in str(raised.value)


@pytest.mark.parametrize(
    ("instance", "local"),
    [
        ("ml.m5.large", False), ("ml.m5d.large", True), ("ml.m6idn.xlarge", True), ("ml.c5n.xlarge", False),
        ("ml.g4dn.xlarge", True), ("ml.g5.xlarge", True), ("ml.p3.2xlarge", False), ("ml.p4d.24xlarge", True),
        ("ml.p5en.48xlarge", True), ("ml.r7gd.large", True), ("ml.inf2.xlarge", False), ("ml.trn1.2xlarge", True),
    ],
)  # fmt: skip
def test_machines_with_disks_of_their_own_are_known(instance: str, local: bool) -> None:
    assert has_local_storage(instance) is local


POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab1"
ACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/mine/01234567-89ab-cdef-0123-456789abcdef"


def test_access_to_the_api_is_read() -> None:
    deployment = Deployment.from_environment(
        {
            "TRAINYARD_API_AUTHORIZATION": "cognito",
            "TRAINYARD_API_USER_POOL": POOL,
            "TRAINYARD_API_WEB_ACL": ACL,
            "TRAINYARD_API_ORIGINS": "https://a.example, http://localhost:3000",
            "TRAINYARD_API_WARM": "snapstart",
        }
    )
    assert (deployment.api_authorization, deployment.api_user_pool, deployment.api_web_acl) == ("cognito", POOL, ACL)
    assert deployment.api_origins == ("https://a.example", "http://localhost:3000")
    assert deployment.api_warm == "snapstart"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"TRAINYARD_API_AUTHORIZATION": "none"}, "TRAINYARD_API_AUTHORIZATION"),
        ({"TRAINYARD_API_AUTHORIZATION": "cognito"}, "TRAINYARD_API_USER_POOL"),
        ({"TRAINYARD_API_USER_POOL": POOL}, "TRAINYARD_API_USER_POOL"),
        ({"TRAINYARD_API_AUTHORIZATION": "cognito", "TRAINYARD_API_USER_POOL": "pool"}, "TRAINYARD_API_USER_POOL"),
        ({"TRAINYARD_API_WEB_ACL": ACL.replace("regional", "global")}, "TRAINYARD_API_WEB_ACL"),
        ({"TRAINYARD_API_ORIGINS": "https://a.example/path"}, "TRAINYARD_API_ORIGINS"),
        ({"TRAINYARD_API_WARM": "0"}, "TRAINYARD_API_WARM"),
        ({"TRAINYARD_API_WARM": "101"}, "TRAINYARD_API_WARM"),
        ({"TRAINYARD_API_WARM": "hot"}, "TRAINYARD_API_WARM"),
    ],
)
def test_access_that_cannot_be_is_refused_by_its_variable(environment: dict[str, str], named: str) -> None:
    (mistake,) = _mistakes(environment)
    assert named in mistake
