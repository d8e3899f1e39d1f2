import time
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from local.sagemaker import lists
from local.sagemaker.errors import AwsError, in_use, validation
from local.sagemaker.store import Kind, Table

pytestmark = pytest.mark.unit


def table(prefix: str = "Endpoint") -> Table:
    missing = validation("missing")
    return Table(Kind(prefix=prefix, segment="x", missing=lambda *_: missing, taken=lambda *_: in_use("taken")))


def filled(*names: str, prefix: str = "Endpoint", **members: Any) -> Table:
    found = table(prefix)
    for name in names:
        add(found, name, **members)
    return found


def add(found: Table, name: str, **members: Any) -> None:
    found.add(name, {f"{found.kind.prefix}Name": name, f"{found.kind.prefix}Status": "InService", **members})
    time.sleep(0.001)  # creation times differ


def names(found: Table, **request: Any) -> list[str]:
    return [row[found.kind.name_member] for row in lists.page(found, request, "Rows")["Rows"]]


def pages(found: Table, **request: Any) -> Iterator[list[str]]:
    token: dict[str, str] = {}
    while True:
        page = lists.page(found, {**request, **token}, "Rows")
        yield [row[found.kind.name_member] for row in page["Rows"]]
        if "NextToken" not in page:
            return
        token = {"NextToken": page["NextToken"]}


@pytest.mark.parametrize(
    ("prefix", "operation"),
    [
        ("TrainingJob", "ListTrainingJobs"),
        ("ProcessingJob", "ListProcessingJobs"),
        ("TransformJob", "ListTransformJobs"),
        ("HyperParameterTuningJob", "ListHyperParameterTuningJobs"),
        ("Model", "ListModels"),
        ("EndpointConfig", "ListEndpointConfigs"),
        ("Endpoint", "ListEndpoints"),
        ("ModelPackage", "ListModelPackages"),
        ("ModelPackageGroup", "ListModelPackageGroups"),
    ],
)
def test_without_a_wish_the_order_is_the_one_that_the_service_model_documents(prefix: str, operation: str) -> None:
    shape = botocore.session.get_session().get_service_model("sagemaker").operation_model(operation).input_shape
    assert shape is not None
    by = "Name" if "default is <code>Name</code>" in shape.members["SortBy"].documentation else "CreationTime"
    descending = "<code>Descending</code>" in shape.members["SortOrder"].documentation
    expected = ["c", "a", "b"] if by == "CreationTime" else ["a", "b", "c"]
    assert names(filled("c", "a", "b", prefix=prefix)) == (expected[::-1] if descending else expected)


@pytest.mark.parametrize(
    ("by", "expected"), [("Name", ["a", "b", "c"]), ("CreationTime", ["c", "a", "b"]), ("Status", ["b", "c", "a"])]
)
def test_rows_are_sorted_as_asked(by: str, expected: list[str]) -> None:
    found = filled("c", "a", "b")
    found.update("b", EndpointStatus="Creating")
    found.update("a", EndpointStatus="Updating")
    assert names(found, SortBy=by, SortOrder="Ascending") == expected
    assert names(found, SortBy=by, SortOrder="Descending") == expected[::-1]


def test_filters_are_all_applied() -> None:
    found = filled("alpha", "alpine", "beta")
    found.update("alpine", EndpointStatus="Failed")
    assert names(found, NameContains="LP") == ["alpine", "alpha"]
    assert names(found, NameContains="alp", StatusEquals="InService") == ["alpha"]
    assert names(found, StatusEquals="Deleting") == []


@pytest.mark.parametrize("time_member", ["CreationTime", "LastModifiedTime"])
def test_times_bound_what_is_listed(time_member: str) -> None:
    found = filled("a", "b", "c")
    moment = found.get("b")[time_member]
    assert names(found, **{f"{time_member}After": moment}) == ["c"]
    assert names(found, **{f"{time_member}Before": moment}) == ["a"]


def test_a_change_moves_the_time_of_modification_alone() -> None:
    found = filled("a", "b")
    moment = time.time()
    found.update("a", EndpointStatus="Updating")
    assert names(found, LastModifiedTimeAfter=moment) == ["a"]
    assert names(found, CreationTimeAfter=moment) == []


def test_warm_pools_are_found_by_their_status() -> None:
    found = filled("a", "b", prefix="TrainingJob")
    found.update("b", WarmPoolStatus={"Status": "Reused"})
    assert names(found, WarmPoolStatusEquals="Reused") == ["b"]


def test_a_page_has_ten_rows_unless_asked_otherwise() -> None:
    found = filled(*(f"e{number}" for number in range(23)))
    assert [len(page) for page in pages(found)] == [10, 10, 3]
    assert [len(page) for page in pages(found, MaxResults=23)] == [23]


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
@pytest.mark.parametrize("by", ["Name", "CreationTime"])
def test_rows_that_come_meanwhile_repeat_and_hide_nothing(by: str, order: str) -> None:
    found = filled(*"bdfhj")
    seen: list[str] = []
    for page in pages(found, SortBy=by, SortOrder=order, MaxResults=2):
        seen += page
        for new in ("a" + seen[-1], "z" + seen[-1]):
            if len(found.all()) < 9:
                add(found, new)
    assert len(seen) == len(set(seen))
    assert set("bdfhj") <= set(seen)


def test_rows_that_go_meanwhile_hide_no_others() -> None:
    found = filled(*(f"e{number}" for number in range(9)))
    seen: list[str] = []
    for page in pages(found, MaxResults=3):
        seen += page
        for name in page:
            found.remove(name)
    assert len(seen) == 9


@pytest.mark.parametrize("token", ["nonsense", "", "bm9uZQ==", "WyJ4IiwgMV0=", "W10="])
def test_a_made_up_token_is_refused(token: str) -> None:
    with pytest.raises(AwsError, match="Invalid NextToken"):
        lists.page(filled("a"), {"NextToken": token}, "Rows")


def test_a_token_of_another_order_is_refused() -> None:
    found = filled("a", "b")
    token = lists.page(found, {"MaxResults": 1}, "Rows")["NextToken"]
    with pytest.raises(AwsError, match="Invalid NextToken"):
        lists.page(found, {"MaxResults": 1, "NextToken": token, "SortBy": "Name"}, "Rows")


def test_rows_that_are_no_table_have_pages_too() -> None:
    rows = [{"number": number} for number in range(5)]
    first = lists.cut(rows, {"MaxResults": 3}, "Rows")
    last = lists.cut(rows, {"MaxResults": 3, "NextToken": first["NextToken"]}, "Rows")
    assert first["Rows"] + last["Rows"] == rows
    assert "NextToken" not in last
