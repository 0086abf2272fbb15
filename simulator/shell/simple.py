"""How is a simple command carried out? Expansion, assignments, redirections; then a function, a builtin or a program (POSIX, section 2.9.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.shell import builtins, redirection
from simulator.shell.flow import Flow, Leave, Return, ShellProblem, Steps
from simulator.shell.limits import MAX_CALL_DEPTH
from simulator.shell.storage import FileProblem
from simulator.shell.syntax import Command, Simple

if TYPE_CHECKING:
    from simulator.shell.interpreter import Shell


def simple(shell: Shell, node: Simple, tested: bool, tail: bool) -> Steps:
    before = shell.step()
    if before:
        yield before
    shell.substitution_status = 0
    words: list[str] = (yield from shell.expander.fields(node.words)) if node.words else []
    values: list[tuple[str, str]] = []
    for name, word in node.assignments:
        value = yield from shell.expander.text(word)
        values.append((name, value))
    yield from shell.pay()
    if "x" in shell.state.options:
        _trace(shell, words, values)
    status: int
    if not words:
        status = yield from _assignments_only(shell, node, values)
    else:
        status = yield _command(shell, node, words, values, tested, tail)
    if shell.pending:
        shell.state.status = status
        yield shell.traps()
    return shell.done(status, tested)


def _trace(shell: Shell, words: list[str], values: list[tuple[str, str]]) -> None:
    line = " ".join([*(f"{name}={value}" for name, value in values), *words])
    shell.write(2, f"{shell.state.values.get('PS4', '+ ')}{line}\n", 0)


def _assignments_only(shell: Shell, node: Simple, values: list[tuple[str, str]]) -> Steps:
    try:
        saved: redirection.Saved = yield from redirection.apply(shell, node.redirects)
    except FileProblem as problem:
        shell.error(str(problem))
        return 1
    redirection.restore(shell.process, saved)
    for name, value in values:
        shell.assign(name, value)
    return shell.substitution_status


def _command(shell: Shell, node: Simple, words: list[str], values: list[tuple[str, str]], tested: bool, tail: bool) -> Steps:
    """A function, a builtin or a program, with its redirections."""
    name = words[0]
    builtin = builtins.BUILTINS.get(name) if name not in shell.state.functions else None
    try:
        saved: redirection.Saved = yield from redirection.apply(shell, node.redirects)
    except FileProblem as problem:
        shell.error(str(problem))
        if name in builtins.SPECIAL:
            raise Leave(1) from None
        return 1
    try:
        if name == "exec" and builtin:
            return _exec(shell, words, values, saved)
        if name in shell.state.functions or builtin:
            status: int = yield _inside(shell, node, words, values, tested)
        else:
            status = yield shell.program(node, words, values, tail)
    except Flow:
        redirection.restore(shell.process, saved)
        raise
    redirection.restore(shell.process, saved)
    return status


def _exec(shell: Shell, words: list[str], values: list[tuple[str, str]], saved: redirection.Saved) -> int:
    redirection.keep(saved)
    arguments = words[2:] if words[1:2] == ["--"] else words[1:]
    for name, value in values:
        shell.assign(name, value)
    if arguments:
        shell.become(arguments, {**shell.state.environment(), **dict(values)}, role=shell.role)
    shell.process.footprint.touch("changes")
    return 0


def _inside(shell: Shell, node: Simple, words: list[str], values: list[tuple[str, str]], tested: bool) -> Steps:
    """A function or a builtin, which run in this process; assignments before it hold as long as it runs."""
    state = shell.state
    name = words[0]
    status: int
    hidden = {each: state.values.get(each) for each, _ in values}
    for each, value in values:
        shell.assign(each, value)
    if name in state.functions:
        status = yield _call(shell, node, state.functions[name], words, tested)
    else:
        try:
            result = builtins.BUILTINS[name](shell, words)
            status = result if isinstance(result, int) else (yield result)
        except FileProblem as problem:
            shell.error(f"{name}: {problem}")
            status = 1
        if name in builtins.SPECIAL:
            return status
    for each, old in hidden.items():
        if old is None:
            state.unset(each)
        else:
            state.set(each, old)
    return status


def _call(shell: Shell, node: Simple, body: Command, words: list[str], tested: bool) -> Steps:
    state = shell.state
    if len(state.call_sites) >= MAX_CALL_DEPTH:
        shell.process.table.note(f"functions calling each other more than {MAX_CALL_DEPTH} deep: the shell ends")
        raise ShellProblem("maximum function nesting level exceeded", 139)
    before = (state.arguments, state.call_sites, shell.loops)
    state.arguments, state.call_sites, shell.loops = tuple(words[1:]), (*state.call_sites, node), 0
    state.locals.append({})
    try:
        status: int = yield shell.execute(body, tested, False)
    except Return as leave:
        status = leave.status
    except Flow:
        _leave_function(shell, before)
        raise
    _leave_function(shell, before)
    return status


def _leave_function(shell: Shell, before: tuple[tuple[str, ...], tuple[object, ...], int]) -> None:
    shell.state.arguments, shell.state.call_sites, shell.loops = before
    for name, value in shell.state.locals.pop().items():
        if value is None:
            shell.state.unset(name)
        else:
            shell.state.set(name, value)
