import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from tests.containers.toolkit.jobs import REGRESSION, Job, flowers, plan

pytestmark = pytest.mark.unit

CONTAINERS = Path(__file__).parents[3] / "containers"


def test_every_row_goes_to_exactly_one_part(job: Job) -> None:
    assert job.prepare(flowers()) == 0
    train, validation = job.table("train", "train.csv")[1:], job.table("validation", "validation.csv")[1:]
    labels = job.table("test", "labels.csv")
    test = [[*label, *row] for label, row in zip(labels, job.table("test", "features.csv"), strict=True)]
    petals = sorted(int(row[2]) for row in [*train, *validation, *test])
    assert petals == list(range(60))
    assert (len(train), len(validation), len(test)) == (42, 9, 9)


def test_every_class_keeps_its_share(job: Job) -> None:
    job.prepare(flowers())
    assert Counter(row[0] for row in job.table("train", "train.csv")[1:]) == dict.fromkeys(
        ["aster", "bellis", "crocus"], 14
    )
    assert Counter(row[0] for row in job.table("test", "labels.csv")) == dict.fromkeys(["aster", "bellis", "crocus"], 3)


def test_raw_rows_stay_whole(job: Job) -> None:
    job.prepare(flowers())
    assert job.table("train", "train.csv")[0] == ["kind", "width", "petals", "colour"]
    source = {line.split(",")[1]: line.split(",") for line in flowers().splitlines()[1:]}
    for kind, width, petals, colour in job.table("train", "train.csv")[1:]:
        original = source[petals]
        assert [float(width), colour, kind] == [float(original[0]), original[2], original[3]]


def test_features_describe_the_data(job: Job) -> None:
    job.prepare(flowers())
    train = job.table("train", "train.csv")[1:]
    widths, petals = [float(row[1]) for row in train], [int(row[2]) for row in train]
    features = job.features
    assert features["version"] == 1
    assert features["target"] == {
        "name": "kind",
        "type": "category",
        "categories": ["aster", "bellis", "crocus"],
    }
    assert features["features"] == [
        {"name": "width", "type": "number", "min": min(widths), "max": max(widths)},
        {"name": "petals", "type": "integer", "min": min(petals), "max": max(petals)},
        {"name": "colour", "type": "category", "categories": ["blue", "red"]},
    ]
    assert features["columns"] == ["width", "petals", "colour"]
    assert features["rows"] == {"train": 42, "validation": 9, "test": 9}
    assert features["decoders"] == {"forest": {"format": "csv", "output": "label-probabilities"}}


def test_the_example_is_a_training_row_as_it_travels(job: Job) -> None:
    job.prepare(flowers())
    example, lines = job.features["example"], [row[1:] for row in job.table("train", "train.csv")[1:]]
    assert job.features["example_line"].split(",") == [str(example[name]) for name in job.features["columns"]]
    assert job.features["example_line"].split(",") in lines


def test_encoded_rows_are_numbers_label_first_without_header(job: Job) -> None:
    assert job.prepare(flowers(), layout="encoded") == 0
    assert job.features["columns"] == ["width", "petals", "colour=blue", "colour=red"]
    source = [line.split(",") for line in flowers().splitlines()[1:]]
    train = job.table("train", "train.csv")
    assert len(train) == 42
    for label, _, petals, blue, red in train:
        _, _, colour, kind = source[int(petals)]
        assert ["aster", "bellis", "crocus"][int(label)] == kind
        assert (blue, red) == (str(int(colour == "blue")), str(int(colour == "red")))


def test_labels_of_the_encoded_test_set_stay_as_in_the_data(job: Job) -> None:
    job.prepare(flowers(), layout="encoded")
    assert {row[0] for row in job.table("test", "labels.csv")} == {"aster", "bellis", "crocus"}


def test_the_seed_alone_decides_the_split(tmp_path: Path) -> None:
    def train(name: str, seed: int) -> str:
        job = Job(tmp_path / name)
        job.prepare(flowers(), prepare={"split": plan()["prepare"]["split"], "seed": seed})
        return job.output("prepared", "train", "train.csv").read_text()

    assert train("a", 1) == train("b", 1)
    assert train("a", 1) != train("c", 2)


def test_the_split_is_the_same_in_another_process(job: Job) -> None:
    job.prepare(flowers())
    here = job.output("prepared", "train", "train.csv").read_bytes()
    path = os.pathsep.join([str(CONTAINERS), str(CONTAINERS / "toolkit")])
    environment = {
        **os.environ,
        "PYTHONPATH": path,
        "SAGEMAKER_BASE_DIR": str(job.base),
        "PYTHONHASHSEED": "7",
    }
    subprocess.run([sys.executable, "-m", "toolkit", "prepare"], env=environment, check=True)
    assert job.output("prepared", "train", "train.csv").read_bytes() == here


def test_a_regression_keeps_numbers(job: Job) -> None:
    data = "x,y\n" + "".join(f"{row},{row / 3!r}\n" for row in range(30))
    assert job.prepare(data, **REGRESSION) == 0
    assert job.features["target"] == {"name": "y", "type": "number"}
    rows = [*job.table("train", "train.csv")[1:], *job.table("validation", "validation.csv")[1:]]
    assert all(float(y) == int(x) / 3 for y, x in rows)


