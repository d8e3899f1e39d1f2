"""Process ids on disk, so that the next server ends what a killed one may have left.

The keeper already ends programs with the server; this is the second net, for a keeper that was stopped.
"""

import json
from contextlib import suppress
from pathlib import Path

import psutil


class PidFiles:
    """A folder with one file per running keeper: its process id and start time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, pid: int) -> None:
        """Remember a process."""
        with suppress(psutil.NoSuchProcess):
            self._folder.mkdir(parents=True, exist_ok=True)
            started = psutil.Process(pid).create_time()
            (self._folder / f"{pid}.json").write_text(json.dumps({"pid": pid, "started": started}))

    def remove(self, pid: int) -> None:
        """Forget a process that ended."""
        (self._folder / f"{pid}.json").unlink(missing_ok=True)

    def reap(self) -> int:
        """Kill what an earlier server left; a process id that another program has now is let alone."""
        killed = 0
        for file in self._folder.glob("*.json"):
            with suppress(OSError, ValueError, KeyError, psutil.Error):
                known = json.loads(file.read_text())
                process = psutil.Process(known["pid"])
                if abs(process.create_time() - known["started"]) < 0.1:
                    killed += _kill_tree(process)
            file.unlink(missing_ok=True)
        return killed


def kill_marked(variable: str, value: str) -> int:
    """Kill processes that inherited an environment variable; how to find those whose keeper is gone."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(variable) == value:
                process.kill()
                found.append(process)
    psutil.wait_procs(found, timeout=5)
    return len(found)


def _kill_tree(process: psutil.Process) -> int:
    family = [*process.children(recursive=True), process]
    for member in family:
        with suppress(psutil.Error):
            member.kill()
    psutil.wait_procs(family, timeout=5)
    return len(family)
