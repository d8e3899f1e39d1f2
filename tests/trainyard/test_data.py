import json

import pytest

from tests.trainyard.conftest import CSV, WORKLOAD, Cli, client, put

pytestmark = pytest.mark.local


def keys() -> list[str]:
    return [item["Key"] for item in client("s3").list_objects_v2(Bucket="data-bucket").get("Contents", [])]


def test_the_sample_is_uploaded_to_where_runs_read(deployed: Cli) -> None:
    done = deployed("data", "push", WORKLOAD)
    assert done.exit_code == 0, done.output
    assert client("s3").get_object(Bucket="data-bucket", Key=f"{WORKLOAD}/data/iris.csv")["Body"].read() == CSV.encode()
    assert f"trainyard run {WORKLOAD}" in done.stdout


def test_replace_removes_what_has_another_name(deployed: Cli) -> None:
    put(f"{WORKLOAD}/data/old.csv", 1)
    put(f"{WORKLOAD}/runs/x/plan.json", 1)
    said = json.loads(deployed("data", "push", WORKLOAD, "--replace", "--json").stdout)
    assert said["removed"] == [f"{WORKLOAD}/data/old.csv"]
    assert keys() == [f"{WORKLOAD}/data/iris.csv", f"{WORKLOAD}/runs/x/plan.json"]


def test_a_large_file_goes_up_in_parts(deployed: Cli) -> None:
    large = deployed.folder / "large.csv"
    large.write_text("species,x\n" + "setosa,1.23456789\n" * 600_000)
    assert deployed("data", "push", WORKLOAD, str(large)).exit_code == 0
    head = client("s3").head_object(Bucket="data-bucket", Key=f"{WORKLOAD}/data/large.csv")
    assert head["ContentLength"] == large.stat().st_size
    assert head["ETag"].endswith('-2"')


def test_all_bad_files_are_named_and_nothing_is_uploaded(deployed: Cli) -> None:
    files = {
        "no-target.csv": "a,b\n1,2\n",
        "empty.csv": "",
        "no-rows.csv": "species\n",
        "x.txt": "x",
        "p.parquet": "no",
    }
    for name, text in files.items():
        (deployed.folder / name).write_text(text)
    good = deployed.folder / WORKLOAD / "iris.csv"
    paths = [str(deployed.folder / name) for name in [*files, "absent.csv"]]
    done = deployed("data", "push", WORKLOAD, str(good), *paths)
    assert done.exit_code == 2
    for words in (
        "no column species; the header has a, b",
        "is empty",
        "no rows",
        ".csv or .parquet",
        "not Parquet",
    ):
        assert words in done.stderr
    assert "No such file" in done.stderr
    assert keys() == []


def test_an_unknown_workload_lists_the_known(deployed: Cli) -> None:
    done = deployed("data", "push", "iris")
    assert done.exit_code == 3
    assert WORKLOAD in done.stderr
