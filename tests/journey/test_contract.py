"""schemathesis holds the deployed API to its own OpenAPI document, with good and bad input to every operation."""

import pytest

from tests.journey.deployment import Deployment

pytestmark = [pytest.mark.local, pytest.mark.timeout(600)]

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
)

# A workload without a live model answers 503, as documented, to whatever it is sent.
LIVE = r"/(iris-sklearn|boston)(/|$)|^/v1/workloads$|^/openapi.json$|^/$"


def test_api_keeps_its_contract(on_processes: Deployment) -> None:
    done = on_processes.command(
        "schemathesis", "run", f"{on_processes.api_url}/openapi.json", "-H", f"x-api-key: {on_processes.api_key}",
        # One worker: in two threads Python's own parser, which Hypothesis calls, may fail (recursion depth mismatch).
        "--checks", ",".join(CHECKS), "--max-examples", "10", "--seed", "28", "--no-color", "--workers", "1",
        "--include-path-regex", LIVE,
        check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-10_000:]
    assert "Selected" in done.stdout
