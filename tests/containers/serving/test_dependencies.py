"""The kernel goes into images that have nothing else: it imports what it says it needs, and the standard library."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

KERNEL = Path(__file__).parents[3] / "containers/serving"


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.unit
def test_kernel_imports_what_its_requirements_name() -> None:
    lines = (KERNEL / "requirements.in").read_text().splitlines()
    named = {line for line in lines if line and not line.startswith("#")}
    modules = {name for file in (KERNEL / "serving").glob("*.py") for name in imported(file)}
    assert modules - sys.stdlib_module_names - {"serving"} == named
