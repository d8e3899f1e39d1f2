"""What the XGBoost framework does in script mode where the user's module has no function of its own.

Source: "Deploy Open Source XGBoost Models" in the SageMaker Python SDK's documentation: `model_fn` must be given,
the default `input_fn` makes a DMatrix.
"""

from typing import Any

from framework.defaults import Defaults
from framework.problems import UnsupportedFormatError

from xgboost_image import content_types, predictor
from xgboost_image.problems import UserError


class XgboostDefaults(Defaults):
    """The framework's defaults with a DMatrix between body and model."""

    def input_fn(self, input_data: str | bytes, content_type: str) -> Any:
        """Return a DMatrix of CSV, libsvm or RecordIO-protobuf."""
        body = input_data if isinstance(input_data, bytes) else input_data.encode()
        try:
            content_types.format_of(content_type)
        except UserError as error:
            raise UnsupportedFormatError(content_type) from error
        try:
            return predictor.read(body, content_type).matrix()
        except UserError as error:
            raise ValueError(str(error)) from error

    def predict_fn(self, input_data: Any, model: Any) -> Any:
        """Ask a Booster; feature names are not compared, since a body has none."""
        return model.predict(input_data, validate_features=False)
