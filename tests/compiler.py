"""Whether compiled code can be had here; CI sets TRAINYARD_REQUIRE_COMPILER: there it may not be missing."""

import os

import pytest
from compiled import Unavailable, library


def require_compiler() -> None:
    """Skip the test where there is no C compiler; fail it where one is promised."""
    try:
        library.load()
    except Unavailable as why:
        (pytest.fail if os.environ.get("TRAINYARD_REQUIRE_COMPILER") else pytest.skip)(str(why))