def test_several_files_are_one_data_set(job: Job) -> None:
    lines = flowers().splitlines(keepends=True)
    halves = {
        "b.csv": "".join([lines[0], *lines[31:]]),
        "a.csv": "".join(lines[:31]),
        "_SUCCESS": "",
        "x.md": "",
    }
    assert job.prepare({**halves}) == 0
    together = Job(job.base / "together")
    together.prepare(flowers())
    assert job.table("train", "train.csv") == together.table("train", "train.csv")


def test_parquet_gives_what_csv_gives(job: Job, tmp_path: Path) -> None:
    lines = [line.split(",") for line in flowers().splitlines()]
    types = [float, int, str, str]
    columns = {name: [types[i](row[i]) for row in lines[1:]] for i, name in enumerate(lines[0])}
    parquet.write_table(arrow.table(columns), tmp_path / "x.parquet")
    assert job.prepare({"data.parquet": (tmp_path / "x.parquet").read_bytes()}) == 0
    text = Job(tmp_path / "csv")
    text.prepare(flowers())
    assert job.features == text.features
    assert job.table("train", "train.csv") == text.table("train", "train.csv")


def test_fresh_data_of_the_same_shape_has_the_same_hash(tmp_path: Path) -> None:
    def schema_hash(name: str, data: str, **changes: object) -> str:
        job = Job(tmp_path / name)
        assert job.prepare(data, **changes) == 0
        return str(job.features["schema_hash"])

    first = schema_hash("a", flowers(60))
    assert len(first) == 64
    assert schema_hash("b", flowers(90)) == first
    assert schema_hash("c", flowers(60), layout="encoded") != first
    assert schema_hash("d", flowers(60).replace("red", "green")) != first
    assert schema_hash("e", flowers(60).replace("width", "girth")) != first


def test_a_rare_level_is_always_trained(job: Job) -> None:
    lines = flowers().splitlines()
    for row in (5, 17, 40):
        lines[row] = lines[row].replace("red", f"rare{row}").replace("blue", f"rare{row}")
    for seed in range(10):
        job.prepare("\n".join(lines), prepare={"split": plan()["prepare"]["split"], "seed": seed})
        trained = {row[3] for row in job.table("train", "train.csv")[1:]}
        assert trained == {"blue", "red", "rare5", "rare17", "rare40"}


def test_without_validation_there_is_no_such_file(job: Job) -> None:
    assert job.prepare(flowers(), prepare={"split": {"train": 0.8, "validation": 0, "test": 0.2}, "seed": 1}) == 0
    assert not job.output("prepared", "validation").exists()


def test_quotes_commas_unicode_bom_and_crlf_survive(job: Job) -> None:
    colours = ['"a ""b"", c"', "zoë £ 日本", "plain"]
    lines = [f"{row},{colours[row % 3]},{'ja' if row % 2 else 'nein'}" for row in range(30)]
    data = "\ufeff" + "\r\n".join(["n,colour,kind", *lines]) + "\r\n"
    assert job.prepare(data) == 0
    assert job.features["features"][1]["categories"] == sorted(['a "b", c', "zoë £ 日本", "plain"])
    assert {row[2] for row in job.table("train", "train.csv")[1:]} == {'a "b", c', "zoë £ 日本", "plain"}


def test_names_are_as_the_user_wrote_them(job: Job) -> None:
    data = flowers().replace("width", '"Wïdth, ""outer"""')
    assert job.prepare(data) == 0
    assert job.features["columns"][0] == 'Wïdth, "outer"'


def test_numbers_keep_their_precision(job: Job) -> None:
    values = ["0.1", "1e-300", "123456789.123456789", "3.141592653589793", "-0.30000000000000004", "1E5"]
    data = "x,kind\n" + "".join(f"{values[row % 6]},{'ab'[row % 2]}\n" for row in range(24))
    job.prepare(data)
    assert {float(row[1]) for row in job.table("train", "train.csv")[1:]} <= {float(value) for value in values}


@pytest.mark.timeout(60)
def test_a_hundred_thousand_rows_are_quick(job: Job) -> None:
    assert job.prepare(flowers(100_000)) == 0
    assert len(job.table("train", "train.csv")) == 70_001


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"task": "clustering"}, "task is 'clustering'"),
        ({"task": "forecasting"}, "plan.json lacks 'horizon'"),
        ({"layout": "wide"}, "layout is 'wide'"),
        ({"data": {}}, "plan.json lacks 'target'"),
        ({"prepare": {"split": {"train": 0.9, "test": 0.3}, "seed": 1}}, "a sum of 1"),
        ({"prepare": {"split": {"train": "all", "test": 0.3}, "seed": 1}}, "not a plan"),
    ],
)
def test_a_wrong_plan_is_told(job: Job, changes: dict[str, object], reason: str) -> None:
    assert job.prepare(flowers(), **changes) == 1
    assert reason in job.message


def test_a_missing_plan_is_told(job: Job) -> None:
    from contract import program
    from contract.paths import Paths
    from toolkit import prepare

    paths = Paths(job.base)
    assert program.job(lambda: prepare.run(paths), paths.message) == 1
    assert "no plan at" in job.message


def test_features_are_json_for_everyone(job: Job) -> None:
    job.prepare(flowers())
    text = job.output("prepared", "features.json").read_text(encoding="utf-8")

    def refuse(name: str) -> None:
        raise AssertionError(name)

    json.loads(text, parse_constant=refuse)
