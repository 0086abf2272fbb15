"""What are all inputs of a run? Same scenario, same trace.

Values only; `simulator.manifest` makes them from documents, `simulator.simulation` runs them. Contract, section 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.behavior import Behavior
from simulator.kubelet_config import KubeletConfiguration
from simulator.pod import Container, Mark, Pod


@dataclass(frozen=True, slots=True, kw_only=True)
class Filesystem:
    """One disk of the node at t=0."""

    capacity_bytes: int
    used_bytes: int = 0
    inodes: int = 2_621_440
    inodes_used: int = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeImage:
    """An image that is on the node at t=0. Ages count back from t=0; None: never seen."""

    image: str
    size_bytes: int
    unpacked_bytes: int | None = None
    pinned: bool = False
    last_used_ago_ms: int | None = None
    first_detected_ago_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeCosts:
    """How long the container runtime takes: medians, in milliseconds. Contract, section 3; source of the figures: the recordings' overheads.json."""

    sandbox_create_ms: int = 200
    container_create_ms: int = 20
    container_start_ms: int = 100
    sandbox_stop_ms: int = 150
    unpack_bytes_per_second: int = 120 << 20
    max_concurrent_downloads: int | None = 3
    """Of the whole node; None: no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """The node and its runtime."""

    name: str = "node-a"
    capacity: Mapping[str, int] = field(default_factory=lambda: {"cpu": 4000, "memory": 8 << 30, "pods": 110, "ephemeral-storage": 40 << 30})
    labels: Mapping[str, str] = field(default_factory=dict)
    filesystems: Mapping[str, Filesystem] = field(default_factory=lambda: {"nodefs": Filesystem(capacity_bytes=40 << 30, used_bytes=12 << 30)})
    """nodefs; nodefs + imagefs; nodefs + imagefs + containerfs."""
    link_bandwidth_bytes_per_second: int | None = 50 << 20
    """Shared by all downloads; None: no limit."""
    link_latency_ms: int = 50
    kubelet_started_at_ms: int = -600_000
    """At or before 0; the default is ten minutes before the scenario."""
    runtime: RuntimeCosts = RuntimeCosts()
    images: tuple[NodeImage, ...] = ()


class RegistryReason(StrEnum):
    """Why a registry refuses."""

    NOT_FOUND = "NotFound"
    UNAUTHORIZED = "Unauthorized"
    UNAVAILABLE = "Unavailable"
    TIMEOUT = "Timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryError:
    """An image cannot be had, until an instant of the scenario (None: never)."""

    reason: RegistryReason
    until_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryImage:
    """An image in the registry. `layers` are compressed sizes; one layer of `size_bytes` without."""

    image: str
    size_bytes: int
    layers_bytes: tuple[int, ...] = ()
    unpacked_bytes: int | None = None
    bandwidth_bytes_per_second: int | None = None
    """Limit of each of its connections."""
    error: RegistryError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Where images come from."""

    default_size_bytes: int = 100 << 20
    images: tuple[RegistryImage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A controller's object. `template` is a pod whose name and uid the controller replaces."""

    kind: str
    name: str
    namespace: str
    template: Pod
    replicas: int = 1
    parallelism: int = 1
    completions: int | None = None
    backoff_limit: int = 6
    options: Mapping[str, object] = field(default_factory=dict)
    """What else the kind's controller needs (schedule, podManagementPolicy, podFailurePolicy, ttlSecondsAfterFinished, ...)."""
    mark: Mark = field(default_factory=Mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something done from outside. Its moment is `at_ms`, or `after` (an instant of the trace) `plus_ms`. Contract, section 3.2."""

    verb: str
    """`delete`, `apply`, `exit`, ... as in the contract."""
    target: str = ""
    """The verb's value: a pod, `pod/container`, an image, a filesystem; empty where the verb takes none."""
    at_ms: int | None = None
    after: str = ""
    plus_ms: int = 0
    options: Mapping[str, object] = field(default_factory=dict)
    """The other keys, as written (camelCase), with durations under `..._ms` and quantities under `..._bytes` names: `gracePeriodSeconds`, `force`, `exitCode`,
    `reason`, `probe`, `result`, `for_ms`, `image`, `to_percent`, `bytes`, `memory_bytes`, `downFor_ms`, `hard`, `status`, `error`,
    `bandwidth_bytes_per_second`."""
    pod: Pod | None = None
    """`apply`: the pod to create."""
    workload: Workload | None = None
    """`apply`: the controller's object to create, or to replace the one of its name with."""
    container: Container | None = None
    """`addEphemeral`: the container."""
    mark: Mark = field(default_factory=Mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All inputs of a run."""

    name: str = "scenario"
    title: str = ""
    description: str = ""
    kubernetes: int = 36
    """Minor version of the simulated kubelet (1.36)."""
    seed: int = 1
    until_ms: int | None = None
    """None: until nothing can change any more."""
    jitter: bool = True
    node: Node = field(default_factory=Node)
    registry: Registry = Registry()
    pods: tuple[Pod, ...] = ()
    """Those with `apply_manually` are created by an action only."""
    workloads: tuple[Workload, ...] = ()
    behaviors: Mapping[str, Behavior] = field(default_factory=dict)
    """The scenario document's own, by its keys (`web/app`, `*/app`, `app`, `Deployment/web/app`)."""
    actions: tuple[Action, ...] = ()
    kubelet: KubeletConfiguration = field(default_factory=lambda: KubeletConfiguration())
    objects: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """ConfigMaps and Secrets: `ConfigMap/namespace/name` to its keys."""
    not_simulated: tuple[str, ...] = ()
    """Documents of other kinds, `Kind/name`."""
    warnings: tuple[str, ...] = ()
    """What the API server would warn of, and fields that the chosen version drops, in words."""
