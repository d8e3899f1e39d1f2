"""The report in a real browser: wide and narrow, light and dark, without a complaint or a request."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Tab, browser
from tests.trainyard.conftest import WORKLOAD, Cli, States
from tests.trainyard.evaluated import Tuner, store, tuned_run

pytestmark = pytest.mark.browser

OUTSIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BROKEN = "[...document.images].filter(image => !image.complete || !image.naturalWidth).length"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with browser() as opened:
        yield opened


@pytest.fixture
def address(deployed: Cli, tmp_path: Path) -> str:
    store()
    deployed.fakes |= {"stepfunctions": States(tuned_run(), "SUCCEEDED"), "sagemaker": Tuner()}
    file = tmp_path / "page.html"
    done = deployed("report", WORKLOAD, "--output", str(file), "--no-open")
    assert done.exit_code == 0, done.output
    return file.as_uri()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_report_fits_the_screen_complains_of_nothing_and_fetches_nothing(
    tab: Tab, address: str, width: int
) -> None:
    tab.requests.clear()
    tab.complaints.clear()
    tab.open(address, width)
    assert [url for url in tab.requests if not url.startswith("data:")] == [address]
    assert tab.complaints == []
    assert tab.value(OUTSIDE) == 0
    assert tab.value(BROKEN) == 0
    assert tab.value("document.images.length") == 8


def test_the_report_follows_the_readers_scheme(tab: Tab, address: str) -> None:
    colours = []
    for scheme in ("light", "dark"):
        tab.open(address, 1280, scheme=scheme)
        colours.append(tab.value(BACKGROUND))
    assert colours == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]


def test_the_browser_itself_refuses_what_a_page_would_fetch_or_run(tab: Tab, address: str, tmp_path: Path) -> None:
    """Would an escape be forgotten one day, the page's policy still keeps it from the network."""
    text = Path(address.removeprefix("file://")).read_text(encoding="utf-8")
    evil = '<img src="http://127.0.0.1:9/x"><script>document.title = "run"</script></main>'
    file = tmp_path / "evil.html"
    file.write_text(text.replace("</main>", evil), encoding="utf-8")
    tab.open(file.as_uri(), 1280)
    assert any("Content Security Policy" in said for said in tab.complaints)
    assert tab.value("document.title") != "run"
