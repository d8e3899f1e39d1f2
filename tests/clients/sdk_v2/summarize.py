"""Counts rows, as a processing job does: files in, files out."""

import sys
from pathlib import Path

source, target = (Path("/opt/ml/processing") / name for name in ("input/data", "output"))
if __name__ == "__main__":
    rows = sum(len(path.read_text().splitlines()) for path in source.iterdir())
    (target / "rows.txt").write_text(f"{sys.argv[1]} {rows}\n")
