"""Builds of several stages where no engine runs them."""

from pathlib import Path

import pytest

from local.runtime import dockerfile
from local.runtime.dockerfile import DockerfileProblem

pytestmark = pytest.mark.unit
CONTAINERS = Path(__file__).parents[3] / "containers"


def read(folder: Path, text: str) -> dockerfile.Definition:
    (folder / "Dockerfile").write_text(text)
    return dockerfile.read(folder / "Dockerfile")


def test_the_last_stage_runs_and_nothing_of_the_others_stays(tmp_path: Path) -> None:
    definition = read(
        tmp_path,
        "FROM a AS build\nENV KIND=build\nWORKDIR /src\nCOPY x /x\nRUN pip install wheel-maker\nENTRYPOINT ['make']\n"
        'FROM b\nCOPY y /program/\nENTRYPOINT ["serve"]\n',
    )
    assert definition.environment == {}
    assert definition.workdir == "/"
    assert definition.requirements == []
    assert [copy.sources for copy in definition.copies] == [("y",)]
    assert definition.entrypoint == ("serve",)


def test_libraries_that_a_stage_compiled_are_this_machines_matter(tmp_path: Path) -> None:
    definition = read(tmp_path, "FROM a AS build\nFROM b\nCOPY --from=build /out /usr/local/lib/R/site-library\n")
    assert definition.copies == []
    assert definition.skipped == ["what stage build made for /usr/local/lib/R/site-library"]


def test_a_program_that_a_stage_compiled_needs_an_engine(tmp_path: Path) -> None:
    with pytest.raises(DockerfileProblem, match="line 3: COPY --from=build to /app needs a container engine"):
        read(tmp_path, "FROM a AS build\nFROM b\nCOPY --from=build /out /app\n")


def test_the_forecasting_image_runs_as_a_process() -> None:
    definition = dockerfile.read(CONTAINERS / "r-fable" / "Dockerfile")
    assert definition.environment["IMAGE_FOLDER"] == "/opt/program/r-fable"
    sources = [source for copy in definition.copies for source in copy.sources]
    assert sources == ["serving/requirements.txt", "serving/serving", "contract-r", "r-fable/R"]
    assert definition.requirement_files == ["/opt/requirements.txt"]
    assert definition.entrypoint[-1].endswith("contract-r/run")
