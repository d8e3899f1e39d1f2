"""The assembly of every valid workload, as the tests of the stacks have it."""

from tests.stacks.conftest import assembly, containers, workloads

__all__ = ["assembly", "containers", "workloads"]
