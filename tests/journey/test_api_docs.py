"""The examples of docs/api.md, run as they stand."""

import re
import shutil

import pytest

from local.demo import ROOT
from tests.journey.deployment import Deployment

pytestmark = [pytest.mark.local, pytest.mark.timeout(600)]

RUNNERS = {
    "bash": ["bash", "-eo", "pipefail", "-c"],
    "python": ["python", "-c"],
    "r": ["Rscript", "--vanilla", "-e"],
    "javascript": ["node", "--input-type=module", "-e"],
}
BLOCKS = re.findall(
    r"^```(\w+)\n(.*?)^```$", (ROOT / "docs/api.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)


def has_httr2(deployment: Deployment) -> bool:
    return (
        bool(shutil.which("Rscript"))
        and not deployment.command("Rscript", "--vanilla", "-e", "library(httr2)", check=False).returncode
    )


@pytest.mark.parametrize(("language", "example"), BLOCKS, ids=[f"{n}-{block[0]}" for n, block in enumerate(BLOCKS)])
def test_example_runs_and_is_answered(on_processes: Deployment, language: str, example: str) -> None:
    if language == "r" and not has_httr2(on_processes):
        pytest.skip("R's package httr2 is not installed (bash .ci/r installs it)")
    on_processes.environment |= {"API_URL": on_processes.api_url, "API_KEY": on_processes.api_key}
    done = on_processes.command(*RUNNERS[language], example)
    assert "setosa" in done.stdout or '"accepted": true' in done.stdout


def test_every_language_has_an_example() -> None:
    assert {language for language, _ in BLOCKS} == set(RUNNERS)
