"""Which images are on the node, and how does the registry treat the others? `image_pull` of the vocabulary to node and registry of a scenario."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.runtime.images import RESOLVE_ROUND_TRIPS
from tests.conformance.behaviors import seconds
from tests.conformance.case import BadCase, Case, Fields, container_specs

KNOWN = {"result", "duration_s", "present"}
BYTES_PER_SECOND = 1_000_000
QUICK = "1000Gi/s"
QUICK_BYTES = 1_000


@dataclass(slots=True)
class Images:
    """Images of a scenario: on the node, in the registry, and how slow the registry is to answer."""

    on_node: list[dict[str, Any]] = field(default_factory=list)
    in_registry: list[dict[str, Any]] = field(default_factory=list)
    latency: str = "0s"


def images_of(case: Case) -> Images:
    """Present unless `image_pull` says otherwise; those under a host that cannot exist are nowhere."""
    wanted = _wanted(case)
    made = Images()
    slow_errors = [pull["duration_s"] for pull in wanted.values() if pull and pull.get("result") == "error" and pull.get("duration_s")]
    for image, pull in wanted.items():
        if pull is None and not _cannot_exist(image):
            made.on_node.append({"image": image, "size": QUICK_BYTES})
            made.in_registry.append({"image": image, "size": QUICK_BYTES})
        elif pull is None or pull.get("result") == "error":
            made.in_registry.append({"image": image, "error": {"reason": "NotFound"}})
        else:
            made.in_registry.append(_pulled(image, pull, max(slow_errors, default=0)))
        if pull and pull.get("present") and pull.get("result") != "error":
            made.on_node.append({"image": image, "size": QUICK_BYTES})
    if slow_errors:
        # The contract has no error that takes its time; the look-ups before it are as slow as that.
        made.latency = seconds(max(slow_errors) / RESOLVE_ROUND_TRIPS)
    return made


def _pulled(image: str, pull: Fields, looked_up_s: float) -> dict[str, Any]:
    duration_s = max(0.0, float(pull.get("duration_s", 0)) - looked_up_s)
    if not duration_s:
        return {"image": image, "size": QUICK_BYTES}
    return {"image": image, "size": round(duration_s * BYTES_PER_SECOND), "bandwidth": f"{BYTES_PER_SECOND}/s"}


def _wanted(case: Case) -> dict[str, Fields | None]:
    """Every image of the case to the `image_pull` that a container says of it; None: nothing was said, so it is present."""
    wanted: dict[str, Fields | None] = {}
    for pod in case.pods:
        for container in container_specs(pod):
            pull = (container.get("behavior") or {}).get("image_pull")
            if pull is not None and set(pull) - KNOWN:
                raise BadCase(f"container {container['name']}: image_pull has unknown keys: {sorted(set(pull) - KNOWN)}")
            if wanted.get(container["image"]) is None:
                wanted[container["image"]] = pull
    for action in case.actions:
        image = action.get("image") or (action.get("container") or {} if isinstance(action.get("container"), dict) else {}).get("image")
        if image:
            wanted.setdefault(image, None)
    return wanted


def _cannot_exist(image: str) -> bool:
    host = image.partition("/")[0]
    return "/" in image and (host.startswith("invalid.") or host.endswith(".invalid"))
