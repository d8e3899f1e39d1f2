"""Which variant a session meets: weighted rendezvous hashing.

Every variant draws a number from session and name alone and stretches it by its weight; the largest wins. A
weight that changes moves its own score only, so sessions move to or from that variant and between no
others, and just as many as the new proportion asks for.
"""

import hashlib
import math
from collections.abc import Mapping


def choose(session: str, weights: Mapping[str, float]) -> str | None:
    """Return the session's variant, or none if no variant takes traffic."""
    live = {name: weight for name, weight in weights.items() if weight > 0}
    return max(sorted(live), key=lambda name: _score(session, name, live[name]), default=None)


def _score(session: str, variant: str, weight: float) -> float:
    digest = hashlib.sha256(f"{variant}\0{session}".encode("utf-8", "surrogatepass")).digest()
    # 53 bits, all that a float holds; the half keeps the draw off 0 and 1.
    draw = ((int.from_bytes(digest[:8]) >> 11) + 0.5) / 2**53
    return -weight / math.log(draw)
