"""Is the pod as a whole one that the API server accepts?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.manifest.validation.containers import Surroundings, container_findings
from simulator.manifest.validation.messages import forbidden, invalid, not_supported
from simulator.manifest.validation.metadata import map_findings, name_findings
from simulator.manifest.validation.names import qualified_name_messages, subdomain_findings
from simulator.manifest.validation.resources import pod_resource_findings
from simulator.manifest.validation.scheduling import network_findings, placement_findings
from simulator.manifest.validation.security import pod_security_findings
from simulator.manifest.validation.volumes import volume_findings
from simulator.versions import Version

Fields = dict[str, Any]
_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_MAX_DEADLINE = 2_147_483_647


def pod_findings(pod: Fields, path: Path, version: Version, *, kind: str = "Pod") -> Iterator[Finding]:
    """A pod that is created (`kind` Pod), or a controller's template; `path` is where its metadata and spec stand."""
    spec, metadata = pod["spec"], pod.get("metadata", {})
    if kind == "Pod":
        yield from name_findings(metadata, (*path, "metadata"))
    yield from map_findings(metadata, (*path, "metadata"))
    here = (*path, "spec")
    yield from volume_findings(spec.get("volumes", []), (*here, "volumes"))
    around = Surroundings(
        version=version,
        restart_policy=spec["restartPolicy"],
        grace_seconds=spec["terminationGracePeriodSeconds"],
        os_name=spec.get("os", {}).get("name", ""),
        host_users=spec.get("hostUsers", True),
        volume_names=dict.fromkeys(volume.get("name", "") for volume in spec.get("volumes", ())),
        trims_images=kind == "Pod",
    )
    yield from container_findings(spec, here, around)
    yield from _spec_findings(spec, here)
    yield from pod_resource_findings(spec, here)
    yield from pod_security_findings(spec, here, version)
    yield from placement_findings(spec, here, version)
    yield from network_findings(spec, here)


def _spec_findings(spec: Fields, path: Path) -> Iterator[Finding]:
    if spec["restartPolicy"] not in _RESTART_POLICIES:
        yield not_supported((*path, "restartPolicy"), spec["restartPolicy"], _RESTART_POLICIES)
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= _MAX_DEADLINE:
        yield invalid((*path, "activeDeadlineSeconds"), deadline, f"must be between 1 and {_MAX_DEADLINE}, inclusive")
    if spec.get("ephemeralContainers"):
        yield forbidden((*path, "ephemeralContainers"), "cannot be set on create", "add it to the running pod by the action addEphemeral")
    for name in ("nodeName", "serviceAccountName", "priorityClassName"):
        if spec.get(name):
            yield from subdomain_findings(spec[name], (*path, name))
    os_name = spec.get("os", {}).get("name")
    if os_name is not None and os_name not in ("linux", "windows"):
        yield not_supported((*path, "os"), os_name, ("linux", "windows"))
    for index, gate in enumerate(spec.get("readinessGates", ())):
        for message in qualified_name_messages(gate.get("conditionType", "")):
            yield invalid((*path, "readinessGates", index, "conditionType"), gate.get("conditionType", ""), message)
