"""What does a shell remember? Variables, functions, options, traps, jobs. A subshell gets a copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.shell.flow import ShellProblem
from simulator.shell.limits import MAX_SHELL_BYTES, MAX_VARIABLES
from simulator.shell.process import Process
from simulator.shell.syntax import Command
from simulator.shell.text import size_of, swollen

OPTIONS = {
    "e": "errexit",
    "u": "nounset",
    "x": "xtrace",
    "f": "noglob",
    "a": "allexport",
    "n": "noexec",
    "v": "verbose",
    "C": "noclobber",
    "m": "monitor",
    "b": "notify",
}
LONG_OPTIONS = ("pipefail", *OPTIONS.values())


@dataclass(slots=True, kw_only=True)
class Job:
    """One background command; a pipeline is several processes."""

    number: int
    processes: tuple[Process, ...]
    waited: bool = False
    """True once somebody was told how it ended: its number may be used again."""

    @property
    def running(self) -> bool:
        """Whether any of its processes lives."""
        return any(process.alive for process in self.processes)


class ShellState:
    """Everything of a shell that its commands can change."""

    def __init__(self, environment: Mapping[str, str], name: str, arguments: Sequence[str], directory: str) -> None:
        self.values: dict[str, str] = {"IFS": " \t\n", "PS4": "+ ", "OPTIND": "1", **environment}
        self.option_place = 0
        """Where `getopts` is in a word of several letters."""
        self.values.setdefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        self.values.setdefault("HOME", "/root")
        self.values["PWD"] = directory
        self.exported: dict[str, None] = dict.fromkeys([*environment, "PATH", "HOME", "PWD"])
        self.read_only: dict[str, None] = {}
        self.functions: dict[str, Command] = {}
        self.name = name
        self.arguments = tuple(arguments)
        self.directory = directory
        self.options: dict[str, None] = {}
        self.traps: dict[str, str] = {}
        """Signal (or EXIT) to what is done; empty: ignored."""
        self.status = 0
        self.last_job_pid = ""
        self.shell_pid = 0
        """In a subshell, the process number of the shell that it belongs to: `$$`."""
        self.jobs: list[Job] = []
        self.jobs_outside: list[Job] = []
        """In a subshell, the jobs of the shell that it belongs to, so that `$(jobs -p)` finds them."""
        self.locals: list[dict[str, str | None]] = []
        """For each function that runs, what its local variables hid."""
        self.call_sites: tuple[object, ...] = ()
        """The places in the script from where the functions that run were called."""
        self.revision = 0
        """Rises when a variable gets another value."""
        self.text_bytes = sum(size_of(value) for value in self.values.values())

    def fork(self) -> ShellState:
        """What a subshell starts with: the same, but for jobs, and traps only where they ignore."""
        copy = object.__new__(ShellState)
        copy.__dict__.update(self.__dict__)
        copy.values = dict(self.values)
        copy.exported = dict(self.exported)
        copy.read_only = dict(self.read_only)
        copy.functions = dict(self.functions)
        copy.options = dict(self.options)
        copy.traps = {name: action for name, action in self.traps.items() if not action}
        copy.jobs = []
        copy.jobs_outside = [*self.jobs_outside, *self.jobs]
        copy.locals = [dict(hidden) for hidden in self.locals]
        return copy

    def set(self, name: str, value: str) -> None:
        """Assign. Raises ShellProblem."""
        if name in self.read_only:
            raise ShellProblem(f"{name}: is read only")
        old = self.values.get(name)
        if old == value and size_of(old) == size_of(value):
            return
        if old is None and len(self.values) >= MAX_VARIABLES:
            raise ShellProblem("out of memory")
        if len(value) > 1_000 and sum(map(len, self.values.values())) + len(value) > MAX_SHELL_BYTES:
            value = swollen("", size_of(value))
        self.text_bytes += size_of(value) - (size_of(old) if old is not None else 0)
        self.values[name] = value
        self.revision += 1
        if "a" in self.options:
            self.exported[name] = None

    def unset(self, name: str) -> None:
        """Forget a variable. Raises ShellProblem."""
        if name in self.read_only:
            raise ShellProblem(f"{name}: is read only")
        old = self.values.pop(name, None)
        if old is not None:
            self.text_bytes -= size_of(old)
            self.revision += 1
        self.exported.pop(name, None)

    def define(self, name: str, body: Command) -> None:
        """A function. Raises ShellProblem."""
        if name not in self.functions and len(self.functions) >= MAX_VARIABLES:
            raise ShellProblem("out of memory")
        self.functions[name] = body

    def environment(self) -> dict[str, str]:
        """What a child sees."""
        return {name: self.values[name] for name in self.exported if name in self.values}

    def new_job(self, processes: tuple[Process, ...]) -> Job:
        """Remember a background command under the lowest free number."""
        self.jobs = [job for job in self.jobs if job.running or not job.waited][-MAX_VARIABLES:]
        taken = {job.number for job in self.jobs}
        number = next(number for number in range(1, len(taken) + 2) if number not in taken)
        job = Job(number=number, processes=processes)
        self.jobs.append(job)
        self.last_job_pid = str(processes[-1].pid)
        return job

    def find_job(self, text: str) -> Job | None:
        """The job that `%1`, `%%`, `%+` or a process number means."""
        if not text.startswith("%"):
            return next((job for job in reversed(self.jobs) if any(str(process.pid) == text for process in job.processes)), None)
        if text in ("%", "%%", "%+"):
            return self.jobs[-1] if self.jobs else None
        return next((job for job in self.jobs if str(job.number) == text[1:]), None)
