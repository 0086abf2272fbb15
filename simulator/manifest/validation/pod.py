"""Is the pod as a whole one that the API server accepts?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.versions import Version

Fields = dict[str, Any]


def pod_findings(pod: Fields, path: Path, version: Version, *, kind: str) -> Iterator[Finding]:
    if not pod["spec"].get("containers"):
        yield Finding((*path, "spec", "containers"), "Required value")
