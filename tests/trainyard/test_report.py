import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.trainyard.conftest import ARN, RUN, WORKLOAD, Cli, States, client, point, put
from tests.trainyard.evaluated import KINDS, PLAN, Tuner, files, store, store_metrics, tuned_run
from tests.trainyard.recorded import failed_run, good_run

pytestmark = pytest.mark.local


@pytest.fixture
def evaluated(deployed: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.chdir(tmp_path)
    deployed.fakes["stepfunctions"] = States(good_run(), "SUCCEEDED")
    store()
    return deployed


class Page(HTMLParser):
    """What a page says, row by row, and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: dict[str, list[str]] = {}
        self.words = ""
        self._row: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self._row = []
        elif tag in ("td", "th") and self._row is not None:
            self._row.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and self._row:
            self.rows.setdefault(self._row[0], self._row[1:])
            self._row = None

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._row:
            self._row[-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(cli: Cli, *arguments: str) -> Page:
    done = cli("report", WORKLOAD, "--output", "page.html", *arguments)
    assert done.exit_code == 0, done.output
    return Page(Path("page.html").read_text(encoding="utf-8"))


PLAIN: list[Page] = []


@pytest.fixture
def plain(request: pytest.FixtureRequest) -> Page:
    """The page of the run as it is, made once."""
    if not PLAIN:
        PLAIN.append(page(request.getfixturevalue("evaluated")))
    return PLAIN[0]


def value(candidate: str, metric: str) -> float:
    document = json.loads(files()[f"candidates/{candidate}/evaluation/metrics.json"])
    return float(document["multiclass_classification_metrics"][metric]["value"])


def test_the_latest_runs_report_is_written_and_opened(evaluated: Cli) -> None:
    done = evaluated("report", WORKLOAD)
    assert done.exit_code == 0, done.output
    file = Path(f"{WORKLOAD}-{RUN}.report.html").resolve()
    assert file.is_file()
    assert evaluated.opened == [file.as_uri()]
    assert file.name in done.stdout


def test_nothing_is_opened_when_not_wanted_nor_for_machines(evaluated: Cli) -> None:
    evaluated("report", WORKLOAD, "--no-open")
    said = json.loads(evaluated("report", WORKLOAD, "--output", "x.html", "--json").stdout)
    assert said == {"workload": WORKLOAD, "execution": RUN, "file": str(Path("x.html").resolve())}
    assert evaluated.opened == []


def test_without_a_browser_the_file_is_named(evaluated: Cli) -> None:
    evaluated.has_browser = False
    done = evaluated("report", WORKLOAD)
    assert done.exit_code == 0
    assert "open the file yourself" in done.stdout


def test_candidates_stand_side_by_side_with_metrics_deviations_and_verdict(plain: Page) -> None:
    assert plain.rows[""] == ["forest", "linear"]
    forest, linear = plain.rows["accuracy (gate)"]
    assert forest.startswith(f"{value('forest', 'accuracy'):.4g} ± ")
    assert linear.startswith(f"{value('linear', 'accuracy'):.4g} ± ")
    assert plain.rows["Gate"] == ["passed", "failed"]
    assert plain.rows["test rows"] == ["60", "60"]
    assert "accuracy at least 0.8" in plain.words


def test_the_better_value_is_marked_in_the_metrics_own_direction(evaluated: Cli) -> None:
    for name, rmse, r2 in (("forest", 2.0, 0.9), ("linear", 3.0, 0.95)):
        metrics = {metric: {"value": said, "standard_deviation": 0.1} for metric, said in (("rmse", rmse), ("r2", r2))}
        store_metrics(name, {"regression_metrics": metrics, "rows": 10})
    page(evaluated)
    text = Path("page.html").read_text(encoding="utf-8")
    assert '<span class="best">2</span>' in text
    assert '<span class="best">0.95</span>' in text
    assert '<span class="best">3</span>' not in text


def test_pictures_of_a_kind_stand_together_each_told_in_words(plain: Page) -> None:
    images = plain.all("img")
    titles = [str(image["alt"]).split(".")[0] for image in images]
    kinds = ["Confusion matrix", "ROC", "Precision and recall", "Calibration"]
    assert titles == [f"{kind} of {name}" for kind in kinds for name in ("forest", "linear")]
    assert all(str(image["src"]).startswith("data:image/png;base64,iVBOR") for image in images)


def test_the_page_fetches_nothing_and_runs_nothing(plain: Page) -> None:
    sources = [str(attributes[name]) for _, attributes in plain.tags for name in ("src", "href") if name in attributes]
    assert sources
    assert all(source.startswith("data:") for source in sources)
    assert not plain.all("script")
    assert "default-src 'none'" in str(plain.all("meta")[1]["content"])


def test_names_from_the_data_are_text(plain: Page) -> None:
    assert not plain.all("b")
    assert f"actual {KINDS[2]}" in plain.rows
    assert KINDS[2] in plain.words


def test_tables_are_named_and_have_headers(plain: Page) -> None:
    assert len([table for table in plain.all("table") if table.get("aria-label")]) == len(plain.all("table")) >= 4
    assert all(attributes.get("scope") in ("col", "row") for attributes in plain.all("th"))


def test_sizes_and_features_are_told(plain: Page) -> None:
    assert plain.rows["train"] == ["180", f"{len(files()['prepared/train/train.csv']) / 1000:.3g} kB"]
    assert plain.rows["test"][0] == "60"
    assert plain.rows["garden"] == ["category", "a, b"]
    assert plain.rows["petal_length"] == ["integer", "1 to 13"]


def test_tuning_is_a_history_with_the_best_so_far(evaluated: Cli) -> None:
    evaluated.fakes |= {"stepfunctions": States(tuned_run(), "SUCCEEDED"), "sagemaker": Tuner()}
    made = page(evaluated)
    assert len(made.all("circle")) == 4 + 1  # and one in the legend
    assert "4 trials over 6 minutes; the best validation:rmse is 4.1." in made.words
    assert "Bayesian search for the least validation:rmse; 4 of 5 trials ended with it." in made.words
    assert made.rows["1"] == ["Completed", "6.0", "4.1", "booster gbtree, eta 0.5235"]
    assert made.rows["5"] == ["Failed", "4.0", "-", "booster gbtree, eta 0.3235"]


def test_candidates_stand_in_the_plans_order_everywhere(evaluated: Cli) -> None:
    turned = PLAN | {"candidates": dict(reversed(PLAN["candidates"].items()))}
    put(f"{WORKLOAD}/runs/{RUN}/plan.json", turned)
    made = page(evaluated)
    assert made.rows[""] == ["linear", "forest"]
    names = [str(image["alt"]).split(" of ")[1].split(".")[0] for image in made.all("img")]
    assert names == ["linear", "forest"] * 4


def test_a_tuning_without_any_result_is_told_without_a_chart(evaluated: Cli) -> None:
    evaluated.fakes |= {"stepfunctions": States(tuned_run(), "SUCCEEDED"), "sagemaker": Tuner([None])}
    made = page(evaluated)
    assert not made.all("svg")
    assert "0 of 1 trials" in made.words


def test_a_deleted_tuning_job_leaves_the_rest(evaluated: Cli) -> None:
    class Gone(Tuner):
        def describe_hyper_parameter_tuning_job(self, HyperParameterTuningJobName: str) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": "gone"}}, "Describe")

    evaluated.fakes |= {"stepfunctions": States(tuned_run(), "SUCCEEDED"), "sagemaker": Gone()}
    assert page(evaluated).rows["Gate"] == ["passed", "failed"]


def test_a_failed_runs_cause_is_told(evaluated: Cli) -> None:
    evaluated.fakes["stepfunctions"] = States(failed_run(), "FAILED")
    assert "column species is missing" in page(evaluated).words


def test_a_candidate_that_was_not_evaluated_has_its_reason(evaluated: Cli) -> None:
    s3 = client("s3")
    for key in files():
        if key.startswith("candidates/linear/"):
            s3.delete_object(Bucket="data-bucket", Key=f"{WORKLOAD}/runs/{RUN}/{key}")
    made = page(evaluated)
    assert made.rows["accuracy (gate)"][1] == "-"
    assert made.rows["Gate"] == ["passed", "failed"]
    assert "linear failed. Train: TrainingJob: j-linear ValueError: Input contains NaN" in made.words


def test_what_serves_now_is_named(evaluated: Cli) -> None:
    point()
    assert "dev-iris-sklearn" in page(evaluated).words


def test_a_run_by_its_name_or_arn(evaluated: Cli) -> None:
    for execution in (RUN, ARN):
        assert evaluated("report", WORKLOAD, "--execution", execution, "--no-open").exit_code == 0


def test_an_unknown_workload_is_exit_code_3(evaluated: Cli) -> None:
    done = evaluated("report", "other")
    assert done.exit_code == 3
    assert "trainyard-dev-workload-other is not deployed" in done.stderr


def test_before_the_first_run_it_says_how_to_start_one(evaluated: Cli) -> None:
    class Never(States):
        def list_executions(self, **_: Any) -> dict[str, Any]:
            return {"executions": []}

    evaluated.fakes["stepfunctions"] = Never(good_run(), "SUCCEEDED")
    done = evaluated("report", WORKLOAD)
    assert done.exit_code == 3
    assert f"trainyard run {WORKLOAD}" in done.stderr


@pytest.mark.parametrize(
    ("status", "words"), [("RUNNING", "not evaluated a candidate yet"), ("FAILED", "no candidate")]
)
def test_a_run_without_evaluation_is_exit_code_3(deployed: Cli, status: str, words: str) -> None:
    store(leave_out="candidates/")
    deployed.fakes["stepfunctions"] = States(good_run(), status)
    done = deployed("report", WORKLOAD)
    assert done.exit_code == 3
    assert words in done.stderr
    assert "trainyard watch" in done.stderr


def test_a_folder_that_cannot_be_written_is_exit_code_2(evaluated: Cli) -> None:
    done = evaluated("report", WORKLOAD, "--output", "missing/page.html")
    assert done.exit_code == 2
    assert "cannot write missing/page.html: No such file" in done.stderr


def test_what_is_no_picture_is_left_out(evaluated: Cli) -> None:
    prefix = f"{WORKLOAD}/runs/{RUN}/candidates/forest/evaluation/"
    client("s3").put_object(Bucket="data-bucket", Key=prefix + "odd.png", Body=b"<svg onload=alert(1)>")
    good = files()["candidates/forest/evaluation/roc.png"]
    client("s3").put_object(Bucket="data-bucket", Key=prefix + "extra.png", Body=good)
    alternatives = [str(image["alt"]) for image in page(evaluated).all("img")]
    assert not any(text.startswith("odd") for text in alternatives)
    assert any(text.startswith("extra of forest") for text in alternatives)
