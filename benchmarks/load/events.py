"""What happens to the deployment while it is asked: two updates, a shift, kills."""

import json
import os
import signal
import time
from contextlib import suppress

import psutil

from benchmarks.load.bench import QUICK, Bench, finished
from benchmarks.load.report import Window

# The function keeps what is live for 15 seconds; requests that it sends to a former fleet come as late.
_AFTER = 15.0
_LOOK = 0.25
STEPS = "30,60"
# One kill meets few requests on their way, or none.
KILLS = 5
# Enough for a server to start and to answer some.
_BETWEEN_KILLS = 6.0
# What docs/api.md has for a model that is not there: it failed, it is not ready, it took too long.
_KILLED = frozenset({502, 503, 504})


def update(bench: Bench, workload: str) -> Window:
    """Run the workload again; the window is from the endpoint's Updating on."""
    endpoint = bench.endpoint(workload)
    before = bench.described(endpoint)["EndpointConfigName"]
    began = 0.0
    run = bench.start("trainyard", "run", workload, "--input", json.dumps(QUICK[workload]))
    while run.poll() is None:
        if not began and bench.described(endpoint)["EndpointStatus"] == "Updating":
            began = time.time()
        time.sleep(_LOOK)
    finished(run)
    if not began or bench.described(endpoint)["EndpointConfigName"] == before:
        raise SystemExit(f"{endpoint} was not updated")
    time.sleep(_AFTER)
    return Window(f"update of {workload}", began, time.time())


def shift(bench: Bench, bake: str) -> Window:
    """Move weights to boston's smaller variant, step by step."""
    began = time.time()
    bench.command("trainyard", "promote", "boston", "linear", "--steps", STEPS, "--bake", bake)
    time.sleep(_AFTER)
    return Window(f"shift of boston to {STEPS} %", began, time.time())


def kill(bench: Bench) -> Window:
    """Kill the server of boston's larger variant with all its children, and again each time it is back."""
    began = time.time()
    for _ in range(KILLS):
        _kill(bench, "xgboost")
        time.sleep(_BETWEEN_KILLS)
    time.sleep(_AFTER)
    return Window(f"{KILLS} x kill -9 of boston's xgboost", began, time.time(), _KILLED)


def _kill(bench: Bench, variant: str) -> None:
    killed = _serving(bench, variant)
    if not killed:
        raise SystemExit(f"no process serves boston's {variant}")
    for pid in killed:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while not _serving(bench, variant) - killed:
        time.sleep(_LOOK)


def _serving(bench: Bench, variant: str) -> set[int]:
    """Return the processes whose `/opt/ml` is the variant's sandbox."""
    name = f"/{bench.endpoint('boston')}-{variant}-"
    found = set[int]()
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            base = process.environ().get("SAGEMAKER_BASE_DIR", "")
            if name in base and base.startswith(str(bench.settings.home)):
                found.add(process.pid)
    return found
