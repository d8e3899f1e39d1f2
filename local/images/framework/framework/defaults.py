"""What a framework image does where the user's module has no function of that name."""

from typing import Any

from framework import formats


class Defaults:
    """The toolkit's own; images override."""

    def model_fn(self, model_dir: str) -> Any:
        """Load the model: there is no way to know how."""
        raise NotImplementedError(
            "Please provide a model_fn implementation."
            " See documentation for model_fn at https://github.com/aws/sagemaker-python-sdk"
        )

    def input_fn(self, input_data: str | bytes, content_type: str) -> Any:
        """Read a body."""
        return formats.decode(input_data, content_type)

    def predict_fn(self, input_data: Any, model: Any) -> Any:
        """Ask the model."""
        return model.predict(input_data)

    def output_fn(self, prediction: Any, accept: str) -> Any:
        """Write a body; a pair names the media type too."""
        return formats.encode(prediction, accept), accept
