"""What the scikit-learn image does where the user's script has no function of that name."""

from typing import Any

import numpy as np
from framework import formats, plain
from framework.defaults import Defaults


class ScikitLearnDefaults(Defaults):
    """Bodies become arrays; text becomes 32-bit floats; `predict` of the loaded model answers."""

    def input_fn(self, input_data: str | bytes, content_type: str) -> Any:
        """Read a body; a single row stays one row."""
        array = _plain(input_data, content_type)
        if array is None:
            array = formats.decode(input_data, content_type)
            array = array.astype(np.float32) if content_type in formats.TEXTS else array
        return array.reshape(1, -1) if array.ndim == 1 else array


def _plain(body: str | bytes, content_type: str) -> Any:
    if content_type not in formats.TEXTS:
        return None
    data = body.encode() if isinstance(body, str) else body
    return (plain.csv if content_type == formats.CSV else plain.json)(data, np.float32)
