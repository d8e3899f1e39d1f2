"""scikit-learn: iris by a random forest of 10 trees, and by one of 100."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from benchmarks.serving import wire
from benchmarks.serving.cases.bench import PROGRAMS, Bench, Peer, run, sample
from benchmarks.serving.contenders import BY_ONNX, HUNDRED_TREES, OURS, TWO_WORKERS, Case
from benchmarks.serving.images import CONTAINERS, SKLEARN
from benchmarks.serving.peers import FOLDER
from benchmarks.serving.versions import pinned
from benchmarks.serving.wire import Wire

TITLE = "scikit-learn: iris, random forest of 10 trees"


def case(bench: Bench) -> Case:
    """Train both forests and give the first to every peer."""
    iris, folder = sample("iris-sklearn/iris.csv", "species"), bench.folder / "sklearn"
    bench.images.publish(SKLEARN)
    venv = bench.images.environment(SKLEARN)
    made = {trees: folder / f"{trees} trees" for trees in (10, 100)}
    expected = {}
    for trees, base in made.items():
        wanted = {"task": "classification", "n_estimators": str(trees), "seed": "28"}
        model = bench.images.train(SKLEARN, base, iris.train, wanted)
        (base / "rows.csv").write_bytes(wire.csv(iris.rows))
        run(venv / "bin/python", PROGRAMS / "forest.py", model, base / "rows.csv", base)
        expected[trees] = (base / "expected.txt").read_text(encoding="utf-8").split()
    result = Case("sklearn", TITLE, iris.rows, expected[10], [], {})
    _add_ours(bench, result, made, expected[100], venv)
    _add_peers(bench, result, made[10])
    return result


def _add_ours(bench: Bench, case: Case, made: dict[int, Path], expected: list[str], venv: Path) -> None:
    ours = replace(
        bench.ours(SKLEARN, made[10], wire.OURS),
        name=OURS,
        title="Trainyard's scikit-learn image",
        versions=pinned(CONTAINERS / "sklearn"),
    )
    hundred = bench.ours(SKLEARN, made[100], wire.OURS)
    by_onnx = bench.ours(SKLEARN, _without_forest(made[10]), wire.OURS)
    two = bench.ours(SKLEARN, made[10], wire.OURS, workers=2)
    case.contenders.append(ours)
    case.contenders.append(replace(hundred, name=HUNDRED_TREES, title="the same, 100 trees", expected=expected))
    case.contenders.append(replace(by_onnx, name=BY_ONNX, title="the same, 10 trees, without compiled code"))
    case.contenders.append(replace(two, name=TWO_WORKERS, title="the same, 10 trees, two workers", loads=()))
    bench.add_constant(case, ours, venv, made[10])


def _without_forest(base: Path) -> Path:
    """Return a copy of a trained model that has no arrays for compiled code."""
    copy = base.with_name(f"{base.name}, ONNX Runtime")
    shutil.copytree(base, copy)
    (copy / "model/forest.npz").unlink()
    return copy


def _add_peers(bench: Bench, case: Case, folder: Path) -> None:
    classes = json.loads((folder / "classes.json").read_text(encoding="utf-8"))

    def labelled(way: Wire) -> Wire:
        return replace(way, decode=lambda body: [classes[int(float(code))] for code in way.decode(body)])

    csv, nginx = labelled(wire.CSV), ("nginx",)
    every = [
        Peer("classic", "nginx + gunicorn + Flask + pandas", csv, needs=nginx),
        Peer("sklearn_container", "AWS's scikit-learn container", csv, needs=nginx),
        Peer("multi_model_server", "multi-model-server + sagemaker-inference", csv, needs=("java",)),
        Peer("mlserver", "MLServer", labelled(wire.TENSOR), "/v2/health/ready"),
        Peer("bentoml", "BentoML", labelled(wire.LISTED), "/readyz"),
        Peer("fastapi", "FastAPI + uvicorn + numpy", csv),
    ]
    for peer in every:
        bench.add(case, peer, folder, pinned(FOLDER / peer.folder))
