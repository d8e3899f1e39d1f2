"""What one candidate goes through, inside a Map: train or tune, model, score, evaluate, read the metrics.

Whatever fails is recorded with its reason as the candidate's result, so that the others go on. Scoring the
test set by a batch transform also tries image, model and serve contract before any traffic.
"""

from typing import Any

from stacks.workflow.asl import HOUR, State, States, caught, choose, compute, each, job, obj, q, sdk
from stacks.workflow.names import Names
from stacks.workflow.prepare import PREPARED, RUN, processing, source, target
from stacks.workflow.settings import SCORING_INSTANCE

AT_ONCE = 4
PLACE = f"{RUN} & '/candidates/' & $candidate.name"
MODEL_KEY = "$live & '/' & $candidate.name & '/model.tar.gz'"

_ITEMS = """[$map([$keys($plan.candidates)], function($name) {
    $merge([$lookup($settings.candidates, $name), $lookup($plan.candidates, $name)])
})]"""

_REASON = """(
    $cause := $states.errorOutput.Cause;
    $job := $substring($cause, 0, 1) = '{' ? $parse($cause) : {};
    $reason := $job.ExitMessage ? $job.ExitMessage : $job.FailureReason ? $job.FailureReason
        : $cause ? $cause : $states.errorOutput.Error;
    $name := [$job.TrainingJobName, $job.TransformJobName, $job.ProcessingJobName][0];
    $where := $name ? ' (job ' & $name & ')' : '';
    $substring($states.context.State.Name & ' failed' & $where & ': ' & $reason, 0, 2000)
)"""

_METRICS = """(
    $all := $parse($states.result.Body);
    $groups := $filter([$keys($all)], function($key) { $contains($key, '_metrics') });
    $merge([$each($lookup($all, $groups[0]), function($metric, $name) {
        $type($metric.value) = 'number' ? {$name: $metric.value} : {}
    })])
)"""


def candidates_state(names: Names, *, then: str) -> States:
    """The Map over the plan's candidates; each leaves one result."""
    state = each(_ITEMS, _states(names), then=then, at_once=AT_ONCE)
    return {"Try candidates": state | {"Assign": {"results": q("[$states.result]")}}}


def _states(names: Names) -> States:
    failed = [caught("Record failure", {"why": q(_REASON)})]
    return {
        "Take candidate": compute({"candidate": "{% $states.input %}", "model": "", "why": ""}, then="Train or tune?"),
        "Train or tune?": choose(("$exists($candidate.tuning)", "Tune"), otherwise="Train"),
        **_training_states(names, failed),
        **_model_states(names, failed),
        **_evaluation_states(names, failed),
        "Record failure": compute(output=_result("{}", "$why"), then=None),
    }


def _training_states(names: Names, failed: list[State]) -> States:
    timeout = "{% $candidate.timeout %}"
    return {
        "Tune": job(
            "createHyperParameterTuningJob",
            _tuning(names),
            timeout=timeout,
            catch=failed,
            assign={"tuning": "{% $states.result.HyperParameterTuningJobName %}"},
            then="Find best job",
        ),
        "Find best job": sdk(
            "sagemaker",
            "describeHyperParameterTuningJob",
            {"HyperParameterTuningJobName": "{% $tuning %}"},
            catch=failed,
            assign={"best": q("$states.result.BestTrainingJob.TrainingJobName & ''")},
            then="Is there a best job?",
        ),
        "Is there a best job?": choose(("$best != ''", "Find best model"), otherwise="Record no best job"),
        "Record no best job": compute(
            {"why": "Tune failed: none of its training jobs succeeded"}, then="Record failure"
        ),
        "Find best model": sdk(
            "sagemaker",
            "describeTrainingJob",
            {"TrainingJobName": "{% $best %}"},
            catch=failed,
            assign={"artifact": "{% $states.result.ModelArtifacts.S3ModelArtifacts %}"},
            then="Keep model",
        ),
        "Train": job(
            "createTrainingJob",
            _training(names),
            timeout=timeout,
            catch=failed,
            assign={"artifact": "{% $states.result.ModelArtifacts.S3ModelArtifacts %}"},
            then="Keep model",
        ),
    }


