"""Both images install beside each other where no container separates them."""

import re
from pathlib import Path

import pytest

CONTAINERS = Path(__file__).parents[2] / "containers"


def pins(image: str) -> dict[str, set[str]]:
    lines = (CONTAINERS / image / "requirements.txt").read_text().splitlines()
    result: dict[str, set[str]] = {}
    for line in lines:
        if "==" in line:
            result.setdefault(line.split("==")[0], set()).add(line)
    return result


@pytest.mark.unit
def test_packages_of_both_images_have_the_same_pins() -> None:
    sklearn, toolkit = pins("sklearn"), pins("toolkit")
    shared = sklearn.keys() & toolkit.keys()
    assert "numpy" in shared
    assert {name: sklearn[name] for name in shared} == {name: toolkit[name] for name in shared}


@pytest.mark.unit
@pytest.mark.parametrize("image", ["serving", "sklearn", "toolkit"])
def test_every_direct_requirement_is_pinned(image: str) -> None:
    lines = (CONTAINERS / image / "requirements.in").read_text().splitlines()
    wanted = {re.split(r"[<>=!~ ]", line)[0] for line in lines if line and not line.startswith("#")}
    assert wanted <= pins(image).keys()


@pytest.mark.unit
@pytest.mark.parametrize("image", ["sklearn", "toolkit"])
def test_what_a_dockerfile_copies_exists(image: str) -> None:
    lines = (CONTAINERS / image / "Dockerfile").read_text().splitlines()
    sources = [line.split()[1] for line in lines if line.startswith("COPY") and "--from=" not in line]
    assert {f"{image}/requirements.txt", "contract"} < set(sources)
    assert all((CONTAINERS / source).exists() for source in sources)
