"""What a deployment is, besides its workloads; read from the environment once."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, field_validator

from spec.base import EMAIL, NAME, STAGE, Model
from spec.errors import SpecError, SpecErrors
from spec.problems import Problem, refuse
from spec.report import findings
from spec.workload import Workload

LONGEST_NAME = 24
"""Stage and workload name together: names of tuning jobs have 32 characters (docs/contracts.md)."""

_VARIABLES = {
    "stage": "TRAINYARD_STAGE",
    "alert_email": "TRAINYARD_ALERT_EMAIL",
    "workloads": "TRAINYARD_WORKLOADS",
    "tags": "TRAINYARD_TAGS",
}

TagKey = Annotated[str, Field(pattern=r"^[\p{L}\p{N}_ .:/=+@-]+$", max_length=128)]
TagValue = Annotated[str, Field(pattern=r"^[\p{L}\p{N}_ .:/=+@-]*$", max_length=256)]


class Deployment(Model):
    """One stage in one account and region."""

    stage: Annotated[str, Field(pattern=STAGE)] = Field(
        "dev", description="Prefix of every name, so that several stages share an account."
    )
    alert_email: Annotated[str, Field(pattern=EMAIL)] | None = Field(None, description="Who is told about failed runs.")
    workloads: frozenset[Annotated[str, Field(pattern=NAME, max_length=20)]] | None = Field(
        None, description="What to deploy; everything if not given."
    )
    tags: Annotated[Mapping[TagKey, TagValue], Field(max_length=40)] = Field(
        default_factory=dict, description="Tags that every resource carries, besides our own."
    )

    @field_validator("tags")
    @classmethod
    def _not_reserved(cls, tags: Mapping[str, str]) -> Mapping[str, str]:
        taken = [key for key in tags if key.lower().startswith(("aws:", "trainyard:"))]
        refuse(Problem((key,), tags[key], "a key without the prefix aws: or trainyard:") for key in taken)
        return tags

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read from variables; an empty one counts as not set."""
        given = {field: environment[name] for field, name in _VARIABLES.items() if environment.get(name)}
        values: dict[str, Any] = dict(given)
        if "workloads" in given:
            values["workloads"] = frozenset(_items(given["workloads"]))
        if "tags" in given:
            values["tags"] = {key: value for key, _, value in (tag.partition("=") for tag in _items(given["tags"]))}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SpecErrors(
                SpecError("environment", ".".join([_VARIABLES[str(field)], *map(str, rest)]), value, allowed)
                for (field, *rest), value, allowed in findings(error)
            ) from error

    def check(self, workloads: Iterable[Workload]) -> None:
        """Raise if a name would become too long in this stage."""
        errors = [
            SpecError(
                str(workload.folder / "workload.yaml"),
                "name",
                workload.name,
                f"at most {LONGEST_NAME - len(self.stage)} characters in stage {self.stage}, {LONGEST_NAME} together",
            )
            for workload in workloads
            if len(self.stage) + len(workload.name) > LONGEST_NAME
        ]
        if errors:
            raise SpecErrors(errors)


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]
