"""What a tuning job is made of, and which ones are refused, without running one."""

import copy
from typing import Any, cast

import pytest

from local.sagemaker.errors import AwsError
from local.sagemaker.s3files import S3Files, S3Problem
from local.sagemaker.store import Record, Table
from local.sagemaker.training import TrainingJobs
from local.sagemaker.tuning import trials
from local.sagemaker.tuning.jobs import KIND
from local.sagemaker.tuning.preparation import Preparation, Prepared

pytestmark = pytest.mark.unit

XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
OWN = "123456789012.dkr.ecr.us-east-1.amazonaws.com/own:1"
OBJECTIVE = {"Type": "Minimize", "MetricName": "loss"}
LOSS = [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]
DEPTH = {"IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "9"}]}
GRID = {"CategoricalParameterRanges": [{"Name": "a", "Values": ["1", "2"]}, {"Name": "b", "Values": ["1", "2", "3"]}]}


class Training:
    """Accepts every training job."""

    def check(self, request: Record) -> None:
        assert request["HyperParameters"]


class S3:
    """Has everything but what is called `nowhere`."""

    def sources(self, uri: str, data_type: str) -> list[tuple[str, str]]:
        if "nowhere" in uri:
            raise S3Problem("No S3 objects found")
        return [(uri, "")]


def request(**config: Any) -> Record:
    image, metrics = config.pop("image", OWN), config.pop("metrics", LOSS)
    static = config.pop("static", {"rounds": "10"})
    definition = {
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File", "MetricDefinitions": metrics},
        "RoleArn": "arn:aws:iam::123456789012:role/jobs",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "StaticHyperParameters": static,
        **config.pop("definition", {}),
    }
    return {
        "HyperParameterTuningJobName": config.pop("name", "tune"),
        "TrainingJobDefinition": definition,
        **config.pop("job", {}),
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": OBJECTIVE,
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": DEPTH,
            **config,
        },
    }


def limits(jobs: int | None, parallel: int = 1) -> Record:
    return {"MaxParallelTrainingJobs": parallel} | ({} if jobs is None else {"MaxNumberOfTrainingJobs": jobs})


def prepared(wanted: Record, *parents: Record) -> Prepared:
    table = Table(KIND)
    for parent in parents:
        table.add(parent["HyperParameterTuningJobName"], parent)
    preparation = Preparation(table, cast(TrainingJobs, Training()), cast(S3Files, S3()))
    return preparation.prepared(copy.deepcopy(wanted))


def band(**members: int) -> Record:
    return {"Strategy": "Hyperband", "StrategyConfig": {"HyperbandStrategyConfig": members}}


def ranges(kind: str, name: str) -> Record:
    return {f"{kind}ParameterRanges": [{"Name": name, "MinValue": "0.5", "MaxValue": "0.9"}]}


CHANNEL = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://nowhere"}}}
BUILTIN = {"image": XGBOOST, "metrics": [], "ParameterRanges": ranges("Continuous", "eta")}
REFUSED: list[tuple[Record, str]] = [
    ({"ResourceLimits": limits(2, 3)}, r"MaxParallelTrainingJobs \[3\] must be less than or equal to"),
    ({"ResourceLimits": limits(751)}, "account-level service limit 'Maximum number of training jobs"),
    ({"ResourceLimits": limits(500, 101)}, "account-level service limit 'Maximum number of parallel"),
    ({"ResourceLimits": limits(10)}, r"total number of hyperparameter combinations .* \[9.0\] .* \[10\]"),
    ({"Strategy": "Grid"}, "Only categorical hyperparameters"),
    ({"Strategy": "Grid", "ParameterRanges": GRID, "ResourceLimits": limits(5)}, r"\[5\] must equal .* \[6\]"),
    ({"Strategy": "Hyperband"}, "MaxResource is required"),
    (band(MinResource=10, MaxResource=9), "must be less than or equal to MaxResource"),
    ({**band(MaxResource=9), "TrainingJobEarlyStoppingType": "Auto"}, "TrainingJobEarlyStoppingType must be Off"),
    ({"StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 9}}}, "only if Hyperband is the Strategy"),
    ({"metrics": []}, "A metric is required for this hyperparameter tuning job objective"),
    ({"metrics": [{"Name": "loss", "Regex": "loss"}]}, "no capture group"),
    ({"static": {"depth": "3"}}, r"both static and tunable: \['depth'\]"),
    ({"definition": {"HyperParameterTuningResourceConfig": {}}}, "exactly one of ResourceConfig"),
    ({"definition": {"InputDataConfig": [CHANNEL]}}, "No S3 objects found"),
    ({**BUILTIN, "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"}}, "valid objective m"),
    ({**BUILTIN, "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:rmse"}}, "type"),
    (
        {
            **BUILTIN,
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ParameterRanges": ranges("Continuous", "max_depth"),
        },
        "is of type integer",
    ),
    (
        {
            **BUILTIN,
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ParameterRanges": ranges("Continuous", "booster"),
        },
        "isn't tunable",
    ),
    ({"job": {"TrainingJobDefinitions": [{}]}}, "exactly one of TrainingJobDefinition and TrainingJobDefinitions"),
]


