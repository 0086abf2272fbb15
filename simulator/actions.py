"""What is done from outside while the scenario runs? Moments and verbs of the contract, section 3.2."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from simulator.addresses import pod_addresses, split_container
from simulator.apiserver import ApiServer
from simulator.behavior import Result
from simulator.controllers.controller_manager import ControllerManager
from simulator.engine.agenda import Agenda
from simulator.engine.recorder import Record, Recorder
from simulator.engine.tasks import Steps, Task
from simulator.kubelet.kubelet import Kubelet
from simulator.kubelet.node_shutdown import NodeShutdown
from simulator.kubelet.pod_manager import PodObject
from simulator.moments import Instant, has_come, parse_instant
from simulator.pod import ProbeType
from simulator.runtime.containers import ContainerRuntime, RuntimeContainer
from simulator.runtime.filesystems import NODEFS, Filesystems
from simulator.runtime.images import ImageService, PullError
from simulator.runtime.registry import RegistryService, normalise
from simulator.scenario import Action, Scenario
from simulator.states import RuntimeState

T = TypeVar("T")
DEFAULT_KUBELET_DOWN_MS = 5_000
"""restartKubelet without downFor: what a service manager takes."""
DEFAULT_REBOOT_MS = 60_000
"""rebootNode without downFor."""


class Node(Protocol):
    """The simulated node, as actions reach into it."""

    scenario: Scenario
    agenda: Agenda
    recorder: Recorder
    runtime: ContainerRuntime
    registry: RegistryService
    images: ImageService
    filesystems: Filesystems
    system_memory_bytes: int
    api: ApiServer
    kubelet: Kubelet
    objects: dict[str, set[str]]
    controllers: ControllerManager

    def start_kubelet(self) -> None:
        """A new kubelet process, now."""

    def stop_kubelet(self) -> None:
        """The process ends; containers go on."""


class Actions:
    """The scenario's actions: those with a time wait on the agenda, those with an instant on the trace."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._waiting: list[tuple[Instant, Action]] = []
        for action in node.scenario.actions:
            if action.at_ms is not None:
                node.agenda.at(action.at_ms, partial(self.do, action))
            else:
                self._waiting.append((parse_instant(action.after), action))

    def look(self, records: list[Record]) -> None:
        """Arm every action whose instant is among these records."""
        for record in records:
            due = [pair for pair in self._waiting if has_come(pair[0], record, self._means)]
            if due:
                self._waiting = [pair for pair in self._waiting if pair not in due]
                for _, action in due:
                    self._node.agenda.after(action.plus_ms, partial(self.do, action))

    @property
    def are_waiting(self) -> bool:
        """Is any action waiting for an instant?"""
        return bool(self._waiting)

    def do(self, action: Action) -> None:
        """Carry it out, now."""
        subject = action.pod.key if action.pod else action.target
        options = {k: v for k, v in sorted(action.options.items()) if isinstance(v, str | int | float | bool)}
        self._node.recorder.record("action", object=subject or "node", call=action.verb, **({"options": options} if options else {}))
        _VERBS[action.verb](self, action)

    # -- who is meant -------------------------------------------------------------------------------------------------------------

    def _means(self, address: str, key: str) -> bool:
        obj = self._node.api.pods.get(key) or next((o for o in self._node.api.by_uid.values() if o.pod.key == key), None)
        return obj is not None and address in pod_addresses(obj.pod)

    def _pods(self, address: str) -> list[PodObject]:
        return [obj for obj in self._node.api.pods.values() if address in pod_addresses(obj.pod)]

    def _containers(self, target: str) -> Iterator[tuple[PodObject, str]]:
        pod, name = split_container(target)
        for obj in list(self._node.api.by_uid.values()):
            if pod in pod_addresses(obj.pod) and obj.pod.container(name):
                yield obj, name

    def _running(self, target: str) -> Iterator[RuntimeContainer]:
        for obj, name in self._containers(target):
            made = self._node.runtime.running(obj.pod.uid, name)
            if made and made.state is RuntimeState.RUNNING:
                yield made

    def _each(self, items: Sequence[T]) -> Iterator[T]:
        """All that one action is about."""
        return self._node.recorder.side_by_side(items)

    # -- verbs --------------------------------------------------------------------------------------------------------------------

    def _apply(self, action: Action) -> None:
        if action.pod:
            self._node.api.create(action.pod)
        elif action.workload:
            self._node.controllers.apply(action.workload)

    def _delete(self, action: Action) -> None:
        grace = action.options.get("gracePeriodSeconds")
        for obj in self._each(self._pods(action.target)):
            self._node.api.delete(obj, grace if isinstance(grace, int) else None, force=bool(action.options.get("force")))

    def _exit(self, action: Action) -> None:
        code, reason = action.options.get("exitCode", 0), action.options.get("reason", "")
        for made in self._each(list(self._running(action.target))):
            if made.processes:
                made.processes.exit(int(str(code)), str(reason))

    def _kill(self, action: Action) -> None:
        for made in self._each(list(self._running(action.target))):
            if made.processes:
                self._node.recorder.record("runtime", pod=made.pod.key, object=made.container.name, call="signal", attempt=made.attempt, detail="SIGKILL")
                made.processes.exit(137, str(action.options.get("reason", "")))

    def _probe(self, action: Action) -> None:
        kind = ProbeType(str(action.options.get("probe", "readiness")))
        result = Result(str(action.options.get("result", "failure")))
        for made in self._each(list(self._running(action.target))):
            processes = made.processes
            if processes is None:
                continue
            processes.override(kind, result)
            for_ms = action.options.get("for_ms")
            if isinstance(for_ms, int):
                self._node.agenda.after(for_ms, partial(processes.override, kind, None))

    def _set_image(self, action: Action) -> None:
        image = str(action.options["image"])
        for obj, name in self._each(list(self._containers(action.target))):
            if obj.gone:
                continue
            pod = obj.pod
            changed = replace(
                pod,
                containers=tuple(replace(c, image=image) if c.name == name else c for c in pod.containers),
                init_containers=tuple(replace(c, image=image) if c.name == name else c for c in pod.init_containers),
            )
            self._node.api.update(obj, changed)

    def _forget_containers(self, action: Action) -> None:
        for obj in self._each(self._pods(action.target)):
            inits = {c.name for c in obj.pod.init_containers}
            for made in self._node.runtime.containers(obj.pod.uid):
                if made.container.name in inits and made.state is RuntimeState.EXITED:
                    self._node.runtime.remove_container(made)

    def _registry(self, action: Action) -> None:
        self._node.registry.change(action.target, action.options)

    def _stop_kubelet(self, action: Action) -> None:
        self._node.stop_kubelet()

    def _start_kubelet(self, action: Action) -> None:
        self._node.start_kubelet()

    def _restart_kubelet(self, action: Action) -> None:
        self._node.stop_kubelet()
        down_ms = action.options.get("downFor_ms")
        self._node.agenda.after(down_ms if isinstance(down_ms, int) else DEFAULT_KUBELET_DOWN_MS, self._node.start_kubelet)

    def _reboot_node(self, action: Action) -> None:
        self._node.stop_kubelet()
        self._node.runtime.power_off()
        down_ms = action.options.get("downFor_ms")
        self._node.agenda.after(down_ms if isinstance(down_ms, int) else DEFAULT_REBOOT_MS, self._node.start_kubelet)

    def _add_ephemeral(self, action: Action) -> None:
        if action.container is None:
            return
        for obj in self._each(self._pods(action.target)):
            self._node.api.update(obj, replace(obj.pod, ephemeral_containers=(*obj.pod.ephemeral_containers, action.container)))

    def _create_object(self, action: Action) -> None:
        keys = action.options.get("keys", ())
        self._node.objects[_object_key(action.target)] = set(keys) if isinstance(keys, list | tuple) else set()

    def _set_condition(self, action: Action) -> None:
        for obj in self._each(self._pods(action.target)):
            kinds = [str(action.options["condition"])] if action.options.get("condition") else list(obj.pod.readiness_gates)
            for kind in kinds:
                self._node.api.set_gate(obj, kind, str(action.options.get("status", "True")))

    def _evict(self, action: Action) -> None:
        grace = action.options.get("gracePeriodSeconds")
        for obj in self._each(self._pods(action.target)):
            if action.options.get("hard"):
                self._node.kubelet.evict_for_pressure(obj, "The node was low on resource: memory. ")
            else:
                self._node.api.delete(obj, grace if isinstance(grace, int) else None)

    def _shutdown_node(self, action: Action) -> None:
        NodeShutdown(self._node.kubelet, self._node.recorder).begin()

    def _cordon(self, action: Action) -> None:
        self._node.api.cordoned = True
        self._node.recorder.record("node", object="node", call="cordoned")

    def _drain(self, action: Action) -> None:
        self._cordon(action)
        grace = action.options.get("gracePeriodSeconds")
        for obj in self._each(list(self._node.api.pods.values())):
            if not (obj.pod.owner and obj.pod.owner.kind == "DaemonSet"):
                self._node.api.delete(obj, grace if isinstance(grace, int) else None)

    def _remove_image(self, action: Action) -> None:
        self._node.images.remove_image(normalise(action.target))

    def _pull(self, action: Action) -> None:
        Task(self._node.agenda, self._pulled(normalise(action.target)))

    def _pulled(self, reference: str) -> Steps:
        self._node.recorder.record("image", object=reference, op="started")
        try:
            yield from self._node.images.pull_image(reference)
        except PullError as error:
            self._node.recorder.record("image", object=reference, op="failed", message=str(error))
        else:
            self._node.recorder.record("image", object=reference, op="pulled")

    def _fill_disk(self, action: Action) -> None:
        """`to` is of the capacity; `bytes` comes on top of what is used."""
        disks, sign = self._node.filesystems, -1 if action.verb == "freeDisk" else 1
        name = disks.name_of(action.target or NODEFS)
        more_bytes = action.options.get("bytes")
        to_percent = action.options.get("to_percent")
        if isinstance(to_percent, int | float):
            more = int(disks.stats(name).capacity_bytes * to_percent / 100) - disks.used_bytes(name)
            disks.fill(name, more)
        elif isinstance(more_bytes, int):
            disks.fill(name, sign * more_bytes)

    def _lose_room(self, action: Action) -> None:
        memory_bytes = action.options.get("memory_bytes")
        if isinstance(memory_bytes, int):
            self._node.system_memory_bytes = memory_bytes
            self._node.kubelet.pressure.room_changed()


def _object_key(target: str) -> str:
    kind, _, rest = target.partition("/")
    return f"{kind}/{rest if '/' in rest else f'default/{rest}'}"


_VERBS: dict[str, Callable[[Actions, Action], None]] = {
    "apply": Actions._apply,
    "delete": Actions._delete,
    "exit": Actions._exit,
    "kill": Actions._kill,
    "probe": Actions._probe,
    "setImage": Actions._set_image,
    "forgetContainers": Actions._forget_containers,
    "registry": Actions._registry,
    "stopKubelet": Actions._stop_kubelet,
    "startKubelet": Actions._start_kubelet,
    "restartKubelet": Actions._restart_kubelet,
    "rebootNode": Actions._reboot_node,
    "addEphemeral": Actions._add_ephemeral,
    "createObject": Actions._create_object,
    "setCondition": Actions._set_condition,
    "evict": Actions._evict,
    "shutdownNode": Actions._shutdown_node,
    "cordon": Actions._cordon,
    "drain": Actions._drain,
    "removeImage": Actions._remove_image,
    "fillDisk": Actions._fill_disk,
    "freeDisk": Actions._fill_disk,
    "loseRoom": Actions._lose_room,
    "pull": Actions._pull,
}
