"""The API's page in a real browser: by mouse and by keyboard, on a wide screen and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from local.demo import ROOT
from tests.browser import Tab, browser
from tests.journey.deployment import Deployment

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]

AXE = ROOT / "node_modules/axe-core/axe.min.js"
CSV = b"sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n6.1,2.8,4.7,1.2\n"
OUTSIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DROP = """([place, name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, {type: "text/csv"}));
  place.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with browser() as opened:
        yield opened


@pytest.fixture
def page(tab: Tab, on_processes: Deployment) -> Page:
    return opened(tab, on_processes, 1280)


def opened(tab: Tab, deployment: Deployment, width: int, workload: str = "iris-sklearn") -> Page:
    page = tab.open(f"{deployment.api_url}#{workload}", width, scheme="light" if width > 600 else "dark")
    page.get_by_label("API key").fill(deployment.api_key)
    page.get_by_label("API key").press("Enter")
    expect(page.get_by_role("button", name="Predict")).to_be_visible()
    return page


def test_example_is_predicted_with_variant_and_latency(page: Page) -> None:
    page.get_by_role("button", name="Predict").click()
    result = page.locator("#result")
    expect(result.locator(".big")).to_have_text(re.compile("setosa|versicolor|virginica"))
    expect(result).to_contain_text("forest")
    expect(result).to_contain_text(re.compile(r"\d+ ms"))


def test_wrong_fields_are_marked_where_they_are(page: Page) -> None:
    page.get_by_label("sepal_length").fill("long")
    page.get_by_label("petal_width").fill("900")
    page.get_by_role("button", name="Predict").click()
    for name, said in (("sepal_length", "not a number"), ("petal_width", "too far")):
        field = page.get_by_label(name)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(said))
    expect(page.get_by_label("sepal_length")).to_be_focused()
    page.get_by_role("button", name="Back to the example").click()
    expect(page.get_by_label("sepal_length")).to_have_value(re.compile(r"^[\d.]+$"))


def test_all_works_by_keyboard_alone(page: Page) -> None:
    page.get_by_label("sepal_length").focus()
    for _ in range(40):
        if page.evaluate("document.activeElement.textContent") == "Predict":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#result .big")).to_be_visible()


def test_csv_file_is_predicted_when_it_is_dropped(page: Page) -> None:
    place = page.locator("#drop").element_handle()
    page.evaluate(DROP, [place, "rows.csv", CSV.decode()])
    expect(page.locator("#table tbody tr")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the predictions").click()
    assert download.value.suggested_filename == "rows.predictions.csv"
    assert download.value.path().read_text().startswith("prediction\nsetosa\n")


def test_bad_csv_rows_are_named(page: Page) -> None:
    page.set_input_files("#file", {"name": "x.csv", "mimeType": "text/csv", "buffer": CSV.replace(b"6.1", b"no")})
    expect(page.locator("#table li")).to_have_text(re.compile("row 2, sepal_length"))


def test_split_of_an_ab_test_is_shown_and_a_variant_can_be_chosen(tab: Tab, on_processes: Deployment) -> None:
    page = opened(tab, on_processes, 1280, "boston")
    expect(page.locator("#split")).to_contain_text("90 %")
    expect(page.locator("#split")).to_contain_text("10 %")
    page.get_by_text("Which variant answers").click()
    page.get_by_label("Variant").select_option("linear")
    expect(page.locator("#curl")).to_contain_text("x-variant: linear")
    page.get_by_role("button", name="Predict").click()
    expect(page.locator("#result")).to_contain_text("linear")
    expect(page.locator("#split")).to_contain_text("who answered, of 1 from this page")


def test_feedback_is_kept(page: Page) -> None:
    page.get_by_role("button", name="Predict").click()
    page.get_by_label("what turned out to be true").first.fill("setosa")
    page.get_by_role("button", name="Send feedback").click()
    expect(page.locator("#result")).to_contain_text("kept")


def test_wrong_key_is_told(page: Page) -> None:
    page.get_by_label("API key").fill("wrong")
    page.get_by_role("button", name="Predict").click()
    expect(page.locator("#result")).to_contain_text("Is the API key above the right one?")


def test_curl_command_works_as_it_stands(page: Page, on_processes: Deployment) -> None:
    command = page.locator("#curl").text_content() or ""
    on_processes.environment["API_KEY"] = on_processes.api_key
    answer = on_processes.command("bash", "-c", command.replace("curl ", "curl -sf ", 1))
    assert '"predictions"' in answer.stdout


@pytest.mark.parametrize("width", [1280, 390])
def test_page_fits_asks_nobody_else_and_has_no_barrier(tab: Tab, on_processes: Deployment, width: int) -> None:
    page = opened(tab, on_processes, width)
    page.get_by_role("button", name="Predict").click()
    expect(page.locator("#result .big")).to_be_visible()
    expect(page.locator("#split table").first).to_be_visible()
    assert page.evaluate(OUTSIDE) == 0
    assert all(url.startswith(on_processes.api_url) or url.startswith("data:") for url in tab.requests)
    assert tab.complaints == []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
