"""The cases of tests/workloads: each file is one, invalid ones say in comments what they expect."""

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "workloads"
VALID = sorted((FOLDER / "valid").glob("*.yaml"))
INVALID = sorted((FOLDER / "invalid").glob("*.yaml"))


def comments(path: Path, kind: str) -> list[str]:
    """The texts of the file's comments of one kind, such as `# expect: field: text`."""
    start = f"# {kind}: "
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(start) for line in lines if line.startswith(start)]
