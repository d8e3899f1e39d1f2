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
    assert rule(maximize=maximize).hopeless(4, sign * 2.5)
    assert not rule(maximize=maximize).hopeless(4, sign * 1.5)


def test_running_averages_are_compared_not_last_values() -> None:
    judged = MedianRule(maximize=False)
    for _ in range(2):
        judged.add([9.0, 5.0, 1.0, 1.0], completed=True)
    assert not judged.hopeless(3, 4.9)  # the others have 1.0 there, and 5.0 on average
    assert judged.hopeless(3, 5.1)


def test_nobody_is_judged_in_the_first_quarter_or_by_a_single_job() -> None:
    assert not rule().hopeless(2, 9.0)
    lonely = MedianRule(maximize=False)
    lonely.add([1.0] * 8, completed=True)
    assert not lonely.hopeless(4, 9.0)


def test_jobs_that_ended_before_an_epoch_say_nothing_about_it() -> None:
    judged = rule()
    judged.add([0.1, 0.1], completed=False)
    assert judged.hopeless(3, 2.1)
    assert not judged.hopeless(3, 1.9)


def test_long_curves_are_judged_in_no_time() -> None:
    judged = MedianRule(maximize=False)
    for _ in range(20):
        judged.add([1.0] * 20_000, completed=True)
    assert sum(judged.hopeless(epoch, 2.0) for epoch in range(1, 20_001)) == 15_000
