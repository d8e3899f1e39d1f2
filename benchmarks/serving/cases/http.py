"""No model: the same constant from our kernel, from the servers it could have been, and from nginx."""

from dataclasses import replace

from benchmarks.serving import wire
from benchmarks.serving.cases.bench import Bench, Peer, constant, sample
from benchmarks.serving.contenders import OURS, Case
from benchmarks.serving.images import CONTAINERS
from benchmarks.serving.load import LOADS
from benchmarks.serving.peers import FOLDER
from benchmarks.serving.versions import pinned

TITLE = "HTTP alone: one constant answer"
ANSWER = "setosa,1.0,0.0,0.0\n"
_SINGLE = tuple(load for load in LOADS if load.rows == 1)


def case(bench: Bench) -> Case:
    """The kernel beside others."""
    iris, folder = sample("iris-sklearn/iris.csv", "species"), bench.folder / "http"
    folder.mkdir()
    result = Case("http", TITLE, iris.rows, ["setosa"] * len(iris.rows), [], {})
    answers = {wire.csv([row]).decode(): ANSWER for row in iris.rows}
    kernel = constant(bench.images.kernel(), answers, folder)
    title, versions = "Trainyard's kernel (uvloop, httptools)", pinned(CONTAINERS / "serving")
    result.contenders.append(replace(kernel, name=OURS, title=title, versions=versions))
    asgi = pinned(FOLDER / "asgi")
    for peer in (
        Peer("asgi", "uvicorn, a bare ASGI application", wire.OURS, variables={"VARIANT": "bare"}, name="bare"),
        Peer("asgi", "uvicorn + Starlette", wire.OURS, variables={"VARIANT": "framework"}, name="starlette"),
        Peer("nginx_alone", "nginx, return 200", wire.OURS, needs=("nginx",), name="nginx"),
    ):
        bench.add(result, peer, folder, asgi if peer.folder == "asgi" else {})
    result.contenders[:] = [replace(contender, loads=_SINGLE) for contender in result.contenders]
    return result
