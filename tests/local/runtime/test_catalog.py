"""Which stand-in answers for which of AWS's image URIs, and who wins."""

from pathlib import Path

import pytest

from local.runtime import catalog, dockerfile, rootfs
from local.runtime.images import as_record, parse_reference
from local.runtime.interface import Launch, RuntimeProblem
from local.runtime.library import ImageLibrary, listed
from local.runtime.process import ProcessRuntime
from local.settings import Settings

pytestmark = pytest.mark.unit

XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A checkout with stand-ins of two images, one file each, and what both copy."""
    root = tmp_path / "checkout"
    (root / "containers" / "shared" / "__pycache__").mkdir(parents=True)
    (root / "containers" / "shared" / "common.py").write_text("")
    (root / "containers" / "shared" / "__pycache__" / "common.pyc").write_text("")
    for name in ("xgboost", "linear-learner"):
        folder = root / "local" / "images" / name
        (folder / "program").mkdir(parents=True)
        (folder / "program" / "main.py").write_text(f"print({name!r})\n")
        copies = f"COPY containers/shared /opt/shared\nCOPY local/images/{name}/program /opt/program\n"
        (folder / "Dockerfile").write_text(f'FROM scratch\n{copies}ENTRYPOINT ["python"]\n')
    return root


@pytest.fixture
def library(tmp_path: Path, sources: Path) -> ImageLibrary:
    return ImageLibrary(Settings(home=tmp_path / "home"), sources)


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        (XGBOOST, "xgboost"),
        ("257758044811.dkr.ecr.us-east-2.amazonaws.com/sagemaker-xgboost:1.0-1-cpu-py3", "xgboost"),
        ("257758044811.dkr.ecr.us-east-2.amazonaws.com/sagemaker-xgboost:3.0-5", "xgboost"),
        ("811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1", "xgboost"),
        ("685385470294.dkr.ecr.eu-west-1.amazonaws.com/xgboost:latest", "xgboost"),
        ("387376663083.dkr.ecr.cn-northwest-1.amazonaws.com.cn/linear-learner:1", "linear-learner"),
        ("833128469047.dkr.ecr.us-iso-east-1.c2s.ic.gov/linear-learner:latest", "linear-learner"),
        ("246618743249.dkr.ecr.us-west-2.amazonaws.com/sagemaker-scikit-learn:0.20.0-cpu-py3", "scikit-learn"),
        ("246618743249.dkr.ecr.us-west-2.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3", "scikit-learn"),
    ],
)
def test_a_uri_of_aws_has_its_stand_in(uri: str, folder: str) -> None:
    found = catalog.find(uri)
    assert found is not None
    assert found.folder == folder


@pytest.mark.parametrize(
    "uri",
    [
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:mine",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-tensorflow:2.1",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/xgboost:1.7-1",
        "docker.io/sagemaker-xgboost:1.7-1",
        "sagemaker-xgboost:1.7-1",
        f"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost@sha256:{'0' * 64}",
    ],
)
def test_other_uris_have_none(uri: str) -> None:
    assert catalog.find(uri) is None


@pytest.mark.parametrize("stand_in", catalog.STAND_INS, ids=lambda known: known.repository)
def test_every_stand_in_of_the_catalog_can_run_as_a_process(stand_in: catalog.StandIn, tmp_path: Path) -> None:
    tag = "1" if stand_in.tags.fullmatch("1") else "1.2-1"
    uri = f"683313688378.dkr.ecr.us-east-1.amazonaws.com/{stand_in.repository}:{tag}"
    image = ImageLibrary(Settings(home=tmp_path)).find(uri)
    assert image is not None
    definition = dockerfile.read(image.context / image.dockerfile)
    (needs,) = rootfs.requirements(rootfs.ensure(image, definition), definition)
    assert "uvloop==" in needs
    assert definition.entrypoint[:2] == ("python", "-m")


def publish(library: ImageLibrary, uri: str) -> None:
    record = as_record(dockerfile="Dockerfile", digest="sha256:1", engine=False, build_args={}, target="")
    library.store.publish(parse_reference(uri), record, None)


def test_an_image_published_under_exactly_that_uri_wins(library: ImageLibrary) -> None:
    publish(library, XGBOOST)
    found = library.find(XGBOOST)
    assert found is not None
    assert found.dockerfile == "Dockerfile"


def test_an_image_of_the_same_name_in_another_registry_does_not_win(library: ImageLibrary) -> None:
    publish(library, "123456789012.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1")
    found = library.find(XGBOOST)
    assert found is not None
    assert found.dockerfile == "local/images/xgboost/Dockerfile"


def test_a_stand_in_keeps_only_what_its_dockerfile_copies(library: ImageLibrary) -> None:
    found = library.find(XGBOOST)
    assert found is not None
    kept = sorted(path.relative_to(found.context).as_posix() for path in found.context.rglob("*") if path.is_file())
    own = "local/images/xgboost"
    assert kept == ["containers/shared/common.py", f"{own}/Dockerfile", f"{own}/program/main.py"]


def test_a_changed_stand_in_is_another_image_and_another_ones_change_is_not(
    library: ImageLibrary, sources: Path
) -> None:
    first = library.find(XGBOOST)
    (sources / "local" / "images" / "linear-learner" / "program" / "main.py").write_text("changed")
    second = library.find(XGBOOST)
    (sources / "local" / "images" / "xgboost" / "program" / "main.py").write_text("changed")
    third = library.find(XGBOOST)
    assert first == second
    assert third is not None
    assert second is not None
    assert third.folder != second.folder


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("mine:3", "image mine:3 was built for a container engine, and none answers"),
        ("other:1", "Published images: mine:3. Any other image needs a container engine. Stand-ins for AWS's own"),
    ],
)
def test_without_an_engine_the_reason_says_what_is_missing(
    library: ImageLibrary, tmp_path: Path, uri: str, reason: str
) -> None:
    publish(library, "mine:3")
    runtime = ProcessRuntime(Settings(home=tmp_path / "home"))
    with pytest.raises(RuntimeProblem, match=reason):
        runtime.start(Launch(name="test", image=uri, base_dir=tmp_path), lambda _: None)
    runtime.close()


def test_a_list_of_many_images_is_cut() -> None:
    assert listed([str(number) for number in range(8)]) == "0, 1, 2, 3, 4, and 3 more"


def test_what_is_missing_names_what_there_is(library: ImageLibrary) -> None:
    publish(library, "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:3")
    text = library.missing("other:1", "The engine holds: a, b")
    assert text.startswith("image other:1 is not published here. Published images: mine:3. The engine holds: a, b. ")
    assert "sagemaker-xgboost" in text
