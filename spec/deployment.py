"""What a deployment is, besides its workloads; read from the environment once."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from spec.access import Authorization, Origin, UserPool, Warm, WebAcl
from spec.base import EMAIL, NAME, STAGE, Model
from spec.errors import SpecError, SpecErrors
from spec.problems import Problem, refuse
from spec.protection import Boundary, KmsKey, SecurityGroup, Subnet, unprotected
from spec.report import findings
from spec.workload import Workload

LONGEST_NAME = 24
"""Stage and workload name together: names of tuning jobs have 32 characters (docs/contracts.md)."""

_VARIABLES = {
    "stage": "TRAINYARD_STAGE",
    "alert_email": "TRAINYARD_ALERT_EMAIL",
    "workloads": "TRAINYARD_WORKLOADS",
    "tags": "TRAINYARD_TAGS",
    "subnets": "TRAINYARD_SUBNETS",
    "security_groups": "TRAINYARD_SECURITY_GROUPS",
    "kms_key": "TRAINYARD_KMS_KEY",
    "permissions_boundary": "TRAINYARD_PERMISSIONS_BOUNDARY",
    "network_isolation": "TRAINYARD_NETWORK_ISOLATION",
    "api_authorization": "TRAINYARD_API_AUTHORIZATION",
    "api_user_pool": "TRAINYARD_API_USER_POOL",
    "api_web_acl": "TRAINYARD_API_WEB_ACL",
    "api_origins": "TRAINYARD_API_ORIGINS",
    "api_warm": "TRAINYARD_API_WARM",
}

_LISTS = ("subnets", "security_groups", "api_origins")
_SWITCH = {"true": True, "false": False}

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
    subnets: Annotated[tuple[Subnet, ...], Field(max_length=16)] = Field(
        (), description="Where jobs and models run; outside of any network of yours if not given."
    )
    security_groups: Annotated[tuple[SecurityGroup, ...], Field(max_length=5)] = Field(
        (), validate_default=True, description="What guards jobs and models in the subnets."
    )
    kms_key: KmsKey | None = Field(None, description="Encrypts what is kept: AWS's own keys if not given.")
    permissions_boundary: Boundary | None = Field(None, description="Bounds every role.")
    network_isolation: bool = Field(False, description="Containers of jobs and models reach no network at all.")

    api_authorization: Authorization = Field(
        "key", description="What calls of the API need besides a key: nothing, AWS's signature, or a user's token."
    )
    api_user_pool: UserPool | None = Field(
        None, validate_default=True, description="Whose users call the API, with authorization by cognito."
    )
    api_web_acl: WebAcl | None = Field(None, description="The web ACL (WAF) in front of the API.")
    api_origins: tuple[Origin, ...] = Field((), description="Pages of which origins may call the API (CORS).")
    api_warm: Warm | None = Field(None, description="snapstart, or how many environments are kept ready.")

    @field_validator("tags")
    @classmethod
    def _not_reserved(cls, tags: Mapping[str, str]) -> Mapping[str, str]:
        taken = [key for key in tags if key.lower().startswith(("aws:", "trainyard:"))]
        refuse(Problem((key,), tags[key], "a key without the prefix aws: or trainyard:") for key in taken)
        return tags

    @field_validator("security_groups")
    @classmethod
    def _with_subnets(cls, groups: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "subnets" in info.data and bool(info.data["subnets"]) != bool(groups):
            refuse([Problem((), groups, "both TRAINYARD_SUBNETS and TRAINYARD_SECURITY_GROUPS, or neither")])
        return groups

    @field_validator("api_user_pool")
    @classmethod
    def _with_cognito(cls, pool: str | None, info: ValidationInfo) -> str | None:
        if "api_authorization" in info.data and (info.data["api_authorization"] == "cognito") != bool(pool):
            allowed = "the user pool's ARN with TRAINYARD_API_AUTHORIZATION=cognito, and only then"
            refuse([Problem((), pool, allowed)])
        return pool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read from variables; an empty one counts as not set."""
        given = {field: environment[name] for field, name in _VARIABLES.items() if environment.get(name)}
        values: dict[str, Any] = dict(given)
        if "workloads" in given:
            values["workloads"] = frozenset(_items(given["workloads"]))
        if "tags" in given:
            values["tags"] = {key: value for key, _, value in (tag.partition("=") for tag in _items(given["tags"]))}
        values |= {field: tuple(_items(given[field])) for field in _LISTS if field in given}
        if "network_isolation" in given:
            values["network_isolation"] = _SWITCH.get(given["network_isolation"].lower(), given["network_isolation"])
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SpecErrors(
                SpecError("environment", ".".join([_VARIABLES[str(field)], *map(str, rest)]), value, allowed)
                for (field, *rest), value, allowed in findings(error)
            ) from error

    def check(self, workloads: Iterable[Workload]) -> None:
        """Raise if a name would become too long in this stage, or a workload does not bear the protection."""
        errors = [*self._too_long(workloads := tuple(workloads)), *self._unprotected(workloads)]
        if errors:
            raise SpecErrors(errors)

    def _unprotected(self, workloads: Iterable[Workload]) -> Iterator[SpecError]:
        for workload in workloads:
            for problem in unprotected(workload, network=bool(self.subnets), isolated=self.network_isolation):
                where = ".".join(map(str, problem.where))
                yield SpecError(str(workload.folder / "workload.yaml"), where, problem.value, problem.allowed)

    def _too_long(self, workloads: Iterable[Workload]) -> list[SpecError]:
        return [
            SpecError(
                str(workload.folder / "workload.yaml"),
                "name",
                workload.name,
                f"at most {LONGEST_NAME - len(self.stage)} characters in stage {self.stage}, {LONGEST_NAME} together",
            )
            for workload in workloads
            if len(self.stage) + len(workload.name) > LONGEST_NAME
        ]


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]
