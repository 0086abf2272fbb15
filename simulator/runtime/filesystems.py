"""How full are the node's disks, with what, and when will they be fuller? nodefs, imagefs and containerfs.

Kubernetes 1.36: the layouts of KubeletSeparateDiskGC (pkg/kubelet/eviction/helpers.go); what lies where as the specification's images.md says (sections 7, 12).
Simplified: inodes do not change, what a scenario says of them holds throughout; a behavior's curve of disk use goes on behind a disk that is full, so that what
is freed then is its.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from simulator.engine.agenda import Agenda, Timer
from simulator.engine.recorder import Recorder
from simulator.runtime.containers import ContainerRuntime, RuntimeContainer
from simulator.runtime.disk_use import LAYER, LOGS, Growth, first_over, next_turn
from simulator.runtime.images import ImageService
from simulator.scenario import Node
from simulator.states import RuntimeState

NODEFS, IMAGEFS, CONTAINERFS = "nodefs", "imagefs", "containerfs"
STEP = 200
"""One part in so many (0.5 %) of the capacity is a change worth a record (contract, section 4)."""


class Part(StrEnum):
    """What uses a filesystem; the contract's words."""

    IMAGES = "images"
    LAYERS = "writable layers"
    LOGS = "logs"
    VOLUMES = "volumes"
    OTHER = "other"


class Layout(StrEnum):
    """Which of the three filesystems are one disk."""

    SINGLE = "single"
    IMAGE = "image"
    """Images and writable layers apart from nodefs."""
    SPLIT = "split"
    """Images alone apart; writable layers on nodefs."""


def layout_of(node: Node) -> Layout:
    """A scenario names the filesystems that it has."""
    if IMAGEFS not in node.filesystems:
        return Layout.SINGLE
    return Layout.SPLIT if CONTAINERFS in node.filesystems else Layout.IMAGE


def places_of(layout: Layout) -> Mapping[Part, str]:
    """Where each part lies. A scenario's containerfs of its own is nodefs: Kubernetes does not support a third disk."""
    images = NODEFS if layout is Layout.SINGLE else IMAGEFS
    layers = IMAGEFS if layout is Layout.IMAGE else NODEFS
    return {Part.IMAGES: images, Part.LAYERS: layers, Part.LOGS: NODEFS, Part.VOLUMES: NODEFS}


@dataclass(frozen=True, slots=True, kw_only=True)
class FsStats:
    """A filesystem at an instant, as the kubelet sees it."""

    capacity_bytes: int
    available_bytes: int
    inodes: int
    inodes_free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PodUse:
    """What one pod has on disk, as functions of time."""

    growths: Mapping[Part, tuple[Growth, ...]] = field(default_factory=dict)

    def at(self, part: Part, now_ms: int) -> int:
        """Bytes of a part."""
        return sum(growth.at(now_ms) for growth in self.growths.get(part, ()))


