"""What one candidate goes through, inside a Map: train or tune, model, score, evaluate, read the metrics.

Whatever fails is recorded with its reason as the candidate's result, so that the others go on. Scoring the
test set by a batch transform also tries image, model and serve contract before any traffic.
"""

from typing import Any

from stacks.workflow.asl import HOUR, State, States, caught, choose, compute, each, job, obj, q, sdk
from stacks.workflow.names import Names
from stacks.workflow.overrides import MERGING
from stacks.workflow.prepare import PREPARED, RUN, processing, source, target
from stacks.workflow.settings import SCORING_INSTANCE
from stacks.workflow.tuning import CONFIG

PLACE = f"{RUN} & '/candidates/' & $candidate.name"
TEST = f"{PREPARED} & '/test/features.csv'"
MODEL_KEY = "$live & '/' & $candidate.name & '/model.tar.gz'"

_ITEMS = f"""(
    {MERGING}
    [$map([$keys($plan.candidates)], function($name) {{(
        $planned := $lookup($plan.candidates, $name);
        $merge([$lookup($settings.candidates, $name), $planned, {{'timeout': $seconds($planned)}}])
    )}})]
)"""

REASON = """(
    $cause := $states.errorOutput.Cause;
    $job := $substring($cause, 0, 1) = '{' ? $parse($cause) : {};
    $reason := $job.ExitMessage ? $job.ExitMessage : $job.FailureReason ? $job.FailureReason
        : $cause ? $cause : $states.errorOutput.Error;
    $name := [$job.TrainingJobName, $job.TransformJobName, $job.ProcessingJobName][0];
    $where := $name ? ' (job ' & $name & ')' : '';
    $substring($states.context.State.Name & ' failed' & $where & ': ' & $reason, 0, 2000)
)"""

METRICS = """(
    $all := $parse($states.result.Body);
    $groups := $filter([$keys($all)], function($key) { $contains($key, '_metrics') });
    $merge([$each($lookup($all, $groups[0]), function($metric, $name) {
        $type($metric.value) = 'number' ? {$name: $metric.value} : {}
    })])
)"""


def candidates_state(names: Names, *, at_once: int, then: str) -> States:
    """The Map over the plan's candidates; each leaves one result."""
    state = each(_ITEMS, _states(names), then=then, at_once=at_once)
    return {"Try candidates": state | {"Assign": {"results": q("[$states.result]")}}}


def _states(names: Names) -> States:
    failed = [caught("Record failure", {"why": q(REASON)})]
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
    score = scoring(
        name=names.candidate,
        model="$model",
        accept="$candidate.accept",
        output=f"{PLACE} & '/scores'",
        features=TEST,
    )
    return {
        "Score": job("createTransformJob", score, timeout=2 * HOUR, catch=failed, then="Evaluate"),
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
            output=_result(METRICS, "''"),
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
        "HyperParameterTuningJobConfig": CONFIG,
        "TrainingJobDefinition": merged,
        "Tags": "$settings.tags",
    }
    return q(obj(whole))


_STOPPING = """$merge([
    {'MaxRuntimeInSeconds': $candidate.instance.max_runtime},
    $exists($candidate.instance.max_wait) ? {'MaxWaitTimeInSeconds': $candidate.instance.max_wait} : {}
])"""

_CHECKPOINTS = f"$candidate.checkpoints ? {{'CheckpointConfig': {{'S3Uri': {PLACE} & '/checkpoints/'}}}} : {{}}"


def _job_members() -> dict[str, str]:
    return {
        "RoleArn": "'${JobRoleArn}'",
        "InputDataConfig": f"[{_channel('train')}, {_channel('validation')}]",
        "OutputDataConfig": obj({"S3OutputPath": f"{PLACE} & '/model'"}),
        "ResourceConfig": obj(
            {
                "InstanceType": "$candidate.instance.type",
                "InstanceCount": "$candidate.instance.count",
                "VolumeSizeInGB": "$candidate.instance.volume_gb",
            }
        ),
        "StoppingCondition": _STOPPING,
    }


def _channel(name: str) -> str:
    place = {
        "S3DataType": "'S3Prefix'",
        "S3Uri": f"{PREPARED} & '/{name}/'",
        "S3DataDistributionType": "'FullyReplicated'",
    }
    source_ = obj({"S3DataSource": obj(place)})
    return obj({"ChannelName": f"'{name}'", "ContentType": "'text/csv'", "DataSource": source_})


def scoring(*, name: str, model: str, accept: str, output: str, features: str) -> dict[str, Any]:
    """A batch transform of the test set, line by line; all values are JSONata."""
    place = {"S3DataType": "S3Prefix", "S3Uri": q(features)}
    return {
        "TransformJobName": q(name),
        "ModelName": q(model),
        "TransformInput": {
            "DataSource": {"S3DataSource": place},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {"S3OutputPath": q(output), "Accept": q(accept), "AssembleWith": "Line"},
        "BatchStrategy": "MultiRecord",
        "TransformResources": SCORING_INSTANCE,
        "Tags": "{% $settings.tags %}",
    }
