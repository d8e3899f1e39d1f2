"""Tuning jobs as boto3 meets them: their training jobs are real processes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.runtime.process import ProcessRuntime
from local.sagemaker.service import SageMaker
from local.settings import Settings
from tests.local.sagemaker.conftest import BUCKET, ROLE, World, embedded

pytestmark = pytest.mark.local

PROGRAM = """
    import json, os, pathlib, sys, time
    base = pathlib.Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    given = json.loads((base / "input/config/hyperparameters.json").read_text())
    if given.get("solver") == "broken":
        (base / "output/failure").write_text("no such solver")
        sys.exit(1)
    for epoch in range(int(given.get("epochs", "1"))):
        print(f"loss={(float(given.get('x', '3')) - 3) ** 2 + 0.5};", flush=True)
        time.sleep(float(given.get("pause", "0")))
    (base / "model/model.json").write_text(json.dumps(given))
"""
X = {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "10"}]}


@pytest.fixture(scope="module")
def world(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One embedded SageMaker for all tests here, with the image that they tune."""
    settings = Settings(home=tmp_path_factory.mktemp("tuning"), port=port, runtime="process")
    cache: Path = tmp_path_factory.getbasetemp() / "cache"
    cache.mkdir(exist_ok=True)
    settings.cache.symlink_to(cache)
    with embedded(settings, ProcessRuntime(settings)) as found:
        found.publish("tuned", PROGRAM)
        yield found


def create(world: World, name: str, *, jobs: int | None = 1, parallel: int = 1, **more: Any) -> None:
    static = more.pop("static", {})
    request = {key: more.pop(key) for key in ("WarmStartConfig", "Tags") if key in more}
    limits = {"MaxParallelTrainingJobs": parallel} | ({"MaxNumberOfTrainingJobs": jobs} if jobs else {})
    world.sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name,
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
            "ResourceLimits": limits,
            "ParameterRanges": X,
            **more,
        },
        TrainingJobDefinition={
            "AlgorithmSpecification": {
                "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/tuned:1",
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+);"}],
            },
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/tuned"},
            "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            "StaticHyperParameters": static,
        },
        **request,
    )


def ended(world: World, name: str) -> dict[str, Any]:
    return world.until(
        lambda: world.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name),
        "HyperParameterTuningJobStatus",
        "Completed",
        "Failed",
        "Stopped",
    )


def trials(world: World, name: str, **more: Any) -> list[dict[str, Any]]:
    pages = world.sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=name, PaginationConfig={"PageSize": 2}, **more
    )
    return [item for page in pages for item in page["TrainingJobSummaries"]]


@pytest.fixture(scope="module")
def bayesian(world: World) -> dict[str, Any]:
    """A tuning job that ended."""
    create(world, "bayes", jobs=5, parallel=2, Strategy="Bayesian", RandomSeed=1, Tags=[{"Key": "team", "Value": "a"}])
    return ended(world, "bayes")


def test_the_best_training_job_is_described_with_its_model(world: World, bayesian: dict[str, Any]) -> None:
    assert bayesian["HyperParameterTuningJobStatus"] == "Completed", bayesian
    assert bayesian["TrainingJobStatusCounters"] == {
        "Completed": 5, "InProgress": 0, "RetryableError": 0, "NonRetryableError": 0, "Stopped": 0,
    }  # fmt: skip
    assert bayesian["ObjectiveStatusCounters"] == {"Succeeded": 5, "Pending": 0, "Failed": 0}
    assert bayesian["HyperParameterTuningEndTime"] >= bayesian["CreationTime"]
    best = bayesian["BestTrainingJob"]
    final = best["FinalHyperParameterTuningJobObjectiveMetric"]
    assert (final["Type"], final["MetricName"]) == ("Minimize", "loss")
    assert final["Value"] == pytest.approx((float(best["TunedHyperParameters"]["x"]) - 3) ** 2 + 0.5, rel=1e-5)
    job = world.sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])
    assert job["TuningJobArn"] == bayesian["HyperParameterTuningJobArn"]
    assert job["HyperParameters"] == {**best["TunedHyperParameters"], "_tuning_objective_metric": "loss"}
    assert {item["MetricName"] for item in job["FinalMetricDataList"]} == {"loss", "ObjectiveMetric"}
    assert job["ModelArtifacts"]["S3ModelArtifacts"].endswith(f"/{best['TrainingJobName']}/output/model.tar.gz")


def test_training_jobs_are_listed_by_their_objective_in_pages(world: World, bayesian: dict[str, Any]) -> None:
    listed = trials(world, "bayes", SortBy="FinalObjectiveMetricValue", SortOrder="Ascending")
    values = [item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for item in listed]
    assert values == sorted(values)
    assert listed[0]["TrainingJobName"] == bayesian["BestTrainingJob"]["TrainingJobName"]
    by_name = [item["TrainingJobName"] for item in trials(world, "bayes")]
    assert [name[:10] for name in by_name] == [f"bayes-{number:03d}-" for number in range(1, 6)]
    assert not trials(world, "bayes", StatusEquals="Failed")
    everywhere = world.sagemaker.list_training_jobs(NameContains="bayes-")["TrainingJobSummaries"]
    assert {item["TrainingJobName"] for item in everywhere} == set(by_name)


def test_tags_of_the_tuning_job_are_its_training_jobs_tags(world: World, bayesian: dict[str, Any]) -> None:
    for arn in (bayesian["HyperParameterTuningJobArn"], bayesian["BestTrainingJob"]["TrainingJobArn"]):
        assert world.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "a"}]


