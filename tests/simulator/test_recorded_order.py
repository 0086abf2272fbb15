"""Are the same images removed and the same pods evicted as on a real kubelet, in the order in which its log has them?"""

from __future__ import annotations

import importlib.util
import json
import re
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

import simulator
from simulator.runtime.registry import normalise
from tests import surroundings

SHARED = surroundings.SHARED
FOLDERS = sorted(
    path.parent
    for pattern in ("traces/13-*/*/trace.json", "traces/14-*/*/trace.json", "traces-versions/*/13-*/*/trace.json", "traces-versions/*/14-*/*/trace.json")
    for path in SHARED.glob(pattern)
)


@pytest.fixture(scope="module")
def fidelity() -> ModuleType:
    """The tool that makes a scenario of a recording."""
    spec = importlib.util.spec_from_file_location("fidelity", SHARED / "tools" / "fidelity.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PRELOADED = "docker.io/local/busybox:1"
"""Image ids that a recording does not name are those of the images that were there before; of these only this one is not pinned."""


FULLER = {"high-low-threshold"}
"""Here an image takes 66 MB by the folder's sizes and took 60 MB on the real disk, so that the first sweep has more to do and the second one nothing: the
order is compared as far as it goes."""


def recorded(folder: Path) -> tuple[list[set[str]], list[str]]:
    """Images removed and pods evicted, from the kubelet's own log rows up to the end of the observation.

    Images that were first detected and last seen in use at the same ticks are one set: a real kubelet sorts them in no fixed order.
    """
    trace = json.loads((folder / "trace.json").read_text())
    actions = json.loads((folder / "actions.json").read_text())["actions"]
    end_s = next((action["t"] for action in actions if action["action"] == "observation-end"), float("inf"))
    names = {image_id: normalise(name) for image_id, name in trace.get("image_ids", {}).items()}
    detected: dict[str, int] = {}
    used: dict[str, int] = {}
    images: list[tuple[tuple[int, int], str]] = []
    pods: list[str] = []
    for row in trace["kubelet_log"]:
        if row["t"] > end_s:
            continue
        new = re.search(r'"Image ID is new" imageID="([^"]+)"', row["message"])
        if new:
            detected[new[1]] = round(row["t"])
        in_use = re.search(r'"Container uses image".* imageID="([^"]+)"', row["message"])
        if in_use:
            used[in_use[1]] = round(row["t"])
        removed = re.search(r'"Removing image to free bytes" imageID="([^"]+)"', row["message"])
        if removed and row["t"] >= 0:
            images.append(((used.get(removed[1], -1), detected.get(removed[1], -1)), names.get(removed[1], PRELOADED)))
        evicted = re.search(r'"Evicting pod" pod="[^"/]+/([^"]+)"', row["message"])
        if evicted and row["t"] >= 0:
            pods.append(evicted[1])
    return [{name for _, name in group} for _, group in groupby(images, key=lambda pair: pair[0])], pods


def simulated(records: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """The same from a trace: pods by the Event, which comes only from the kubelet's own evictions."""
    images = [record["object"] for record in records if record["layer"] == "image" and record["op"] == "removed"]
    refused = "The node had condition"
    pods = [
        record["pod"].partition("/")[2]
        for record in records
        if record["layer"] == "event" and record["reason"] == "Evicted" and not record["message"].startswith(refused)
    ]
    return images, pods


@pytest.mark.parametrize("folder", FOLDERS, ids=["/".join(folder.parts[-2:]) for folder in FOLDERS])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_images_and_pods_go_in_the_recorded_order(fidelity: ModuleType, folder: Path, seed: int) -> None:
    documents, _ = fidelity.scenario_of(folder)
    scenario = simulator.load({"recording.yaml": yaml.safe_dump_all(documents, sort_keys=False)}, seed=seed)

    images, pods = simulated(list(simulator.simulate(scenario)))
    sets, evicted = recorded(folder)

    assert pods == evicted
    if folder.name in FULLER:
        assert len(images) > len(sets[0])
    else:
        assert len(images) == sum(map(len, sets))
    for together in sets:
        count = min(len(together), len(images))
        assert {images.pop(0) for _ in range(count)} <= together


def test_there_are_recordings(shared: Path) -> None:
    assert len(FOLDERS) >= 8
