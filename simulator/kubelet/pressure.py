"""How is the node kept from running out? Image garbage collection, eviction and the node's conditions, put together for one kubelet.

Kubernetes 1.36: kubelet.go (NewMainKubelet, initializeModules, StartGarbageCollection).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from simulator.api_status import Condition
from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Recorder
from simulator.engine.streams import Streams
from simulator.engine.tasks import Gate, Steps
from simulator.kubelet.admission import Refusal, allocatable, refused_under_pressure
from simulator.kubelet.events import EventRecorder
from simulator.kubelet.eviction import EvictionConfig, EvictionManager
from simulator.kubelet.eviction_ranking import Candidate, Message
from simulator.kubelet.eviction_thresholds import thresholds_of
from simulator.kubelet.image_gc_manager import GCImage, ImageGCManager, ImageStats
from simulator.kubelet.image_gc_policy import ImageGCPolicy, ImageRecord
from simulator.kubelet.local_storage import LocalStorageLimits, has_storage_limits
from simulator.kubelet.nodestatus import NodeStatus
from simulator.kubelet.pod_manager import PodObject
from simulator.kubelet.stats import NodeStats, is_static
from simulator.kubelet_config import KubeletConfiguration
from simulator.pod import Pod
from simulator.runtime.containers import ContainerRuntime
from simulator.runtime.filesystems import IMAGEFS, NODEFS, Filesystems
from simulator.runtime.images import ImageService
from simulator.scenario import Node
from simulator.versions import Version


class PressedKubelet(Protocol):
    """What these parts need of their kubelet."""

    agenda: Agenda
    streams: Streams
    recorder: Recorder
    events: EventRecorder
    runtime: ContainerRuntime
    node: Node
    config: KubeletConfiguration
    version: Version
    started_ms: int
    stopped: bool

    def active_pods(self) -> list[PodObject]:
        """Pods that are not terminated, and not on the way to it."""

    def terminated_pods(self) -> list[PodObject]:
        """Pods of which nothing runs any more."""

    def evict_candidate(self, candidate: Candidate, grace_s: int, why: Message, pressed: bool) -> Gate | None:
        """Kill a pod for the node's or its own limits; the gate opens when nothing of it runs any more."""

    def is_cleaned_up(self, uid: str) -> bool:
        """Has its worker finished?"""

    def delete_dead_containers(self, pod: Pod) -> None:
        """All of a terminated pod."""


