"""What is true of every node's images and disks, whatever happens? Properties over random images, pods and actions."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import simulator
from simulator.kubelet.image_gc_policy import ImageGCPolicy, ImageRecord, candidates, may_be_freed
from simulator.runtime.registry import normalise
from simulator.simulation import Simulation
from tests.simulator.strategies import scenarios

GI = 1 << 30

stored = st.fixed_dictionaries({"image": st.sampled_from(["a:1", "b:1", "c:1", "old:1"]), "size": st.sampled_from(["50Mi", "200Mi"]), "pinned": st.booleans()})
nodes = st.fixed_dictionaries(
    {
        "capacity": st.sampled_from(["2Gi", "3Gi", "8Gi"]),
        "used": st.sampled_from(["100Mi", "1Gi", "1900Mi"]),
        "images": st.lists(stored, unique_by=lambda image: image["image"], max_size=4),
        "high": st.sampled_from([60, 85, 100]),
        "maximum_age": st.sampled_from(["0s", "5m"]),
        "parallel": st.sampled_from([None, 2]),
        "pods": st.lists(st.sampled_from(["a:1", "b:1", "d:1", "e:1"]), min_size=1, max_size=4),
        "deleted_at": st.integers(10, 900),
        "filled_to": st.sampled_from(["50%", "88%", "97%"]),
        "grows": st.sampled_from(["0/s", "1Mi/s"]),
        "seed": st.integers(1, 1000),
    }
)


def document(node: dict[str, Any]) -> str:
    """The input of a person who plays with a small disk."""
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{index}}}\nspec: {{containers: [{{name: c, image: '{image}'}}]}}"
    pods = "\n---\n".join(pod.format(index=index, image=image) for index, image in enumerate(node["pods"]))
    parallel = f"serializeImagePulls: false\nmaxParallelImagePulls: {node['parallel']}" if node["parallel"] else ""
    images = ", ".join(f"{{image: '{i['image']}', size: {i['size']}, pinned: {str(i['pinned']).lower()}}}" for i in node["images"])
    return f"""{pods}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
imageGCHighThresholdPercent: {node["high"]}
imageGCLowThresholdPercent: 50
imageMaximumGCAge: {node["maximum_age"]}
{parallel}
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
metadata: {{name: room}}
spec:
  seed: {node["seed"]}
  until: 30m
  node:
    images: [{images}]
    filesystems: {{nodefs: {{capacity: {node["capacity"]}, used: {node["used"]}}}}}
  behaviors: {{p0/c: {{disk: {{writableLayer: {node["grows"]}}}}}}}
  actions:
  - {{at: {node["deleted_at"]}s, delete: p0}}
  - {{at: 400s, fillDisk: nodefs, to: {node["filled_to"]}}}
"""


def run(node: dict[str, Any]) -> list[dict[str, Any]]:
    return list(simulator.simulate(simulator.load({"room.yaml": document(node)})))


@given(node=nodes)
def test_the_parts_of_a_filesystem_add_up_and_never_exceed_it(node: dict[str, Any]) -> None:
    for record in run(node):
        if record["layer"] == "disk":
            assert 0 <= record["used"] <= record["capacity"]
            assert record["used"] == min(record["capacity"], sum(record["by"].values()))


@given(node=nodes)
def test_the_kubelet_never_removes_an_image_that_is_in_use_or_pinned(node: dict[str, Any]) -> None:
    pinned = {normalise(image["image"]) for image in node["images"] if image["pinned"]}
    used: set[str] = set()
    for record in run(node):
        if record["layer"] != "image":
            continue
        match record["op"]:
            case "in_use":
                used.add(record["object"])
            case "unused":
                used.discard(record["object"])
            case "removed":
                assert record["object"] not in used | pinned


@given(node=nodes)
def test_nothing_runs_whose_image_is_absent_and_no_more_pulls_at_once_than_allowed(node: dict[str, Any]) -> None:
    there = {normalise(image["image"]) for image in node["images"]}
    pulling: set[tuple[str, str]] = set()
    for record in run(node):
        if record["layer"] == "image" and record["op"] == "started":
            pulling.add((record["pod"], record["object"]))
            assert len(pulling) <= (node["parallel"] or 1)
        elif record["layer"] == "image" and record["op"] in ("pulled", "failed"):
            pulling.discard((record["pod"], record["object"]))
            if record["op"] == "pulled":
                there.add(normalise(record["image"]))
        elif record["layer"] == "image" and record["op"] == "removed":
            there.discard(record["object"])
        elif record["layer"] == "image" and record["op"] == "in_use":
            assert record["object"] in there


@given(scenario=scenarios())
def test_what_is_used_follows_from_what_the_runtime_has(scenario: simulator.Scenario) -> None:
    node = Simulation(scenario)
    for _ in node.run():
        pass
    expected = {normalise(made.image) for made in node.runtime.all_containers()}

    assert node.images.in_use() == expected


records = st.builds(
    ImageRecord,
    first_detected_ms=st.integers(0, 100),
    last_used_ms=st.none() | st.integers(0, 100),
    size_bytes=st.integers(1, 1000),
    pinned=st.booleans(),
)


@given(known=st.dictionaries(st.text("abcdef", min_size=1, max_size=3), records, max_size=8), data=st.data())
def test_candidates_come_never_used_first_then_longest_unused(known: dict[str, ImageRecord], data: st.DataObject) -> None:
    in_use = data.draw(st.sets(st.sampled_from(sorted(known)))) if known else set()
    order = candidates(known, in_use)
    uses = [known[name].last_used_ms for name in order]

    assert set(order) == {name for name, record in known.items() if name not in in_use and not record.pinned}
    assert uses == sorted(uses, key=lambda used: -1 if used is None else used)


@given(record=records, now_ms=st.integers(0, 500), minimum_ms=st.integers(0, 200))
def test_an_image_younger_than_the_minimum_age_or_used_at_the_sweep_stays(record: ImageRecord, now_ms: int, minimum_ms: int) -> None:
    policy = ImageGCPolicy(high_threshold_percent=85, low_threshold_percent=80, minimum_age_ms=minimum_ms)
    young = now_ms - record.first_detected_ms < minimum_ms
    just_used = record.last_used_ms is not None and record.last_used_ms >= now_ms

    assert may_be_freed(record, now_ms, policy) is not (young or just_used)
