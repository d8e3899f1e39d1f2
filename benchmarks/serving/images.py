"""Our own images as the embedded AWS runs them without a container engine: their files, environment, entry point."""

import json
from collections.abc import Mapping
from pathlib import Path

from benchmarks.serving.processes import ServerError
from local.runtime import dockerfile, environments, rootfs
from local.runtime.build import ContextBuilder, Plan
from local.runtime.images import ImageStore, as_record, parse_reference
from local.runtime.interface import Launch, LogLine
from local.runtime.library import ImageLibrary
from local.runtime.process import ProcessHandle, ProcessRuntime
from local.settings import Settings

ROOT = Path(__file__).parents[2]
CONTAINERS = ROOT / "containers"
SKLEARN, R_MARS = "sklearn:benchmark", "r-mars:benchmark"
# As AWS names it: what answers is the stand-in of local/images.
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


class Images:
    """Builds, trains and serves; `home` is a folder of its own, the cache of environments is the checkout's."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True)
        cache = ROOT / ".trainyard/cache"
        cache.mkdir(parents=True, exist_ok=True)
        (home / "cache").symlink_to(cache)
        self._settings = Settings(home=home, runtime="process")
        self._runtime = ProcessRuntime(self._settings)

    def publish(self, image: str) -> None:
        """Take an image of containers/ as `trainyard-docker` does."""
        reference = parse_reference(image)
        plan = Plan(tag=image, context=CONTAINERS, dockerfile=f"{reference.repository}/Dockerfile")
        built = ContextBuilder(self._settings, lambda _: None).build(plan)
        record = as_record(dockerfile=plan.dockerfile, digest=built.digest, engine=False, build_args={}, target="")
        ImageStore(self._settings).publish(reference, record, built.context)

    def environment(self, image: str) -> Path:
        """Return the virtual environment that the image's programs run in."""
        found = ImageLibrary(self._settings).find(image)
        if found is None:
            raise ServerError(f"{image} is not here")
        definition = dockerfile.read(found.context / found.dockerfile, found.build_args)
        needs = rootfs.requirements(rootfs.ensure(found, definition), definition)
        return environments.ensure(self._settings.cache, needs, lambda _: None)

    def kernel(self) -> Path:
        """Return a virtual environment of what the serving kernel alone needs."""
        text = (CONTAINERS / "serving/requirements.txt").read_text(encoding="utf-8")
        return environments.ensure(self._settings.cache, [text], lambda _: None)

    def train(self, image: str, base: Path, table: str, hyperparameters: Mapping[str, str]) -> Path:
        """Run the image's `train` on one CSV file as channel train; return the model's folder."""
        channel = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "ContentType": "text/csv"}
        _put(base / "input/config/hyperparameters.json", json.dumps(hyperparameters))
        _put(base / "input/config/inputdataconfig.json", json.dumps({"train": channel}))
        _put(base / "input/data/train/train.csv", table)
        for name in ("model", "output"):
            (base / name).mkdir(exist_ok=True)
        log: list[str] = []
        handle = self._runtime.start(Launch(name="train", image=image, base_dir=base, arguments=("train",)), log.append)
        if handle.wait(300) != 0:
            raise ServerError(f"training of {image} failed: {' | '.join(log[-5:])}")
        return base / "model"

    def serve(self, image: str, base: Path, workers: int, log: LogLine) -> ProcessHandle:
        """Start the image's `serve`."""
        told = {"SAGEMAKER_MODEL_SERVER_WORKERS": str(workers), "MODEL_SERVER_WORKERS": str(workers)}
        launch = Launch(name="serve", image=image, base_dir=base, arguments=("serve",), environment=told, serves=True)
        handle = self._runtime.start(launch, log)
        assert isinstance(handle, ProcessHandle)  # noqa: S101  the process runtime has no others
        return handle

    def close(self) -> None:
        """Stop what still runs."""
        self._runtime.close()


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
