"""How does a scenario become a trace? The node, its kubelet and the API server put together, and run on one agenda."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.actions import Actions
from simulator.api_status import Condition
from simulator.apiserver import ApiServer
from simulator.controllers.controller_manager import ControllerManager
from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Record, Recorder
from simulator.engine.streams import Streams
from simulator.feature_gates import enabled
from simulator.kubelet.events import EventRecorder
from simulator.kubelet.image_gc_policy import ImageRecord
from simulator.kubelet.image_manager import PullLedger
from simulator.kubelet.kubelet import Kubelet
from simulator.kubelet.pod_manager import PodObject
from simulator.kubelet.userns import UsernsManager
from simulator.limits import DEFAULT_UNTIL_MS, MAX_RECORDS
from simulator.pod import ObjectRef, Pod, Volume
from simulator.published_objects import PUBLISHED
from simulator.runtime.containers import ContainerRuntime, RuntimeContainer
from simulator.runtime.filesystems import IMAGEFS, Filesystems
from simulator.runtime.images import ImageService
from simulator.runtime.registry import RegistryService, normalise
from simulator.runtime.scripts import ScriptProcesses
from simulator.runtime.world import World
from simulator.scenario import Scenario
from simulator.versions import Version


class Simulation:
    """One node, from t=0 to the end of the scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.agenda = Agenda()
        self.recorder = Recorder(self.agenda)
        self.streams = Streams(scenario.seed, jitter=scenario.jitter)
        self.version = Version(minor=scenario.kubernetes, gates=enabled(scenario.kubernetes, scenario.kubelet.feature_gates))
        self.events = EventRecorder(self.agenda, self.streams, self.recorder, self.version)
        self.world = World(self.agenda, self.streams, scenario)
        self.world.object_keys = self._object_keys
        self.runtime = ContainerRuntime(self.agenda, self.streams, self.recorder, scenario.node.runtime, self.world.processes)
        self.runtime.on_start = self._container_started
        self.runtime.on_exit = self._container_exited
        self.registry = RegistryService(self.agenda, scenario.registry)
        self.images = ImageService(self.agenda, self.recorder, scenario.node, self.registry)
        self.filesystems = Filesystems(self.agenda, self.recorder, scenario.node, self.runtime, self.images)
        self.world.room = self.filesystems.room_bytes
        self.images.room = lambda: self.filesystems.room_bytes(IMAGEFS)
        self.images.on_change = self.filesystems.changed
        self.images.on_images = lambda: self.kubelet.pressure.images_changed()
        self.pull_ledger = PullLedger()
        self.userns = UsernsManager(
            scenario.kubelet.max_pods,
            ids_per_pod=scenario.kubelet.user_namespaces_ids_per_pod,
            draw=lambda uid, blocks: int(self.streams.unit("user namespace", uid) * blocks),
        )
        self.system_memory_bytes = 0
        """What the system outside all pods holds; an action takes it away from them."""
        self.runtime.on_create = self._container_created
        self.runtime.on_remove = self._container_removed
        self.runtime.on_pod_removed = self._pod_removed
        self.api = ApiServer(self.agenda, self.streams, self.recorder, self.events, scenario.node, scenario.kubelet)
        self.objects = {name: set(keys) for name, keys in scenario.objects.items()}
        """ConfigMaps and Secrets that exist, `Kind/namespace/name` to their keys; actions add to it."""
        self.api.tell_added = lambda obj: self.kubelet.add_pod(obj)
        self.api.tell_updated = lambda obj: self.kubelet.update_pod(obj)
        self.api.tell_removed = lambda obj: self.kubelet.remove_pod(obj)
        self.kubelet = self.new_kubelet(scenario.node.kubelet_started_at_ms)
        self.filesystems.begin(self.kubelet.pressure.lines())
        self.images.begin(scenario.node)
        self.start_pressure(self._known_images())
        self.controllers = ControllerManager(self.agenda, self.recorder, self.api, scenario.workloads, scenario.seed)
        self.actions = Actions(self)
        for pod in scenario.pods:
            if pod.owner is None and not pod.apply_manually:
                self.agenda.at(0, lambda pod=pod: self.api.create(pod))  # type: ignore[misc]

    def new_kubelet(self, started_ms: int) -> Kubelet:
        """A kubelet process that starts at an instant; it knows only what the runtime and the API show."""
        kubelet = Kubelet(
            self.agenda,
            self.streams,
            self.recorder,
            self.events,
            self.runtime,
            self.images,
            self.filesystems,
            self.pull_ledger,
            self.scenario.node,
            self.scenario.kubelet,
            self.version,
            started_ms,
        )
        kubelet.on_finished = self._finished
        kubelet.on_over = self.api.made_room
        kubelet.runtimes.userns = self.userns
        kubelet.set_node_condition = self.api.set_node_condition
        kubelet.on_volumes_removed = self._volumes_removed
        kubelet.runtimes.missing_object = kubelet.volumes.missing_object = self.missing_object
        kubelet.runtimes.start_failure = self.world.start_failure
        return kubelet

    def stop_kubelet(self) -> None:
        """The process ends; containers go on."""
        self.kubelet.stop()
        self.recorder.record("node", object="node", call="kubelet stopped")

    def start_kubelet(self) -> None:
        """A new kubelet process takes over what runs."""
        if not self.kubelet.stopped:
            return
        self.recorder.record("node", object="node", call="kubelet started")
        self.kubelet = self.new_kubelet(self.agenda.now_ms)
        self.start_pressure([])
        self.api.set_node_condition(Condition(type="Ready", status="True", reason="KubeletReady", message="kubelet is posting ready status"))
        self.kubelet.take_over([obj for obj in self.api.by_uid.values() if self.api.is_bound(obj)])

    def missing_object(self, pod: Pod, ref: ObjectRef) -> str | None:
        """The API's words for a ConfigMap, Secret or key that a pod needs and that does not exist."""
        if ref.optional:
            return None
        keys = self.objects.get(f"{ref.kind}/{pod.namespace}/{ref.name}")
        if keys is None and (ref.kind, ref.name) in PUBLISHED:
            return None
        kind = ref.kind.lower()
        if keys is None:
            return f'{kind} "{ref.name}" not found'
        if ref.key is not None and ref.key not in keys:
            return f"couldn't find key {ref.key} in {ref.kind} {pod.namespace}/{ref.name}"
        return None

    def run(self) -> Iterator[Record]:
        """The records, as they come; the last one is of layer `end`."""
        try:
            yield from self._steps()
            self.recorder.record("end", reason=self._ended())
        finally:
            # Also for whoever stops listening: nothing may go on while the tasks that still wait are torn down.
            self.agenda.is_over = True
        yield from self.recorder.take()

    def _steps(self) -> Iterator[Record]:
        until_ms = self._until_ms
        while self.recorder.count < MAX_RECORDS and not self.controllers.limit:
            due_ms = self.agenda.next_due_ms()
            if due_ms is None or due_ms > until_ms:
                break
            self.agenda.step()
            if self.recorder.fresh:
                fresh = self.recorder.take()
                if self.controllers.are_there:
                    self.controllers.look(fresh)
                if self.actions.are_waiting:
                    self.actions.look(fresh)
                yield from fresh

    @property
    def _until_ms(self) -> int:
        return self.scenario.until_ms if self.scenario.until_ms is not None else DEFAULT_UNTIL_MS

    def _ended(self) -> str:
        """Why the run is over; sets the clock to the moment that the last record shows."""
        if self.recorder.count >= MAX_RECORDS:
            return "limit:MAX_RECORDS"
        if self.controllers.limit:
            return f"limit:{self.controllers.limit}"
        if self.scenario.until_ms is not None or self.agenda.next_due_ms() is not None:
            self.agenda.now_ms = self._until_ms
            return "until"
        self.agenda.now_ms = self.recorder.last_ms
        return "settled"

    def _object_keys(self, pod: Pod, volume: Volume) -> tuple[str, ...]:
        """The keys of the ConfigMaps and Secrets that a volume shows."""
        names = [f"{ref.kind}/{pod.namespace}/{ref.name}" for ref in volume.refs]
        return tuple(key for name in names for key in sorted(self.objects.get(name, ())))

    def start_pressure(self, known: list[tuple[str, ImageRecord]]) -> None:
        """Garbage collection and eviction of the present kubelet begin."""
        tell = self.api.set_node_condition
        self.kubelet.pressure.start(known, lambda: self.system_memory_bytes, lambda name: self.api.node_conditions.get(name) == "True", tell)

    def _known_images(self) -> list[tuple[str, ImageRecord]]:
        """What the kubelet remembers of the node's images at t=0; of what the scenario does not say, what its first detection saw."""
        began_ms = self.scenario.node.kubelet_started_at_ms
        return [
            (
                normalise(image.image),
                ImageRecord(
                    first_detected_ms=began_ms if image.first_detected_ago_ms is None else -image.first_detected_ago_ms,
                    last_used_ms=None if image.last_used_ago_ms is None else -image.last_used_ago_ms,
                    size_bytes=image.size_bytes,
                    pinned=image.pinned,
                ),
            )
            for image in self.scenario.node.images
        ]

    def _container_created(self, made: RuntimeContainer) -> None:
        for reference in images_of(made):
            self.images.took(reference)

    def _container_removed(self, made: RuntimeContainer) -> None:
        for reference in images_of(made):
            self.images.gave_back(reference)
        self.filesystems.container_removed(made)

    def _pod_removed(self, uid: str) -> None:
        self.filesystems.pod_removed(uid)
        self.userns.release(uid)

    def _volumes_removed(self, uid: str) -> None:
        self.world.volumes_removed(uid)
        self.filesystems.volumes_removed(uid)

    def _container_started(self, made: RuntimeContainer) -> None:
        """Its disk use and memory are watched by whichever kubelet runs then."""
        if isinstance(made.processes, ScriptProcesses):
            made.processes.on_disk = lambda: self._room_used(made)
            made.processes.on_memory = lambda: self.kubelet.pressure.room_changed()
        self._room_used(made)

    def _room_used(self, made: RuntimeContainer) -> None:
        self.filesystems.pod_changed(made.pod.uid)
        self.kubelet.pressure.pod_changed(made.pod)
        if made.processes is not None and any(made.processes.memory()):
            self.kubelet.pressure.room_changed()

    def _container_exited(self, made: RuntimeContainer) -> None:
        self.world.container_exited(made, self.runtime.containers(made.pod.uid))
        self.kubelet.container_exited(made)
        self.filesystems.pod_changed(made.pod.uid)
        if made.processes is not None and any(made.processes.memory()):
            self.kubelet.pressure.room_changed()

    def _finished(self, obj: PodObject) -> None:
        self.api.finish_deletion(obj)


def images_of(made: RuntimeContainer) -> list[str]:
    """What a container keeps in use: its own image, and those of the image volumes that it mounts."""
    mounted = {mount.name for mount in made.container.volume_mounts}
    volumes = [volume.image for volume in made.pod.volumes if volume.kind == "image" and volume.image and volume.name in mounted]
    return [normalise(made.image), *map(normalise, volumes)]


def simulate(scenario: Scenario) -> Iterator[Record]:
    """Run a scenario; yields the contract's records in order, as they come about. Raises BrokenInvariant on a mistake of ours."""
    yield from Simulation(scenario).run()
