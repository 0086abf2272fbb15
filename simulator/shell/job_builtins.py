"""How does a shell wait for its children and signal to processes? `wait`, `kill`, `jobs`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.shell.flow import Steps
from simulator.shell.process import SIGNALS, Process, signal_name
from simulator.shell.state import Job

if TYPE_CHECKING:
    from simulator.shell.interpreter import Shell


def wait(shell: Shell, words: list[str]) -> Steps:
    """For all children, or for those named; a signal with a trap ends it with 128 and the signal's number."""
    shell.process.touched("looks")
    names = [word for word in words[1:] if word != "--"]
    if names[:1] == ["-n"]:
        return (yield _wait_for_next(shell))
    status = 0
    for job in [shell.state.find_job(name) for name in names] if names else list(shell.state.jobs):
        if job is None:
            status = 127
            continue
        while job.running and not shell.pending:
            yield shell.process.stirred
        if job.running:
            return 128 + SIGNALS[shell.pending[0]]
        job.waited = True
        status = job.processes[-1].status if names else 0
    return status


def _wait_for_next(shell: Shell) -> Steps:
    waiting = [job for job in shell.state.jobs if not job.waited]
    while waiting and not shell.pending:
        for job in waiting:
            if not job.running:
                job.waited = True
                return job.processes[-1].status
        yield shell.process.stirred
    return 128 + SIGNALS[shell.pending[0]] if shell.pending else 127


def kill(shell: Shell, words: list[str]) -> int | Steps:
    """A signal to processes, jobs (`%1`), all others (`-1`), or one's own group (`0`)."""
    shell.process.touched("looks")
    signal: str | None = "TERM"
    targets = words[1:]
    if targets[:1] == ["-l"]:
        return shell.output("".join(f"{number}) {name}\n" for name, number in SIGNALS.items()) if len(targets) < 2 else f"{signal_name(targets[1])}\n")
    if targets[:1] in (["-s"], ["-n"]) and len(targets) > 1:
        signal, targets = signal_name(targets[1]), targets[2:]
    elif (targets and targets[0].startswith("-") and targets[0] not in ("-1", "--")) or (targets[:1] == ["-1"] and len(targets) > 1):
        signal, targets = signal_name(targets[0][1:]), targets[1:]
    if targets[:1] == ["--"]:
        targets = targets[1:]
    if signal is None:
        return shell.error("kill: bad signal name", 1)
    if not targets:
        return shell.error("kill: you need to specify whom to kill", 2)
    status = 0
    for target in targets:
        found = _targets(shell, target)
        for process in found:
            if signal != "EXIT":
                shell.process.touched("changes")
                process.deliver(signal)
        if not found:
            status = 1
            shell.write(2, f"{shell.state.name}: can't kill pid {target}: No such process\n", 0)
    return status


def _targets(shell: Shell, target: str) -> Sequence[Process]:
    if target.startswith("%"):
        job = shell.state.find_job(target)
        return [process for process in job.processes if process.alive] if job else []
    table = shell.process.table
    if target == "-1":
        return table.others(shell.process)
    digits = target.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        return []
    if int(digits) == 0:
        # Simplified: a process group is everything that came from the same start.
        return [process for process in table.everybody() if process.session is shell.process.session]
    found = table.process(int(digits))
    if found and target.startswith("-"):
        return [process for process in table.everybody() if process is found or process.parent is found]
    return [found] if found else []


def jobs(shell: Shell, words: list[str]) -> int | Steps:
    """The background commands."""
    shell.process.touched("looks")
    known = shell.state.jobs or shell.state.jobs_outside
    if "-p" in words:
        return shell.output("".join(f"{job.processes[0].pid}\n" for job in known if job.running))
    return shell.output("".join(_line(job) for job in known if not job.waited))


def _line(job: Job) -> str:
    state = "Running" if job.running else "Done"
    return f"[{job.number}]   {state:<24}{' '.join(job.processes[-1].argv)}\n"
