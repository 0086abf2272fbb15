"""What do the processes of a container do when its command, probes or hooks are scripts? The shell interpreter, as the runtime's processes.

The interpreter runs PID 1 when the command is a script and nothing stronger says what the container does; otherwise PID 1 is a program known by its behavior,
and only
exec probes and hooks are interpreted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from simulator import shell
from simulator.behavior import Behavior, OnSigterm, Result, Run, Source
from simulator.engine.agenda import Agenda
from simulator.engine.streams import Streams
from simulator.engine.tasks import Gate, Steps, Wait
from simulator.pod import Container, Handler, HandlerKind, HookType, Pod, ProbeType, Volume
from simulator.runtime.disk_use import LAYER, Footprint, footprint
from simulator.runtime.processes import OOM_EXIT_CODE, BehavingProcesses, Exit, MemoryUse, ProbeAnswer, memory_use, out_of_memory_at
from simulator.shell.storage import File

EPOCH_S = 1_767_225_600
"""The virtual wall clock at t=0: 2026-01-01T00:00:00Z."""
OOM_REASON = "OOMKilled"
MAX_MESSAGE_BYTES = 4096
"""A container's termination message (pkg/kubelet/container/runtime.go, MaxContainerTerminationMessageLength)."""
MAX_POD_MESSAGE_BYTES = 12 * 1024
"""All of a pod's together: each container gets its share (kuberuntime_container.go)."""
FALLBACK_LINES, FALLBACK_BYTES = 80, 2048
"""`FallbackToLogsOnError`: the end of the log (MaxContainerTerminationMessageLogLines, ...LogLength)."""
OPAQUE_PROGRAM = "/program"
"""The name of PID 1 where it is known only by its behavior."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which instance of which container the processes belong to, and what it has mounted."""

    pod: Pod
    container: Container
    attempt: int
    mounts: Mapping[str, shell.Mount]
    room: Callable[[], int]
    """Bytes that the filesystem of its writable layer has left."""


def interpreted(container: Container, sources: Mapping[str, Source]) -> bool:
    """Does anything of this container need the interpreter?"""
    return command_is_script(container, sources) or any(
        handler is not None and script_of_handler(handler) and not _said(key, sources) for key, handler in handlers_of(container).items()
    )


def command_is_script(container: Container, sources: Mapping[str, Source]) -> bool:
    """Is PID 1 itself a script, and nothing stronger says what it does?"""
    return shell.understands(argv_of(container)) and not (_said("runs", sources) or _said("on_sigterm", sources))


def argv_of(container: Container) -> tuple[str, ...]:
    """Command and arguments; empty where the image decides.

    Arguments alone are a command line if they begin with a shell or another known tool: the image (busybox in Kubernetes' own examples) has no entrypoint then.
    """
    if container.command:
        return (*container.command, *container.args)
    return container.args if shell.understands(container.args) else ()


def _said(key: str, sources: Mapping[str, Source]) -> bool:
    return sources.get(key) in (Source.SCENARIO, Source.ANNOTATION)


def script_of_handler(handler: Handler) -> bool:
    """Does the interpreter run it?"""
    return handler.kind is HandlerKind.EXEC and shell.understands(handler.command)


def handlers_of(container: Container) -> dict[str, Handler | None]:
    """Probes and hooks by the part of a behavior that says what they come to; None for a hook that the container has not."""
    probes = {str(kind): probe.handler for kind in ProbeType if (probe := container.probe(kind))}
    return {**probes, "post_start": container.post_start, "pre_stop": container.pre_stop}


