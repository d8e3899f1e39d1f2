"""What the cases are made with."""

import csv
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.serving import peers
from benchmarks.serving.contenders import CONSTANT, Case, Contender
from benchmarks.serving.images import CONTAINERS, ROOT, Images
from benchmarks.serving.peers import MissingError, Peers
from benchmarks.serving.processes import running
from benchmarks.serving.wire import OURS, Rows, Wire
from local.runtime.interface import LogLine
from local.runtime.process import ProcessHandle, free_port

PROGRAMS = Path(__file__).parents[1] / "programs"
ROWS = 100


@dataclass(frozen=True)
class Peer:
    """A folder of `peers/`, how it is spoken to, and the programs that it needs of the machine."""

    folder: str
    title: str
    wire: Wire
    health: str = "/ping"
    needs: tuple[str, ...] = ()
    variables: Mapping[str, str] | None = None
    name: str = ""


@dataclass(frozen=True)
class Sample:
    """A table: what is trained on, and rows to ask for."""

    train: str
    rows: Rows


@dataclass(frozen=True)
class Bench:
    """A folder, our images, the peers."""

    folder: Path
    images: Images
    peers: Peers

    def ours(self, image: str, base: Path, wire: Wire, workers: int = 1) -> Contender:
        """Serve what an image trained into `base`."""

        def start(log: LogLine) -> ProcessHandle:
            return self.images.serve(image, base, workers, log)

        return Contender("", "", start, wire)

    def add_constant(self, case: Case, ours: Contender, venv: Path, folder: Path) -> None:
        """Let our kernel answer what `ours` answers, without a model; this also fills the caches of bytecode."""
        with running(ours.start) as server:
            server.healthy_after(ours.health)
            requests = [request for load in ours.loads for request, _ in case.asked(ours, load.rows)]
            said = {request.body.decode(): server.answer(request).decode() for request in requests}
        title = "our kernel alone, answering the same bytes"
        case.contenders.append(replace(constant(venv, said, folder), name=CONSTANT, title=title, wire=ours.wire))

    def add(self, case: Case, peer: Peer, model: Path, versions: Mapping[str, str]) -> None:
        """Add a peer, or the reason why it is not measured."""
        name = peer.name or peer.folder
        try:
            peers.require(*peer.needs)
            self.peers.environment(peer.folder)
        except MissingError as error:
            case.missing[name] = f"{peer.title}: {error}"
            return

        def start(log: LogLine) -> ProcessHandle:
            return self.peers.start(peer.folder, model, peer.variables or {}, log)

        case.contenders.append(Contender(name, peer.title, start, peer.wire, peer.health, versions=versions))


def constant(venv: Path, answers: Mapping[str, str], folder: Path) -> Contender:
    """Serve these answers by our kernel; `venv` has what it needs."""
    file = folder / "answers.json"
    file.write_text(json.dumps(answers), encoding="utf-8")

    def start(log: LogLine) -> ProcessHandle:
        port = free_port()
        told = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CONTAINERS / "serving")}
        told["SAGEMAKER_BIND_TO_PORT"] = str(port)
        command = [str(venv / "bin/python"), str(PROGRAMS / "constant.py"), str(file)]
        return ProcessHandle(command, folder, told, log, port, lambda _: None)

    return Contender("", "", start, OURS)


def sample(file: str, target: str) -> Sample:
    """Read a workload's sample: the label first for training, the other columns for asking."""
    with (ROOT / "workloads" / file).open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    features = [name for name in table[0] if name != target]
    train = [[target, *features], *([row[target], *(row[name] for name in features)] for row in table)]
    step = len(table) / ROWS
    chosen = [table[int(at * step)] for at in range(ROWS)]
    text = "".join(",".join(row) + "\n" for row in train)
    return Sample(text, [[row[name] for name in features] for row in chosen])


def run(*command: str | Path) -> None:
    """Run a program of this benchmark to its end.

    Raises:
        SystemExit: it failed.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}")
