"""Which fields does an API server drop because their feature gate is off?

pkg/api/pod/util.go, dropDisabledFields (1.36). Runs after the defaults and before validation, as upstream: a hook that lost its sleep has no handler, a volume
that lost its image has no type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.manifest.nodes import Finding, Path
from simulator.versions import Version

Fields = dict[str, Any]


def drop_disabled(spec: Fields, path: Path, version: Version) -> Iterator[Finding]:
    """Removes the fields from `spec` in place, and says which."""
    yield from _drop(spec, "resources", path, "PodLevelResources", version)
    for index, volume in enumerate(spec.get("volumes", ())):
        yield from _drop(volume, "image", (*path, "volumes", index), "ImageVolume", version)
    for list_name in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(list_name, ())):
            here = (*path, list_name, index)
            if list_name == "initContainers":
                yield from _drop(container, "restartPolicy", here, "SidecarContainers", version)
            yield from _drop(container, "restartPolicyRules", here, "ContainerRestartRules", version)
            yield from _drop(container, "resizePolicy", here, "InPlacePodVerticalScaling", version)
            lifecycle = container.get("lifecycle", {})
            yield from _drop(lifecycle, "stopSignal", (*here, "lifecycle"), "ContainerStopSignals", version)
            for hook in ("postStart", "preStop"):
                yield from _drop(lifecycle.get(hook, {}), "sleep", (*here, "lifecycle", hook), "PodLifecycleSleepAction", version)


def drop_user_namespace(spec: Fields, path: Path, version: Version) -> Iterator[Finding]:
    """`hostUsers`, after validation. Simplified: upstream drops it before, and would then accept `hostUsers: false` beside hostPID in 1.30 to 1.32."""
    yield from _drop(spec, "hostUsers", path, "UserNamespacesSupport", version)


def _drop(holder: Fields, name: str, path: Path, gate: str, version: Version) -> Iterator[Finding]:
    if name in holder and not version.on(gate):
        del holder[name]
        yield Finding(
            (*path, name),
            f"dropped: the feature gate {gate} is off in Kubernetes 1.{version.minor}",
            "the API server removes the field without a word",
            at_key=True,
        )
