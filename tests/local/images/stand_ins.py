"""What tests of stand-ins through the embedded SageMaker share."""

import time
from typing import Any

from local.runtime import dockerfile, environments, rootfs
from local.runtime.library import ImageLibrary
from local.settings import Settings
from tests.local.sagemaker.conftest import World

_LONGEST_BUILD = 270


def prepare(settings: Settings, image: str) -> None:
    """Make the environment of a stand-in for processes: that takes longer than tests wait for a job."""
    found = ImageLibrary(settings).find(image)
    assert found is not None, image
    definition = dockerfile.read(found.context / found.dockerfile, found.build_args)
    needs = rootfs.requirements(rootfs.ensure(found, definition), definition)
    environments.ensure(settings.cache, needs, print)


def ended(world: World, job: str) -> dict[str, Any]:
    """Wait for a training job's end, even where its image is built first."""
    deadline = time.monotonic() + _LONGEST_BUILD
    while time.monotonic() < deadline:
        found: dict[str, Any] = world.sagemaker.describe_training_job(TrainingJobName=job)
        if found["TrainingJobStatus"] in ("Completed", "Failed", "Stopped"):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{job} still {found['SecondaryStatus']}")
