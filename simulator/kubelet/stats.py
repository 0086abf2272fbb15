"""What does the kubelet measure of its node and its pods? The summary that the eviction manager reads.

Kubernetes 1.36: pkg/kubelet/stats, pkg/kubelet/eviction/helpers.go (makeSignalObservations).
Simplified: statistics are always fresh; a container holds no memory but what its behavior or its script says, and one process; inodes of pods are not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.engine.agenda import Agenda
from simulator.kubelet.eviction_ranking import LOGS, ROOT, VOLUMES, Candidate, Usage
from simulator.kubelet.eviction_thresholds import ALLOCATABLE_MEMORY, MEMORY, PID, Observation, Observations
from simulator.kubelet.pod_manager import PodObject
from simulator.pod import Pod
from simulator.runtime.containers import ContainerRuntime, RuntimeContainer
from simulator.runtime.disk_use import LAYER
from simulator.runtime.disk_use import LOGS as LOG_FILES
from simulator.runtime.filesystems import CONTAINERFS, IMAGEFS, NODEFS, Filesystems, Part
from simulator.states import RuntimeState

MAX_PIDS = 32_768
"""Process ids of a Linux node without another setting (kernel.pid_max)."""
SMALLEST_LOG_BYTES = 4_096
"""A container that has begun to log has one block (observed.md, section 12: "was using 4Ki"); so without a request it is over it."""
PARTS: Mapping[Part, str] = {Part.LAYERS: ROOT, Part.LOGS: LOGS, Part.VOLUMES: VOLUMES}


class NodeStats:
    """The node's figures, now and as far as they can be foreseen."""

    def __init__(self, agenda: Agenda, runtime: ContainerRuntime, filesystems: Filesystems, memory_bytes: int, allocatable_bytes: int) -> None:
        self._agenda = agenda
        self._runtime = runtime
        self._filesystems = filesystems
        self._memory_bytes = memory_bytes
        self._allocatable_bytes = allocatable_bytes
        self.system_memory_bytes: Callable[[], int] = lambda: 0
        """What the system outside all pods holds."""

    def observe(self) -> Observations:
        """Every signal's value."""
        working_set_bytes = sum(use for use, _ in self._memory().values())
        free_bytes = self._memory_bytes - working_set_bytes - self.system_memory_bytes()
        running = sum(1 for made in self._runtime.all_containers() if made.state is RuntimeState.RUNNING)
        now_ms = self._agenda.now_ms
        found = {
            MEMORY: Observation(available=max(0, free_bytes), capacity=self._memory_bytes, at_ms=now_ms),
            ALLOCATABLE_MEMORY: Observation(available=max(0, self._allocatable_bytes - working_set_bytes), capacity=self._allocatable_bytes, at_ms=now_ms),
            PID: Observation(available=MAX_PIDS - running, capacity=MAX_PIDS, at_ms=now_ms),
        }
        for name in (NODEFS, IMAGEFS, CONTAINERFS):
            stats = self._filesystems.stats(name)
            found[f"{name}.available"] = Observation(available=stats.available_bytes, capacity=stats.capacity_bytes, at_ms=now_ms)
            found[f"{name}.inodesFree"] = Observation(available=stats.inodes_free, capacity=stats.inodes, at_ms=now_ms)
        return found

    def first_below(self, signal: str, value: int) -> int | None:
        """The first instant from now on at which less than `value` is available; None: never, if nothing else happens."""
        name, _, what = signal.partition(".")
        if what == "available" and name in (NODEFS, IMAGEFS, CONTAINERFS):
            return self._filesystems.first_below(name, value)
        seen = self.observe()
        if seen[signal].available < value:
            return self._agenda.now_ms
        if signal not in (MEMORY, ALLOCATABLE_MEMORY):
            return None
        return self._memory_first_below(seen[signal].available - value)

    def _memory_first_below(self, spare_bytes: int) -> int | None:
        """When working sets will have grown by more than that."""
        steps: list[tuple[int, int]] = []
        for now_bytes, later in self._memory().values():
            was_bytes = now_bytes
            for at_ms, level_bytes in later:
                steps.append((at_ms, level_bytes - was_bytes))
                was_bytes = level_bytes
        grown_bytes = 0
        for at_ms, more_bytes in sorted(steps):
            grown_bytes += more_bytes
            if grown_bytes > spare_bytes:
                return at_ms
        return None

    def _memory(self) -> dict[int, tuple[int, tuple[tuple[int, int], ...]]]:
        """Of every running container that holds or will hold any."""
        found = {}
        for made in self._runtime.all_containers():
            if made.state is RuntimeState.RUNNING and made.processes is not None:
                use = made.processes.memory()
                if use.now_bytes or use.later:
                    found[made.id] = (use.now_bytes, use.later)
        return found

    def candidates(self, active: Sequence[PodObject]) -> list[Candidate]:
        """The active pods with what they use."""
        return [self._candidate(obj) for obj in active]

    def _candidate(self, obj: PodObject) -> Candidate:
        pod, now_ms = obj.pod, self._agenda.now_ms
        containers = {made.container.name: self._usage(made) for made in self._runtime.containers(pod.uid) if made.state is RuntimeState.RUNNING}
        disk = {word: self._filesystems.pod_use(pod.uid).at(part, now_ms) for part, word in PARTS.items()}
        disk[LOGS] += SMALLEST_LOG_BYTES * len(containers)
        whole = Usage(memory_bytes=sum(use.memory_bytes or 0 for use in containers.values()), disk_bytes=disk, processes=len(containers))
        return Candidate(pod=pod, created_ms=obj.created_ms, is_static=is_static(pod), usage=whole, containers=containers)

    def _usage(self, made: RuntimeContainer) -> Usage:
        if made.processes is None:
            return Usage()
        places = made.processes.disk().places
        disk = {word: places[place].at(self._agenda.now_ms) for place, word in ((LAYER, ROOT), (LOG_FILES, LOGS)) if place in places}
        disk[LOGS] = disk.get(LOGS, 0) + SMALLEST_LOG_BYTES
        return Usage(memory_bytes=made.processes.memory().now_bytes, disk_bytes=disk, processes=1)


def is_static(pod: Pod) -> bool:
    """From a file or a URL, or the mirror of such a pod (pkg/kubelet/types/pod_update.go)."""
    return "kubernetes.io/config.mirror" in pod.annotations or pod.annotations.get("kubernetes.io/config.source", "api") != "api"
