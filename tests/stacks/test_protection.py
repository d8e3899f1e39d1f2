"""Every setting of a deployment, alone and together: what the templates say, and what the rule packs say to it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import lint
from cfnlint.config import ManualArgs

import app
from spec.deployment import Deployment
from spec.workload import Workload
from tests.stacks.synthesis import (
    REGION,
    Assembly,
    Json,
    as_list,
    environment,
    flat,
    new_app,
    only,
    resources,
    statements,
)
from tests.stacks.test_rules import CFN_LINT_IGNORES

pytestmark = pytest.mark.synth

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SUBNETS, GROUPS = ("subnet-0a1b2c3d", "subnet-4e5f6071"), ("sg-0a1b2c3d",)
ALL = Deployment(
    subnets=SUBNETS,
    security_groups=GROUPS,
    kms_key=KEY,
    permissions_boundary="team-boundary",
    network_isolation=True,
    tags={"cost-centre": "42"},
)


@pytest.fixture(scope="module")
def some(workloads: Sequence[Workload]) -> Sequence[Workload]:
    """Those with all that a workload may have: tuning, fan-out, autoscaling and captures, batches by the clock."""
    return [workload for workload in workloads if workload.name in ("boston", "daily", "fan-out", "scaled")]


@pytest.fixture(scope="module")
def protected(some: Sequence[Workload], containers: Path, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """All settings together, past cdk-nag."""
    folder = tmp_path_factory.mktemp("protected")
    made = new_app(folder)
    Validations.of(made).add_plugins(AwsSolutionsChecks(made))
    ALL.check(some)
    app.wire(made, deployment=ALL, workloads=some, env=environment(), containers=containers)
    made.synth()  # raises on a finding
    return Assembly(folder)


def everything(assembly: Assembly, kind: str) -> Iterator[Json]:
    for path in assembly.templates:
        yield from resources(assembly.json(path.name), kind).values()


def allowed(assembly: Assembly, action: str, *stack: str) -> list[Json]:
    found = statements(assembly.template(*stack), "AWS::IAM::Policy")
    return [statement for statement in found if action in as_list(statement["Action"])]


def test_cloudformation_has_nothing_to_complain_about(protected: Assembly) -> None:
    config = ManualArgs(regions=[REGION], ignore_checks=CFN_LINT_IGNORES)
    found = {path.name: lint(path.read_text(encoding="utf-8"), config=config) for path in protected.templates}
    assert [f"{name}: {match}" for name, matches in found.items() for match in matches] == []


def test_every_role_has_the_boundary(protected: Assembly) -> None:
    roles = list(everything(protected, "AWS::IAM::Role"))
    assert roles
    for role in roles:
        assert "policy/team-boundary" in str(role["PermissionsBoundary"])


def test_data_leases_and_messages_are_encrypted_with_the_key(protected: Assembly) -> None:
    storage, monitoring = protected.template("storage"), protected.template("monitoring")
    buckets = resources(storage, "AWS::S3::Bucket").values()
    (bucket,) = (one for one in buckets if "VersioningConfiguration" in one)
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    table = only(storage, "AWS::DynamoDB::Table")
    assert table["SSESpecification"] == {"KMSMasterKeyId": KEY, "SSEEnabled": True, "SSEType": "KMS"}
    assert only(monitoring, "AWS::SNS::Topic")["KmsMasterKeyId"] == KEY
    assert not resources(monitoring, "AWS::KMS::Key")


def test_every_log_is_encrypted_with_the_key(protected: Assembly) -> None:
    groups = list(everything(protected, "AWS::Logs::LogGroup"))
    assert groups
    assert {group.get("KmsKeyId") for group in groups} == {KEY}


@pytest.mark.parametrize("stack", [("workload", "boston"), ("api",)])
def test_data_is_decrypted_through_its_service_alone(protected: Assembly, stack: tuple[str, ...]) -> None:
    found = allowed(protected, "kms:Decrypt", *stack)
    assert found
    for statement in found:
        assert statement["Resource"] == KEY
        services = as_list(statement["Condition"]["StringEquals"]["kms:ViaService"])
        assert {flat(one) for one in services} <= {f"{one}.us-east-1.{{AWS::URLSuffix}}" for one in ("s3", "dynamodb")}


def test_the_key_is_lent_for_resources_of_aws_alone(protected: Assembly) -> None:
    found = allowed(protected, "kms:CreateGrant", "workload", "boston")
    assert found
    assert all(s["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}} for s in found)


def test_jobs_may_join_these_subnets_and_no_others(protected: Assembly) -> None:
    (statement,) = allowed(protected, "ec2:CreateNetworkInterface", "workload", "boston")
    places = {flat(resource).rpartition(":")[2] for resource in as_list(statement["Resource"])}
    assert places == {
        "network-interface/*",
        *(f"subnet/{s}" for s in SUBNETS),
        *(f"security-group/{g}" for g in GROUPS),
    }


def test_without_settings_no_role_may_use_a_network_or_a_key(assembly: Assembly) -> None:
    for path in assembly.templates:
        for statement in statements(assembly.json(path.name), "AWS::IAM::Policy"):
            for action in as_list(statement["Action"]):
                assert not action.startswith(("ec2:", "kms:")), action


@pytest.mark.parametrize(
    "settings",
    [
        {"subnets": SUBNETS, "security_groups": GROUPS},
        {"kms_key": KEY},
        {"permissions_boundary": "arn:aws:iam::123456789012:policy/team"},
        {"network_isolation": True},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_each_setting_alone_passes_the_rules(
    settings: dict[str, Any], some: Sequence[Workload], containers: Path, tmp_path: Path
) -> None:
    made = new_app(tmp_path)
    Validations.of(made).add_plugins(AwsSolutionsChecks(made))
    app.wire(made, deployment=Deployment(**settings), workloads=some[:1], env=environment(), containers=containers)
    made.synth()
