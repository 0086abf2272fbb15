"""Which processes live in a container? The behavior that applies to it, from the scenario, the pod's annotations, its command and its role.

Contract, section 3.1: per key, first hit wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from simulator import shell
from simulator.behavior import Behavior, Source
from simulator.behavior_sources import resolved
from simulator.engine.agenda import Agenda
from simulator.engine.streams import Streams
from simulator.pod import Container, Pod, Volume
from simulator.runtime.containers import RuntimeContainer
from simulator.runtime.processes import BehavingProcesses, ContainerProcesses
from simulator.runtime.scripts import Place, ScriptProcesses, argv_of, interpreted, volume_storage
from simulator.scenario import Scenario

NO_END = 1 << 62
"""More bytes than any disk has."""


class World:
    """Makes the processes of each instance."""

    def __init__(self, agenda: Agenda, streams: Streams, scenario: Scenario) -> None:
        self._agenda = agenda
        self._streams = streams
        self._storages: dict[tuple[str, str], shell.Storage] = {}
        """Files of the pods' volumes, by pod uid and volume."""
        self.object_keys: Callable[[Pod, Volume], tuple[str, ...]] = lambda pod, volume: ()
        """The keys of the ConfigMaps and Secrets behind a volume."""
        self._scenario = scenario
        self.room: Callable[[str], int] | None = None
        """What a filesystem (nodefs, containerfs) has left, in bytes."""

    def behavior(self, pod: Pod, container: Container) -> tuple[Behavior, Mapping[str, Source]]:
        """What the container does, and where each part was found."""
        return resolved(self._scenario.behaviors, pod, container)

    def start_failure(self, pod: Pod, container: Container) -> str | None:
        """The runtime's words when the container's command cannot be executed; None: it can."""
        if not shell.missing_binary(argv_of(container)):
            return None
        binary = argv_of(container)[0]
        return (
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
            f'unable to start container process: exec: "{binary}": stat {binary}: no such file or directory'
        )

    def processes(self, pod: Pod, container: Container, attempt: int) -> ContainerProcesses:
        """The processes of one instance."""
        behavior, sources = self.behavior(pod, container)
        if not interpreted(container, sources):
            return BehavingProcesses(self._agenda, behavior, attempt, container.resources.limits.get("memory"))
        place = Place(pod=pod, container=container, attempt=attempt, mounts=self._mounts(pod, container), room=self._room_of("containerfs"))
        return ScriptProcesses(self._agenda, self._streams, behavior, sources, place)

    def _mounts(self, pod: Pod, container: Container) -> dict[str, shell.Mount]:
        """What the container has mounted; a volume's files are shared by all containers of the pod, and live as long as it."""
        mounts: dict[str, shell.Mount] = {}
        volumes = {volume.name: volume for volume in pod.volumes}
        for mount in container.volume_mounts:
            volume = volumes.get(mount.name)
            if volume is None:
                continue
            storage = self._storages.get((pod.uid, volume.name))
            if storage is None:
                storage = self._storages[pod.uid, volume.name] = volume_storage(volume, self.object_keys(pod, volume), self._room_of("nodefs"))
            mounts[mount.mount_path] = shell.Mount(storage, mount.sub_path, mount.read_only)
        return mounts

    def _room_of(self, filesystem: str) -> Callable[[], int]:
        return lambda: self.room(filesystem) if self.room else NO_END

    def volumes_removed(self, uid: str) -> None:
        """The pod's volumes were torn down, with their files."""
        for key in [key for key in self._storages if key[0] == uid]:
            del self._storages[key]

    def container_exited(self, gone: RuntimeContainer, others: Iterable[RuntimeContainer]) -> None:
        """Containers whose behavior depends on this one (`onSidecarGone`) exit, too."""
        for other in others:
            if other.processes is None or other is gone:
                continue
            depends = self.behavior(other.pod, other.container)[0].on_sidecar_gone
            if depends and depends[0] == gone.container.name:
                self._agenda.after(0, partial(other.processes.exit, depends[1]))