@pytest.mark.parametrize(("config", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_what_aws_refuses_is_refused(config: Record, message: str) -> None:
    with pytest.raises(AwsError, match=message):
        prepared(request(**copy.deepcopy(config)))


def test_a_tuning_job_is_described_with_its_defaults_and_its_objective() -> None:
    record = prepared(request()).record
    config, definition = record["HyperParameterTuningJobConfig"], record["TrainingJobDefinition"]
    assert config["TrainingJobEarlyStoppingType"] == "Off"
    assert config["ParameterRanges"]["IntegerParameterRanges"][0]["ScalingType"] == "Auto"
    assert definition["StaticHyperParameters"] == {"rounds": "10", "_tuning_objective_metric": "loss"}
    names = [item["Name"] for item in definition["AlgorithmSpecification"]["MetricDefinitions"]]
    assert names == ["loss", "ObjectiveMetric"]


def test_a_script_gets_the_objective_as_json_as_all_of_its_hyperparameters() -> None:
    record = prepared(request(static={"sagemaker_program": '"train.py"'})).record
    assert record["TrainingJobDefinition"]["StaticHyperParameters"]["_tuning_objective_metric"] == '"loss"'


def test_a_builtin_algorithm_brings_its_metrics() -> None:
    objective = {"Type": "Minimize", "MetricName": "validation:rmse"}
    record = prepared(request(**copy.deepcopy(BUILTIN), HyperParameterTuningJobObjective=objective)).record
    found = record["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"]
    expressions = {item["Name"]: item["Regex"] for item in found}
    assert expressions["ObjectiveMetric"] == expressions["validation:rmse"]
    assert "train:logloss" in expressions


def test_grid_search_counts_its_own_training_jobs() -> None:
    work = prepared(request(Strategy="Grid", ParameterRanges=GRID, ResourceLimits=limits(None, 2))).work
    assert work.jobs == 6


def test_without_a_number_of_jobs_the_space_or_the_quota_bounds_them() -> None:
    assert prepared(request(ResourceLimits=limits(None))).work.jobs == 9
    eta = {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "1"}]}
    assert prepared(request(ParameterRanges=eta, ResourceLimits=limits(None))).work.jobs == 750


def test_hyperband_infers_its_resource_from_the_epochs() -> None:
    assert prepared(request(Strategy="Hyperband", static={"epochs": "27"})).work.jobs == 4


def test_the_preferred_instance_of_several_is_taken() -> None:
    instances = [
        {"InstanceType": kind, "InstanceCount": 1, "VolumeSizeInGB": 5} for kind in ("ml.c5.xlarge", "ml.m5.xlarge")
    ]
    wanted = request()
    del wanted["TrainingJobDefinition"]["ResourceConfig"]
    wanted["TrainingJobDefinition"]["HyperParameterTuningResourceConfig"] = {"InstanceConfigs": instances}
    (definition,) = prepared(wanted).work.definitions
    assert trials.request("job", definition, {}, [])["ResourceConfig"] == instances[0]
    assert definition["ResourceConfig"] == instances[0]  # what the SageMaker SDK attaches by


def test_each_training_job_has_checkpoints_of_its_own() -> None:
    wanted = request(definition={"CheckpointConfig": {"S3Uri": "s3://bucket/checkpoints/"}})
    (definition,) = prepared(wanted).work.definitions
    made = trials.request("tune-001", definition, {}, [])
    assert made["CheckpointConfig"] == {"S3Uri": "s3://bucket/checkpoints/tune-001"}


def several(**changes: Any) -> Record:
    wanted = request()
    single = wanted.pop("TrainingJobDefinition")
    for member in ("HyperParameterTuningJobObjective", "ParameterRanges"):
        del wanted["HyperParameterTuningJobConfig"][member]
    single |= {"TuningObjective": OBJECTIVE, "HyperParameterRanges": DEPTH}
    second = {**single, "DefinitionName": "second", **changes}
    return {**wanted, "TrainingJobDefinitions": [{**single, "DefinitionName": "first"}, second]}


