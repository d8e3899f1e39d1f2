"""SageMaker's quotas are per instance type and use, and many are 0 in a new account."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from spec.workload import Workload
from trainyard import catalogue
from trainyard.checks.finding import Finding, attempt
from trainyard.context import Context
from trainyard.errors import NotFound

# What a run prepares, scores and evaluates on, and how many candidates it tries at once: stacks/workflow.
HELPER = "ml.m5.large"
AT_ONCE = 4
CONSOLE = "https://console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas"


def quotas(context: Context) -> Iterator[Finding]:
    """What the workloads need beside what the account has."""
    try:
        workloads = list(catalogue.all_of(context).values())
    except NotFound as missing:
        yield Finding("warn", "quotas", f"could not check: {missing.message}", missing.fix)
        return
    yield from attempt(lambda given: _compare(given, needs(workloads)), context, "quotas")


def _compare(context: Context, needed: dict[str, int]) -> Iterator[Finding]:
    allowed = applied(context.client("service-quotas"), set(needed))
    for name, count in sorted(needed.items()):
        yield _finding(name, count, allowed.get(name))


def _finding(name: str, count: int, value: float | None) -> Finding:
    if value is None:
        return Finding("warn", name, "could not check: AWS does not list this quota", CONSOLE)
    if value < count:
        return Finding("fail", name, f"{value:.0f}, but the workloads need {count}", f"request it at {CONSOLE}")
    return Finding("ok", name, f"{value:.0f}, needed {count}")


def applied(client: Any, names: set[str]) -> dict[str, float]:
    """The account's values of the named quotas."""
    pages = client.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
    found = (quota for page in pages for quota in page["Quotas"])
    return {quota["QuotaName"]: quota["Value"] for quota in found if quota["QuotaName"] in names}


def needs(workloads: list[Workload]) -> dict[str, int]:
    """Instances at once, by quota: all endpoints live together, one run at a time trains."""
    together: Counter[str] = Counter()
    at_once: dict[str, int] = {}
    for workload in workloads:
        together.update(_serving(workload))
        for name, count in _training(workload).items():
            at_once[name] = max(at_once.get(name, 0), count)
    return {**at_once, **together}


def _serving(workload: Workload) -> Counter[str]:
    endpoint = workload.endpoint
    if endpoint.instance is None:
        return Counter()
    count = endpoint.instance.count * len(workload.candidates)
    return Counter({f"{endpoint.instance.type} for endpoint usage": count})


def _training(workload: Workload) -> Counter[str]:
    helpers = min(AT_ONCE, len(workload.candidates))
    needed = Counter({f"{HELPER} for {kind} job usage": helpers for kind in ("processing", "transform")})
    for candidate in workload.candidates.values():
        use = "spot training job usage" if candidate.spot else "training job usage"
        parallel = candidate.tuning.max_parallel_jobs if candidate.tuning else 1
        needed[f"{candidate.instance.type} for {use}"] += candidate.instance.count * parallel
    return needed
