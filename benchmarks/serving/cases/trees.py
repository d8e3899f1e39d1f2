"""XGBoost: Boston's house values by 100 boosted trees of depth 6."""

from dataclasses import replace

from benchmarks.serving import wire
from benchmarks.serving.cases.bench import PROGRAMS, Bench, Peer, run, sample
from benchmarks.serving.contenders import OURS, Case
from benchmarks.serving.images import ROOT, XGBOOST
from benchmarks.serving.peers import FOLDER
from benchmarks.serving.versions import pinned

TITLE = "XGBoost: Boston, 100 trees of depth 6"
HYPERPARAMETERS = {"objective": "reg:squarederror", "num_round": "100", "max_depth": "6"}


def case(bench: Bench) -> Case:
    """Train the trees and give them to the peers."""
    boston, base = sample("boston/boston.csv", "medv"), bench.folder / "xgboost"
    venv = bench.images.environment(XGBOOST)
    without_header = boston.train.partition("\n")[2]  # as AWS's image reads it
    model = bench.images.train(XGBOOST, base, without_header, HYPERPARAMETERS)
    (base / "rows.csv").write_bytes(wire.csv(boston.rows))
    run(venv / "bin/python", PROGRAMS / "boosted.py", model, base / "rows.csv", base)
    expected = (base / "expected.txt").read_text(encoding="utf-8").split()
    result = Case("xgboost", TITLE, boston.rows, expected, [], {})
    ours = replace(
        bench.ours(XGBOOST, base, wire.CSV),
        name=OURS,
        title="Trainyard's stand-in for built-in XGBoost",
        versions=pinned(ROOT / "local/images/xgboost"),
    )
    result.contenders.append(ours)
    bench.add_constant(result, ours, venv, base)
    for peer in (
        Peer("classic", "nginx + gunicorn + Flask + pandas", wire.CSV, needs=("nginx",)),
        Peer("fastapi", "FastAPI + uvicorn + numpy", wire.CSV),
    ):
        bench.add(result, peer, model, pinned(FOLDER / peer.folder))
    return result
