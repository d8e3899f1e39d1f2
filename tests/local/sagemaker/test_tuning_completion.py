import pytest

from local.sagemaker.tuning.completion import Progress
from local.sagemaker.tuning.stopping import MedianRule

pytestmark = pytest.mark.unit


def progress(criteria: dict[str, object], *, maximize: bool = False, hyperparameters: int = 1) -> Progress:
    return Progress(criteria, maximize=maximize, hyperparameters=hyperparameters, clock=lambda: 1000.0)


@pytest.mark.parametrize(("maximize", "values"), [(False, [5.0, 2.0]), (True, [1.0, 3.5])])
def test_reaching_the_target_completes(maximize: bool, values: list[float]) -> None:
    followed = progress({"TargetObjectiveMetricValue": 2.5}, maximize=maximize)
    followed.add(values[0])
    assert not followed.done
    followed.add(values[1])
    assert followed.done


def test_an_improvement_below_one_percent_is_none() -> None:
    followed = progress({"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}})
    for value in (100.0, 99.5, 101.0, 98.0, 97.9, 97.8):
        followed.add(value)
        assert not followed.done
    assert followed.details == {"NumberOfTrainingJobsObjectiveNotImproving": 2}
    followed.add(97.7)
    assert followed.done


def test_convergence_is_noted_always_and_completes_when_asked() -> None:
    noting, completing = progress({}), progress({"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}})
    for _ in range(11):
        assert not completing.done
        for followed in (noting, completing):
            followed.add(1.0)
    assert noting.details["ConvergenceDetectedTime"] == 1000.0
    assert completing.done
    assert not noting.done


def test_convergence_takes_longer_with_more_hyperparameters() -> None:
    followed = progress({}, hyperparameters=5)
    for _ in range(15):
        followed.add(1.0)
    assert followed.converged_at is None
    followed.add(1.0)
    assert followed.converged_at == 1000.0


def rule(*, maximize: bool = False) -> MedianRule:
    made = MedianRule(maximize=maximize)
    sign = -1 if maximize else 1
    for level in (1.0, 2.0, 3.0):
        made.add([sign * level] * 8, completed=True)
    return made


@pytest.mark.parametrize("maximize", [False, True])
def test_a_curve_worse_than_the_median_of_averages_is_hopeless(maximize: bool) -> None:
    sign = -1 if maximize else 1
    assert rule(maximize=maximize).hopeless([sign * 2.5] * 4)
    assert not rule(maximize=maximize).hopeless([sign * 1.5] * 4)


def test_the_last_value_counts_not_the_average() -> None:
    assert not rule().hopeless([9.0, 9.0, 9.0, 1.0])


def test_nobody_is_judged_in_the_first_quarter_or_by_a_single_job() -> None:
    assert not rule().hopeless([9.0, 9.0])
    lonely = MedianRule(maximize=False)
    lonely.add([1.0] * 8, completed=True)
    assert not lonely.hopeless([9.0] * 4)


def test_jobs_that_ended_before_an_epoch_say_nothing_about_it() -> None:
    judged = rule()
    judged.add([0.1, 0.1], completed=False)
    assert judged.hopeless([1.0, 1.0, 2.1])
    assert not judged.hopeless([1.0, 1.0, 1.9])
