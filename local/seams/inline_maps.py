"""Seam: iterations of an inline Map state note their outputs, and at most 40 run at once, as on AWS.

moto starts one thread per item where MaxConcurrency says nothing, goes on recursively from item to item, lets
iterations run on after one has failed, and begins all of them anew.
https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, no-untyped-call"

import datetime
import threading
import time
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.inline_iteration_component import (
    InlineIterationComponent,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.iteration_worker import IterationWorker
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.job import JobClosed, JobPool

from local.seams.progress import Progress
from local.seams.resumption import GRACE_SECONDS, own, progress_of

MOST_ITERATIONS = 40


def install() -> None:
    """Replace how iterations are started, and how a worker goes from one to the next."""
    InlineIterationComponent._eval_body = _eval_body
    IterationWorker._eval_pool = _eval_pool


class Iterations(JobPool):
    """moto's pool of iterations, without those that have succeeded before."""

    def __init__(self, program: Any, items: list[Any], progress: Progress) -> None:
        super().__init__(job_program=program, job_inputs=items)
        self.progress = progress
        done = progress.outputs
        self._open_jobs[:] = [job for job in self._open_jobs if job.job_index not in done]
        self._closed_jobs.update(JobClosed(job_index=index, job_output=output) for index, output in done.items())

    def close_job(self, job: Any) -> None:
        """Note the output of an iteration that succeeded before another one failed."""
        if self.get_worker_exception() is None and not isinstance(job.job_output, Exception):
            self.progress.outputs[job.job_index] = job.job_output
        super().close_job(job)

    def interrupt(self) -> None:
        """The execution ended elsewhere: nobody needs to wait any more."""
        self._termination_event.set()


def _eval_body(self: Any, env: Any) -> None:
    eval_input = env.stack.pop()
    progress = progress_of(env)
    progress.start_lines()
    jobs = Iterations(self._get_iteration_program(), eval_input.input_items, progress)
    count = min(eval_input.max_concurrency or MOST_ITERATIONS, MOST_ITERATIONS, len(jobs._open_jobs))
    workers = [self._create_worker(env=env, eval_input=eval_input, job_pool=jobs) for _ in range(count)]
    threads = [threading.Thread(target=worker.eval, daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    jobs.await_jobs()
    failure = jobs.get_worker_exception()
    if failure is not None:
        _stop(env, threads)
        raise failure
    env.stack.append([job.job_output for job in jobs.get_closed_jobs()])
    if env.is_running():
        progress.forget_lines()


def _stop(env: Any, threads: list[threading.Thread]) -> None:
    """Stop the other iterations, and wait a little so that nothing of them comes after the failure."""
    for frame in list(env._frames):
        frame.set_stop(stop_date=datetime.datetime.now(tz=datetime.UTC), cause=None, error=None)
    until = time.monotonic() + GRACE_SECONDS
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))


def _eval_pool(self: Any, job: Any, worker_frame: Any) -> None:
    """Evaluate iterations until none is left, one failed, or the state was stopped."""
    while job is not None:
        frame = worker_frame.open_inner_frame()
        own(frame, self._job_pool.progress.line(job.job_index))
        self._eval_job(env=frame, job=job)
        worker_frame.close_frame(frame)
        following = self._job_pool.next_job() if worker_frame.is_running() else None
        if following is None:
            source = frame.event_history_context.last_published_event_id
            worker_frame.event_history_context.source_event_id = source
            self._env.close_frame(worker_frame)
        if not worker_frame.is_running() and not isinstance(job.job_output, Exception):
            self._job_pool.interrupt()  # its output is that of a state which was cut short
            return
        self._job_pool.close_job(job)
        job = following if not isinstance(job.job_output, Exception) else None
    self._env.close_frame(worker_frame)
