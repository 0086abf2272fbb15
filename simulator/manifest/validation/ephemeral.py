"""Is an ephemeral container one that the API server accepts?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.names import label_findings

Fields = dict[str, Any]


def added_container_findings(container: Fields, path: Path) -> Iterator[Finding]:
    """A container that is added to a running pod."""
    if not container.get("name"):
        yield Finding((*path, "name"), "Required value")
    yield from label_findings(container.get("name", ""), (*path, "name"))
    if not container.get("image"):
        yield Finding((*path, "image"), "Required value")
