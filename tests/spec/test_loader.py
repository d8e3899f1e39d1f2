import shutil
from pathlib import Path

import pytest

from spec import document
from spec.errors import SpecErrors
from spec.loader import load_workload, load_workloads
from tests.spec.cases import FOLDER

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]


def _workload(folder: Path, name: str, written_as: str | None = None) -> None:
    (folder / name).mkdir()
    text = (FOLDER / "valid" / "iris.yaml").read_text(encoding="utf-8")
    content = text.replace("name: iris", f"name: {written_as or name}")
    (folder / name / "workload.yaml").write_text(content, encoding="utf-8")
    shutil.copy(FOLDER / "valid" / "flowers.csv", folder / name)


def _lines(folder: Path, *names: str) -> list[str]:
    with pytest.raises(SpecErrors) as raised:
        load_workloads(folder, names or None)
    return str(raised.value).splitlines()


def test_own_workloads_load() -> None:
    iris = load_workloads(ROOT / "workloads", ["iris-sklearn"])[0]
    assert (iris.data.classes, iris.layout) == (3, "raw")
    assert iris.images == {"toolkit", "sklearn"}


def test_sample_of_iris_is_fishers_data() -> None:
    rows = (ROOT / "workloads" / "iris-sklearn" / "iris.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "sepal_length,sepal_width,petal_length,petal_width,species"
    labels = [row.rpartition(",")[2] for row in rows[1:]]
    assert {label: labels.count(label) for label in labels} == {
        "setosa": 50,
        "versicolor": 50,
        "virginica": 50,
    }


def test_workloads_come_sorted_by_name(tmp_path: Path) -> None:
    for name in ("tulip", "iris"):
        _workload(tmp_path, name)
    assert [workload.name for workload in load_workloads(tmp_path)] == ["iris", "tulip"]


def test_only_the_named_ones_are_read(tmp_path: Path) -> None:
    _workload(tmp_path, "iris")
    _workload(tmp_path, "tulip", written_as="Broken")
    assert [workload.name for workload in load_workloads(tmp_path, ["iris"])] == ["iris"]


def test_unknown_name_suggests_the_one_meant(tmp_path: Path) -> None:
    _workload(tmp_path, "iris")
    assert _lines(tmp_path, "irs") == [f"{tmp_path}: workloads: 'irs': a workload's folder; did you mean iris?"]


def test_folder_without_workloads_says_what_is_missing(tmp_path: Path) -> None:
    assert "at least one folder with a workload.yaml" in _lines(tmp_path)[0]


def test_name_must_be_the_folders(tmp_path: Path) -> None:
    _workload(tmp_path, "iris", written_as="tulip")
    assert _lines(tmp_path) == [f"{tmp_path}/iris/workload.yaml: name: 'tulip': iris, the name of its folder"]


def test_no_name_is_anothers_prefix(tmp_path: Path) -> None:
    for name in ("iris", "iris-big", "irises"):
        _workload(tmp_path, name)
    assert len(_lines(tmp_path)) == 1
    assert "name: 'iris-big': a name that does not begin with iris-" in _lines(tmp_path, "iris-big")[0]


def test_errors_of_all_files_come_at_once(tmp_path: Path) -> None:
    for name in ("iris", "tulip"):
        _workload(tmp_path, name, written_as="Capital")
    assert [line.split(":")[0] for line in _lines(tmp_path)] == [
        f"{tmp_path}/iris/workload.yaml",
        f"{tmp_path}/tulip/workload.yaml",
    ]


def test_error_names_file_line_field_value_and_fix() -> None:
    path = FOLDER / "invalid" / "instance-type.yaml"
    with pytest.raises(SpecErrors) as raised:
        load_workload(path)
    assert str(raised.value) == (
        f"{path}:9: candidates.forest.instance.type: 'm5.large': a SageMaker instance type such as ml.m5.large"
    )


def test_missing_file_is_an_error_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(SpecErrors, match="No such file"):
        load_workload(tmp_path / "workload.yaml")


def test_huge_file_is_not_parsed(tmp_path: Path) -> None:
    path = tmp_path / "workload.yaml"
    path.write_text("#" * (document.LARGEST + 1), encoding="utf-8")
    with pytest.raises(SpecErrors, match="at most 262144 bytes"):
        load_workload(path)


def test_file_in_another_encoding_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "workload.yaml"
    path.write_bytes(b"description: \xe9t\xe9")
    with pytest.raises(SpecErrors, match="text in UTF-8"):
        load_workload(path)


def test_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    _workload(tmp_path, "iris")
    path = tmp_path / "iris" / "workload.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_workload(path).folder == tmp_path / "iris"


def test_sample_may_not_be_a_link_out_of_the_folder(tmp_path: Path) -> None:
    _workload(tmp_path, "iris")
    sample = tmp_path / "iris" / "flowers.csv"
    sample.rename(tmp_path / "elsewhere.csv")
    sample.symlink_to(tmp_path / "elsewhere.csv")
    assert "inside the workload's folder" in _lines(tmp_path)[0]
