"""A headless Chromium for tests, driven by Playwright, and what a page fetched or complained about."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking")
PATIENCE = 60_000.0
Scheme = Literal["light", "dark"]


@dataclass
class Tab:
    """One page at a time, with what it alone fetched and complained about."""

    browser: Browser
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    page: Page | None = None

    def open(self, address: str, width: int, height: int = 900, scheme: Scheme = "light") -> Page:
        """Load a page on a screen of this size, in the reader's scheme; the one before is closed."""
        if self.page is not None:
            self.page.context.close()
        self.requests.clear()
        self.complaints.clear()
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, is_mobile=width < 600
        )
        context.set_default_timeout(PATIENCE)
        page = self.page = context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address)
        return page

    def value(self, expression: str) -> Any:
        """Evaluate JavaScript in the page."""
        assert self.page is not None, "no page is open"
        return self.page.evaluate(expression)


@contextmanager
def browser() -> Iterator[Tab]:
    """A browser that ends with the test; skips, or in CI fails, where there is no Chromium."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing = f"no Chromium ({', '.join(NAMES)}) on this machine; .ci/browser installs one"
        (pytest.fail if os.environ.get("TRAINYARD_REQUIRE_BROWSER") else pytest.skip)(missing)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield Tab(opened)
        finally:
            opened.close()
