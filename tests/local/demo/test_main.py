"""The demo's command line, before anything is started."""

import pytest

from local.demo.__main__ import main


def test_workload_that_is_none_is_refused_at_once_with_those_that_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nope"]) == 2
    told = " ".join(capsys.readouterr().out.split())
    assert "no workload 'nope': known are boston, iris-forest, iris-mars, iris-sklearn, iris-xgboost, trips" in told
