"""What one candidate goes through, inside a Map: train or tune, model, score, evaluate, read the metrics.

Whatever fails is recorded with its reason as the candidate's result, so that the others go on. Scoring the
test set by a batch transform also tries image, model and serve contract before any traffic.
"""

from collections.abc import Mapping
from typing import Any

from stacks.workflow.asl import HOUR, State, States, caught, choose, compute, each, job, merged, obj, q, sdk
from stacks.workflow.names import Names
from stacks.workflow.overrides import MERGING
from stacks.workflow.prepare import PREPARED, RUN, processing, source, target
from stacks.workflow.settings import SCORING_INSTANCE
from stacks.workflow.tuning import CONFIG

PLACE = f"{RUN} & '/candidates/' & $candidate.name"
TEST = f"{PREPARED} & '/test/features.csv'"
MODEL_KEY = "$live & '/' & $candidate.name & '/model.tar.gz'"

CANDIDATES = f"""(
    {MERGING}
    [$map([$keys($plan.candidates)], function($name) {{(
        $planned := $lookup($plan.candidates, $name);
        $merge([$lookup($settings.candidates, $name), $planned, {{'timeout': $seconds($planned)}}])
    )}})]
)"""

REASON = """(
    $error := $states.errorOutput.Error;
    $cause := $states.errorOutput.Cause;
    $isJob := $substring($cause, 0, 1) = '{' and $substring($cause, -1) = '}';
    $job := $isJob ? $parse($cause) : {};
    $kinds := ['HyperParameterTuningJob', 'TrainingJob', 'TransformJob', 'ProcessingJob'];
    $name := [$map($kinds, function($kind) { $lookup($job, $kind & 'Name') })][0];
    $status := [$map($kinds, function($kind) { $lookup($job, $kind & 'Status') })][0];
    $reason := $job.ExitMessage ? $job.ExitMessage : $job.FailureReason ? $job.FailureReason
        : $status ? 'the job ended as ' & $status
        : $error = 'States.Timeout' ? 'it was not done in time'
        : $error = 'S3.NoSuchKeyException' ? 'there is no such file in S3: ' & $cause
        : $cause ? $cause : $error;
    $where := $name ? ' (job ' & $name & ')' : '';
    $substring($states.context.State.Name & ' failed' & $where & ': ' & $reason, 0, 2000)
)"""
"""JSONata: what went wrong, for a person. AWS gives a job's whole description as cause, cut if it is too long."""

_TOO_LONG = """$states.context.State.Name & ' failed: it was not done within '
    & $string($ceil($candidate.timeout / 3600)) & ' h, the longest that its max_runtime allows'"""

_UNREADABLE = """'Read metrics failed: metrics.json in ' & $run & '/candidates/' & $candidate.name
    & '/evaluation is not the JSON that evaluate writes'"""

METRICS = """(
    $all := $parse($states.result.Body);
    $groups := $filter([$keys($all)], function($key) { $contains($key, '_metrics') });
    $merge([$each($lookup($all, $groups[0]), function($metric, $name) {
        $type($metric.value) = 'number' ? {$name: $metric.value} : {}
    })])
)"""

LACKING = f"""(
    $metrics := {METRICS};
    $exists($lookup($metrics, $plan.gate.metric)) ? ''
        : 'Evaluate gave no ' & $plan.gate.metric
            & ', only: ' & $join([$keys($metrics)], ', ')
)"""


def candidates_state(names: Names, *, at_once: int, then: str) -> States:
    """The Map over the plan's candidates; each leaves one result."""
    state = each(CANDIDATES, _states(names), then=then, at_once=at_once)
    return {"Try candidates": state | {"Assign": {"results": q("[$states.result]")}}}


def _states(names: Names) -> States:
    failed = [caught("Record failure", {"why": q(REASON)})]
    return merged(
        {
            "Take candidate": compute(
                {"candidate": "{% $states.input %}", "model": "", "why": ""}, then="Train or tune?"
            ),
            "Train or tune?": choose(("$exists($candidate.tuning)", "Tune"), otherwise="Train"),
        },
        training_states(names, failed, then="Keep model"),
        {"Keep model": _keep_model(failed)},
        model_states(names, f"'s3://${{Bucket}}/' & {MODEL_KEY}"),
        evaluation_states(names, failed, {}, output=_result(METRICS, LACKING), then=None),
        {
            "Record failure": compute(output=_result("{}", "$why"), then=None),
        },
    )


def training_states(names: Names, failed: list[State], *, then: str) -> States:
    """Sets `artifact`; some failures go to `Record failure`, with their reason in `why`."""
    timeout = "{% $candidate.timeout %}"
    late = [caught("Record failure", {"why": q(_TOO_LONG)}, errors=["States.Timeout"]), *failed]
    return {
        "Tune": job(
            "createHyperParameterTuningJob",
            _tuning(names),
            timeout=timeout,
            catch=late,
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
            then=then,
        ),
        "Train": job(
            "createTrainingJob",
            _training(names),
            timeout=timeout,
            catch=late,
            assign={"artifact": "{% $states.result.ModelArtifacts.S3ModelArtifacts %}"},
            then=then,
        ),
    }


def _keep_model(failed: list[State]) -> State:
    return sdk(
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
        comment="What serves must outlive the run's folder",
    )


def model_states(names: Names, artifact: str) -> States:
    """Set `model`; `artifact` is JSONata."""
    made = {"model": q("$substringAfter($states.result.ModelArn, ':model/')"), "why": ""}
    return {
        "Create model": sdk(
            "sagemaker",
            "createModel",
            {
                "ModelName": q(names.model),
                "ExecutionRoleArn": "${JobRoleArn}",
                "PrimaryContainer": {
                    "Image": "{% $candidate.image %}",
                    "ModelDataUrl": q(artifact),
                    "Environment": "{% $candidate.environment %}",
                },
                "Tags": "{% $settings.tags %}",
            },
            catch=[caught("Look for model", {"why": q(REASON)})],
            assign=made,
            then="Score",
        ),
        "Look for model": sdk(
            "sagemaker",
            "describeModel",
            {"ModelName": q(names.model)},
            catch=[caught("Record failure")],
            assign=made,
            then="Score",
            comment="A call whose answer was lost had made it",
        ),
    }


def evaluation_states(names: Names, failed: list[State], environment: Mapping[str, str], **leaving: Any) -> States:
    """Score, evaluate (`environment` besides its own), read the metrics; `leaving`: what is done with these."""
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
            evaluate | {"Environment": {"CANDIDATE": "{% $candidate.name %}", **environment}},
            timeout=2 * HOUR,
            catch=failed,
            then="Read metrics",
        ),
        "Read metrics": sdk(
            "s3",
            "getObject",
            {"Bucket": "${Bucket}", "Key": q(_key("/evaluation/metrics.json"))},
            catch=[
                caught("Record failure", {"why": q(_UNREADABLE)}, errors=["States.QueryEvaluationError"]),
                *failed,
            ],
            **leaving,
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

_CHECKPOINTS = f"""$candidate.checkpoints ? {{'CheckpointConfig': {{
    'S3Uri': {PLACE} & '/checkpoints/',
    'LocalPath': '/opt/ml/checkpoints'
}}}} : {{}}"""


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
