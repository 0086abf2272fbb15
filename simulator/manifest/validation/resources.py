"""Are requests and limits ones that the API server accepts? Rules 59 to 66."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from simulator.manifest.nodes import Finding, Key, Path
from simulator.manifest.validation.messages import forbidden, invalid, required
from simulator.manifest.validation.names import qualified_name_messages
from simulator.manifest.validation.quantities import canonical, canonical_binary, canonical_decimal
from simulator.units import parse_quantity

Fields = dict[str, Any]
_OF_CONTAINERS = ("cpu", "memory", "ephemeral-storage")
_STANDARD = (
    *_OF_CONTAINERS, "storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
    "pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports",
    "services.loadbalancers",
)  # fmt: skip
_HUGE = "hugepages-"
_OF_PODS = ("cpu", "memory")


def resource_findings(resources: Fields, path: Path, *, of_pod: bool = False) -> Iterator[Finding]:
    """`resources` of a container, or of the pod itself."""
    limits, requests = resources.get("limits", {}), resources.get("requests", {})
    for name, text in limits.items():
        yield from _amount(name, text, (*path, "limits", Key(name)), of_pod=of_pod)
    for name, text in requests.items():
        yield from _amount(name, text, (*path, "requests", Key(name)), of_pod=of_pod)
        yield from _against_limit(name, text, limits.get(name), path)
    named = [*limits, *requests]
    if any(name.startswith(_HUGE) for name in named) and not any(name in ("cpu", "memory") for name in named):
        yield forbidden(path, "HugePages require cpu or memory")
    if of_pod and resources.get("claims"):
        yield forbidden((*path, "claims"), "claims may not be set for Resources at pod-level")


def _amount(name: str, text: str, path: Path, *, of_pod: bool) -> Iterator[Finding]:
    yield from _name(name, path, of_pod=of_pod)
    value = parse_quantity(text)
    if value < 0:
        yield invalid(path, canonical(text), "must be greater than or equal to 0")
    elif _is_extended(name) and value != value.to_integral_value():
        yield invalid(path, canonical(text), "must be an integer")


def _name(name: str, path: Path, *, of_pod: bool) -> Iterator[Finding]:
    """Rule 62. A name without a slash must be one of Kubernetes' own."""
    for message in qualified_name_messages(name):
        yield invalid(path, name, message)
        return
    is_huge = name.startswith(_HUGE)
    if "/" not in name:
        hint = f'name an extended resource by its vendor, for example "nvidia.com/{name}"' if name in ("gpu", "gpus", "tpu") else ""
        if not is_huge and name not in _STANDARD:
            yield invalid(path, name, "must be a standard resource type or fully qualified", hint)
        if not is_huge and name not in _OF_CONTAINERS:
            yield invalid(path, name, "must be a standard resource for containers", hint)
    elif not _is_native(name) and not _is_extended(name):
        yield invalid(path, name, "doesn't follow extended resource name standard")
    if of_pod and not is_huge and name not in _OF_PODS:
        yield invalid(path, name, "must be a standard resource for pods")


def _is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _is_extended(name: str) -> bool:
    return not _is_native(name) and not name.startswith("requests.") and not any(qualified_name_messages(f"requests.{name}"))


def _against_limit(name: str, text: str, limit: str | None, path: Path) -> Iterator[Finding]:
    """Rules 59 and 60. The path has no resource key, as upstream."""
    overcommits = _is_native(name) and not name.startswith(_HUGE)
    if limit is None:
        if not overcommits:
            yield required((*path, "limits"), "Limit must be set for non overcommitable resources")
        return
    value, ceiling = parse_quantity(text), parse_quantity(limit)
    if not overcommits and value != ceiling:
        yield invalid((*path, "requests"), canonical(text), f"must be equal to {name} limit of {canonical(limit)}")
    elif overcommits and value > ceiling:
        yield invalid((*path, "requests"), canonical(text), f"must be less than or equal to {name} limit of {canonical(limit)}")


def pod_resource_findings(spec: Fields, path: Path) -> Iterator[Finding]:
    """`spec.resources` against those of the containers; rules 64 to 66."""
    resources = spec.get("resources")
    if resources is None:
        return
    here = (*path, "resources")
    yield from resource_findings(resources, here, of_pod=True)
    requests, limits = resources.get("requests", {}), resources.get("limits", {})
    totals = aggregate_requests(spec)
    for name, text in requests.items():
        total = totals.get(name, Decimal(0))
        if total > parse_quantity(text):
            yield invalid(
                (*here, "requests", Key(name)), canonical(text), f"must be greater than or equal to aggregate container requests of {_sum(spec, name, total)}"
            )
    for index, container in enumerate(spec.get("containers", ())):
        for name, text in container.get("resources", {}).get("limits", {}).items():
            if name in limits and parse_quantity(text) > parse_quantity(limits[name]):
                yield invalid(
                    (*here, "containers", index, Key(name), "limits"), canonical(text), f"must be less than or equal to pod limits of {canonical(limits[name])}"
                )


def aggregate_requests(spec: Fields) -> dict[str, Decimal]:
    """What the containers need together: mains and sidecars at once, or a regular init on top of the sidecars before it."""
    sidecars: defaultdict[str, Decimal] = defaultdict(Decimal)
    peak: defaultdict[str, Decimal] = defaultdict(Decimal)
    for container in spec.get("initContainers", ()):
        for name, amount in _requests(container).items():
            needed = sidecars[name] + amount
            peak[name] = max(peak[name], needed)
            if container.get("restartPolicy") == "Always":
                sidecars[name] = needed
    together = defaultdict(Decimal, sidecars)
    for container in spec.get("containers", ()):
        for name, amount in _requests(container).items():
            together[name] += amount
    return {name: max(peak[name], together[name]) for name in {**peak, **together}}


def _requests(container: Fields) -> dict[str, Decimal]:
    return {name: parse_quantity(text) for name, text in container.get("resources", {}).get("requests", {}).items()}


def _sum(spec: Fields, name: str, total: Decimal) -> str:
    """Printed in the form of the first container's quantity, as Go's Add keeps it."""
    containers = [*spec.get("containers", ()), *spec.get("initContainers", ())]
    texts = (container.get("resources", {}).get("requests", {}).get(name) for container in containers)
    first = next((text for text in texts if text), "")
    return canonical_binary(total) if re.search(r"i$", first) else canonical_decimal(total)
