import io

import pytest
from rich.console import Console

from trainyard import forecasts

pytestmark = pytest.mark.unit
FORECAST = {
    "periods": ["2016 Q1", "2016 Q2"],
    "mean": [80.83208, 81.0],
    "intervals": {
        "95": {"lower": [60.2, 60.1], "upper": [101.3, 101.4]},
        "80": {"lower": [67.4, 67], "upper": [94.2, 94]},
    },
    "model": "ARIMA(0,1,1)",
}


def shown(*predictions: object) -> list[str]:
    text = io.StringIO()
    Console(file=text, width=100).print(forecasts.table(list(predictions)))  # type: ignore[arg-type]
    return [" ".join(line.split()) for line in text.getvalue().splitlines() if line.strip()]


def test_a_forecast_has_a_line_a_period_with_its_intervals() -> None:
    assert shown(FORECAST)[0] == "row period forecast 80 % 95 % model"
    assert shown(FORECAST)[2:] == [
        "1 2016 Q1 80.83 67.4 to 94.2 60.2 to 101.3 ARIMA(0,1,1)",
        "1 2016 Q2 81 67 to 94 60.1 to 101.4 ARIMA(0,1,1)",
    ]


def test_a_series_without_a_forecast_has_its_reason() -> None:
    assert shown({"error": "fewer than 8 values"}, FORECAST)[2].startswith("1 fewer than 8 values")


def test_other_predictions_are_no_forecasts() -> None:
    assert forecasts.are([FORECAST])
    assert forecasts.are([{"error": "too short"}])
    assert not forecasts.are([1.5, {"label": "a"}])
    assert not forecasts.are([])
