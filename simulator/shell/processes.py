"""Which processes run in a container, and what does its runtime see of them? Start, signals, exec, the end.

All processes of a container take turns at one instant, in the order in which they became ready, until each of them waits for something; then virtual time goes
on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from types import GeneratorType

from simulator.engine.tasks import Gate
from simulator.shell import programs
from simulator.shell.files import Files
from simulator.shell.flow import Flow, Replaced, Steps
from simulator.shell.host import Exit, Host
from simulator.shell.limits import MAX_NOTES, MAX_PROCESSES, MAX_STEPS, MAX_STEPS_PER_INSTANT
from simulator.shell.pipes import NULL, Capture, Channel, Idle, Log, Stream
from simulator.shell.process import AtMost, Footprint, Process, release, signal_name
from simulator.shell.storage import FileProblem, Storage

_KILLED = 137
_CANNOT_EXEC = 126
_TURNS = 500
"""Calls after which a process lets the others go on, so that the reader of a pipe runs beside its writer."""
_GRANTED_STEPS = 1_000
_GRANTS_PER_INSTANT = 10
"""What a process that is busy for ever may still do for a trap."""


class Execution:
    """One exec probe or hook."""

    def __init__(self, process: Process | None, capture: Capture, session: Footprint) -> None:
        self.done = Gate()
        """Opens with the exit code."""
        self._process = process
        self._capture = capture
        self._session = session

    @property
    def output(self) -> str:
        """What it wrote to standard output and standard error, the beginning of it."""
        return self._capture.text

    @property
    def pure(self) -> bool:
        """Whether nothing of it depended on the time or on chance."""
        return self._session.chance == 0

    @property
    def changed(self) -> bool:
        """Whether it wrote files or the container's log, sent signals or started jobs."""
        return self._session.changes > 0

    @property
    def reads_files(self) -> bool:
        """Whether it looked at any file: then its result may change with `Files.version`."""
        return self._session.file_reads > 0

    @property
    def reads_processes(self) -> bool:
        """Whether it looked at the processes: then its result may change with `Processes.version`."""
        return self._session.looks > 0

    def kill(self) -> None:
        """It and everything that it started dies; `done` opens with 137."""
        if self._process:
            self._process.table.kill_session(self._session)


