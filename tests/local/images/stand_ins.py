"""What tests of stand-ins through the embedded SageMaker share."""

from local.runtime import dockerfile, environments, rootfs
from local.runtime.library import ImageLibrary
from local.settings import Settings


def prepare(settings: Settings, image: str) -> None:
    """Make the environment of a stand-in for processes: that takes longer than tests wait for a job."""
    found = ImageLibrary(settings).find(image)
    assert found is not None, image
    definition = dockerfile.read(found.context / found.dockerfile, found.build_args)
    needs = rootfs.requirements(rootfs.ensure(found, definition), definition)
    environments.ensure(settings.cache, needs, print)
