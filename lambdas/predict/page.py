"""GET /: a page made for people, whole in one answer: the API's address has no slash at its end to link from.

Its policy lets the browser run and show just what is in it, by their hashes, and talk to this API alone.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

from predict.answer import Content
from predict.request import Request

_FOLDER = Path(__file__).parent / "static"
_SCRIPTS = (
    "dom.js",
    "api.js",
    "form.js",
    "prediction.js",
    "forecast.js",
    "result.js",
    "split.js",
    "file.js",
    "main.js",
)


def answer(_: Request) -> Content:
    """Answer the page."""
    return _content()


@cache
def _content() -> Content:
    style = _read("page.css")
    script = "\n".join(_read(name) for name in _SCRIPTS)
    body = _read("index.html").replace("{{style}}", style).replace("{{script}}", script)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Content(body, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy})


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
