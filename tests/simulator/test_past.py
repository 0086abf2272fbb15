"""Does what somebody does at an instant leave everything before that instant as it was?

The page computes the run again when a button was pressed, and shows the old future as a ghost: the two must agree up to the press.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

import simulator
from tests.simulator.parts import in_parts, part_of
from tests.surroundings import CHECKOUT

FOLDERS = sorted(path for path in Path(CHECKOUT, "scenarios").iterdir() if (path / "pods.yaml").is_file())
AT_PERCENT = (0, 35, 80)
"""Of the run's length."""
PARTS = 3
"""Of the actions."""


def text_of(folder: Path) -> str:
    return "---\n".join((folder / name).read_text().removeprefix("---\n") for name in ("pods.yaml", "scenario.yaml") if (folder / name).is_file())


def lines_until(records: Iterable[dict[str, Any]], until_ms: int) -> list[str]:
    """The records before an instant; the last one, which says that the run is over, is none of them."""
    before = takewhile(lambda record: round(record["t"] * 1000) < until_ms and record["layer"] != "end", records)
    return [simulator.encode(record) for record in before]


def actions_on(scenario: simulator.Scenario) -> list[dict[str, object]]:
    """One of each verb that a button does."""
    pod = next(pod for pod in scenario.pods if not pod.apply_manually)
    address = f"{pod.owner.kind}/{pod.owner.name}#1" if pod.owner else pod.name
    container = f"{address}/{pod.containers[0].name}"
    probes = {"readiness": pod.containers[0].readiness_probe, "liveness": pod.containers[0].liveness_probe}
    return [
        {"delete": address, "gracePeriodSeconds": 3},
        {"exit": container, "exitCode": 3},
        {"kill": container, "reason": "OOMKilled"},
        *({"probe": container, "type": name, "result": "failure", "for": "30s"} for name, probe in probes.items() if probe),
        {"setImage": container, "image": "other:2"},
        {"evict": address},
        {"evict": address, "hard": True},
        {"fillDisk": "nodefs", "to": "92%"},
        {"freeDisk": "nodefs", "bytes": "1Gi"},
        {"loseRoom": "node", "memory": "6Gi"},
        {"registry": "*", "error": {"reason": "Unavailable", "until": "10m"}},
        {"registry": "*", "bandwidth": "1Mi/s"},
        {"restartKubelet": "node"},
        {"rebootNode": "node"},
        {"shutdownNode": "node"},
        {"drain": "node"},
        {"pull": "other:2"},
        {"removeImage": pod.containers[0].image},
        {"createObject": "ConfigMap/another"},
        {"apply": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "late"}, "spec": {"containers": [{"name": "x", "image": "late:1"}]}}},
    ]


@in_parts(PARTS)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_past_stays_as_it_was(folder: Path, part: int):
    text = text_of(folder)
    scenario = simulator.load({"": text})
    records = list(simulator.simulate(scenario))
    end_ms = round(records[-1]["t"] * 1000)

    for number, action in part_of(list(enumerate(actions_on(scenario))), part, PARTS, FOLDERS.index(folder)):
        at_ms = end_ms * AT_PERCENT[number // PARTS % len(AT_PERCENT)] // 100
        changed = simulator.with_action(text, {"at": f"{at_ms / 1000}s", **action})
        assert lines_until(simulator.simulate(simulator.load({"": changed})), at_ms) == lines_until(records, at_ms), action
