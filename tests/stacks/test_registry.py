import json

import pytest

from spec.deployment import Deployment
from stacks.naming import publishing_role_name
from tests.stacks.synthesis import Assembly, as_list, flat, only, resources, statements

pytestmark = pytest.mark.synth

ROLE = "cdk-trainyard-dev-images-123456789012-us-east-1"


def test_a_tag_once_pushed_never_changes_and_is_scanned(assembly: Assembly) -> None:
    for repository in resources(assembly.template("registry"), "AWS::ECR::Repository").values():
        assert repository["ImageTagMutability"] == "IMMUTABLE"
        assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}


def test_each_image_has_its_repository(assembly: Assembly) -> None:
    repositories = resources(assembly.template("registry"), "AWS::ECR::Repository").values()
    names = {repository["RepositoryName"] for repository in repositories}
    assert {"trainyard-dev-toolkit", "trainyard-dev-sklearn", "trainyard-dev-r-fable"} <= names


def test_only_untagged_images_expire(assembly: Assembly) -> None:
    for repository in resources(assembly.template("registry"), "AWS::ECR::Repository").values():
        rules = json.loads(repository["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
        assert {rule["selection"]["tagStatus"] for rule in rules} == {"untagged"}


def test_publishing_role_pushes_to_our_repositories_only(assembly: Assembly) -> None:
    template = assembly.template("registry")
    ours = {f"{{{logical_id}.Arn}}" for logical_id in resources(template, "AWS::ECR::Repository")}
    for statement in statements(template, "AWS::IAM::Policy"):
        if statement["Action"] == "ecr:GetAuthorizationToken":
            continue
        assert {flat(resource) for resource in as_list(statement["Resource"])} == ours


def test_publishing_role_is_assumed_by_who_the_account_lets(assembly: Assembly) -> None:
    role = only(assembly.template("registry"), "AWS::IAM::Role")
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert role["RoleName"] == ROLE
    assert flat(statement["Principal"]["AWS"]).endswith(":iam::123456789012:root")


def test_publishing_role_is_the_one_that_the_images_name(assembly: Assembly) -> None:
    (image,) = assembly.assets("image", "toolkit")["dockerImages"].values()
    (destination,) = image["destinations"].values()
    role = destination["assumeRoleArn"].rpartition("/")[2]
    assert role.replace("${AWS::AccountId}", "123456789012").replace("${AWS::Region}", "us-east-1") == ROLE


def test_longest_stage_and_region_still_make_a_role_name_that_iam_takes() -> None:
    longest = Deployment(stage="x" * 8)
    assert len(publishing_role_name(longest, account="123456789012", region="ap-southeast-99")) <= 64
