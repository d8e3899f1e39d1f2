import pytest

from tests.compiler import require_compiler


@pytest.fixture(autouse=True, scope="session")
def compiler() -> None:
    require_compiler()