def test_tuning_jobs_are_listed_with_strategy_and_counters(world: World, bayesian: dict[str, Any]) -> None:
    (row,) = world.sagemaker.list_hyper_parameter_tuning_jobs(NameContains="bay", StatusEquals="Completed")[
        "HyperParameterTuningJobSummaries"
    ]
    assert (row["HyperParameterTuningJobName"], row["Strategy"]) == ("bayes", "Bayesian")
    assert row["TrainingJobStatusCounters"]["Completed"] == 5
    assert row["ResourceLimits"] == bayesian["HyperParameterTuningJobConfig"]["ResourceLimits"]


def test_a_warm_start_knows_its_parents_best(world: World, bayesian: dict[str, Any]) -> None:
    parents = [{"HyperParameterTuningJobName": "bayes"}]
    warm = {"WarmStartType": "IdenticalDataAndAlgorithm", "ParentHyperParameterTuningJobs": parents}
    far = {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "50", "MaxValue": "60"}]}
    create(world, "child", WarmStartConfig=warm, ParameterRanges=far)
    child = ended(world, "child")
    assert child["BestTrainingJob"]["TrainingJobName"].startswith("child-001-")
    assert child["OverallBestTrainingJob"] == bayesian["BestTrainingJob"]


def test_a_failed_training_job_is_counted_and_told(world: World) -> None:
    solvers = {"CategoricalParameterRanges": [{"Name": "solver", "Values": ["broken", "good"]}]}
    create(world, "grid", jobs=None, Strategy="Grid", ParameterRanges=solvers)
    job = ended(world, "grid")
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] == 1
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 1, "Pending": 0, "Failed": 1}
    assert job["BestTrainingJob"]["TunedHyperParameters"] == {"solver": "good"}
    (failed,) = trials(world, "grid", StatusEquals="Failed")
    assert failed["FailureReason"].startswith("AlgorithmError: no such solver")
    assert failed["ObjectiveStatus"] == "Failed"


def test_hyperband_stops_training_jobs_at_their_resource_and_keeps_their_models(world: World) -> None:
    config = {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 3}}
    static = {"epochs": "500", "pause": "0.05"}
    create(world, "band", jobs=2, parallel=2, Strategy="Hyperband", StrategyConfig=config, static=static)
    job = ended(world, "band")
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Stopped"] == 2
    assert job["ObjectiveStatusCounters"]["Succeeded"] == 2
    name = job["BestTrainingJob"]["TrainingJobName"]
    assert world.get(f"tuned/{name}/output/model.tar.gz")


def test_stop_ends_a_tuning_job_with_its_training_jobs(world: World) -> None:
    create(world, "endless", jobs=9, parallel=3, static={"epochs": "500", "pause": "0.2"})
    world.until(
        lambda: {"count": len(trials(world, "endless"))},
        "count",
        3,  # type: ignore[arg-type]
    )
    world.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="endless")
    described = world.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="endless")
    assert described["HyperParameterTuningJobStatus"] in ("Stopping", "Stopped")
    job = ended(world, "endless")
    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert job["TrainingJobStatusCounters"]["Stopped"] == 3
    with pytest.raises(ClientError, match="hyperparameter tuning job is in status Stopped"):
        world.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="endless")


def test_a_tuning_job_that_is_stopped_at_once_stops(world: World) -> None:
    create(world, "hasty", jobs=9, parallel=2, static={"epochs": "500", "pause": "0.2"})
    world.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="hasty")
    job = ended(world, "hasty")
    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert job["TrainingJobStatusCounters"]["InProgress"] == 0


def test_names_are_refused_as_on_aws(world: World, bayesian: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match=r"bayes, already exists\. Choose a different name") as taken:
        create(world, "bayes")
    assert taken.value.response["Error"]["Code"] == "ResourceInUse"
    with pytest.raises(ClientError, match="less than or equal to 32"):
        create(world, "x" * 33)
    with pytest.raises(world.sagemaker.exceptions.ResourceNotFound):
        world.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="nobody")
    with pytest.raises(world.sagemaker.exceptions.ResourceNotFound):
        trials(world, "nobody")


def test_delete_forgets_the_tuning_job_and_keeps_its_training_jobs(world: World) -> None:
    create(world, "gone")
    best = ended(world, "gone")["BestTrainingJob"]["TrainingJobName"]
    world.sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="gone")
    with pytest.raises(world.sagemaker.exceptions.ResourceNotFound):
        world.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="gone")
    assert world.sagemaker.describe_training_job(TrainingJobName=best)["TrainingJobStatus"] == "Completed"


def test_a_tuning_job_that_a_server_left_running_is_failed_with_the_reason(world: World, tmp_path: Path) -> None:
    left = {
        "HyperParameterTuningJobName": "left", "HyperParameterTuningJobStatus": "InProgress", "Trials": [],
        "CreationTime": 1.0, "LastModifiedTime": 1.0, "HyperParameterTuningJobArn": "arn",
        "HyperParameterTuningJobConfig": {"HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "l"}},
        "TrainingJobDefinition": {},
    }  # fmt: skip
    settings = Settings(home=tmp_path, port=world.settings.port, runtime="process")
    kept = {"tables": {"HyperParameterTuningJob": {"left": left}}}
    service = SageMaker(settings, runtime=ProcessRuntime(settings), kept=kept)
    try:
        job = service._operations["DescribeHyperParameterTuningJob"]({"HyperParameterTuningJobName": "left"})
    finally:
        service.close()
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert "ended while the tuning job was in progress" in job["FailureReason"]


def test_close_ends_a_running_tuning_job_and_its_training_jobs(port: int, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, port=port, runtime="process")
    settings.home.mkdir(exist_ok=True)
    with embedded(settings, ProcessRuntime(settings)) as own:
        own.publish("tuned", PROGRAM)
        create(own, "open", jobs=3, parallel=2, static={"epochs": "500", "pause": "0.2"})
        own.service.close()
    assert not list((settings.state / "processes").glob("*"))
