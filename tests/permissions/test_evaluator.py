"""The evaluator tells what IAM would: wildcards, conditions, denials, and questions that make no sense."""

from typing import Any

import pytest

from local.access.needs import Need
from tests.permissions.evaluator import Verdict, evaluate, grants_of

pytestmark = pytest.mark.synth
ROLE = "arn:aws:iam::123456789012:role/run"
JOB = "arn:aws:sagemaker:us-east-1:123456789012:training-job/dev-boston-1"


def judged(statement: dict[str, Any], *needs: tuple[str, str, dict[str, str]]) -> list[Verdict]:
    asked = [Need(ROLE, action, resource, tuple(context.items())) for action, resource, context in needs]
    given = {"Effect": "Allow"} | statement
    return evaluate({ROLE: grants_of(ROLE, [given])}, asked)


def test_an_exact_action_on_a_prefix_allows_what_begins_with_it() -> None:
    statement = {"Action": "sagemaker:CreateTrainingJob", "Resource": JOB[:-1] + "*"}
    own, foreign = judged(
        statement,
        ("sagemaker:CreateTrainingJob", JOB, {}),
        ("sagemaker:CreateTrainingJob", JOB.replace("boston", "iris"), {}),
    )
    assert own.allowed
    assert own.by[0].action == "sagemaker:CreateTrainingJob"
    assert not foreign.allowed


def test_a_condition_that_does_not_hold_allows_nothing() -> None:
    statement = {
        "Action": "iam:PassRole",
        "Resource": ROLE,
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    }
    verdicts = judged(
        statement,
        *(("iam:PassRole", ROLE, {"iam:PassedToService": f"{name}.amazonaws.com"}) for name in ("sagemaker", "ec2")),
    )
    assert [verdict.allowed for verdict in verdicts] == [True, False]


def test_the_grant_that_is_used_is_named_among_several() -> None:
    statement = {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::b/runs/*", "arn:aws:s3:::b/x"]}
    (verdict,) = judged(statement, ("s3:PutObject", "arn:aws:s3:::b/runs/1", {}))
    assert [(grant.action, grant.resource) for grant in verdict.by] == [("s3:PutObject", "arn:aws:s3:::b/runs/*")]


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("sagemaker:CreateTrainJob", JOB, {}),
        ("sagemaker:CreateTrainingJob", JOB.replace("training-job", "model"), {}),
    ],
)
def test_a_question_that_iam_does_not_know_is_a_problem(action: str, resource: str, context: dict[str, str]) -> None:
    (verdict,) = judged({"Action": "*", "Resource": "*"}, (action, resource, context))
    assert not verdict.allowed
    assert verdict.problem
