"""What serves: machines with weighted variants, or one serverless variant."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from spec.alarms import FEEDBACK, MOST_SUMMED, Alarms
from spec.autoscaling import Autoscaling
from spec.base import Model
from spec.capture import DataCapture
from spec.gate import Task
from spec.guardrails import Guardrails, guardrail_problems
from spec.instance import EndpointInstance
from spec.problems import Problem, refuse

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Serverless(Model):
    """Capacity on demand. Sizes: ServerlessConfig of CreateEndpointConfig."""

    memory_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144] = Field(description="Memory of each copy.")
    max_concurrency: Annotated[int, Field(ge=1, le=200)] = Field(5, description="Requests served at once.")


class Endpoint(Model):
    """One endpoint per workload; each candidate that passes the gate is a variant."""

    instance: EndpointInstance | None = Field(None, description="Machines of each variant.")
    serverless: Serverless | None = Field(None, description="No machines; only with one candidate.")
    weights: Mapping[str, Weight] = Field(
        default_factory=dict, description="Share of the traffic of each candidate; equal if not given."
    )
    alarms: Alarms = Field(default_factory=Alarms, description="When to alarm about a variant.")

    autoscaling: Autoscaling | None = Field(None, description="Machines after traffic; a fixed number if not given.")
    data_capture: DataCapture | None = Field(None, description="Keep requests and answers; none if not given.")
    guardrails: Guardrails | None = Field(
        None, description="Move traffic to a single new model in steps; all at once if not given."
    )

    @model_validator(mode="after")
    def _members_agree(self) -> Self:
        refuse(_member_problems(self))
        return self

    def weighted(self, candidates: Iterable[str]) -> "Endpoint":
        """With a weight for every candidate: equal ones, if the file gives none."""
        return self if self.weights else self.model_copy(update={"weights": dict.fromkeys(candidates, 1.0)})


def _member_problems(endpoint: Endpoint) -> Iterator[Problem]:
    if (endpoint.instance is None) == (endpoint.serverless is None):
        yield Problem((), None, "give either instance or serverless, exactly one")
    if endpoint.serverless:
        yield from _beside_serverless(endpoint)
    if endpoint.autoscaling and endpoint.instance:
        yield from _count_problems(endpoint.autoscaling, endpoint.instance.count)
    if endpoint.alarms.feedback and endpoint.data_capture is None:
        yield Problem(("data_capture",), None, "required by alarms.feedback: it judges the predictions that are kept")
    if endpoint.guardrails:
        for problem in guardrail_problems(endpoint.guardrails):
            yield Problem(("guardrails", *problem.where), problem.value, problem.allowed)


def _beside_serverless(endpoint: Endpoint) -> Iterator[Problem]:
    """What AWS has for machines alone; https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html."""
    for member in ("autoscaling", "data_capture", "guardrails"):
        if getattr(endpoint, member):
            yield Problem((member,), member, "an endpoint with instance: serverless has no such thing")


def _count_problems(autoscaling: Autoscaling, count: int) -> Iterator[Problem]:
    if autoscaling.min > autoscaling.max:
        yield Problem(("autoscaling", "min"), autoscaling.min, f"at most max, {autoscaling.max}")
    elif not autoscaling.min <= count <= autoscaling.max:
        allowed = f"from autoscaling's min to its max, {autoscaling.min} to {autoscaling.max}: it starts with so many"
        yield Problem(("instance", "count"), count, allowed)


def endpoint_problems(endpoint: Endpoint, candidates: Iterable[str], task: Task | None) -> Iterator[Problem]:
    """What the endpoint does not agree on with the candidates, and with the task where that is known."""
    names = sorted(candidates)
    known = ", ".join(names)
    for name, weight in endpoint.weights.items():
        if name not in names:
            yield Problem(("weights", name), weight, f"a candidate of this workload: {known}")
    missing = [name for name in names if name not in endpoint.weights]
    if endpoint.weights and missing:
        yield Problem(("weights",), dict(endpoint.weights), f"also a weight for {', '.join(missing)}")
    if endpoint.weights and not sum(endpoint.weights.values()):
        yield Problem(("weights",), dict(endpoint.weights), "at least one weight above 0")
    if endpoint.serverless and len(names) > 1:
        yield Problem(("serverless",), known, "one candidate only: serverless allows one variant")
    if endpoint.alarms.no_calls_seconds and len(names) > MOST_SUMMED:
        allowed = f"at most {MOST_SUMMED} candidates: one alarm adds up their calls"
        yield Problem(("alarms", "no_calls"), endpoint.alarms.no_calls_seconds, allowed)
    feedback = endpoint.alarms.feedback
    if feedback and task and feedback.metric != FEEDBACK[task]:
        yield Problem(
            ("alarms", "feedback", "metric"), feedback.metric, f"{FEEDBACK[task]}: what feedback gives {task}"
        )
