"""The state machine of batches, from the request to one prefix with the result.

check -> who is live -> encode -> a transform for each variant -> join -> done
              ^                       |
              +---- start over <------+ a model is gone: a deployment has cleaned it up
"""

from collections.abc import Mapping, Sequence
from typing import Any

from stacks.batch.request import request_states
from stacks.workflow.asl import HOUR, States, caught, choose, compute, each, fail, job, merged, q, sdk
from stacks.workflow.names import Names, digest
from stacks.workflow.prepare import processing, source, target

ATTEMPTS = 3
AT_ONCE = 4
GONE = "ModelGone"

_WORK = "$place & '/work/' & $string($attempt)"
_IN_S3 = "'s3://${Bucket}/' & "

_REASON = """(
    $cause := $states.errorOutput.Cause;
    $job := $substring($cause, 0, 1) = '{' ? $parse($cause) : {};
    $reason := $job.FailureReason ? $job.FailureReason : $cause ? $cause : $states.errorOutput.Error;
    $where := $job.TransformJobName ? ' (job ' & $job.TransformJobName & ')' : '';
    $variant & ' did not predict' & $where & ': ' & $reason
)"""

_REQUEST = """{
    'workload': $settings.workload,
    'execution': $states.context.Execution.Name,
    'input': $input,
    'on_bad_rows': $on_bad_rows,
    'models': $models
}"""


def definition(*, names: Names, settings: Mapping[str, Any], places: Sequence[str]) -> dict[str, Any]:
    """The state machine; `${...}` stands for what only the deployment knows."""
    longest: int = settings["batch"]["timeout"]
    states = merged(
        request_states(names, settings, places, then="Record request"),
        _encoding_states(names),
        _transform_states(names, longest),
        _joining_states(names),
    )
    return {
        "Comment": f"Predicts whole files with the live models of {names.workload}",
        "QueryLanguage": "JSONata",
        "StartAt": next(iter(states)),
        "TimeoutSeconds": ATTEMPTS * (10 * longest + 8 * HOUR),
        "States": states,
    }


def _encoding_states(names: Names) -> States:
    encode = processing(
        name=_name(names, "'encode'"),
        command="encode",
        inputs=[*_described(), source("data", "$input")],
        outputs=[target("wire", f"{_IN_S3}{_WORK} & '/wire'"), target("encoded", f"{_IN_S3}{_WORK} & '/encoded'")],
    )
    return {
        "Record request": sdk(
            "s3",
            "putObject",
            {
                "Bucket": "${Bucket}",
                "Key": q(f"{_WORK} & '/batch.json'"),
                "ContentType": "application/json",
                "Body": q(_REQUEST),
            },
            then="Encode",
        ),
        "Encode": job("createProcessingJob", encode, timeout=2 * HOUR, then="Read encoded"),
        "Read encoded": sdk(
            "s3",
            "getObject",
            {"Bucket": "${Bucket}", "Key": q(f"{_WORK} & '/encoded/encoded.json'")},
            assign={"accepts": q("$parse($states.result.Body).accepts")},
            then="Ask variants",
        ),
    }


def _transform_states(names: Names, longest: int) -> States:
    asked = each("[$keys($models)]", _asking_states(names, longest), then="Join", at_once=AT_ONCE)
    gone = {"gone": "{% $states.errorOutput.Cause %}"}
    return {
        "Ask variants": asked | {"Catch": [caught("Start over?", gone, errors=[GONE])]},
        "Start over?": choose((f"$attempt < {ATTEMPTS}", "Start over"), otherwise="Give up"),
        "Start over": compute(
            {"attempt": q("$attempt + 1"), "variants": q(_ASKED_FOR)},
            then="Read pointer",
            comment="With the models that serve by now",
        ),
        "Give up": fail(GONE, f"'Deployments removed models under {ATTEMPTS} attempts. The last: ' & $gone"),
    }


_ASKED_FOR = """(
    $said := $states.context.Execution.Input.variants;
    $exists($said) ? $said : $settings.batch.variants
)"""


def _asking_states(names: Names, longest: int) -> States:
    return {
        "Take variant": compute({"variant": "{% $states.input %}", "why": ""}, then="Predict"),
        "Predict": job(
            "createTransformJob",
            _transform(names),
            timeout=longest,
            catch=[caught("Look for model", {"why": q(_REASON)})],
            then=None,
        ),
        "Look for model": sdk(
            "sagemaker",
            "listModels",
            {"NameContains": "{% $lookup($models, $variant) %}", "MaxResults": 100},
            assign={"there": q("$lookup($models, $variant) in [$states.result.Models.ModelName]")},
            then="Is the model there?",
        )
        | {"Comment": "A missing model and a throttled call look alike to a Catch"},
        "Is the model there?": choose(("$there", "Name failure"), otherwise="Name missing model"),
        "Name failure": fail("PredictFailed", "$why"),
        "Name missing model": fail(GONE, "$why"),
    }


def _transform(names: Names) -> dict[str, Any]:
    place = {"S3DataType": "S3Prefix", "S3Uri": q(f"{_IN_S3}{_WORK} & '/wire/'")}
    return {
        "TransformJobName": q(_name(names, "$variant")),
        "ModelName": "{% $lookup($models, $variant) %}",
        "TransformInput": {
            "DataSource": {"S3DataSource": place},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": q(f"{_IN_S3}{_WORK} & '/scores/' & $variant"),
            "Accept": "{% $lookup($accepts, $variant) %}",
            "AssembleWith": "Line",
        },
        "BatchStrategy": "MultiRecord",
        "TransformResources": "{% $settings.batch.machines %}",
        "Tags": "{% $settings.tags %}",
    }


def _joining_states(names: Names) -> States:
    join = processing(
        name=_name(names, "'join'"),
        command="join",
        inputs=[
            *_described(),
            source("encoded", f"{_IN_S3}{_WORK} & '/encoded/'"),
            source("scores", f"{_IN_S3}{_WORK} & '/scores/'"),
        ],
        outputs=[target("result", f"{_IN_S3}$place")],
    )
    return {
        "Join": job("createProcessingJob", join, timeout=2 * HOUR, then="Read summary"),
        "Read summary": sdk(
            "s3",
            "getObject",
            {"Bucket": "${Bucket}", "Key": q("$place & '/summary.json'")},
            assign={"summary": q("$parse($states.result.Body)")},
            then="Done",
        ),
        "Done": {
            "Type": "Succeed",
            "Output": {"predictions": q(f"{_IN_S3}$place & '/predictions/'"), "summary": "{% $summary %}"},
        },
    }


def _described() -> list[dict[str, Any]]:
    return [
        source("request", f"{_IN_S3}{_WORK} & '/batch.json'"),
        source("features", f"{_IN_S3}$pointer.features"),
    ]


def _name(names: Names, part: str) -> str:
    """JSONata: a job of this batch; a second attempt is another job."""
    one_try = f"'batch/' & {part} & '/' & $string($attempt)"
    return f"'{names.prefix}-' & {part} & '-' & {digest(one_try)}"
