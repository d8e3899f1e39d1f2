"""`make up` itself, in both runtimes: it ends with a table of who answered and says what to type next."""

import re

import pytest

from tests.journey.deployment import Deployment


def assert_tells_predictions_and_next_steps(log: str) -> None:
    assert "linear · Score" in log
    assert "SUCCEEDED" in log
    prediction, _, after = log.partition("trainyard predict boston --example")[2].partition("It works")
    assert "variant" in prediction
    assert "trainyard run boston" in after
    assert "make down" in after
    rows = re.findall(r"^ (xgboost|linear) .* passed +([0-9.]+) +(\d+) +([0-9.]+) *$", prediction, re.MULTILINE)
    assert [row[:2] for row in rows] == [("xgboost", "0.9"), ("linear", "0.1")], prediction
    answers = {name: int(count) for name, _, count, _ in rows}
    assert sum(answers.values()) == 200
    assert 0 < answers["linear"] < 60  # 20 are to be expected, 60 are nine standard deviations off
    assert all(5 <= float(value) <= 50 for *_, value in rows)


@pytest.mark.local
@pytest.mark.timeout(1200)
def test_demo_predicts_through_the_api_on_processes(on_processes: Deployment) -> None:
    assert_tells_predictions_and_next_steps(on_processes.up_log)


@pytest.mark.image
@pytest.mark.timeout(1200)
def test_demo_predicts_through_the_api_on_engine(on_engine: Deployment) -> None:
    assert_tells_predictions_and_next_steps(on_engine.up_log)
    assert on_engine.command("trainyard-local", "status").stdout.count("engine") >= 1
