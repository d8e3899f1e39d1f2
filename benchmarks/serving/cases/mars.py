"""R: the sepal length of an iris by MARS of degree 2, with a category among the columns."""

from dataclasses import replace

from benchmarks.serving import peers, wire
from benchmarks.serving.cases.bench import Bench, Peer, run, sample
from benchmarks.serving.contenders import OURS, TWO_WORKERS, Case
from benchmarks.serving.images import R_MARS
from benchmarks.serving.load import LOADS
from benchmarks.serving.versions import of_r

TITLE = "R: iris, MARS of degree 2"
FOLDER = peers.FOLDER / "plumber"


def case(bench: Bench) -> Case:
    """Train by our image and by the tutorial's own lines: both must predict the same."""
    peers.require("Rscript")
    iris, base = sample("iris-mars/iris.csv", "sepal_length"), bench.folder / "r"
    bench.images.publish(R_MARS)
    bench.images.train(R_MARS, base, iris.train, {"task": "regression", "degree": "2"})
    (base / "rows.csv").write_bytes(wire.csv(iris.rows))
    run("Rscript", "--vanilla", FOLDER / "fit.R", base / "input/data/train/train.csv", base / "rows.csv", base)
    expected = (base / "expected.txt").read_text(encoding="utf-8").split()
    result = Case("r", TITLE, iris.rows, expected, [], {})
    one, two = (bench.ours(R_MARS, base, wire.CSV, workers=workers) for workers in (1, 2))
    title, eight = "Trainyard's R MARS image", tuple(load for load in LOADS if load.connections == 8)
    result.contenders.append(replace(one, name=OURS, title=title, versions=of_r(["mda"])))
    more = "the same, two workers on two CPUs"
    result.contenders.append(replace(two, name=TWO_WORKERS, title=more, cpus=2, loads=eight))
    columns = iris.train.partition("\n")[0].partition(",")[2]
    for peer in _peers(columns):
        bench.add(result, peer, base, of_r(["plumber", "httpuv", "mda"]))
    return result


def _peers(columns: str) -> list[Peer]:
    classic, once = {"COLUMNS": columns, "VARIANT": "classic"}, {"COLUMNS": columns, "VARIANT": "once"}
    quick, needs = {**once, "NODELAY": "1"}, ("Rscript",)
    return [
        Peer("plumber", "plumber, the classic example", wire.CSV, needs=needs, variables=classic, name="classic"),
        Peer("plumber", "plumber, model loaded once", wire.CSV, needs=needs, variables=once, name="once"),
        Peer(
            "plumber",
            "plumber, model loaded once, TCP_NODELAY",
            wire.CSV,
            needs=(*needs, "cc"),
            variables=quick,
            name="once, nodelay",
        ),
    ]
