import json
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as judge
from matplotlib import image

from tests.containers.toolkit.jobs import REGRESSION, Job

pytestmark = pytest.mark.unit

KINDS = ["aster", "bellis", "crocus"]


def features(categories: list[str] | None, **decoders: dict[str, str]) -> dict[str, Any]:
    """Return what evaluate reads of features.json."""
    return {
        "target": {"name": "kind", "categories": categories} if categories else {"name": "y"},
        "decoders": decoders,
    }


FOREST = features(KINDS, forest={"format": "csv", "output": "label-probabilities"})
LINEAR = features(None, linear={"format": "csv", "output": "value"})


def classified(rows: int = 90) -> tuple[list[str], str]:
    """Return labels and the answers of a model that is often right."""
    generator = np.random.default_rng(3)
    actual = np.arange(rows) % 3
    scores = generator.random((rows, 3)) + np.eye(3)[actual] * 0.4
    scores /= scores.sum(axis=1, keepdims=True)
    lines = [",".join([KINDS[row.argmax()], *map(repr, row.tolist())]) for row in scores]
    return [KINDS[code] for code in actual], "\n".join(lines) + "\n"


@pytest.fixture
def forest(job: Job, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("CANDIDATE", "forest")
    return job


@pytest.fixture
def linear(job: Job, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("CANDIDATE", "linear")
    return job


def result(job: Job, name: str) -> dict[str, Any]:
    return dict(json.loads(job.output("evaluation", name).read_text(encoding="utf-8")))


def test_classification_metrics_are_those_of_the_joined_rows(forest: Job) -> None:
    labels, scores = classified()
    assert forest.evaluate(FOREST, "\n".join(labels), scores, drawn=False) == 0
    metrics = result(forest, "metrics.json")
    assert list(metrics) == ["multiclass_classification_metrics", "rows"]
    assert metrics["rows"] == 90
    group = metrics["multiclass_classification_metrics"]
    predicted = [line.split(",")[0] for line in scores.splitlines()]
    assert group["accuracy"]["value"] == judge.accuracy_score(labels, predicted)
    assert group["f1"]["value"] == pytest.approx(judge.f1_score(labels, predicted, average="macro"))
    assert group["accuracy"]["standard_deviation"] == pytest.approx(0.05, abs=0.02)
    assert set(group) == {"accuracy", "precision", "recall", "f1", "auc", "confusion_matrix"}
    counts = judge.confusion_matrix(labels, predicted).tolist()
    assert group["confusion_matrix"] == {
        kind: dict(zip(KINDS, row, strict=True)) for kind, row in zip(KINDS, counts, strict=True)
    }


def test_curves_hold_matrix_and_roc(forest: Job) -> None:
    labels, scores = classified()
    forest.evaluate(FOREST, "\n".join(labels), scores, drawn=False)
    curves = result(forest, "curves.json")
    predicted = [line.split(",")[0] for line in scores.splitlines()]
    assert curves["confusion_matrix"] == judge.confusion_matrix(labels, predicted).tolist()
    for code, kind in enumerate(KINDS):
        curve = curves["roc"][kind]
        column = [float(line.split(",")[1 + code]) for line in scores.splitlines()]
        area = judge.auc(curve["false_positive_rate"], curve["true_positive_rate"])
        assert area == pytest.approx(judge.roc_auc_score([label == kind for label in labels], column))


def test_curves_hold_precision_against_recall(forest: Job) -> None:
    labels, scores = classified()
    forest.evaluate(FOREST, "\n".join(labels), scores, drawn=False)
    for code, kind in enumerate(KINDS):
        curve = result(forest, "curves.json")["precision_recall"][kind]
        column = [float(line.split(",")[1 + code]) for line in scores.splitlines()]
        steps = np.diff(curve["recall"]) * curve["precision"][1:]
        true = [label == kind for label in labels]
        assert steps.sum() == pytest.approx(judge.average_precision_score(true, column))


def test_calibration_compares_probability_with_what_came_true(forest: Job) -> None:
    labels = ["aster"] * 3 + ["bellis"] * 7
    scores = "aster,0.34,0.33,0.33\n" * 10
    assert forest.evaluate(FOREST, "\n".join(labels), scores, drawn=False) == 0
    curve = result(forest, "curves.json")["calibration"]["aster"]
    assert (curve["predicted"], curve["observed"], curve["rows"]) == ([pytest.approx(0.34)], [pytest.approx(0.3)], [10])


def test_residuals_of_all_rows_are_counted(linear: Job) -> None:
    actual = np.random.default_rng(1).normal(size=3000)
    labels, scores = "\n".join(map(repr, actual.tolist())), "0\n" * 3000
    assert linear.evaluate(LINEAR, labels, scores, **REGRESSION, drawn=False) == 0
    curves = result(linear, "curves.json")
    assert sum(curves["residuals"]["rows"]) == 3000
    assert curves["residuals"]["mean"] == pytest.approx(actual.mean())
    assert len(curves["actual"]) == 2000


def test_regression_metrics(linear: Job) -> None:
    actual, predicted = np.arange(40) / 3, np.arange(40) / 3 + np.sin(np.arange(40))
    labels, scores = ("\n".join(map(repr, values.tolist())) for values in (actual, predicted))
    assert linear.evaluate(LINEAR, labels, scores, **REGRESSION, drawn=False) == 0
    group = result(linear, "metrics.json")["regression_metrics"]
    assert set(group) == {"mae", "mse", "rmse", "r2"}
    assert group["rmse"]["value"] == pytest.approx(judge.mean_squared_error(actual, predicted) ** 0.5)
    assert result(linear, "curves.json")["actual"] == actual.tolist()


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("forest", ["confusion_matrix", "roc", "precision_recall", "calibration"]),
        ("linear", ["actual_predicted", "residuals", "residual_histogram"]),
    ],
)
def test_pictures_show_something(job: Job, monkeypatch: pytest.MonkeyPatch, task: str, names: list[str]) -> None:
    monkeypatch.setenv("CANDIDATE", task)
    labels, scores = classified()
    if task == "forest":
        job.evaluate(FOREST, "\n".join(labels), scores)
    else:
        job.evaluate(LINEAR, "1\n2\n3", "1.5\n2\n2", **REGRESSION)
    for name in names:
        pixels = image.imread(job.output("evaluation", f"{name}.png"))
        assert min(pixels.shape[:2]) > 300
        assert len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 20


