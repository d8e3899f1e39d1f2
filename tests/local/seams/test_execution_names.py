"""Names of executions as AWS has them."""

import pytest
from moto.core.exceptions import JsonRESTError

from local.seams.execution_names import name_of

pytestmark = pytest.mark.unit


def test_unnamed_executions_get_different_names() -> None:
    assert name_of(None) != name_of(None)


@pytest.mark.parametrize("name", ["a", "Größe-2", "x" * 80])
def test_good_name_is_kept(name: str) -> None:
    assert name_of(name) == name


@pytest.mark.parametrize("name", ["", "x" * 81, "a b", "a/b", "a:b", "a\n", "a*"])
def test_bad_name_is_refused(name: str) -> None:
    with pytest.raises(JsonRESTError, match="Invalid Name"):
        name_of(name)
