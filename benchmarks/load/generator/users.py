"""What callers of the API do, for locust: each answer becomes a line of JSON in the file LOAD_RECORDS.

    LOAD_KEY=... LOAD_RECORDS=... locust --headless -f users.py --host API_URL ...

A line: when it was sent (epoch), what it was, milliseconds, status (0: no answer), and what is wrong with it, if
anything is. Wrong is every other status than the expected one, and an answer that does not fit the question.
"""

import json
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from locust import HttpUser, constant_throughput, task

WORKLOADS = ("boston", "iris-sklearn")
CHANCE = random.Random()  # noqa: S311  makes load, not secrets
A_SECOND = 2.0  # of each user
SECONDS = 60  # longer than the gateway's own 29, so that it is never the generator that gives up first
RECORDS = Path(os.environ["LOAD_RECORDS"]).open("a", buffering=1, encoding="utf-8")  # noqa: SIM115  as long as the process
Check = Callable[[Any], str]


class Caller(HttpUser):
    """Asks for both workloads, in every way that the API has."""

    wait_time = constant_throughput(A_SECOND)

    def on_start(self) -> None:
        """Learn what is live."""
        self.client.headers["x-api-key"] = os.environ["LOAD_KEY"]
        self.live = {name: self._ask("GET workload", "GET", f"/v1/workloads/{name}") for name in WORKLOADS}
        self.session = f"user-{CHANCE.random()}"
        self.answered: dict[str, str] = {}

    @task(10)
    def single(self) -> None:
        """Predict one record."""
        self._predict("single JSON", 1)

    @task(4)
    def batch(self) -> None:
        """Predict some records."""
        self._predict("batch JSON", 20)

    @task(4)
    def pinned(self) -> None:
        """Predict by one variant; it must be the one that answers."""
        workload = self._workload()
        variant = CHANCE.choice([item["name"] for item in self.live[workload]["variants"]])
        self._predict("pinned", 1, workload, headers={"X-Variant": variant}, variant=variant)

    @task(4)
    def sticky(self) -> None:
        """Predict for this user's session."""
        self._predict("session", 1, headers={"X-Session-Id": self.session})

    @task(3)
    def csv(self) -> None:
        """Predict a small file."""
        self._csv("CSV", 50)

    @task(1)
    def large_csv(self) -> None:
        """Predict a larger file."""
        self._csv("CSV, 1000 rows", 1000)

    @task(3)
    def feedback(self) -> None:
        """Tell the truth about the last answer."""
        workload = self._workload()
        if workload in self.answered:
            actual = "setosa" if workload == "iris-sklearn" else 21.5
            body = {"inference_id": self.answered[workload], "actual": actual}
            self._ask("feedback", "POST", f"/v1/workloads/{workload}/feedback", expected=202, json=body)

    @task(2)
    def look(self) -> None:
        """Read what is live, the contract, the page."""
        self._ask("GET workloads", "GET", "/v1/workloads")
        self._ask("GET workload", "GET", f"/v1/workloads/{self._workload()}")
        self._ask("GET contract", "GET", "/openapi.json")
        self._ask("GET page", "GET", "/")

    @task(2)
    def mistake(self) -> None:
        """Send what must be refused, each with its status."""
        path = f"/v1/workloads/{self._workload()}/predictions"
        self._ask("bad field", "POST", path, expected=400, json={"instances": [{"size": "long"}]})
        self._ask("bad JSON", "POST", path, expected=400, data="{", headers={"content-type": "application/json"})
        gone = {"X-Variant": "gone"}
        instances = {"instances": [self._row(WORKLOADS[0])]}
        path = f"/v1/workloads/{WORKLOADS[0]}/predictions"
        self._ask("unknown variant", "POST", path, expected=409, json=instances, headers=gone)

    def _predict(self, name: str, rows: int, workload: str = "", variant: str = "", **more: Any) -> None:
        workload = workload or self._workload()
        body = {"instances": [self._row(workload) for _ in range(rows)]}
        self._predicted(name, workload, rows, variant, json=body, **more)

    def _csv(self, name: str, rows: int) -> None:
        workload = self._workload()
        lines = [",".join(self.live[workload]["example"])]
        lines += [",".join(map(str, self._row(workload).values())) for _ in range(rows)]
        self._predicted(name, workload, rows, "", data="\n".join(lines), headers={"content-type": "text/csv"})

    def _predicted(self, name: str, workload: str, rows: int, variant: str, **more: Any) -> None:
        def wrong(answer: Any) -> str:
            if len(answer["predictions"]) != rows:
                return f"{len(answer['predictions'])} predictions for {rows} rows"
            return "" if variant in ("", answer["variant"]) else f"{answer['variant']} answered for {variant}"

        answer = self._ask(name, "POST", f"/v1/workloads/{workload}/predictions", wrong=wrong, **more)
        if answer and rows == 1:
            self.answered[workload] = answer["inference_id"]

    def _workload(self) -> str:
        return CHANCE.choice(WORKLOADS)

    def _row(self, workload: str) -> dict[str, Any]:
        """The example, a little to one side: no two rows are the same, and none is out of range."""
        example: dict[str, Any] = self.live[workload]["example"]
        return {name: _near(value) for name, value in example.items()}

    def _ask(
        self, name: str, method: str, path: str, *, expected: int = 200, wrong: Check = lambda _: "", **more: Any
    ) -> Any:
        sent, clock = time.time(), time.perf_counter()
        with self.client.request(method, path, name=name, catch_response=True, timeout=SECONDS, **more) as response:
            milliseconds = (time.perf_counter() - clock) * 1000
            problem, answer = _read(response, expected, wrong)
            if problem:
                response.failure(problem)
            else:
                response.success()
        line = {"at": sent, "name": name, "ms": milliseconds, "status": response.status_code, "problem": problem}
        RECORDS.write(json.dumps(line) + "\n")
        return None if problem else answer


def _near(value: Any) -> Any:
    return round(value * CHANCE.uniform(0.97, 1.03), 4) if isinstance(value, float) else value


def _read(response: Any, expected: int, wrong: Check) -> tuple[str, Any]:
    """What is wrong with an answer, and the answer."""
    if response.status_code == 0:
        return f"no answer: {type(response.error).__name__}", None
    if response.status_code != expected:
        return f"{response.status_code}: {response.text[:200]}", None
    if "json" not in response.headers.get("Content-Type", ""):
        return "", response.text
    answer = response.json()
    return wrong(answer), answer
