"""The workload files, where the command is typed in a checkout; commands that need no file work anywhere."""

from spec.loader import FILE, load_workloads
from spec.workload import Workload
from trainyard.context import Context
from trainyard.errors import NotFound


def all_of(context: Context) -> dict[str, Workload]:
    """Every workload by name; errors in the files come out as SpecErrors."""
    if not context.folder.is_dir():
        raise NotFound(
            f"there is no folder {context.folder}", fix="type it in the checkout, or give --workloads FOLDER"
        )
    return {workload.name: workload for workload in load_workloads(context.folder)}


def one_of(context: Context, name: str) -> Workload:
    """One workload by name, or NotFound with the names there are."""
    if not (context.folder / name / FILE).exists():
        there = ", ".join(sorted(path.parent.name for path in context.folder.glob(f"*/{FILE}")))
        raise NotFound(f"there is no workload {name} in {context.folder}", fix=f"one of: {there or 'none yet'}")
    return load_workloads(context.folder, [name])[0]
