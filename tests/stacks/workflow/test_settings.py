import pytest

from spec.deployment import Deployment
from stacks.workflow.settings import settings
from tests.stacks.workflow.machines import workload

pytestmark = pytest.mark.unit


def test_images_that_forecast_are_told_of_the_series_and_answer_a_line_a_series() -> None:
    made = settings(
        deployment=Deployment(), workload=workload("tourism"), images={"r-fable": "uri"},
        scripts={}, region="eu-west-1",
    )  # fmt: skip
    assert made["horizon"] == 8
    assert made["data"] | {"uri": ""} == {
        "uri": "", "target": "Trips", "key": ["Region", "Purpose"], "time": "Quarter", "frequency": "quarterly",
    }  # fmt: skip
    ets = made["candidates"]["ets"]
    assert ets["hyperparameters"] == {
        "model": "ets", "task": "forecasting", "target": "Trips", "time": "Quarter", "key": "Region,Purpose",
        "frequency": "quarterly", "horizon": "8",
    }  # fmt: skip
    assert ets["decoder"] == {"format": "json", "output": "forecast"}
    assert ets["accept"] == "application/jsonlines"
