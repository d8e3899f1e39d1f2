"""The first job of a fan-out: one folder per data set as `prepare` leaves it, and the list of them for the map.

A data set that cannot be prepared stands in the list with its reason: the others go on.
"""

import json
import logging
import shutil
from pathlib import Path
from typing import Any

from contract.errors import UserError
from contract.paths import Paths
from contract.text import shortened

from toolkit import plan, prepare
from toolkit.fan_out import groups
from toolkit.fan_out.groups import DataSet
from toolkit.plan import Plan

log = logging.getLogger(__name__)

REASON_BYTES = 1_000


def run(paths: Paths) -> None:
    """Do the whole job; it fails where not one data set could be prepared."""
    file = paths.processing_input("plan") / "plan.json"
    wanted = plan.read(file)
    found = groups.read(paths.processing_input("data"), groups.Wanted.read(file), wanted)
    folder = paths.processing_output("data-sets")
    entries = [_entry(folder, one, wanted, file) for one in found]
    sound = [entry for entry in entries if not entry["error"]]
    if not sound:
        raise UserError(f"none of {len(entries)} data sets can be used; the first: {entries[0]['error']}")
    target = paths.processing_output("manifest")
    target.mkdir(parents=True, exist_ok=True)
    with (target / "manifest.jsonl").open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    log.info("data sets: %d, of which %d cannot be used", len(entries), len(entries) - len(sound))


def _entry(folder: Path, one: DataSet, wanted: Plan, file: Path) -> dict[str, Any]:
    place = folder / one.id
    entry = {"id": one.id, "key": dict(one.key), "rows": {}, "error": ""}
    try:
        prepare.write(place / "prepared", wanted, one.raw, one.problems)
    except UserError as error:
        shutil.rmtree(place, ignore_errors=True)
        log.warning("%s: %s", one.id, error)
        return entry | {"error": shortened(str(error), REASON_BYTES)}
    shutil.copy(file, place / "plan.json")  # so that the folder is one of a run, which `evaluate` reads
    described = json.loads((place / "prepared" / "features.json").read_text(encoding="utf-8"))
    return entry | {"rows": described["rows"]}
