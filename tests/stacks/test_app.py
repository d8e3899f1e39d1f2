import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import app
from spec.errors import SpecErrors
from spec.workload import Workload
from stacks.naming import ROOT
from tests.stacks.synthesis import ACCOUNT, REGION, Assembly, feature_flags

pytestmark = pytest.mark.synth


def synthesize(outdir: Path, *, hash_seed: str, validation: str) -> dict[str, bytes]:
    """What `cdk synth` runs, on the project's own workloads, in a process of its own."""
    environment = {
        **os.environ,
        "CDK_CONTEXT_JSON": json.dumps(feature_flags()),
        "CDK_OUTDIR": str(outdir),
        "CDK_VALIDATION": validation,
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
        "PYTHONHASHSEED": hash_seed,
    }
    subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=environment, check=True)
    return {path.name: path.read_bytes() for path in outdir.glob("*.template.json")}


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cloud assembly whose templates the CDK has checked."""
    outdir = tmp_path_factory.mktemp("synthesized")
    assert synthesize(outdir, hash_seed="1", validation="true")
    return outdir


def test_synthesizing_twice_makes_the_same_bytes(synthesized: Path, tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in synthesized.glob("*.template.json")}
    assert synthesize(tmp_path, hash_seed="2", validation="false") == first


def test_templates_break_no_rule_of_the_cdk(synthesized: Path) -> None:
    report = json.loads((synthesized / "validation-report.json").read_text(encoding="utf-8"))
    assert report["pluginReports"] == []


def test_every_stack_of_the_contract_is_there(assembly: Assembly, workloads: Sequence[Workload]) -> None:
    images = {image for workload in workloads for image in workload.images}
    expected = {"registry", "storage", "monitoring", "api"}
    expected |= {f"image-{image}" for image in images} | {f"workload-{w.name}" for w in workloads}
    assert set(assembly.names) == {f"trainyard-dev-{name}" for name in expected}


def test_every_stack_carries_the_stage_and_the_deployments_tags(assembly: Assembly) -> None:
    for name in assembly.names:
        tags = assembly.stack(name.removeprefix("trainyard-dev-"))["properties"]["tags"]
        assert tags["trainyard:stage"] == "dev"
        assert tags["cost-centre"] == "42"


def test_what_belongs_to_a_workload_says_so(assembly: Assembly) -> None:
    assert assembly.stack("workload", "iris")["properties"]["tags"]["trainyard:workload"] == "iris"
    assert "trainyard:workload" not in assembly.stack("storage")["properties"]["tags"]


def test_invalid_input_ends_with_2_before_any_synthesis(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("TRAINYARD_STAGE", "Not A Stage")
    monkeypatch.setenv("CDK_OUTDIR", str(tmp_path))
    assert app.main() == 2
    assert "TRAINYARD_STAGE" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_errors_of_environment_and_workloads_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "workload.yaml").write_text("name: 7\n", encoding="utf-8")
    with pytest.raises(SpecErrors) as failure:
        app.read({"TRAINYARD_STAGE": "Not A Stage"}, folder=tmp_path, containers=tmp_path)
    assert "TRAINYARD_STAGE" in str(failure.value)
    assert str(tmp_path / "broken" / "workload.yaml") in str(failure.value)


def test_image_without_a_folder_is_told_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "toolkit").mkdir()
    (tmp_path / "toolkit" / "Dockerfile").touch()
    with pytest.raises(SpecErrors, match=r"candidates\.\S+\.algorithm\.image.*Dockerfile: toolkit"):
        app.read({"TRAINYARD_WORKLOADS": "iris-sklearn"}, folder=app.WORKLOADS, containers=tmp_path)
