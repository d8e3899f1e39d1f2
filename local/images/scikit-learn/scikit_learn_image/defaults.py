"""What the scikit-learn image does where the user's script has no function of that name."""

from typing import Any

import numpy as np
from framework import formats
from framework.defaults import Defaults


class ScikitLearnDefaults(Defaults):
    """Bodies become arrays; text becomes 32-bit floats; `predict` of the loaded model answers."""

    def input_fn(self, input_data: str | bytes, content_type: str) -> Any:
        """Read a body; a single row stays one row."""
        if content_type == formats.CSV and (plain := formats.numbers(input_data, np.float32)) is not None:
            return plain
        array = formats.decode(input_data, content_type)
        if array.ndim == 1:
            array = array.reshape(1, -1)
        return array.astype(np.float32) if content_type in (formats.CSV, formats.JSON) else array
