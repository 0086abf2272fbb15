"""What is a shell, as a process that runs commands? Its parameters, its output, its children, its traps.

One `Shell` is one process: the script's, a subshell's, one side of a pipe. The habits are those of busybox' ash where POSIX leaves room. Its methods are
generators where they may have to wait (see `process`); the commands themselves are in `simple` and `control`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import GeneratorType

from simulator.shell import control
from simulator.shell.expansion import Expander
from simulator.shell.flow import Leave, LeaveLoop, Replaced, Return, ShellProblem, Steps
from simulator.shell.grammar import parse
from simulator.shell.limits import MAX_PENDING_SIGNALS, MAX_STEPS_PER_INSTANT, MAX_TRAPS_IN_TRAPS, SHELL_BYTES_PER_SECOND, STEP_NANOSECONDS
from simulator.shell.pipes import NULL, Pipe, PipeReader, PipeWriter, Stream
from simulator.shell.process import AtMost, Footprint, Process
from simulator.shell.rhythm import Rhythm
from simulator.shell.state import ShellState
from simulator.shell.storage import FileProblem
from simulator.shell.syntax import Command, Pipeline, Simple
from simulator.shell.text import Swollen, joined, natural, size_of

_READ_BYTES = 1 << 40
_LONGEST_MS = 1 << 50
_DEATHS = {129: "Hangup", 131: "Quit", 134: "Aborted", 137: "Killed", 139: "Segmentation fault", 143: "Terminated"}


class Shell:
    """A process that runs commands."""

    def __init__(self, process: Process, state: ShellState, *, is_bash: bool, role: bool) -> None:
        """`role`: this is the container's own script, whose last command is what the container is there for."""
        self.process = process
        self.state = state
        self.is_bash = is_bash
        self.role = role
        self.expander = Expander(self)
        self.rhythm = Rhythm(self)
        self.pending: list[str] = []
        """Signals whose trap waits to be run."""
        self.loops = 0
        """Loops around the present command."""
        self._copied_bytes = 0
        self.substitution_status = 0
        self._window = (0, state.text_bytes)
        self._traps = 0

    # What others need of a shell.

    def main(self, command: Command, *, tested: bool = False) -> Steps:
        """Run a command as the whole of this process; its exit status."""
        status: int = yield self._ended_by(command, tested, True)
        action = self.state.traps.pop("EXIT", "")
        if action:
            self.state.status = status
            ended: int = yield self._ended_by(parse(action), False, False)
            # Without an `exit` of its own the action leaves the status as it was.
            status = ended if self._left else status
        return status

    def lookup(self, name: str) -> str | None:
        """A parameter's value; None if it is not set."""
        state = self.state
        value = state.values.get(name)
        if value is not None:
            return value
        match name:
            case "?":
                return str(state.status)
            case "$":
                return str(self.process.pid if not state.shell_pid else state.shell_pid)
            case "!":
                self.process.touched("looks")
                return state.last_job_pid or None
            case "#":
                return str(len(state.arguments))
            case "0":
                return state.name
            case "-":
                return "".join(state.options)
            case "@" | "*":
                return joined(state.arguments, " ") if state.arguments else None
            case "RANDOM":
                self.process.touched("chance")
                return str(self.process.table.host.random())
            case "PPID":
                return str(self.process.parent.pid) if self.process.parent else "0"
            case "SECONDS" | "EPOCHSECONDS" if self.is_bash:
                self.process.touched("chance")
                return str(int(self.process.table.host.epoch_s()) if name[0] == "E" else self.process.table.now_ms // 1000)
            case "LINENO":
                return "1"
            case "UID" | "EUID" if self.is_bash:
                return "0"
        number = natural(name)
        if number and number <= len(state.arguments):
            return state.arguments[number - 1]
        return None

    def copied(self, count: int) -> None:
        """The shell handled so many bytes, which takes time if they are many."""
        self._copied_bytes += count

    def assign(self, name: str, value: str) -> None:
        """Set a variable; old and new value are both there for a moment."""
        self.process.use_memory(self.state.text_bytes + size_of(value))
        self.state.set(name, value)
        self.process.use_memory(self.state.text_bytes)

    def pay(self) -> Steps:
        """Let the time pass that handling long values took."""
        if self._copied_bytes * 1000 < SHELL_BYTES_PER_SECOND:
            return
        milliseconds, rest = divmod(self._copied_bytes * 1000, SHELL_BYTES_PER_SECOND)
        self._copied_bytes = rest // 1000
        began_ms = self.process.table.now_ms
        yield milliseconds
        self.process.table.computed_since(began_ms)

    def output(self, text: str, status: int = 0) -> int | Steps:
        """Write to standard output and give this status; a builtin's last act."""
        return self.write(1, text, status)

    def error(self, message: str, status: int = 1) -> int | Steps:
        """Complain on standard error and give this status."""
        return self.write(2, f"{self.state.name.rsplit('/', 1)[-1]}: {message}\n", status)

    def write(self, descriptor: int, text: str, status: int) -> int | Steps:
        """Write at once if nothing has to be waited for."""
        try:
            if self.process.stream(descriptor).write_now(self.process, text):
                return status
        except FileProblem:
            return status or 1
        return self._write_slowly(descriptor, text, status)

    def _write_slowly(self, descriptor: int, text: str, status: int) -> Steps:
        try:
            yield self.process.stream(descriptor).write(self.process, text)
        except FileProblem:
            return status or 1
        return status

    def caught(self, signal: str) -> None:
        """A signal with a trap arrived."""
        if signal not in self.pending and len(self.pending) < MAX_PENDING_SIGNALS:
            self.pending.append(signal)

    def execute(self, command: Command, tested: bool, tail: bool) -> Steps:
        """Run a command; its status."""
        return control.RUN[type(command)](self, command, tested, tail)

    def substitute(self, body: Command) -> Steps:
        """`$(body)`: what it writes, without the line ends behind it."""
        pipe = Pipe()
        reader = PipeReader(pipe)
        child = self.fork(body, {1: PipeWriter(pipe)}, role=False)
        chunks: list[str] = []
        while True:
            text: str = yield from reader.read(self.process, _READ_BYTES)
            if not text:
                break
            chunks.append(text)
        reader.close()
        self.substitution_status = yield from self.wait_for(child)
        self.state.status = self.substitution_status
        whole = joined(chunks) if chunks else ""
        if isinstance(whole, Swollen):
            return "" if not whole.strip("\0") else whole
        return whole.replace("\0", "").rstrip("\n")

    def wait_for(self, child: Process, *, quiet: bool = False) -> Steps:
        """Wait for a foreground child, whatever signals arrive; its status. If a signal ended it, the shell says so, unless it is to be quiet."""
        self.process.foreground = child
        while child.alive:
            yield self.process.stirred
        self.process.foreground = None
        if child.fatal_status is not None and child.status in _DEATHS and not quiet:
            result = self.write(2, _DEATHS[child.status] + "\n", 0)
            if isinstance(result, GeneratorType):
                yield from result
        return child.status

    def become(self, words: list[str], environment: Mapping[str, str], *, role: bool) -> None:
        """The process runs this program from now on. Does not return."""
        process = self.process
        process.argv = tuple(words)
        process.environment = environment
        process.handlers = {signal: None for signal, handler in process.handlers.items() if handler is None}
        process.use_memory(0)
        raise Replaced(self.process.table.steps_of(process, words, self.state.directory, role=role))

    # Signals, limits, the end.

    def _ended_by(self, command: Command, tested: bool, tail: bool) -> Steps:
        """Run a command to its end, or the shell's; `_left` tells which."""
        self._left = True
        try:
            status: int = yield self.execute(command, tested, tail)
            self._left = False
            return status
        except (Leave, Return) as leave:
            return leave.status
        except ShellProblem as problem:
            result = self.error(problem.message, problem.status)
            if isinstance(result, GeneratorType):
                yield result
            return problem.status
        except LeaveLoop:
            return self.state.status

    def traps(self) -> Steps:
        """Run the traps of the signals that arrived. Deep inside traps they are left to those outside: a trap may send its own signal."""
        while self.pending and self._traps < MAX_TRAPS_IN_TRAPS:
            if self.process.table.over_budget():
                yield self._busy()
            signal = self.pending.pop(0)
            action = self.state.traps.get(signal)
            if not action:
                continue
            status, sites = self.state.status, self.state.call_sites
            self.process.footprint.touch("changes")
            self.state.call_sites = (*sites, signal)
            self._traps += 1
            try:
                yield self.execute(parse(action), False, False)
            finally:
                self._traps -= 1
            self.state.call_sites = sites
            self.state.status = status

    def _busy(self) -> Steps:
        """The container has made too many steps: wait for ever, as seen from outside, unless a trap or a changed file makes the loop go on."""
        table, process = self.process.table, self.process
        table.note("a loop without a sleep: from here on it counts as busy for ever")
        growth = (self.state.text_bytes - self._window[1]) / MAX_STEPS_PER_INSTANT
        size = self.state.text_bytes
        table.busy[process] = None
        version = table.files.version
        while not self.pending and table.files.version == version:
            if growth <= 0:
                yield process.stirred
                continue
            # Doubling takes so many steps, each of which copies what there is.
            nanoseconds = size / growth * (STEP_NANOSECONDS + size * 1e9 / SHELL_BYTES_PER_SECOND)
            woken = yield AtMost(process.stirred, min(int(nanoseconds / 1e6) + 1, _LONGEST_MS))
            if not woken:
                size *= 2
                process.use_memory(size)
        if not table.grant(to_trap=bool(self.pending)):
            # A trap that sends its own signal, or two processes that wake each other: only time helps.
            instant_ms = table.now_ms
            while table.now_ms == instant_ms:
                yield process.stirred
        table.busy.pop(process, None)

    def step(self) -> Steps | None:
        """What has to be done before the next command; None if nothing."""
        table = self.process.table
        if table.over_budget():
            return self._busy()
        if table.window != self._window[0]:
            self._window = (table.window, self.state.text_bytes)
        return self.traps() if self.pending else None

    def done(self, status: int, tested: bool) -> int:
        """Note a command's status; with `set -e` a failure that nobody asked for ends the shell."""
        self.state.status = status
        if status and not tested and "e" in self.state.options:
            raise Leave(status)
        return status

    def program(self, node: Simple | None, words: list[str], values: list[tuple[str, str]], tail: bool) -> Steps:
        """A command that is a process of its own."""
        environment = self.state.environment()
        environment.update(values)
        role = self.role and tail
        if tail and not any(self.state.traps.values()):
            self.become(words, environment, role=role)
        table = self.process.table
        try:
            child = table.spawn(self.process, words, environment)
        except FileProblem as problem:
            raise ShellProblem(str(problem)) from None
        steps = self.rhythm.sleep(child, node, words) if node and words[0] == "sleep" else None
        table.begin(child, steps or self.process.table.steps_of(child, words, self.state.directory, role=role))
        status: int = yield from self.wait_for(child)
        return status

    def fork(self, command: Command, streams: Mapping[int, Stream], *, role: bool, background: bool = False, tested: bool = False) -> Process:
        """A copy of this shell that runs one command. Raises ShellProblem when there are too many processes."""
        table = self.process.table
        try:
            child = table.spawn(self.process, self.process.argv, self.process.environment)
        except FileProblem as problem:
            raise ShellProblem(str(problem)) from None
        child.footprint = Footprint(None if background else self.process.footprint)
        for descriptor, stream in streams.items():
            child.open_at(descriptor, stream)
        state = self.state.fork()
        state.shell_pid = self.state.shell_pid or self.process.pid
        shell = Shell(child, state, is_bash=self.is_bash, role=role)
        child.use_memory(state.text_bytes)
        table.begin(child, shell.main(command, tested=tested))
        return child

    def pipe(self, node: Pipeline, *, role: bool, background: bool, tested: bool) -> list[Process]:
        """All sides of a pipeline, started."""
        children: list[Process] = []
        reader: Stream | None = NULL if background else None
        for command in node.commands:
            streams: dict[int, Stream] = {} if reader is None else {0: reader}
            reader = None
            if command is not node.commands[-1]:
                pipe = Pipe()
                reader = PipeReader(pipe)
                streams[1] = PipeWriter(pipe)
            children.append(self.fork(command, streams, role=role, background=background, tested=tested))
        return children
