"""Is an ephemeral container one that the API server accepts? Rules 75 to 78. It is added to a running pod, never written into a new one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.messages import duplicate, forbidden, not_found, required
from simulator.manifest.validation.names import label_findings

Fields = dict[str, Any]
_NOT_ALLOWED = (
    "ports", "resources", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "restartPolicy", "restartPolicyRules", "resizePolicy",
)  # fmt: skip
_DETAIL = "cannot be set for an Ephemeral Container"


def added_container_findings(container: Fields, path: Path) -> Iterator[Finding]:
    """What can be said of the container alone."""
    if not container.get("name"):
        yield required((*path, "name"))
    else:
        yield from label_findings(container["name"], (*path, "name"))
    if not container.get("image"):
        yield required((*path, "image"))
    for name in _NOT_ALLOWED:
        if container.get(name):
            yield forbidden((*path, name), _DETAIL)
    for index, mount in enumerate(container.get("volumeMounts", ())):
        for field in ("subPath", "subPathExpr"):
            if mount.get(field):
                yield forbidden((*path, "volumeMounts", index, field), _DETAIL)


def added_to_pod_findings(name: str, target: str, names: Sequence[str], path: Path) -> Iterator[Finding]:
    """What can be said when the pod is known; `names` are those of its containers, `target` is targetContainerName."""
    if name in names:
        yield duplicate((*path, "name"), name)
    if target and target not in names:
        yield not_found((*path, "targetContainerName"), target)
