"""What AWS's framework images have in common: script mode. `train()` runs a script, `serve(defaults)` serves it.

Written from the documented behaviour of AWS's training and inference toolkits; it knows files and port 8080, no AWS.
"""

from framework.handlers import Defaults
from framework.server import serve
from framework.trainer import train

__all__ = ["Defaults", "serve", "train"]
