"""The three ways to say what trains: a built-in of SageMaker, an image of ours, a script."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator

from spec.base import NAME, SCRIPT, Model
from spec.images import builtin_versions, framework_versions
from spec.problems import Problem, refuse


class BuiltinAlgorithm(Model):
    """An algorithm that AWS ships as an image."""

    builtin: Literal["xgboost", "linear-learner"] = Field(description="SageMaker's name of the algorithm.")
    version: str = Field(description='Version of its image, such as 1.7-1, or "1" in quotes.')

    @field_validator("version")
    @classmethod
    def _published(cls, version: str, info: Any) -> str:
        known = builtin_versions(info.data["builtin"]) if "builtin" in info.data else (version,)
        if version not in known:
            refuse([Problem((), version, f"one of {', '.join(known)}")])
        return version


class ImageAlgorithm(Model):
    """An image built from this project's containers/ folder."""

    image: Annotated[str, Field(pattern=NAME, max_length=24)] = Field(
        description="Name of a folder in containers/ that follows the train/serve contract."
    )

    @field_validator("image")
    @classmethod
    def _trains(cls, image: str) -> str:
        if image == "toolkit":
            refuse([Problem((), image, "an image that trains and serves; toolkit does not")])
        return image


class ScriptAlgorithm(Model):
    """A script in the workload's folder, run by a framework image of AWS."""

    script: Annotated[str, Field(pattern=SCRIPT)] = Field(description="Python file in the workload's folder.")
    framework: Literal["scikit-learn"] = Field(description="Framework whose image runs the script.")
    version: str = Field(description="Version of the framework's image, such as 1.2-1.")

    @field_validator("version")
    @classmethod
    def _published(cls, version: str, info: Any) -> str:
        known = framework_versions(info.data["framework"]) if "framework" in info.data else (version,)
        if version not in known:
            refuse([Problem((), version, f"one of {', '.join(known)}")])
        return version


_KINDS = {BuiltinAlgorithm: "builtin", ImageAlgorithm: "image", ScriptAlgorithm: "script"}


def _kind(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((f"<{kind}>" for kind in _KINDS.values() if kind in value), None)
    return next((f"<{kind}>" for model, kind in _KINDS.items() if isinstance(value, model)), None)


Algorithm = Annotated[
    Annotated[BuiltinAlgorithm, Tag("<builtin>")]
    | Annotated[ImageAlgorithm, Tag("<image>")]
    | Annotated[ScriptAlgorithm, Tag("<script>")],
    Discriminator(
        _kind,
        custom_error_type="refused",
        custom_error_message="one of {builtin, version}, {image} or {script, framework, version}",
    ),
]