class Processes:
    """All processes of one container."""

    def __init__(self, host: Host, argv: Sequence[str], env: Mapping[str, str], *, directory: str = "/", stdin_open: bool = False, parks: bool = True) -> None:
        """`stdin_open`: the container has `stdin: true`, and nobody types. `parks` False: every round of every loop is simulated (see `rhythm`)."""
        self.host = host
        self.parks = parks
        self.ended = Gate()
        """Opens with an Exit when PID 1 ends."""
        self.notes: list[str] = []
        """What a reader of the run should know: constructs outside the subset, limits met."""
        self.version = 0
        """Rises when a process starts or ends."""
        self.never = Channel()
        """Nobody ever wakes this."""
        self.files_changed = Channel()
        self.root_session = Footprint()
        self.parked: dict[Process, bool] = {}
        """Sleeping processes of loops that are not simulated round by round; whether the loop looks at files."""
        self.busy: dict[Process, None] = {}
        """Processes in a loop without a sleep."""
        self.next_pid = 1
        self.window = 0
        """Which stretch of time without a wait this is, for whoever counts steps in it."""
        self._argv = tuple(argv)
        self._environment = dict(env)
        self._directory = directory
        self._stdin: Stream = Idle() if stdin_open else NULL
        self._alive: dict[int, Process] = {}
        self._ready: deque[Process] = deque()
        self._pumping = False
        self._oom_seen = False
        self._instant_ms = -1
        self._left_now = MAX_STEPS_PER_INSTANT
        self._left = MAX_STEPS
        self._grants = 0

    @property
    def now_ms(self) -> int:
        """Virtual time."""
        return self.host.agenda.now_ms

    @property
    def files(self) -> Files:
        """The container's tree."""
        return self.host.files

    def start(self) -> None:
        """Start PID 1."""
        for storage in self.files.storages:
            storage.watch(self._on_files_changed)
        process = Process(self, self._new_pid(), None, self._argv, self._environment, Footprint())
        process.session = self.root_session
        log = Log()
        for descriptor, stream in enumerate((self._stdin, log, log)):
            process.open_at(descriptor, stream)
        self._begin(process, programs.steps_of(process, self._argv, self._directory, role=True))
        self._pump()

    def signal(self, name: str) -> None:
        """A signal from the runtime to PID 1."""
        first = self._alive.get(1)
        signal = signal_name(name)
        if first and signal:
            first.deliver(signal)
            self._pump()

    def kill(self) -> None:
        """The container dies by SIGKILL: everything stops, no trap runs."""
        self.kill_process(1)

    def kill_process(self, process_id: int, *, oom: bool = False) -> None:
        """SIGKILL from outside the container, which reaches PID 1, too."""
        process = self._alive.get(process_id)
        if process:
            self._oom_seen = self._oom_seen or oom
            process.kill(_KILLED, oom=oom)
            self._pump()

    def kill_session(self, session: Footprint) -> None:
        """Kill every process that came from one exec."""
        for process in list(self._alive.values()):
            if process.session is session:
                process.kill(_KILLED)
        self._pump()

    def exec(self, argv: Sequence[str]) -> Execution:
        """Run a probe or a hook. In a container that does not run, `done` is open with 126."""
        capture, session = Capture(), Footprint()
        if 1 not in self._alive:
            execution = Execution(None, capture, session)
            execution.done.open(_CANNOT_EXEC)
            return execution
        process = Process(self, self._new_pid(), None, argv, self._environment, Footprint())
        process.session = session
        for descriptor, stream in enumerate((NULL, capture, capture)):
            process.open_at(descriptor, stream)
        execution = Execution(process, capture, session)
        process.on_end = execution.done.open
        self._begin(process, programs.steps_of(process, argv, self._directory, role=False))
        self._pump()
        return execution

    # What the processes themselves call.

    def spawn(self, parent: Process, argv: Sequence[str], environment: Mapping[str, str]) -> Process:
        """A child with the parent's descriptors; it waits for its steps. Raises FileProblem when there are too many."""
        if len(self._alive) >= MAX_PROCESSES:
            self.note(f"more than {MAX_PROCESSES} processes: fork fails")
            raise FileProblem("can't fork: Resource temporarily unavailable")
        child = Process(self, self._new_pid(), parent, argv, environment, parent.footprint)
        parent.children[child.pid] = child
        child.handlers = {signal: None for signal, handler in parent.handlers.items() if handler is None}
        for descriptor, stream in parent.streams.items():
            child.open_at(descriptor, stream)
        return child

    def begin(self, process: Process, steps: Steps) -> None:
        """Let a spawned process run, when its turn comes."""
        self._begin(process, steps)

    def steps_of(self, process: Process, words: Sequence[str], directory: str, *, role: bool) -> Steps:
        """What a process does that runs this command (see `programs`)."""
        return programs.steps_of(process, words, directory, role=role)

    def everybody(self) -> list[Process]:
        """All living processes, in the order of their start."""
        return list(self._alive.values())

    def process(self, process_id: int) -> Process | None:
        """The living process with this number."""
        return self._alive.get(process_id)

    def others(self, process: Process) -> list[Process]:
        """All living processes but this one and PID 1, in the order of their start."""
        return [each for each in self._alive.values() if each is not process and each.pid != 1]

    def note(self, text: str) -> None:
        """Remark something once."""
        if text not in self.notes and len(self.notes) < MAX_NOTES:
            self.notes.append(text)

    def over_budget(self) -> bool:
        """Count one step; True if the container has made too many of them."""
        if self.now_ms != self._instant_ms:
            self._instant_ms = self.now_ms
            self.window += 1
            self._left_now = MAX_STEPS_PER_INSTANT
            self._grants = 0
        self._left_now -= 1
        self._left -= 1
        return self._left_now < 0 or self._left < 0

    def computed_since(self, since_ms: int) -> None:
        """The time since then passed with computing, and so counts as one instant with what follows."""
        if self._instant_ms == since_ms:
            self._instant_ms = self.now_ms

    def grant(self, *, to_trap: bool) -> bool:
        """Some more steps, for a trap of a process that is busy for ever, or to look at a file again. False: this instant has had its share."""
        if self._grants >= _GRANTS_PER_INSTANT:
            return False
        self._grants += 1
        self._left_now = max(self._left_now, _GRANTED_STEPS)
        if to_trap:
            self._left = max(self._left, _GRANTED_STEPS)
        return True

    def skip_pids(self, count: int) -> None:
        """So many processes would have been started by rounds of a loop that were not simulated."""
        self.next_pid += count

    def make_ready(self, process: Process) -> None:
        """It goes on when its turn comes."""
        self._ready.append(process)

    def _new_pid(self) -> int:
        self.next_pid += 1
        return self.next_pid - 1

    def _begin(self, process: Process, steps: Steps) -> None:
        process.stack = [steps]
        self._alive[process.pid] = process
        self.version += 1
        self._ready.append(process)

    def _pump(self) -> None:
        """Let every process run that can."""
        if self._pumping:
            return
        self._pumping = True
        while self._ready:
            process = self._ready.popleft()
            if process.alive:
                self._run(process)
        self._pumping = False

    def _run(self, process: Process) -> None:
        """Let one process run until it waits or ends."""
        stack = process.stack
        value = process.value
        process.value = None
        problem: Exception | None = None
        turns = 0
        while True:
            if process.fatal_status is not None:
                self._end(process, process.fatal_status)
                return
            try:
                if problem is None:
                    request = stack[-1].send(value)
                else:
                    request = stack[-1].throw(problem)
            except StopIteration as stop:
                stack.pop()
                value, problem = stop.value, None
                if not stack:
                    self._end(process, value)
                    return
                continue
            except Replaced as replaced:
                stack[:] = [replaced.steps]
                value = problem = None
                continue
            except (Flow, FileProblem) as raised:
                stack.pop()
                if not stack:
                    self._end(process, 1)
                    return
                problem = raised
                continue
            value = problem = None
            if type(request) is GeneratorType:
                stack.append(request)
                turns += 1
                if turns > _TURNS and self._ready:
                    self._ready.append(process)
                    return
                continue
            if process.fatal_status is None:
                self._suspend(process, request)
                return

    def _suspend(self, process: Process, request: int | Channel | AtMost) -> None:
        if isinstance(request, Channel):
            process.waits_for = request
            request.waiting.append(process)
        elif isinstance(request, AtMost):
            process.waits_for = request.channel
            request.channel.waiting.append(process)
            process.timer = self.host.agenda.after(request.ms, partial(self._on_timer, process))
        else:
            process.timer = self.host.agenda.after(request, partial(self._on_timer, process))

    def _on_timer(self, process: Process) -> None:
        if process.waits_for and process in process.waits_for.waiting:
            process.waits_for.waiting.remove(process)
        process.wake()
        self._pump()

    def _on_files_changed(self, storage: Storage) -> None:
        for process, reads_files in list(self.parked.items()):
            if reads_files and process.parked:
                process.parked()
        for process in list(self.busy):
            process.stirred.wake()
        self.files_changed.wake()
        self._pump()

    def _end(self, process: Process, status: int) -> None:
        """The process is gone; if it was PID 1, so is the container."""
        process.alive = False
        process.status = status
        process.stack = []
        if process.timer:
            process.timer.cancel()
        if process.waits_for and process in process.waits_for.waiting:
            process.waits_for.waiting.remove(process)
        if process.parked:
            process.parked()
        for child in process.children.values():
            child.parent = None
            if child.parked:
                child.parked()
        del self._alive[process.pid]
        self.version += 1
        self.busy.pop(process, None)
        for stream in list(process.streams.values()):
            release(stream)
        process.streams = {}
        if process.reported_bytes:
            self.host.memory_held(process.pid, 0)
        if process.parent:
            process.parent.children.pop(process.pid, None)
            process.parent.stirred.wake()
        if process.pid == 1:
            self._end_container(process)
        if process.on_end:
            process.on_end(status)

    def _end_container(self, first: Process) -> None:
        for storage in self.files.storages:
            storage.unwatch(self._on_files_changed)
        for process in list(self._alive.values()):
            if process.alive:
                self._end(process, _KILLED)
        self._ready.clear()
        self.ended.open(Exit(code=first.status, oom_killed=first.oom, oom_child=self._oom_seen))