def _model_states(names: Names, failed: list[State]) -> States:
    return {
        "Keep model": sdk(
            "s3",
            "copyObject",
            {
                "Bucket": "${Bucket}",
                "CopySource": q("$encodeUrl($substringAfter($artifact, 's3://'))"),
                "Key": q(MODEL_KEY),
            },
            timeout=HOUR,
            catch=failed,
            then="Create model",
        )
        | {"Comment": "What serves must outlive the run's folder"},
        "Create model": sdk(
            "sagemaker",
            "createModel",
            {
                "ModelName": q(names.candidate),
                "ExecutionRoleArn": "${JobRoleArn}",
                "PrimaryContainer": {
                    "Image": "{% $candidate.image %}",
                    "ModelDataUrl": q(f"'s3://${{Bucket}}/' & {MODEL_KEY}"),
                    "Environment": "{% $candidate.environment %}",
                },
                "Tags": "{% $settings.tags %}",
            },
            catch=failed,
            assign={"model": q("$substringAfter($states.result.ModelArn, ':model/')")},
            then="Score",
        ),
    }


def _evaluation_states(names: Names, failed: list[State]) -> States:
    evaluate = processing(
        name=names.candidate,
        command="evaluate",
        inputs=[
            source("plan", f"{RUN} & '/plan.json'"),
            source("features", f"{PREPARED} & '/features.json'"),
            source("labels", f"{PREPARED} & '/test/'"),
            source("scores", f"{PLACE} & '/scores/features.csv.out'"),
        ],
        outputs=[target("evaluation", f"{PLACE} & '/evaluation'")],
    )
    return {
        "Score": job("createTransformJob", _scoring(names), timeout=2 * HOUR, catch=failed, then="Evaluate"),
        "Evaluate": job(
            "createProcessingJob",
            evaluate | {"Environment": {"CANDIDATE": "{% $candidate.name %}"}},
            timeout=2 * HOUR,
            catch=failed,
            then="Read metrics",
        ),
        "Read metrics": sdk(
            "s3",
            "getObject",
            {"Bucket": "${Bucket}", "Key": q(_key("/evaluation/metrics.json"))},
            catch=failed,
            output=_result(_METRICS, "''"),
            then=None,
        ),
    }


def _key(path: str) -> str:
    return f"$run & '/candidates/' & $candidate.name & '{path}'"


def _result(metrics: str, error: str) -> dict[str, str]:
    return {
        "name": "{% $candidate.name %}",
        "model": "{% $model %}",
        "metrics": q(metrics),
        "error": q(error),
    }


def _training(names: Names) -> str:
    own = {
        "TrainingJobName": names.candidate,
        "HyperParameters": "$merge([$candidate.hyperparameters, $candidate.script])",
        **_job_members(),
        "Tags": "$settings.tags",
    }
    return q(f"$merge([$candidate.training, {obj(own)}, {_CHECKPOINTS}])")


def _tuning(names: Names) -> str:
    definition = {
        "StaticHyperParameters": "$merge([$candidate.hyperparameters, $candidate.script])",
        **_job_members(),
    }
    merged = f"$merge([$candidate.training, {obj(definition)}, {_CHECKPOINTS}])"
    whole = {
        "HyperParameterTuningJobName": names.tuning_job,
        "HyperParameterTuningJobConfig": "$candidate.tuning",
        "TrainingJobDefinition": merged,
        "Tags": "$settings.tags",
    }
    return q(obj(whole))


_CHECKPOINTS = f"$candidate.checkpoints ? {{'CheckpointConfig': {{'S3Uri': {PLACE} & '/checkpoints/'}}}} : {{}}"


def _job_members() -> dict[str, str]:
    return {
        "RoleArn": "'${JobRoleArn}'",
        "InputDataConfig": f"[{_channel('train')}, {_channel('validation')}]",
        "OutputDataConfig": obj({"S3OutputPath": f"{PLACE} & '/model'"}),
    }


def _channel(name: str) -> str:
    place = {
        "S3DataType": "'S3Prefix'",
        "S3Uri": f"{PREPARED} & '/{name}/'",
        "S3DataDistributionType": "'FullyReplicated'",
    }
    source_ = obj({"S3DataSource": obj(place)})
    return obj({"ChannelName": f"'{name}'", "ContentType": "'text/csv'", "DataSource": source_})


def _scoring(names: Names) -> dict[str, Any]:
    features = {"S3DataType": "S3Prefix", "S3Uri": q(f"{PREPARED} & '/test/features.csv'")}
    return {
        "TransformJobName": q(names.candidate),
        "ModelName": "{% $model %}",
        "TransformInput": {
            "DataSource": {"S3DataSource": features},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": q(f"{PLACE} & '/scores'"),
            "Accept": "{% $candidate.accept %}",
            "AssembleWith": "Line",
        },
        "BatchStrategy": "MultiRecord",
        "TransformResources": SCORING_INSTANCE,
        "Tags": "{% $settings.tags %}",
    }
