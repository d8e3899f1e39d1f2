"""What the embedded AWS costs: one training job, and one invocation, against the same container run directly.

    python benchmarks/embedded_overhead.py            # needs a container engine (Docker or Podman)

Both sides run the `sklearn` image of `containers/` on the same iris data. Directly is what a user does by hand:
`docker run -v ...:/opt/ml IMAGE train`, `docker run -p ... IMAGE serve` and HTTP. The two are measured in turn,
so that a machine which slows down slows both; ratios are of medians.
"""

import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import urllib3
from sklearn.datasets import load_iris

from local import control
from local.clients import client
from local.runtime import engine
from local.settings import ACCOUNT, REGION, Settings

CONTAINERS = Path(__file__).parents[1] / "containers"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/benchmark-sklearn:1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/jobs"
BUCKET = "benchmark"
PORT = 4699
HYPERPARAMETERS = {"estimator": "random-forest", "n_estimators": "100", "seed": "28", "task": "classification"}
TRAININGS = 5
INVOCATIONS = 300
BODY = "5.1,3.5,1.4,0.2"


@dataclass(frozen=True)
class Comparison:
    """Two medians in seconds and their ratio."""

    what: str
    embedded: float
    directly: float

    def row(self) -> str:
        """Return a row of a Markdown table."""
        ratio = self.embedded / self.directly
        extra = (self.embedded - self.directly) * 1000
        return f"| {self.what} | {self.embedded * 1000:.1f} | {self.directly * 1000:.1f} | {ratio:.2f} | {extra:.1f} |"


def iris() -> str:
    """Return iris as our images read it: header, label first."""
    features, labels = load_iris(return_X_y=True)
    rows = [f"{label}," + ",".join(f"{cell:g}" for cell in row) for row, label in zip(features, labels, strict=True)]
    return "\n".join(["species,sepal_length,sepal_width,petal_length,petal_width", *rows]) + "\n"


