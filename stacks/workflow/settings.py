"""The workload's own values, baked into the state machine when it is synthesized.

Everything that only depends on the workload is decided here, in types; what depends on the run (names,
places, overrides) is added by JSONata. So optional members of a request are simply absent here.
"""

import json
from collections.abc import Mapping
from typing import Any

from spec.algorithm import BuiltinAlgorithm, ImageAlgorithm, ScriptAlgorithm
from spec.candidate import Candidate
from spec.deployment import Deployment
from spec.images import builtin_image_uri, framework_image_uri
from spec.workload import Workload
from stacks.workflow.durations import longest_training
from stacks.workflow.tuning import search, tuned

Fragment = dict[str, Any]

PROCESSING_INSTANCE = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}
SCORING_INSTANCE = {"InstanceCount": 1, "InstanceType": "ml.m5.large"}
# In a batch transform; a forecast is an object a line, so that lines of scores are lines of the test set.
ACCEPT = {
    ("json", "score"): "application/json",
    ("json", "forecast"): "application/jsonlines",
}


def settings(
    *,
    deployment: Deployment,
    workload: Workload,
    images: Mapping[str, str],
    scripts: Mapping[str, str],
    region: str,
) -> Fragment:
    """All of a workload that its runs need; `scripts` says where the source of each script candidate is."""
    data = workload.data.model_dump(mode="json", exclude_none=True, exclude={"sample", "uri", "classes"})
    defaults: Fragment = {
        "workload": workload.name,
        "task": workload.task,
        "layout": workload.layout,
        "data": {"uri": data_uri(workload)} | {key: value for key, value in data.items() if value},
        "prepare": workload.prepare.model_dump(mode="json"),
        "gate": workload.gate.model_dump(mode="json", exclude_none=True),
        "concurrency": workload.concurrency,
        "longest": longest_training(workload),
        "tags": [{"Key": key, "Value": value} for key, value in tags(deployment, workload).items()],
        "candidates": {
            name: _candidate(name, candidate, workload, _image(candidate, images, region), scripts.get(name), region)
            for name, candidate in workload.candidates.items()
        },
    }
    return defaults | ({"horizon": workload.horizon} if workload.horizon else {})


def data_uri(workload: Workload) -> str:
    """Where the raw data is, unless a run says otherwise."""
    return workload.data.uri or f"s3://${{Bucket}}/{workload.name}/data/"


def tags(deployment: Deployment, workload: Workload) -> dict[str, str]:
    """What everything carries that a run makes."""
    return {**deployment.tags, "trainyard:stage": deployment.stage, "trainyard:workload": workload.name}


def _candidate(
    name: str, candidate: Candidate, workload: Workload, image: str, script: str | None, region: str
) -> Fragment:
    decoder = candidate.decoder(workload.task)
    fragment: Fragment = {
        "name": name,
        "image": image,
        "decoder": decoder,
        "accept": ACCEPT.get((decoder["format"], decoder["output"]), "text/csv"),
        "hyperparameters": candidate.training_hyperparameters(workload.task, workload.data.classes)
        | (workload.data.series(workload.horizon) if workload.horizon else {}),
        "script": _script_hyperparameters(candidate, script, region),
        "environment": _environment(candidate, script, region),
        "weight": workload.endpoint.weights.get(name, 1.0),
        "machines": _machines(workload),
        "example": _example_form(candidate),
        "instance": _instance(candidate),
        "training": _training(candidate, image),
        "checkpoints": candidate.spot is not None,
    }
    if candidate.tuning:
        fragment["tuning"] = tuned(candidate.tuning)
        fragment["search"] = search(candidate.tuning, seed=workload.prepare.seed)
    return fragment


def _example_form(candidate: Candidate) -> str:
    """The JSON that the candidate's server takes for one row; none for XGBoost, which reads no JSON."""
    match candidate.algorithm:
        case BuiltinAlgorithm(builtin="linear-learner"):
            return "features"
        case BuiltinAlgorithm():
            return ""
        case ScriptAlgorithm():
            return "rows"
        case ImageAlgorithm():
            return "instances"


def _image(candidate: Candidate, images: Mapping[str, str], region: str) -> str:
    match candidate.algorithm:
        case BuiltinAlgorithm(builtin=name, version=version):
            return builtin_image_uri(name, version, region)
        case ScriptAlgorithm(framework=framework, version=version):
            return framework_image_uri(framework, version, region)
        case ImageAlgorithm(image=image):
            return images[image]


def _training(candidate: Candidate, image: str) -> Fragment:
    algorithm: Fragment = {"TrainingImage": image, "TrainingInputMode": "File"}
    if candidate.metrics:
        algorithm["MetricDefinitions"] = [{"Name": n, "Regex": regex} for n, regex in candidate.metrics.items()]
    return {"AlgorithmSpecification": algorithm, "EnableManagedSpotTraining": candidate.spot is not None}


def _instance(candidate: Candidate) -> Fragment:
    """In the words of the file, since a run may say otherwise; times are seconds."""
    machine = candidate.instance.model_dump(mode="json", by_alias=True)
    return machine | ({"max_wait": candidate.spot.max_wait_seconds} if candidate.spot else {})


def _script_hyperparameters(candidate: Candidate, source: str | None, region: str) -> dict[str, str]:
    """What a framework's image reads to find the script: JSON, as the SageMaker SDK writes it."""
    if not isinstance(candidate.algorithm, ScriptAlgorithm):
        return {}
    values = {
        "sagemaker_program": candidate.algorithm.script,
        "sagemaker_submit_directory": source,
        "sagemaker_container_log_level": 20,
        "sagemaker_region": region,
    }
    return {name: json.dumps(value) for name, value in values.items()}


def _environment(candidate: Candidate, source: str | None, region: str) -> dict[str, str]:
    if not isinstance(candidate.algorithm, ScriptAlgorithm) or source is None:
        return {}
    return {
        "SAGEMAKER_PROGRAM": candidate.algorithm.script,
        "SAGEMAKER_SUBMIT_DIRECTORY": source,
        "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
        "SAGEMAKER_REGION": region,
        # A call names no media type, since variants differ in what they write; the image alone would choose JSON.
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
    }


def _machines(workload: Workload) -> Fragment:
    endpoint = workload.endpoint
    if endpoint.serverless:
        size = endpoint.serverless
        return {"ServerlessConfig": {"MemorySizeInMB": size.memory_mb, "MaxConcurrency": size.max_concurrency}}
    if endpoint.instance is None:
        raise ValueError(f"{workload.name}: an endpoint has machines or is serverless")
    return {"InstanceType": endpoint.instance.type, "InitialInstanceCount": endpoint.instance.count}
