"""Servers and load have CPUs of their own."""

import os

import pytest

from benchmarks.serving import machine

pytestmark = pytest.mark.unit


def test_load_keeps_its_cpu_while_the_program_has_the_servers() -> None:
    cpus = sorted(os.sched_getaffinity(0))
    with machine.pinned(machine.server_cpus()):
        assert os.sched_getaffinity(0) == {cpus[0]}
        assert machine.load_cpus() == {cpus[-1]}
        with machine.pinned(machine.load_cpus()):
            assert os.sched_getaffinity(0) == {cpus[-1]}
    assert os.sched_getaffinity(0) == set(cpus)
