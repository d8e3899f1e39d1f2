"""The price table: committed beside this module with its date, or a file of the user's in the same form."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainyard.errors import BadInput

OURS = Path(__file__).with_name("prices.json")
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Prices(BaseModel):
    """Prices of one region, each per what its name says; an instance costs the same for every kind of job.

    What no price is known for may be left out: instances, and serverless inference.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: date
    region: str
    currency: str
    source: str
    instance_hour: Mapping[str, Price]
    serverless_gb_second: Price | None = None
    state_transition: Price
    lambda_request: Price
    lambda_gb_second: Price
    api_request: Price
    storage_gb_month: Price
    key_month: Price
    alarm_metric_month: Price
    dashboard_month: Price
    log_gb: Price


def load(path: Path | None = None) -> Prices:
    """The committed table, or the one of a file.

    Raises:
        BadInput: the file is not there, or not of this form; every error at once.
    """
    try:
        return Prices.model_validate_json((path or OURS).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in error.errors()]
        raise BadInput(f"{path} is no price table", details=wrong, fix=f"see {OURS} for the form") from error
