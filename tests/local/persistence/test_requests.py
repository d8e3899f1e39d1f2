"""Which requests are told to change something."""

import io
from typing import Any

import pytest

from local.persistence.requests import may_change, runs_code

pytestmark = pytest.mark.unit


def post(**more: Any) -> dict[str, Any]:
    return {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": io.BytesIO(), **more}


def form(body: bytes) -> dict[str, Any]:
    return post(CONTENT_TYPE="application/x-www-form-urlencoded; charset=utf-8", **{"wsgi.input": io.BytesIO(body)})


@pytest.mark.parametrize("environ", [
    {"REQUEST_METHOD": "GET"},
    post(HTTP_X_AMZ_TARGET="AWSStepFunctions.DescribeExecution"),
    post(HTTP_X_AMZ_TARGET="DynamoDB_20120810.Query"),
    form(b"Action=DescribeStacks&Version=2010-05-15"),
    form(b"Version=2010-05-15&Action=ListStacks"),
])  # fmt: skip
def test_reading_changes_nothing(environ: dict[str, Any]) -> None:
    assert not may_change(environ)


@pytest.mark.parametrize("environ", [
    {"REQUEST_METHOD": "PUT"},
    {"REQUEST_METHOD": "DELETE"},
    post(),
    post(HTTP_X_AMZ_TARGET="AmazonSSM.PutParameter"),
    form(b"Action=CreateStack&StackName=Action=DescribeStacks"),
])  # fmt: skip
def test_everything_else_may(environ: dict[str, Any]) -> None:
    assert may_change(environ)


def test_the_body_is_still_there_afterwards() -> None:
    environ = form(b"Action=DescribeStacks")
    may_change(environ)
    assert environ["wsgi.input"].read() == b"Action=DescribeStacks"


def test_invocations_run_code_and_nothing_else_does() -> None:
    assert runs_code(post(PATH_INFO="/2015-03-31/functions/name/invocations"))
    assert runs_code(post(HTTP_X_AMZ_TARGET="AWSStepFunctions.StartSyncExecution"))
    assert not runs_code(post(PATH_INFO="/2015-03-31/functions"))
