"""What does the kubelet do with volumes that are images?"""

from __future__ import annotations

from typing import Any

import simulator

POD = """apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  volumes:
  - {name: data, image: {reference: "data:1.0", pullPolicy: IfNotPresent}}
  containers:
  - {name: app, image: "app:1.0", volumeMounts: [{name: data, mountPath: /data}]}
  - {name: other, image: "app:1.0"}
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
metadata: {name: volumes}
spec:
  until: 12m
  node: {images: [{image: "app:1.0", size: 10Mi}], kubeletStartedAt: -20m}
  registry: {images: [{image: "data:1.0", size: 20Mi%s}]}
"""


def run(error: str = "", version: str = "1.36") -> list[dict[str, Any]]:
    return list(simulator.simulate(simulator.load({"pods.yaml": POD % error}, kubernetes=version)))


def events(records: list[dict[str, Any]], reason: str, image: str) -> list[dict[str, Any]]:
    return [r for r in records if r["layer"] == "event" and r["reason"] == reason and image in r["message"]]


def test_the_volume_is_pulled_before_any_container_starts_and_its_events_are_the_pods() -> None:
    records = run()
    pulled = events(records, "Pulled", "data:1.0")
    first_start = next(r["t"] for r in records if r.get("call") == "StartContainer called")

    assert pulled[0]["object"] == "pod"
    assert "field_path" not in pulled[0]
    assert pulled[0]["t"] <= first_start
    # Every later sync asks again, and says so.
    assert len(pulled) > 2


def test_a_volume_that_cannot_be_pulled_holds_up_the_container_that_mounts_it_and_no_other() -> None:
    records = run(", error: {reason: NotFound}")
    states = {(r["object"], r["to"]) for r in records if r["layer"] == "status" and r["field"] == "state"}

    assert ("app", "waiting:ErrImagePull") in states
    assert ("other", "running") in states
    assert ("app", "running") not in states


def test_the_image_of_a_mounted_volume_is_in_use() -> None:
    used = {r["object"] for r in run() if r["layer"] == "image" and r["op"] == "in_use"}

    assert used == {"docker.io/library/app:1.0", "docker.io/library/data:1.0"}


def test_a_version_without_image_volumes_pulls_nothing_for_them() -> None:
    assert not events(run(version="1.30"), "Pulling", "data:1.0")
