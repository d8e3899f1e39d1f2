"""What UpdateModelPackage may change of a version."""

from local.sagemaker.errors import validation
from local.sagemaker.store import Record

_REPLACED = (
    "ModelApprovalStatus", "ApprovalDescription", "InferenceSpecification", "SourceUri", "ModelCard", "ModelLifeCycle",
    "ModelPackageRegistrationType",
)  # fmt: skip
_MOST_PROPERTIES = 50
_MOST_SPECIFICATIONS = 15


def apply(record: Record, request: Record) -> None:
    """Change a package's record.

    Raises:
        AwsError: too many properties or additional specifications, or one whose name is taken.
    """
    record.update({member: request[member] for member in _REPLACED if member in request})
    _change_properties(record, request)
    added = request.get("AdditionalInferenceSpecificationsToAdd", [])
    specifications = [*record.get("AdditionalInferenceSpecifications", []), *added]
    names = [item["Name"] for item in specifications]
    if len(names) > _MOST_SPECIFICATIONS:
        raise validation(f"A model package has at most {_MOST_SPECIFICATIONS} AdditionalInferenceSpecifications.")
    if len(set(names)) != len(names):
        raise validation(f"The names of AdditionalInferenceSpecifications must be unique, got {', '.join(names)}.")
    if added:
        record["AdditionalInferenceSpecifications"] = specifications


def _change_properties(record: Record, request: Record) -> None:
    properties = {**record.get("CustomerMetadataProperties", {}), **request.get("CustomerMetadataProperties", {})}
    for key in request.get("CustomerMetadataPropertiesToRemove", []):
        properties.pop(key, None)
    if len(properties) > _MOST_PROPERTIES:
        raise validation(f"A model package has at most {_MOST_PROPERTIES} CustomerMetadataProperties.")
    record.pop("CustomerMetadataProperties", None)
    if properties:
        record["CustomerMetadataProperties"] = properties
