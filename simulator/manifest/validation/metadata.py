"""Is the metadata of a pod one that the API server accepts? apimachinery/pkg/api/validation/objectmeta.go (1.36)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.messages import invalid, required, too_long
from simulator.manifest.validation.names import label_findings, labels_findings, qualified_name_messages, subdomain_findings

Fields = dict[str, Any]
_MAX_ANNOTATION_BYTES = 256 * 1024


def name_findings(metadata: Fields, path: Path) -> Iterator[Finding]:
    """The name of an object that is created."""
    name, base = metadata.get("name", ""), metadata.get("generateName", "")
    if not name and not base:
        yield required((*path, "name"), "name or generateName is required")
    elif name:
        yield from subdomain_findings(name, (*path, "name"))
    else:
        yield from subdomain_findings(base.rstrip("-.") or base, (*path, "generateName"))
    if metadata.get("namespace"):
        yield from label_findings(metadata["namespace"], (*path, "namespace"))


def map_findings(metadata: Fields, path: Path) -> Iterator[Finding]:
    """Labels, annotations and finalizers, of a pod and of a template alike."""
    yield from labels_findings(metadata.get("labels", {}), (*path, "labels"))
    annotations = metadata.get("annotations", {})
    for key in annotations:
        for message in qualified_name_messages(key.lower()):
            yield invalid((*path, "annotations"), key, message)
    if sum(len(key) + len(value) for key, value in annotations.items()) > _MAX_ANNOTATION_BYTES:
        yield too_long((*path, "annotations"), _MAX_ANNOTATION_BYTES)
    for index, finalizer in enumerate(metadata.get("finalizers", ())):
        for message in qualified_name_messages(finalizer):
            yield invalid((*path, "finalizers", index), finalizer, message)