class Directly:
    """The container without the embedded AWS."""

    def __init__(self, connection: docker.DockerClient, folder: Path) -> None:
        self._docker = connection
        self._folder = folder
        self._server: Any = None

    def train(self) -> None:
        """`docker run IMAGE train` on a fresh /opt/ml."""
        for name in ("model", "output/data", "input/config", "input/data/train"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        (self._folder / "input/data/train/train.csv").write_text(iris())
        config = self._folder / "input" / "config"
        (config / "hyperparameters.json").write_text(json.dumps(HYPERPARAMETERS))
        channel = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
        (config / "inputdataconfig.json").write_text(json.dumps({"train": channel}))
        (config / "resourceconfig.json").write_text(json.dumps({"current_host": "algo-1", "hosts": ["algo-1"]}))
        self._docker.containers.run(IMAGE, ["train"], volumes=self._volumes(), remove=True)

    def serve(self) -> str:
        """`docker run -p IMAGE serve`; return its address once it is healthy."""
        self._server = self._docker.containers.run(
            IMAGE, ["serve"], volumes=self._volumes(), ports={"8080/tcp": ("127.0.0.1", 0)}, detach=True
        )
        self._server.reload()
        url = f"http://127.0.0.1:{self._server.ports['8080/tcp'][0]['HostPort']}"
        for _ in range(600):
            with suppress(urllib3.exceptions.HTTPError):
                if urllib3.request("GET", f"{url}/ping", retries=False, timeout=2).status == 200:
                    return url
            time.sleep(0.1)
        raise RuntimeError(self._server.logs().decode())

    def _volumes(self) -> dict[str, dict[str, str]]:
        return {str(self._folder): {"bind": "/opt/ml", "mode": "rw"}}

    def close(self) -> None:
        """Remove the server."""
        if self._server is not None:
            self._server.remove(force=True)


class Embedded:
    """The same through the embedded AWS."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sagemaker = client("sagemaker", settings)
        self._runtime = client("sagemaker-runtime", settings)
        self._s3 = client("s3", settings)
        self._s3.create_bucket(Bucket=BUCKET)
        self._jobs = 0

    def train(self) -> None:
        """Upload, create the job and poll it as closely as one can."""
        self._jobs += 1
        name = f"benchmark-{self._jobs}"
        self._s3.put_object(Bucket=BUCKET, Key="train/train.csv", Body=iris())
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/train/"}}
        self._sagemaker.create_training_job(
            TrainingJobName=name, RoleArn=ROLE, HyperParameters=HYPERPARAMETERS,
            AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            InputDataConfig=[{"ChannelName": "train", "DataSource": source}],
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
            StoppingCondition={"MaxRuntimeInSeconds": 600},
        )  # fmt: skip
        while True:
            job = self._sagemaker.describe_training_job(TrainingJobName=name)
            if job["TrainingJobStatus"] == "Completed":
                return
            if job["TrainingJobStatus"] != "InProgress":
                raise RuntimeError(job["FailureReason"])
            time.sleep(0.02)

    def serve(self) -> None:
        """Create model and endpoint of the last job, and wait."""
        artifact = f"s3://{BUCKET}/models/benchmark-{self._jobs}/output/model.tar.gz"
        self._sagemaker.create_model(
            ModelName="benchmark", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE, "ModelDataUrl": artifact}
        )
        variant = {"VariantName": "all", "ModelName": "benchmark", "InitialInstanceCount": 1,
                   "InstanceType": "ml.m5.large"}  # fmt: skip
        self._sagemaker.create_endpoint_config(EndpointConfigName="benchmark", ProductionVariants=[variant])
        self._sagemaker.create_endpoint(EndpointName="benchmark", EndpointConfigName="benchmark")
        waiter = self._sagemaker.get_waiter("endpoint_in_service")
        waiter.wait(EndpointName="benchmark", WaiterConfig={"Delay": 1, "MaxAttempts": 120})

    def invoke(self) -> None:
        """One invocation by boto3."""
        answer = self._runtime.invoke_endpoint(EndpointName="benchmark", ContentType="text/csv", Body=BODY)
        answer["Body"].read()


def posting(url: str) -> Callable[[], None]:
    """Return a function that posts one row over a kept connection."""
    pool = urllib3.PoolManager(retries=False)

    def post() -> None:
        answer = pool.request("POST", url, body=BODY, headers={"Content-Type": "text/csv"})
        if answer.status != 200:
            raise RuntimeError(answer.data.decode())

    return post


def in_turn(rounds: int, *actions: Callable[[], None]) -> list[float]:
    """Return each action's median seconds over `rounds`, after one round that does not count."""
    times: list[list[float]] = [[] for _ in actions]
    for number in range(rounds + 1):
        for action, seconds in zip(actions, times, strict=True):
            began = time.perf_counter()
            action()
            if number:
                seconds.append(time.perf_counter() - began)
    return [statistics.median(seconds) for seconds in times]


def measure(connection: docker.DockerClient, settings: Settings, folder: Path) -> list[Comparison]:
    """Return all comparisons."""
    embedded, directly = Embedded(settings), Directly(connection, folder / "ml")
    try:
        job, run = in_turn(TRAININGS, embedded.train, directly.train)
        url = directly.serve()
        embedded.serve()
        by_http = posting(f"{settings.endpoint_url}/endpoints/benchmark/invocations")
        straight = posting(f"{url}/invocations")
        boto3_, http, plain = in_turn(INVOCATIONS, embedded.invoke, by_http, straight)
    finally:
        directly.close()
    return [
        Comparison("training job, from create to Completed", job, run),
        Comparison("invocation by boto3", boto3_, plain),
        Comparison("invocation by plain HTTP", http, plain),
    ]


def main() -> None:
    """Build the image, measure, print the table."""
    connection = engine.connect()
    if connection is None:
        raise SystemExit("no container engine answers: start Docker or Podman, or set DOCKER_HOST")
    connection.images.build(path=str(CONTAINERS), dockerfile="sklearn/Dockerfile", tag=IMAGE, rm=True)
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    settings = Settings(home=folder / "home", port=PORT, runtime="engine")
    try:
        control.up(settings)
        rows = measure(connection, settings, folder)
    finally:
        control.down(settings)
        shutil.rmtree(folder, ignore_errors=True)
    print("| what | embedded, ms | directly, ms | ratio | overhead, ms |\n|---|---|---|---|---|")  # noqa: T201
    for row in rows:
        print(row.row())  # noqa: T201


if __name__ == "__main__":
    main()
