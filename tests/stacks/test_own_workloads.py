"""The project's own workloads on AWS: every image is one of AWS's own or one of ours, and no rule is broken.

Beside them the largest workload there can be, since its stack takes no synthesis of its own here.
"""

import json
from pathlib import Path

import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks

import app
from spec.loader import load_workloads
from stacks.size import oversized
from tests.stacks.largest import NAME, largest
from tests.stacks.synthesis import Assembly, flat, new_app, resources, wire

pytestmark = pytest.mark.synth

OF_AWS = {
    "xgboost": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
    "linear-learner": "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1",
    "scikit-learn": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Every workload of this checkout through the whole app, under the rules of AwsSolutions."""
    folder = tmp_path_factory.mktemp("own")
    into = new_app(folder)
    Validations.of(into).add_plugins(AwsSolutionsChecks(into))
    wire(into, [*load_workloads(app.WORKLOADS), largest(tmp_path_factory.mktemp("largest"))], app.CONTAINERS)
    into.synth()  # raises on a finding, whose text goes to standard error
    return Assembly(folder)


def definition(assembly: Assembly, workload: str) -> str:
    machines = resources(assembly.template("workload", workload), "AWS::StepFunctions::StateMachine").values()
    (run,) = (machine for machine in machines if machine["StateMachineName"] == f"dev-{workload}")
    return json.dumps(run["DefinitionString"])


@pytest.mark.parametrize(
    ("workload", "images"),
    [
        ("iris-xgboost", ["xgboost"]),
        ("boston", ["xgboost", "linear-learner"]),
        ("iris-forest", ["scikit-learn"]),
    ],
)
def test_built_ins_and_scripts_run_in_awss_own_images(own: Assembly, workload: str, images: list[str]) -> None:
    text = definition(own, workload)
    assert [image for image, uri in OF_AWS.items() if uri in text] == images


@pytest.mark.parametrize(
    ("workload", "image"), [("iris-mars", "r-mars"), ("iris-sklearn", "sklearn"), ("trips", "r-fable")]
)
def test_images_of_ours_come_from_our_registry(own: Assembly, workload: str, image: str) -> None:
    (uri,) = resources(own.template("image", image), "AWS::SSM::Parameter").values()
    assert f"/trainyard-dev-{image}:" in flat(uri["Value"])
    assert flat(uri["Value"]).rpartition("/")[2] in definition(own, workload)
    assert not any(of_aws in definition(own, workload) for of_aws in OF_AWS.values())


@pytest.mark.parametrize(
    ("image", "folders"),
    [
        ("r-mars", ["contract-r", "r-mars", "serving"]),
        ("sklearn", ["compiled", "contract", "serving", "sklearn"]),
        ("toolkit", ["contract", "toolkit"]),
    ],
)
def test_context_of_an_image_holds_what_its_dockerfile_copies(own: Assembly, image: str, folders: list[str]) -> None:
    (asset,) = own.assets("image", image)["dockerImages"].values()
    context: Path = own.folder / asset["source"]["directory"]
    assert sorted(path.name for path in context.iterdir() if path.is_dir()) == folders


def test_shared_folders_are_no_images(own: Assembly) -> None:
    shared = ("trainyard-dev-image-contract", "trainyard-dev-image-serving")
    assert not [name for name in own.names if name.startswith(shared)]


def test_ten_tuned_candidates_with_everything_are_not_too_much_for_cloudformation(own: Assembly) -> None:
    assert f"trainyard-dev-workload-{NAME}" in own.names
    assert list(oversized(own.folder)) == []