class ScriptProcesses:
    """`ContainerProcesses` and the interpreter's `Host` in one: what the script does is what the container does."""

    def __init__(self, agenda: Agenda, streams: Streams, behavior: Behavior, sources: Mapping[str, Source], place: Place) -> None:
        self.agenda = agenda
        self._streams = streams
        self._behavior = behavior
        self._sources = sources
        self._container = place.container
        self._name = f"{place.pod.uid}/{place.container.name}/{place.attempt}"
        self._attempt = place.attempt
        self._draws = 0
        self._memory: dict[int, int] = {}
        self._memory_limit_bytes = place.container.resources.limits.get("memory")
        self._forced: Exit | None = None
        self._log_tail = ""
        everybody = len(list(place.pod.all_containers()))
        self._message_bytes = min(MAX_MESSAGE_BYTES, MAX_POD_MESSAGE_BYTES // max(1, everybody))
        self._started_ms = agenda.now_ms
        self._layer = shell.Storage("layer", room=place.room)
        self._volumes = {mount.storage.name: mount.storage for mount in place.mounts.values() if not mount.storage.read_only}
        self.on_disk: Callable[[], None] = lambda: None
        """Called when a script has changed a file."""
        self.on_memory: Callable[[], None] = lambda: None
        """Called when a process of the script holds more or less memory."""
        self.files = shell.Files(agenda, self._layer, place.mounts)
        self._is_script = command_is_script(place.container, sources)
        argv = argv_of(place.container) if self._is_script else (OPAQUE_PROGRAM,)
        self._shell = shell.Processes(self, argv, dict(place.container.env), directory=place.container.working_dir or "/")
        self._scripted = BehavingProcesses(agenda, behavior, place.attempt)
        """Answers for whatever the scenario or an annotation says of probes and hooks."""
        self.ended = Gate()
        self.changed = Gate()

    # -- ContainerProcesses -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._scripted.begin()
        for storage in self.files.storages:
            storage.watch(self._on_files)
        self._shell.ended.when_open(self._on_end)
        oom_ms = out_of_memory_at(self._behavior.memory or (), self._memory_limit_bytes)
        if oom_ms is not None:
            self.agenda.after(oom_ms, lambda: None if self.ended.is_open else self.exit(OOM_EXIT_CODE, OOM_REASON))
        self._shell.start()

    def signal(self, name: str) -> None:
        self._shell.signal(name)

    def kill(self) -> None:
        self._shell.kill()

    def exit(self, code: int, reason: str = "") -> None:
        self._forced = Exit(code=code, reason=reason)
        self._shell.kill()

    def probe(self, probe_type: ProbeType, handler: Handler, timeout_ms: int) -> Steps:
        if self.ended.is_open or self._scripted.is_overridden(probe_type) or not self._interprets(str(probe_type), handler):
            return (yield from self._scripted.probe(probe_type, handler, timeout_ms))
        execution = self._shell.exec(handler.command)
        in_time = yield Wait(execution.done, timeout_ms)
        if not in_time:
            execution.kill()
            return ProbeAnswer(result=Result.TIMEOUT, holds_until_ms=self.agenda.now_ms)
        # What a program known only by its role may have written is taken to be there.
        unknown = not self._is_script and execution.reads_files
        result = Result.SUCCESS if execution.done.value == 0 or unknown else Result.FAILURE
        holds = execution.pure and not execution.changed and not execution.reads_processes
        # Files may change at any time: `changed` opens then.
        return ProbeAnswer(result=result, output=execution.output.strip("\n"), holds_until_ms=None if holds else self.agenda.now_ms)

    def hook(self, hook: HookType, handler: Handler) -> Steps:
        key = "post_start" if hook is HookType.POST_START else "pre_stop"
        if not self._interprets(key, handler):
            return (yield from self._scripted.hook(hook, handler))
        execution = self._shell.exec(handler.command)
        code = yield execution.done
        return Result.SUCCESS if code == 0 else Result.FAILURE

    def disk(self) -> Footprint:
        written = {LAYER: self._layer.used_bytes, **{name: storage.used_bytes for name, storage in self._volumes.items()}}
        return footprint(self._behavior.disk, self._started_ms, base_bytes=written)

    def memory(self) -> MemoryUse:
        said = memory_use(self._behavior.memory or (), self._started_ms, self.agenda.now_ms)
        held_bytes = sum(self._memory.values())
        return MemoryUse(said.now_bytes + held_bytes, tuple((at_ms, level_bytes + held_bytes) for at_ms, level_bytes in said.later))

    def override(self, probe_type: ProbeType, result: Result | None) -> None:
        self._scripted.override(probe_type, result)
        self._tell_changed()

    # -- shell.Host ---------------------------------------------------------------------------------------------------------------

    def log(self, text: str) -> None:
        self._log_tail = (self._log_tail + text)[-2 * FALLBACK_BYTES :]

    def log_every(self, text: str, period_ms: int) -> Callable[[], None]:
        return lambda: self.log(text)

    def random(self) -> int:
        self._draws += 1
        return int(self._streams.always(f"{self._name}/RANDOM", self._draws) * 32768)

    def epoch_s(self) -> float:
        return EPOCH_S + self.agenda.now_ms / 1000

    def memory_held(self, process_id: int, used_bytes: int) -> None:
        """The kernel kills the largest process of a container that is over its limit."""
        self._memory[process_id] = used_bytes
        self.on_memory()
        if self._memory_limit_bytes is None or sum(self._memory.values()) <= self._memory_limit_bytes:
            return
        victim = max(sorted(self._memory), key=lambda pid: self._memory[pid])
        self._memory.pop(victim)
        self._shell.kill_process(victim, oom=True)

    def program(self, argv: Sequence[str]) -> shell.ProgramRole:
        runs = self._behavior.runs or (Run(),)
        return shell.ProgramRole(run=runs[min(self._attempt, len(runs) - 1)], on_sigterm=self._behavior.on_sigterm or OnSigterm())

    # -- the end ------------------------------------------------------------------------------------------------------------------

    def _interprets(self, key: str, handler: Handler) -> bool:
        return handler.kind is HandlerKind.EXEC and not _said(key, self._sources) and shell.understands(handler.command)

    def _on_files(self, storage: shell.Storage) -> None:
        self._tell_changed()
        self.on_disk()

    def _tell_changed(self) -> None:
        changed, self.changed = self.changed, Gate()
        changed.open()

    def _on_end(self) -> None:
        for storage in self.files.storages:
            storage.unwatch(self._on_files)
        how: shell.Exit = self._shell.ended.value
        out_of_memory = how.oom_killed or how.oom_child
        ended = self._forced or Exit(code=how.code, reason=OOM_REASON if out_of_memory else "")
        ended = replace(ended, message=self._termination_message(ended.code))
        self._scripted.exit(ended.code)
        self.ended.open(ended)

    def _termination_message(self, code: int) -> str:
        node = self.files.node(self._container.termination_message_path)
        text = str(node.text) if isinstance(node, File) else ""
        if not text and code != 0 and self._container.termination_message_policy == "FallbackToLogsOnError":
            lines = self._log_tail.splitlines(keepends=True)[-FALLBACK_LINES:]
            text = "".join(lines)[-FALLBACK_BYTES:]
        return text.encode()[: self._message_bytes].decode(errors="ignore")


def volume_storage(volume: Volume, keys: Sequence[str], room: Callable[[], int]) -> shell.Storage:
    """The files of one volume of a pod: an emptyDir is empty and shared, the keys of a ConfigMap are there and cannot be written.

    Simplified: a key's file is empty, since a scenario knows only that the key exists.
    """
    if volume.kind in ("configMap", "secret", "projected", "downwardAPI"):
        return shell.Storage(volume.name, read_only=True, entries=dict.fromkeys(keys, ""))
    return shell.Storage(volume.name, room=room)
