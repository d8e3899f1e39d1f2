"""The groups of tests that one worker runs."""

import ast

import pytest

from tests.distribution import DEPLOYMENTS, JOURNEYS, ROOT, deployments, group

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        ("tests/spec/test_data.py::test_x", "tests/spec/test_data.py"),
        ("tests/journey/test_api.py::test_unknown_route_is_not_found", "on_processes"),
        ("tests/journey/test_redrive.py::test_a_run_whose_data_was_mended_is_redriven", "breaking"),
        ("tests/journey/test_every_workload.py::test_bostons_variants[on_engine]", "on_engine"),
        ("tests/journey/test_every_workload.py::test_bostons_variants[on_processes]", "on_processes"),
        ("tests/journey/test_interrupt.py::test_ctrl_c[Prepare]", "tests/journey/test_interrupt.py"),
    ],
)
def test_journeys_are_grouped_by_deployment_and_other_tests_by_file(nodeid: str, expected: str) -> None:
    assert group(nodeid) == expected


def test_no_journey_takes_a_deployment_of_another_group() -> None:
    for file in sorted((ROOT / JOURNEYS).glob("test_*.py")):
        for found in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(found, ast.FunctionDef) and found.name.startswith("test_"):
                taken = {argument.arg for argument in found.args.args} & set(DEPLOYMENTS)
                assert taken <= {group(f"{file.relative_to(ROOT).as_posix()}::{found.name}")}, found.name


def test_each_deployment_has_journeys() -> None:
    files = [file.relative_to(ROOT).as_posix() for file in (ROOT / JOURNEYS).glob("test_*.py")]
    assert {name for file in files for name in deployments(file)} == set(DEPLOYMENTS)
