"""One contender in a fresh process, as a cold Lambda: import, first call, warm calls, memory; a line of JSON.

    python probe.py MODULE CALLS        # the environment says where AWS is

Times are milliseconds. The interpreter's own start is not in them, since every contender pays it.
"""

import importlib
import json
import sys
import time
from types import SimpleNamespace

ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
EVENT = {
    "resource": "/v1/workloads/{workload}/predictions",
    "path": "/v1/workloads/iris/predictions",
    "httpMethod": "POST",
    "headers": {"Content-Type": "application/json"},
    "multiValueHeaders": {},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": {"workload": "iris"},
    "stageVariables": None,
    "requestContext": {"requestId": "r-1", "stage": "api", "resourcePath": "/", "httpMethod": "POST"},
    "body": json.dumps({"instances": [ROW]}),
    "isBase64Encoded": False,
}
CONTEXT = SimpleNamespace(
    aws_request_id="lambda-1",
    get_remaining_time_in_millis=lambda: 28_000,
    function_name="predict",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:predict",
)


def _memory() -> float:
    """Return MB at most; getrusage would tell the parent's where that had more."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123  pathlib would be measured, too
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def main(module: str, calls: int) -> None:
    """Measure one module's `handle`."""
    began = time.perf_counter()
    handle = importlib.import_module(module).handle
    imported = time.perf_counter()
    answer = handle(EVENT, CONTEXT)
    answered = time.perf_counter()
    if answer["statusCode"] != 200 or "setosa" not in answer["body"]:
        raise SystemExit(f"{module} answered {answer}")
    warm = []
    for _ in range(calls):
        start = time.perf_counter()
        handle(EVENT, CONTEXT)
        warm.append((time.perf_counter() - start) * 1000)
    warm.sort()
    sys.stdout.write(
        json.dumps(
            {
                "import": (imported - began) * 1000,
                "cold": (answered - began) * 1000,
                "p50": warm[len(warm) // 2],
                "p99": warm[int(len(warm) * 0.99)],
                "memory": _memory(),
            }
        )
        + "\n"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
