from typing import Any

import pytest

from local.sagemaker.errors import AwsError
from local.sagemaker.models import MODEL
from local.sagemaker.store import Table
from local.sagemaker.tagging import Tagging
from local.sagemaker.tags import Tags, check

pytestmark = pytest.mark.unit


@pytest.fixture
def arn() -> str:
    return MODEL.arn("iris")


@pytest.fixture
def tagging(arn: str) -> Tagging:
    table = Table(MODEL)
    assert table.add("iris", {"ModelName": "iris"}) == arn
    return Tagging(Tags(), {"Model": table})


def tags(**pairs: str) -> list[dict[str, Any]]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def test_tags_are_added_overwritten_and_deleted(tagging: Tagging, arn: str) -> None:
    tagging.add_tags({"ResourceArn": arn, "Tags": tags(stage="dev", owner="me")})
    answer = tagging.add_tags({"ResourceArn": arn, "Tags": tags(stage="prod")})
    assert answer == {"Tags": tags(stage="prod", owner="me")}
    tagging.delete_tags({"ResourceArn": arn, "TagKeys": ["owner", "never-there"]})
    assert tagging.list_tags({"ResourceArn": arn}) == {"Tags": tags(stage="prod")}


@pytest.mark.parametrize("operation", ["add_tags", "list_tags", "delete_tags"])
@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("arn:aws:sagemaker:us-east-1:123456789012:model/gone", 'Could not find model "{}".'),
        ("arn:aws:sagemaker:eu-west-1:123456789012:model/iris", 'Could not find model "{}".'),
        ("arn:aws:sagemaker:us-east-1:123456789012:app/iris", 'Could not find resource "{}".'),
    ],
)
def test_a_resource_that_is_not_there_has_no_tags(tagging: Tagging, operation: str, missing: str, message: str) -> None:
    with pytest.raises(AwsError) as refused:
        getattr(tagging, operation)({"ResourceArn": missing, "Tags": tags(a="b"), "TagKeys": ["a"]})
    assert (refused.value.code, refused.value.message) == ("ValidationException", message.format(missing))


def test_a_resource_has_at_most_fifty_tags(tagging: Tagging, arn: str) -> None:
    tagging.add_tags({"ResourceArn": arn, "Tags": tags(**{f"k{number}": "" for number in range(50)})})
    tagging.add_tags({"ResourceArn": arn, "Tags": tags(k7="changed")})
    with pytest.raises(AwsError, match="limit of 50 tags"):
        tagging.add_tags({"ResourceArn": arn, "Tags": tags(one="more")})
    assert len(tagging.list_tags({"ResourceArn": arn})["Tags"]) == 50


@pytest.mark.parametrize("key", ["aws:stage", "AWS:stage"])
def test_keys_of_aws_itself_are_reserved(tagging: Tagging, arn: str, key: str) -> None:
    with pytest.raises(AwsError, match="reserved"):
        tagging.add_tags({"ResourceArn": arn, "Tags": [{"Key": key, "Value": "x"}]})
    assert tagging.list_tags({"ResourceArn": arn}) == {"Tags": []}


def test_a_key_given_twice_is_refused() -> None:
    with pytest.raises(AwsError, match="Duplicate tag key stage"):
        check([*tags(stage="a"), *tags(stage="b")])


def test_tags_of_a_deleted_resource_do_not_come_back() -> None:
    found = Tags()
    found.add("arn", tags(a="b"))
    found.forget("arn")
    assert found.listed("arn") == []
