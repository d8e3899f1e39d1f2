"""The sample of trips is what its script makes."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "workloads" / "trips" / "trips.csv"


def make(output: Path, *arguments: str) -> list[str]:
    script = ROOT / "scripts" / "make-trips-sample"
    subprocess.run([sys.executable, script, "--output", output, *arguments], check=True, timeout=60)
    return output.read_text(encoding="utf-8").splitlines()


@pytest.mark.unit
def test_the_committed_sample_is_what_the_script_makes(tmp_path: Path) -> None:
    assert make(tmp_path / "trips.csv") == SAMPLE.read_text(encoding="utf-8").splitlines()
    assert SAMPLE.stat().st_size < 300_000


@pytest.mark.unit
def test_another_seed_makes_other_trips_of_the_same_series(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one.csv"), make(tmp_path / "other.csv", "--seed", "1")
    assert one != other
    assert {line.split(",")[1:4][0] for line in one} == {line.split(",")[1:4][0] for line in other}


@pytest.mark.unit
def test_it_has_what_real_tables_have() -> None:
    rows = [line.split(",") for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["Quarter", "Region", "State", "Purpose", "Trips"]
    series: dict[tuple[str, str], dict[str, str]] = {}
    for quarter, region, _, purpose, trips in rows[1:]:
        series.setdefault((region, purpose), {})[quarter] = trips
    lengths = [len(values) for values in series.values()]
    assert len(series) == 48
    assert lengths.count(80) == 43  # one short, one late, three with gaps
    assert min(lengths) == 11
    assert [key for key, values in series.items() if len(set(values.values())) == 1] == [("Gull Islands", "Other")]
