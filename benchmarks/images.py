"""What does a week of image garbage collection cost? A node with 500 images and a rollout every hour, against the same week without any rollout.

`python -m benchmarks.images` prints a table. Ratios are of CPU time within one run: seconds are those of the machine and of what else it does.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from dataclasses import replace

from simulator import Scenario, simulate
from simulator.kubelet_config import KubeletConfiguration
from simulator.pod import Container, ContainerType, Pod
from simulator.scenario import Action, Filesystem, Node, NodeImage
from simulator.units import HOUR_MS

IMAGES = 500
HOURS = 7 * 24
PODS = 20
GI = 1 << 30


def pod(index: int, version: int) -> Pod:
    """One of the workload's pods, of a version."""
    name = f"web-{index:02}-{version:03}"
    return Pod(name=name, uid=f"uid-{name}", containers=(Container(name="app", image=f"web:{version}", container_type=ContainerType.MAIN),))


def week(*, rollouts: bool, hours: int = HOURS, images: int = IMAGES) -> Scenario:
    """The node: a disk that the images fill to three quarters, and a new version of every pod each hour."""
    stored = tuple(
        NodeImage(image=f"old-{index}:1.0", size_bytes=150 << 20, unpacked_bytes=300 << 20, first_detected_ago_ms=HOUR_MS, last_used_ago_ms=index * 1000)
        for index in range(images)
    )
    taken_bytes = sum(image.size_bytes + (image.unpacked_bytes or 0) for image in stored)
    node = Node(filesystems={"nodefs": Filesystem(capacity_bytes=taken_bytes * 4 // 3 + 20 * GI, used_bytes=taken_bytes + 5 * GI)}, images=stored)
    actions: list[Action] = []
    for hour in range(1, hours) if rollouts else ():
        for index in range(PODS):
            actions.append(Action(verb="delete", target=f"default/{pod(index, hour - 1).name}", at_ms=hour * HOUR_MS + index * 2_000))
            actions.append(Action(verb="apply", pod=pod(index, hour), at_ms=hour * HOUR_MS + index * 2_000 + 1_000))
    config = KubeletConfiguration(image_maximum_gc_age_ms=6 * HOUR_MS, image_gc_high_threshold_percent=85, image_gc_low_threshold_percent=80)
    pods = tuple(pod(index, 0) for index in range(PODS))
    return Scenario(name="week", node=node, pods=pods, actions=tuple(actions), kubelet=config, until_ms=hours * HOUR_MS)


def measured(scenario: Scenario) -> tuple[float, int, Counter[str]]:
    """CPU seconds, records, and removals by pass."""
    began, count, removed = time.process_time(), 0, Counter[str]()
    for record in simulate(scenario):
        count += 1
        if record["layer"] == "image" and record["op"] == "removed":
            removed[record["pass"]] += 1
    return time.process_time() - began, count, removed


def main() -> None:
    """The table."""
    rows = {
        "a week, a rollout an hour, 500 images": week(rollouts=True),
        "a day, a rollout an hour, 500 images": week(rollouts=True, hours=24),
        "a week without a rollout, 500 images": week(rollouts=False),
        "a day without a rollout, 500 images": replace(week(rollouts=False), until_ms=24 * HOUR_MS),
        "a week, a rollout an hour, 5 images": week(rollouts=True, images=5),
    }
    sys.stdout.write(f"{'case':44}{'CPU s':>9}{'records':>10}  removed\n")
    seconds = {}
    for name, scenario in rows.items():
        seconds[name], count, removed = measured(scenario)
        sys.stdout.write(f"{name:44}{seconds[name]:>9.2f}{count:>10}  {dict(sorted(removed.items()))}\n")
    first, day, *_, few = seconds.values()
    sys.stdout.write(f"\na week against a day: {first / day:.1f} (7 times the rollouts); 500 images against 5: {first / few:.1f}\n")
    sys.stdout.write(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB\n")


if __name__ == "__main__":
    main()