class Page(HTMLParser):
    """Collects what a page would fetch or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.words = ""
        self.alternatives: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name == "src"]
        self.alternatives += [value or "" for name, value in attrs if name == "alt"]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_report_fetches_nothing_and_holds_metrics_verdict_and_pictures(forest: Job) -> None:
    labels, scores = classified()
    forest.evaluate(FOREST, "\n".join(labels), scores)
    page = Page(forest.output("evaluation", "report.html").read_text(encoding="utf-8"))
    assert page.tags.count("img") == 4
    assert len([text for text in page.alternatives if len(text) > 20]) == 4
    assert "predicted aster" in page.words
    assert all(source.startswith("data:image/png;base64,") for source in page.sources)
    assert all(word in page.words for word in ("flowers: forest", "accuracy", "standard deviation", "passed"))


def test_names_in_the_report_are_text(forest: Job) -> None:
    labels, scores = classified()
    forest.evaluate(FOREST, "\n".join(labels), scores, workload="<script>alert(1)</script>")
    page = Page(forest.output("evaluation", "report.html").read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.words


@pytest.mark.parametrize(
    ("gate", "word"), [({"min": 0.99}, "failed"), ({"min": 0.1}, "passed"), ({"max": 0.1}, "failed")]
)
def test_the_report_says_what_the_gate_will_say(forest: Job, gate: dict[str, float], word: str) -> None:
    labels, scores = classified()
    forest.evaluate(FOREST, "\n".join(labels), scores, gate={"metric": "accuracy", **gate})
    assert word in Page(forest.output("evaluation", "report.html").read_text(encoding="utf-8")).words


def test_odd_class_names_are_drawn(forest: Job) -> None:
    kinds = ["$x^2$", "日本" * 30, "a_b{"]
    odd = features(kinds, forest={"format": "csv", "output": "label"})
    assert forest.evaluate(odd, "\n".join(kinds * 5), "\n".join(kinds * 5)) == 0
    assert "auc" not in result(forest, "metrics.json")["multiclass_classification_metrics"]


def test_many_classes_stay_within_the_limit(forest: Job) -> None:
    kinds = [f"class-{number:03}" for number in range(200)]
    many = features(kinds, forest={"format": "csv", "output": "label"})
    assert forest.evaluate(many, "\n".join(kinds * 3), "\n".join(kinds * 3), drawn=False) == 0
    assert forest.output("evaluation", "metrics.json").stat().st_size < 16_000
    assert "confusion_matrix" not in result(forest, "metrics.json")["multiclass_classification_metrics"]
    assert len(result(forest, "curves.json")["confusion_matrix"]) == 200


@pytest.mark.parametrize(
    ("labels", "scores", "reason"),
    [
        ("aster\nbellis", "aster,1,0,0\n", "1 scores for 2 labels"),
        ("aster", "aster,1,0,0\n" * 2, "2 scores for 1 labels"),
        ("aster", "", "the transform answered nothing"),
        ("aster", "<html>,1,0,0", "answered '<html>'"),
    ],
)
def test_rows_that_cannot_be_joined_fail(forest: Job, labels: str, scores: str, reason: str) -> None:
    assert forest.evaluate(FOREST, labels, scores) == 1
    assert reason in forest.message
    assert not forest.output("evaluation", "metrics.json").exists()


def test_an_unknown_candidate_is_told(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDIDATE", "oak")
    assert job.evaluate(FOREST, "aster", "aster,1,0,0") == 1
    assert "CANDIDATE='oak' must be one of forest" in job.message


def test_a_label_that_features_do_not_know_is_told(forest: Job) -> None:
    assert forest.evaluate(FOREST, "daisy", "aster,1,0,0") == 1
    assert "'daisy'" in forest.message