def test_several_definitions_have_each_their_own_search() -> None:
    work = prepared(several(HyperParameterRanges=GRID)).work
    proposed = [set(candidate.values) for search in work.searches if (candidate := search.ask())]
    assert proposed == [{"depth"}, {"a", "b"}]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"DefinitionName": "first"}, "a DefinitionName of its own"),
        ({"TuningObjective": {"Type": "Maximize", "MetricName": "loss"}}, "must have the same Type"),
    ],
)
def test_definitions_that_cannot_be_compared_are_refused(changes: Record, message: str) -> None:
    with pytest.raises(AwsError, match=message):
        prepared(several(**changes))


def test_autotune_chooses_ranges_and_an_end() -> None:
    auto = {"AutoParameters": [{"Name": "eta", "ValueHint": "0.3"}, {"Name": "max_depth", "ValueHint": "6"}]}
    objective = {"Type": "Minimize", "MetricName": "validation:rmse"}
    wanted = request(
        image=XGBOOST, metrics=[], ParameterRanges=auto, HyperParameterTuningJobObjective=objective,
        job={"Autotune": {"Mode": "Enabled"}},
    )  # fmt: skip
    config = prepared(wanted).record["HyperParameterTuningJobConfig"]
    assert config["ParameterRanges"]["ContinuousParameterRanges"][0]["MaxValue"] == "0.5"
    assert config["ParameterRanges"]["IntegerParameterRanges"][0]["MaxValue"] == "10"
    assert config["TuningJobCompletionCriteria"] == {"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}
    del wanted["Autotune"]
    with pytest.raises(AwsError, match="AutoParameters needs Autotune"):
        prepared(wanted)


def parent(name: str = "parent", status: str = "Completed", **config: Any) -> Record:
    trials = [
        {"TrainingJobName": f"{name}-{depth}", "TunedHyperParameters": {"depth": str(depth)}, "Objective": depth / 10}
        for depth in (8, 3, 5)
    ]
    made = request(name=name, **config)
    return {**made, "HyperParameterTuningJobStatus": status, "Trials": trials}


def child(kind: str = "IdenticalDataAndAlgorithm", **config: Any) -> Record:
    warm = {"WarmStartType": kind, "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "parent"}]}
    return request(name="child", job={"WarmStartConfig": warm}, **config)


CHANGED_INPUT = {"InputDataConfig": [{**CHANNEL, "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://x"}}}]}  # fmt: skip  # noqa: E501
NOT_WARM: list[tuple[Record, Record, str]] = [
    (child(), parent(status="InProgress"), "is in status InProgress"),
    (child(static={"rounds": "1", "new": "2"}), parent(), "set of tunable plus static HyperParameter names is not"),
    (child(ParameterRanges=ranges("Continuous", "depth")), parent(), r"type of hyperparameters .* \['depth'\]"),
    (child(HyperParameterTuningJobObjective={**OBJECTIVE, "Type": "Maximize"}), parent(), "objective metric must be"),
    (child(definition=CHANGED_INPUT), parent(), "Only the following fields in TrainingJobDefinition are allowed"),
    (child("TransferLearning", image=OWN.replace("own", "other")), parent(), "Only the following fields"),
    (child(definition={"Environment": {"A": "1"}}), parent(), "Only the following fields"),
    (child(static={f"s{n}": "1" for n in range(11)}), parent(static={f"s{n}": "2" for n in range(11)}), "more than 10"),
    (child(), parent("somebody"), "can't find a tuning job"),
]


@pytest.mark.parametrize(("wanted", "elder", "message"), NOT_WARM, ids=[case[2][:40] for case in NOT_WARM])
def test_a_parent_that_cannot_teach_is_refused(wanted: Record, elder: Record, message: str) -> None:
    with pytest.raises(AwsError, match=message):
        prepared(wanted, elder)


def test_transfer_learning_takes_other_data_and_another_version() -> None:
    wanted = child("TransferLearning", image=OWN.replace(":1", ":2"), definition=CHANGED_INPUT)
    first = prepared(wanted, parent()).work.searches[0].ask()
    assert first
    assert first.values == {"depth": "3"}  # the parent's best


def test_a_tunable_hyperparameter_may_become_static_and_back() -> None:
    moved = {"IntegerParameterRanges": [{"Name": "rounds", "MinValue": "5", "MaxValue": "20"}]}
    prepared(child(static={"depth": "3"}, ParameterRanges=moved), parent())
