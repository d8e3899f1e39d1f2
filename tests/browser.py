"""A headless Chromium for tests, told what to do over its debugging pipe; no driver, no port, no network."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE = 60.0


class BrowserError(Exception):
    """The browser refused a command or went away."""


@dataclass
class Tab:
    """One page, and all that it fetched or complained about."""

    process: subprocess.Popen[bytes]
    to: int
    back: int
    session: str = ""
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _loaded: int = 0
    _last: int = 0
    _rest: bytes = b""

    def command(self, method: str, **given: Any) -> dict[str, Any]:
        """Send a command of the DevTools protocol and wait for its answer; notes events on the way."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": given}
        os.write(self.to, json.dumps(message | ({"sessionId": self.session} if self.session else {})).encode() + b"\0")
        while True:
            said = self._next()
            if said.get("id") == self._last:
                if "error" in said:
                    raise BrowserError(f"{method}: {said['error']}")
                return dict(said["result"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            if not select([self.back], [], [], PATIENCE)[0]:
                raise BrowserError("the browser does not answer")
            more = os.read(self.back, 1 << 20)
            if not more:
                raise BrowserError("the browser has ended")
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        said: dict[str, Any] = json.loads(line)
        self._note(said.get("method", ""), said.get("params", {}))
        return said

    def _note(self, method: str, said: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Log.entryAdded":
            self.complaints.append(said["entry"]["text"])
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(str(said["args"]))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(said["exceptionDetails"]))
        elif method == "Page.loadEventFired":
            self._loaded += 1

    def open(self, address: str, width: int, height: int = 900, scheme: str = "light") -> None:
        """Load a page on a screen of this size; `scheme` is light or dark."""
        phone = width < 600
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        before = self._loaded
        self.command("Page.navigate", url=address)
        while self._loaded == before:
            self._next()

    def value(self, expression: str) -> Any:
        """Evaluate JavaScript in the page."""
        return self.command("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def picture(self, file: Path) -> None:
        """Save the whole page as PNG."""
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        file.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def browser() -> Iterator[Tab]:
    """A tab of a browser that ends with the test; skips, or in CI fails, where there is no Chromium."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing = f"no Chromium ({', '.join(NAMES)}) on this machine; .ci/browser installs one"
        (pytest.fail if os.environ.get("TRAINYARD_REQUIRE_BROWSER") else pytest.skip)(missing)
    (child_reads, to), (back, child_writes) = os.pipe(), os.pipe()
    with TemporaryDirectory(ignore_cleanup_errors=True) as home:
        command = [program, *FLAGS, f"--user-data-dir={home}", "about:blank"]
        # The pipe is at file descriptors 3 and 4 by definition.
        line = f"exec {' '.join(map(_quoted, command))} 3<&{child_reads} 4>&{child_writes}"
        process = subprocess.Popen(
            ["bash", "-c", line], pass_fds=(child_reads, child_writes),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(child_reads)
        os.close(child_writes)
        try:
            yield _tab(Tab(process, to, back))
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(to)
            os.close(back)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _tab(tab: Tab) -> Tab:
    page = next(target for target in tab.command("Target.getTargets")["targetInfos"] if target["type"] == "page")
    tab.session = tab.command("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
    for domain in ("Page", "Network", "Runtime", "Log"):
        tab.command(f"{domain}.enable")
    return tab
