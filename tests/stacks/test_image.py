import json

import pytest

from tests.stacks.synthesis import Assembly, Json, flat, only

pytestmark = pytest.mark.synth


def asset(assembly: Assembly, image: str) -> Json:
    (found,) = assembly.assets("image", image)["dockerImages"].values()
    return dict(found)


def test_image_goes_to_its_own_repository(assembly: Assembly) -> None:
    (destination,) = asset(assembly, "sklearn")["destinations"].values()
    assert destination["repositoryName"] == "trainyard-dev-sklearn"


def test_image_is_built_for_sagemakers_machines(assembly: Assembly) -> None:
    assert asset(assembly, "sklearn")["source"]["platform"] == "linux/amd64"


def test_image_is_built_from_its_own_folder_and_the_shared_one(assembly: Assembly) -> None:
    source = asset(assembly, "sklearn")["source"]
    context = assembly.folder / source["directory"]
    assert sorted(path.name for path in context.iterdir()) == ["contract", "sklearn"]
    assert source["dockerFile"] == "sklearn/Dockerfile"


def test_uri_is_a_plain_string_and_never_an_export(assembly: Assembly) -> None:
    template = assembly.template("image", "sklearn")
    uri = only(template, "AWS::SSM::Parameter")["Value"]
    assert set(uri) == {"Fn::Sub"}
    assert not any("Export" in output for output in template["Outputs"].values())


def test_workload_names_its_images_without_importing_them(assembly: Assembly) -> None:
    uri = flat(only(assembly.template("image", "sklearn"), "AWS::SSM::Parameter")["Value"])
    text = json.dumps(assembly.template("workload", "iris"))
    assert uri.rpartition("/")[2] in text
    assert "trainyard-dev-image-" not in text


def test_uri_is_told_by_parameter_and_output(assembly: Assembly) -> None:
    template = assembly.template("image", "sklearn")
    parameter = only(template, "AWS::SSM::Parameter")
    assert parameter["Name"] == "/trainyard/dev/images/sklearn"
    assert template["Outputs"]["ImageUri"]["Value"] == parameter["Value"]


def test_registry_comes_before_images_and_images_before_workloads(assembly: Assembly) -> None:
    assert "trainyard-dev-registry" in assembly.stack("image", "sklearn")["dependencies"]
    dependencies = assembly.stack("workload", "iris")["dependencies"]
    assert {"trainyard-dev-image-sklearn", "trainyard-dev-image-toolkit"} <= set(dependencies)