class Filesystems:
    """The node's disks. Nothing is written beyond what there is: what does not fit is lost, as a full disk refuses it."""

    def __init__(self, agenda: Agenda, recorder: Recorder, node: Node, runtime: ContainerRuntime, images: ImageService) -> None:
        self._agenda = agenda
        self._recorder = recorder
        self._node = node
        self._runtime = runtime
        self._images = images
        self.layout = layout_of(node)
        self.places = places_of(self.layout)
        self.names = (NODEFS,) if self.layout is Layout.SINGLE else (NODEFS, IMAGEFS)
        self._other = {name: node.filesystems[name].used_bytes for name in self.names}
        self._other[self.places[Part.IMAGES]] = max(0, self._other[self.places[Part.IMAGES]] - images.disk_bytes())
        self._pods: dict[str, PodUse] = {}
        self._gone: dict[str, dict[str, int]] = {}
        """By pod, what removed containers have left in its volumes."""
        self._torn_down: dict[str, None] = {}
        """Pods whose volumes are gone, although dead containers of theirs are still there."""
        self._recorded: dict[str, int] = {}
        self._lines: Mapping[str, Mapping[str, int]] = {}
        self._timer: Timer | None = None
        self.listeners: list[Callable[[], None]] = []
        """Called when use may go on in another way than was foreseen."""

    # -- what there is ------------------------------------------------------------------------------------------------------------

    def name_of(self, filesystem: str) -> str:
        """The disk that a name of the kubelet means here."""
        if filesystem == IMAGEFS:
            return self.places[Part.IMAGES]
        return self.places[Part.LAYERS] if filesystem == CONTAINERFS else NODEFS

    def stats(self, filesystem: str) -> FsStats:
        """A filesystem now."""
        name = self.name_of(filesystem)
        disk = self._node.filesystems[name]
        return FsStats(
            capacity_bytes=disk.capacity_bytes,
            available_bytes=max(0, disk.capacity_bytes - self.used_bytes(name)),
            inodes=disk.inodes,
            inodes_free=max(0, disk.inodes - disk.inodes_used),
        )

    def used_bytes(self, name: str) -> int:
        """All that is on a disk, now."""
        return min(self._node.filesystems[name].capacity_bytes, sum(self.by_part(name).values()))

    def by_part(self, name: str) -> dict[Part, int]:
        """The same by what uses it; it adds up to the whole."""
        now_ms = self._agenda.now_ms
        found = {Part.OTHER: self._other[name]}
        if self.places[Part.IMAGES] == name:
            found[Part.IMAGES] = self._images.disk_bytes()
        for part in (Part.LAYERS, Part.LOGS, Part.VOLUMES):
            if self.places[part] == name:
                found[part] = sum(use.at(part, now_ms) for use in self._pods.values())
        return found

    def pod_use(self, uid: str) -> PodUse:
        """What a pod has."""
        return self._pods.get(uid, PodUse())

    def room_bytes(self, filesystem: str) -> int:
        """What still fits."""
        return self.stats(filesystem).available_bytes

    def first_below(self, filesystem: str, available_bytes: int) -> int | None:
        """The first instant from now on at which less than that is available, if nothing else happens; None: never."""
        name = self.name_of(filesystem)
        return first_over(tuple(self._growths(name)), self._node.filesystems[name].capacity_bytes - available_bytes, self._agenda.now_ms)

    def _growths(self, name: str) -> Iterator[Growth]:
        fixed_bytes = self._other[name] + (self._images.disk_bytes() if self.places[Part.IMAGES] == name else 0)
        yield Growth(base_bytes=fixed_bytes)
        for use in self._pods.values():
            for part, growths in use.growths.items():
                if self.places[part] == name:
                    yield from growths

    # -- what changes it ----------------------------------------------------------------------------------------------------------

    def fill(self, filesystem: str, more_bytes: int) -> None:
        """Somebody else writes (or, with less than nothing, removes); a full disk takes no more."""
        name = self.name_of(filesystem)
        self._other[name] = max(0, self._other[name] + min(more_bytes, self.stats(name).available_bytes))
        self.changed()

    def pod_changed(self, uid: str) -> None:
        """A container of the pod began, ended, was removed or wrote."""
        made = self._runtime.containers(uid)
        growths = _growths_of(made, self._gone.get(uid, {}), self._agenda.now_ms)
        if uid in self._torn_down:
            growths.pop(Part.VOLUMES, None)
        use = PodUse(growths=growths)
        if not use.growths and uid not in self._pods:
            return
        self._pods[uid] = use
        self.changed()

    def container_removed(self, made: RuntimeContainer) -> None:
        """Its layer and its log go; what it has left in volumes stays as long as they do."""
        left = self._gone.setdefault(made.pod.uid, {})
        if made.processes is not None:
            for place, growth in made.processes.disk().places.items():
                if place not in (LAYER, LOGS):
                    left[place] = left.get(place, 0) + replace(growth, base_bytes=0).at(made.finished_ms)
        self.pod_changed(made.pod.uid)

    def volumes_removed(self, uid: str) -> None:
        """The pod's volumes were torn down."""
        self._torn_down[uid] = None
        self._gone.pop(uid, None)
        self.pod_changed(uid)

    def pod_removed(self, uid: str) -> None:
        """Nothing of the pod is on the node any more."""
        self._torn_down.pop(uid, None)
        self._gone.pop(uid, None)
        if self._pods.pop(uid, None) is not None:
            self.changed()

    def changed(self) -> None:
        """Record what is worth it, and look ahead."""
        self._record()
        for listener in list(self.listeners):
            listener()

    def begin(self, lines: Mapping[str, Mapping[str, int]]) -> None:
        """The first record of each disk; it also says at which use, in bytes, the kubelet does something (`lines`: disk to label to bytes)."""
        self._lines = lines
        self._record()

    def _record(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due: list[int] = []
        for name in self.names:
            capacity_bytes = self._node.filesystems[name].capacity_bytes
            step_bytes, used_bytes, last_bytes = max(1, capacity_bytes // STEP), self.used_bytes(name), self._recorded.get(name)
            if last_bytes is None or abs(used_bytes - last_bytes) >= step_bytes:
                by = {str(part): found_bytes for part, found_bytes in self.by_part(name).items() if found_bytes}
                lines = {"lines": dict(self._lines[name])} if last_bytes is None and self._lines.get(name) else {}
                self._recorder.record("disk", object=name, used=used_bytes, capacity=capacity_bytes, by=by, **lines)
                self._recorded[name] = last_bytes = used_bytes
            growths = tuple(self._growths(name))
            # A full disk cannot become fuller.
            if last_bytes + step_bytes <= capacity_bytes:
                due += [at for at in (first_over(growths, last_bytes + step_bytes - 1, self._agenda.now_ms),) if at is not None]
            due += [at for at in (next_turn(growths, self._agenda.now_ms),) if at is not None]
        if due:
            self._timer = self._agenda.at(max(min(due), self._agenda.now_ms + 1), self._record)


def _growths_of(made: list[RuntimeContainer], gone: Mapping[str, int], now_ms: int) -> dict[Part, tuple[Growth, ...]]:
    """Everything of one pod. Files in a volume are the volume's, whichever container shows them; a dead container's growth has ended."""
    found: dict[Part, list[Growth]] = {}
    written: dict[str, int] = {}
    for each in made:
        if each.processes is None:
            continue
        for place, growth in each.processes.disk().places.items():
            part = {LAYER: Part.LAYERS, LOGS: Part.LOGS}.get(place, Part.VOLUMES)
            if part is Part.VOLUMES:
                written[place] = growth.base_bytes
                growth = replace(growth, base_bytes=0)
            if each.state is not RuntimeState.RUNNING:
                growth = Growth(base_bytes=growth.at(each.finished_ms or now_ms))
            if growth.base_bytes or growth.bytes_per_second or growth.levels:
                found.setdefault(part, []).append(growth)
    left_bytes = sum(written.values()) + sum(gone.values())
    if left_bytes:
        found.setdefault(Part.VOLUMES, []).append(Growth(base_bytes=left_bytes))
    return {part: tuple(growths) for part, growths in found.items()}
