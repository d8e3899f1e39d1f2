"""A candidate's report in a real browser: wide and narrow, without a complaint or a request."""

import json
from pathlib import Path

import pytest

from tests.browser import browser
from tests.containers.toolkit.forecasting.samples import PLAN, forecast, quarters, trips
from tests.containers.toolkit.jobs import Job

pytestmark = pytest.mark.browser

OUTSIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BROKEN = "[...document.images].filter(image => !image.complete || !image.naturalWidth).length"


def written(job: Job) -> Path:
    assert job.prepare(trips(), **PLAN) == 0
    facts = [json.loads(line) for line in job.output("prepared", "test", "series.jsonl").read_text().splitlines()]
    job.put("labels", "series.jsonl", job.output("prepared", "test", "series.jsonl").read_bytes())
    answers = "\n".join(forecast(quarters(40)[36:], one["history"]["values"][-4:]) for one in facts)
    assert job.evaluate(job.features, job.output("prepared", "test", "labels.csv").read_text(), answers, **PLAN) == 0
    return job.output("evaluation", "report.html")


def test_a_candidates_report_fits_every_screen_and_fetches_nothing(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDIDATE", "ets")
    address = written(job).as_uri()
    with browser() as tab:
        for width in (1280, 360):
            tab.requests.clear()
            tab.open(address, width)
            assert [url for url in tab.requests if not url.startswith("data:")] == [address]
            assert (tab.value(OUTSIDE), tab.value(BROKEN), tab.value("document.images.length")) == (0, 0, 3)
        assert tab.complaints == []
