"""What the stand-ins' Dockerfiles name is there, and their packages install beside each other in the tests."""

from pathlib import Path

import pytest

from local.runtime import catalog, dockerfile

pytestmark = pytest.mark.unit

FOLDERS = sorted({known.folder for known in catalog.STAND_INS})


def pins(file: Path) -> dict[str, set[str]]:
    result: dict[str, set[str]] = {}
    for line in file.read_text().splitlines():
        if "==" in line:
            result.setdefault(line.split("==")[0], set()).add(line)
    return result


def test_shared_packages_have_the_pins_of_the_development_environment() -> None:
    development = pins(catalog.ROOT / "requirements-dev.txt")
    for file in catalog.ROOT.glob("local/images/*/requirements.txt"):
        own = pins(file)
        assert own
        assert {name: own[name] for name in own} == {name: development.get(name) for name in own}, file


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_a_dockerfile_copies_exists(folder: str) -> None:
    definition = dockerfile.read(catalog.ROOT / "local" / "images" / folder / "Dockerfile")
    sources = [source for copy in definition.copies for source in copy.sources]
    assert len(sources) > 1
    assert [source for source in sources if not (catalog.ROOT / source).exists()] == []
