"""Jobs under bad luck: killed programs, long queues, full disks, a server that closes or was killed."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.runtime.interface import Handle, Launch, LogLine, Runtime
from local.runtime.process import ProcessRuntime
from local.sagemaker.context import Context
from local.sagemaker.jobqueue import Queue
from local.sagemaker.limits import Limits
from local.sagemaker.logs import LogWriter
from local.sagemaker.processing import ProcessingJobs
from local.sagemaker.s3files import S3Files
from local.sagemaker.service import SageMaker
from local.settings import Settings
from tests.local.sagemaker.conftest import World, embedded
from tests.local.sagemaker.tools import BASE, channel, processing_request, said

pytestmark = pytest.mark.local

PARENT = BASE + (
    "import subprocess\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
    "print('pids', os.getpid(), os.getppid(), child.pid, flush=True); time.sleep(600)\n"
)


def runs(pid: int) -> bool:
    """Whether a process is there and more than what its new parent has not looked at yet."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("victim", ["program", "keeper"])
def test_a_killed_training_process_fails_its_job_and_leaves_nothing(world: World, victim: str) -> None:
    name = f"killed-{victim}"
    world.train(name, world.publish("parent", PARENT), wait=False)
    program, keeper, child = map(int, said(world, "TrainingJobs", name, "pids"))
    os.kill(program if victim == "program" else keeper, signal.SIGKILL)
    job = world.training(name)
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: , exit code: 137"
    assert not any(map(runs, (program, keeper, child)))
    assert not list((world.settings.state / "sagemaker").iterdir())


class Ended(Handle):
    """Runs for a moment and ends well."""

    def __init__(self, ended: Any) -> None:
        self._ended = ended

    @property
    def url(self) -> str:
        return ""

    def wait(self, timeout: float | None = None) -> int | None:
        time.sleep(0.001)
        return 0

    def stop(self, grace: float = 0) -> None:
        self._ended()


class Counting(Runtime):
    """Counts what runs at once and remembers the order."""

    name = "counting"

    def __init__(self) -> None:
        self.order: list[str] = []
        self.most = self._now = 0
        self._lock = threading.Lock()

    def start(self, launch: Launch, log: LogLine) -> Handle:
        with self._lock:
            self.order.append(launch.name)
            self._now += 1
            self.most = max(self.most, self._now)
        return Ended(self._end)

    def _end(self) -> None:
        with self._lock:
            self._now -= 1

    def close(self) -> None:
        pass


def test_200_jobs_wait_in_order_run_two_at_a_time_and_none_is_lost(tmp_path: Path) -> None:
    settings, runtime = Settings(home=tmp_path, port=9), Counting()
    context = Context(
        settings=settings, limits=Limits(), runtime=runtime, s3=S3Files(settings), logs=LogWriter(settings)
    )
    queue = Queue(2)
    jobs = ProcessingJobs(context, queue)
    names = [f"job-{number}" for number in range(200)]
    for name in names:
        jobs.create(processing_request(ProcessingJobName=name))
    ends = [jobs.wait(name, 120) for name in names]
    queue.close()
    context.logs.close()
    assert None not in ends
    assert {end["ProcessingJobStatus"] for end in ends if end} == {"Completed"}
    assert runtime.most == 2
    assert sorted(runtime.order) == sorted(names)
    places = {name: place for place, name in enumerate(runtime.order)}
    assert all(abs(places[name] - number) < 4 for number, name in enumerate(names)), runtime.order


@pytest.fixture
def full_disk(home: Settings) -> Iterator[World]:
    """An embedded SageMaker whose state is on a disk of 2 MB."""
    home.state.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(home.state)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk needs the right to mount one: {mounted.stderr.decode().strip()}")
    try:
        with embedded(home, ProcessRuntime(home)) as found:
            yield found
    finally:
        subprocess.run(["umount", "--lazy", str(home.state)], check=True)


def test_a_full_disk_fails_the_job_with_its_reason_and_not_the_server(full_disk: World) -> None:
    world = full_disk
    image = world.publish("quick", "pass")
    world.put("big/data", os.urandom(4_000_000))
    job = world.train("big", image, InputDataConfig=[channel("train", "big/")])
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("ClientError: Data download failed:Insufficient disk space")
    assert world.train("small", image)["TrainingJobStatus"] == "Completed"
    fills = BASE + "(base / 'model/weights').write_bytes(os.urandom(1_200_000))\n"
    job = world.train("archive", world.publish("fills", fills))
    assert job["FailureReason"].startswith("ClientError: Artifact upload failed:")
    assert "No space left on device" in job["FailureReason"]


def test_a_disk_without_any_room_fails_the_job_and_room_lets_the_next_one_run(full_disk: World) -> None:
    world = full_disk
    image = world.publish("quick", "pass")
    filler = world.settings.state / "filler"
    with suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(b"x" * 4096)
    assert "No space left on device" in world.train("no-room", image)["FailureReason"]
    filler.unlink()
    assert world.train("room", image)["TrainingJobStatus"] == "Completed"


def test_a_program_that_fills_the_disk_fails_by_its_own_word(world: World) -> None:
    program = BASE + (
        "try: pathlib.Path('/dev/full').write_text('x')\n"
        "except OSError as error: (base / 'output/failure').write_text(str(error)); sys.exit(1)\n"
    )
    job = world.train("fills", world.publish("fills", program))
    assert job["FailureReason"] == "AlgorithmError: [Errno 28] No space left on device, exit code: 1"


def test_close_stops_running_and_waiting_jobs_and_says_so(home: Settings) -> None:
    with embedded(home, ProcessRuntime(home)) as world:
        image = world.publish("endless", "import time; print('up', flush=True); time.sleep(600)")
        for number in range(4):
            world.train(f"open-{number}", image, wait=False)
        said(world, "TrainingJobs", "open-0", "up")
        world.service.close()
        records = world.service.state()["tables"]["TrainingJob"]
    assert {record["TrainingJobStatus"] for record in records.values()} == {"Stopped"}
    assert len(records) == 4
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("job")]


def test_jobs_that_a_killed_server_took_with_it_have_failed(home: Settings, tmp_path: Path) -> None:
    with embedded(home, ProcessRuntime(home)) as world:
        image = world.publish("endless", "import time; print('up', flush=True); time.sleep(600)")
        world.train("cut", image, wait=False)
        said(world, "TrainingJobs", "cut", "up")
        kept = world.service.state()
    later = SageMaker(home, limits=Limits(parallel_jobs=1), runtime=Counting(), kept=kept)
    later.resume()
    job = later.training.describe({"TrainingJobName": "cut"})
    later.close()
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Failed", "Failed")
    assert job["FailureReason"] == "InternalServerError: the embedded AWS ended while the job was in progress"
