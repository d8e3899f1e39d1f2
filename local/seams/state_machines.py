"""Seam: state machines are executed, whoever creates them.

moto has two backends of Step Functions: one that only records, one that interprets the definition. A
setting chooses for API calls, but CloudFormation's StateMachine always asks the first. Here both names mean
the second.
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="assignment"

from moto.core.config import default_user_config
from moto.stepfunctions import models
from moto.stepfunctions.parser.models import stepfunctions_parser_backends


def install() -> None:
    """Make the interpreting backend the only one."""
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    models.stepfunctions_backends = stepfunctions_parser_backends
