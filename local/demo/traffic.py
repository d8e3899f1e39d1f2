"""The same row many times through the deployed API, so that the weights show, and once to each variant."""

from collections import Counter
from typing import Any

from rich.console import Console
from rich.progress import Progress

from local.demo import summary
from local.demo.api import Api
from local.demo.deployed import Deployed

REQUESTS = 200


def show(console: Console, deployed: Deployed, workload: str) -> None:
    """Ask, and print a table of the candidates and of who answered.

    Raises:
        Refused: the API answered a request with an error.
        urllib3.exceptions.HTTPError: it did not answer.
    """
    url, key = deployed.api()
    console.print(f"[dim]POST {url}/v1/workloads/{workload}/predictions", highlight=False, soft_wrap=True)
    api = Api(url, key, workload)
    live = api.describe()
    answered = _counted(console, api, live["example"])
    weights = {variant["name"]: variant["weight"] for variant in live["variants"]}
    predictions = {name: api.predict(live["example"], name).value for name in weights}
    console.print(summary.table(deployed.live_run(workload), weights, answered, predictions))


def _counted(console: Console, api: Api, instance: Any) -> Counter[str]:
    answered: Counter[str] = Counter()
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("requests", total=REQUESTS)
        for answered in api.ask(instance, REQUESTS):
            told = ", ".join(f"{name} {count}" for name, count in answered.most_common())
            progress.update(bar, advance=1, description=told)
    return answered
