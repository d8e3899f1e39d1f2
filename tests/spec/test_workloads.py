from pathlib import Path

import pytest

from spec.errors import SpecError, SpecErrors
from spec.loader import load_workload
from tests.spec.cases import INVALID, VALID, comments

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_workload_loads(path: Path) -> None:
    assert load_workload(path).name == path.stem


def _meets(error: SpecError, expected: str) -> bool:
    field, _, text = expected.partition(": ")
    return error.field == field and text in error.allowed


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_workload_reports_exactly_what_is_wrong(path: Path) -> None:
    expected = comments(path, "expect")
    assert expected
    with pytest.raises(SpecErrors) as raised:
        load_workload(path)
    errors = raised.value.errors
    unmet = [text for text in expected if not any(_meets(error, text) for error in errors)]
    surprising = [str(error) for error in errors if not any(_meets(error, text) for text in expected)]
    assert (unmet, surprising) == ([], [])
