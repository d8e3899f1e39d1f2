"""The page as it is served: whole, and under a policy that fits it."""

import base64
import hashlib
import re

import pytest

from tests.lambdas.predict.world import World, event

pytestmark = pytest.mark.unit


def test_page_is_whole_and_its_policy_names_just_what_is_in_it() -> None:
    answer = World().service().answer(event(method="GET", resource="/"), "lambda-1", lambda: 28.0)
    page, policy = answer["body"], answer["headers"]["Content-Security-Policy"]
    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert "{{" not in page
    for name in ("style", "script"):
        (text,) = re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert not re.search(r"(src|href)=\"(https?:)?//", page)
    assert not re.search(r"\son\w+=|style=", page)
