"""`make up` itself, in both runtimes: it ends with a prediction and says what to type next."""

import pytest

from tests.journey.deployment import Deployment


def assert_tells_prediction_and_next_steps(log: str) -> None:
    assert "forest · Score" in log
    assert "SUCCEEDED" in log
    prediction, _, after = log.partition("trainyard predict iris-sklearn --example")[2].partition("It works")
    assert any(species in prediction for species in ("setosa", "versicolor", "virginica"))
    assert "forest" in prediction
    assert "trainyard run iris-sklearn" in after
    assert "make down" in after


@pytest.mark.local
@pytest.mark.timeout(1200)
def test_demo_predicts_through_the_api_on_processes(on_processes: Deployment) -> None:
    assert_tells_prediction_and_next_steps(on_processes.up_log)


@pytest.mark.image
@pytest.mark.timeout(1200)
def test_demo_predicts_through_the_api_on_the_engine(on_engine: Deployment) -> None:
    assert_tells_prediction_and_next_steps(on_engine.up_log)
    assert on_engine.command("trainyard-local", "status").stdout.count("engine") >= 1
