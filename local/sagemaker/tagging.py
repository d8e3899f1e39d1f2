"""AddTags, ListTags and DeleteTags, on resources that exist."""

from collections.abc import Mapping

from local.sagemaker.errors import AwsError, validation
from local.sagemaker.store import Record, Table
from local.sagemaker.tags import Tags


class Tagging:
    """The operations on tags."""

    def __init__(self, tags: Tags, tables: Mapping[str, Table]) -> None:
        """`tables` are all that may be tagged, and may grow."""
        self._tags = tags
        self._tables = tables

    def add_tags(self, request: Record) -> Record:
        """AddTags."""
        arn = self._existing(request["ResourceArn"])
        self._tags.add(arn, request["Tags"])
        return {"Tags": self._tags.listed(arn)}

    def list_tags(self, request: Record) -> Record:
        """ListTags; a resource has at most 50, so there is one page."""
        return {"Tags": self._tags.listed(self._existing(request["ResourceArn"]))}

    def delete_tags(self, request: Record) -> Record:
        """DeleteTags."""
        self._tags.delete(self._existing(request["ResourceArn"]), request["TagKeys"])
        return {}

    def _existing(self, arn: str) -> str:
        for table in list(self._tables.values()):
            if any(record.get(f"{table.kind.prefix}Arn") == arn for record in table.records().values()):
                return arn
        raise self._missing(arn)

    def _missing(self, arn: str) -> AwsError:
        segment, _, name = arn.split(":", 5)[5].partition("/")
        for table in list(self._tables.values()):
            if table.kind.segment == segment:
                return table.kind.missing(name, arn)
        return validation(f'Could not find resource "{arn}".')