class Pressure:
    """The node's room, as one kubelet process minds it."""

    def __init__(self, kubelet: PressedKubelet, images: ImageService, filesystems: Filesystems) -> None:
        self._kubelet = kubelet
        self._images = images
        self._filesystems = filesystems
        agenda, streams, node, config, version = kubelet.agenda, kubelet.streams, kubelet.node, kubelet.config, kubelet.version
        name, started_ms = node.name, kubelet.started_ms
        self.limits = LocalStorageLimits(agenda, kubelet.runtime)
        thresholds = thresholds_of(config)
        memory_bytes = node.capacity.get("memory", 0)
        # The pods' cgroup is limited to the capacity less what is reserved; eviction thresholds do not come off (container_manager_linux.go).
        allocatable_bytes = allocatable(node, config).get("memory", memory_bytes)
        self.stats = NodeStats(agenda, kubelet.runtime, filesystems, memory_bytes, allocatable_bytes)
        self.eviction = EvictionManager(
            agenda,
            streams,
            kubelet.recorder,
            kubelet.events,
            EvictionConfig(
                thresholds=thresholds,
                max_pod_grace_period_seconds=config.eviction_max_pod_grace_period_seconds,
                pressure_transition_period_ms=config.eviction_pressure_transition_period_ms,
                layout=str(filesystems.layout),
                separate_disk_gc=version.on("KubeletSeparateDiskGC"),
            ),
            name,
            started_ms,
        )
        policy = ImageGCPolicy(
            high_threshold_percent=config.image_gc_high_threshold_percent,
            low_threshold_percent=config.image_gc_low_threshold_percent,
            minimum_age_ms=config.image_minimum_gc_age_ms,
            maximum_age_ms=config.image_maximum_gc_age_ms if version.on("ImageMaximumGCAge") else 0,
        )
        self.image_gc = ImageGCManager(agenda, streams, kubelet.recorder, kubelet.events, policy, name, started_ms)
        self.node_status = NodeStatus(agenda, streams, kubelet.events, name, started_ms, config.node_status_update_frequency_ms)
        self._wire()

    def _wire(self) -> None:
        gc, eviction, kubelet = self.image_gc, self.eviction, self._kubelet
        gc.list_images = self._gc_images
        gc.list_in_use = self._images.in_use
        gc.stats = self._image_stats
        gc.first_below = lambda available_bytes: self._filesystems.first_below(IMAGEFS, available_bytes)
        gc.remove_image = self._images.remove_image
        eviction.observe = self.stats.observe
        eviction.first_below = self.stats.first_below
        eviction.candidates = lambda: self.stats.candidates(kubelet.active_pods())
        eviction.reclaims = {"containers": self._delete_unused_containers, "images": gc.delete_unused_images}
        eviction.evict = kubelet.evict_candidate
        eviction.is_cleaned_up = kubelet.is_cleaned_up
        eviction.over_limit = lambda candidate: self.limits.over(candidate.pod) if has_storage_limits(candidate.pod) else None
        eviction.next_over_limit = self.limits.next_over
        eviction.on_conditions = lambda conditions: self.node_status.changed()
        self.node_status.pressures = lambda: eviction.conditions

    def start(
        self, known: Sequence[tuple[str, ImageRecord]], system_memory_bytes: Callable[[], int], is_set: Callable[[str], bool], tell: Callable[[Condition], None]
    ) -> None:
        """The kubelet runs: `known` are images that it has written down before t=0."""
        self.stats.system_memory_bytes = system_memory_bytes
        self.node_status.is_set = is_set
        self.node_status.tell = tell
        self._filesystems.listeners.append(self.room_changed)
        self.image_gc.start(dict(known))
        self.eviction.changed()
        if any(is_set(name) for name in ("MemoryPressure", "DiskPressure", "PIDPressure")):
            self.node_status.changed()  # a kubelet that has started knows of no pressure yet

    def lines(self) -> dict[str, dict[str, int]]:
        """By disk the uses, in bytes, at which this kubelet does something; for whoever draws them."""
        found: dict[str, dict[str, int]] = {name: {} for name in self._filesystems.names}
        policy, images = self.image_gc.policy, self._filesystems.name_of(IMAGEFS)
        capacity_bytes = self._filesystems.stats(images).capacity_bytes
        for word, percent in (("high", policy.high_threshold_percent), ("low", policy.low_threshold_percent)):
            found[images][f"{word} {percent} %"] = capacity_bytes * percent // 100
        for each in thresholds_of(self._kubelet.config):
            filesystem, _, what = each.signal.partition(".")
            if what == "available" and filesystem in (NODEFS, IMAGEFS):
                name = self._filesystems.name_of(filesystem)
                capacity_bytes = self._filesystems.stats(name).capacity_bytes
                kind = "soft eviction" if each.grace_ms else "eviction"
                found[name][f"{kind} ({filesystem})"] = capacity_bytes - each.value.of(capacity_bytes)
        return found

    def stop(self) -> None:
        """The kubelet's process ends."""
        self.image_gc.stopped = self.eviction.stopped = self.node_status.stopped = True
        if self.room_changed in self._filesystems.listeners:
            self._filesystems.listeners.remove(self.room_changed)

    # -- what is told -------------------------------------------------------------------------------------------------------------

    def room_changed(self) -> None:
        """Disk or memory is used in another way from now on."""
        self.image_gc.room_changed()
        self.eviction.changed()

    def images_changed(self) -> None:
        """An image came, went, was taken into use or out of it."""
        self.image_gc.changed()

    def pod_changed(self, pod: Pod) -> None:
        """A container of the pod began, or one of its scripts wrote a file."""
        if has_storage_limits(pod) and not self._kubelet.stopped:
            self.limits.look(pod)
            self.eviction.changed()

    def refused(self, pod: Pod) -> Refusal | None:
        """Admission under pressure."""
        is_critical = Candidate(pod=pod, is_static=is_static(pod)).is_critical
        pod_level = self._kubelet.version.on("PodLevelResources")
        return refused_under_pressure(pod, self.eviction.conditions, is_critical=is_critical, pod_level=pod_level)

    def image_id(self, reference: str) -> str | None:
        """CRI's id of an image that is there."""
        image = self._images.image_status(reference)
        return image.id if image else None

    # -- what is asked ------------------------------------------------------------------------------------------------------------

    def _gc_images(self) -> list[GCImage]:
        return [GCImage(id=image.reference, size_bytes=image.size_bytes, pinned=image.pinned) for image in self._images.list_images()]

    def _image_stats(self) -> ImageStats:
        stats = self._filesystems.stats(IMAGEFS)
        return ImageStats(capacity_bytes=stats.capacity_bytes, available_bytes=stats.available_bytes)

    def _delete_unused_containers(self) -> Steps:
        """DeleteAllUnusedContainers: of terminated pods all dead ones; the limit of others is the deletor's already."""
        for obj in self._kubelet.terminated_pods():
            self._kubelet.delete_dead_containers(obj.pod)
        yield 0
