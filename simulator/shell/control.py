"""How are compound commands carried out? Lists, pipelines, `if`, loops, `case`, functions (POSIX, sections 2.9.2 to 2.9.5).

Commands are run `tested` where their failure is asked for (`if`, `&&`), so that `set -e` does not count, and in `tail` position where nothing follows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from simulator.shell import redirection
from simulator.shell.flow import Flow, LeaveLoop, ShellProblem, Steps
from simulator.shell.patterns import matches
from simulator.shell.pipes import NULL
from simulator.shell.simple import simple
from simulator.shell.storage import FileProblem
from simulator.shell.syntax import (
    AndOr,
    ArithmeticCommand,
    Background,
    Case,
    Command,
    For,
    ForArithmetic,
    Function,
    If,
    Mistake,
    Pipeline,
    Redirected,
    Sequence,
    Simple,
    Subshell,
    Unsupported,
    While,
)

if TYPE_CHECKING:
    from simulator.shell.interpreter import Shell


def _pipeline(shell: Shell, node: Pipeline, tested: bool, tail: bool) -> Steps:
    if len(node.commands) == 1:
        status: int = yield shell.execute(node.commands[0], True, False)
    else:
        children = shell.pipe(node, role=shell.role and tail, background=False, tested=tested or node.negated)
        statuses = []
        for child in children:
            statuses.append((yield from shell.wait_for(child, quiet=child is not children[-1])))
        failures = [each for each in statuses if each]
        status = failures[-1] if failures and "pipefail" in shell.state.options else statuses[-1]
    if node.negated:
        status = int(status == 0)
    if shell.pending:
        yield shell.traps()
    return shell.done(status, tested or node.negated)


def _and_or(shell: Shell, node: AndOr, tested: bool, tail: bool) -> Steps:
    status: int = yield shell.execute(node.first, True, False)
    last = len(node.rest) - 1
    for index, (operator, command) in enumerate(node.rest):
        if (status == 0) == (operator == "&&"):
            is_last = index == last
            status = yield shell.execute(command, tested or not is_last, tail and is_last)
    return status


def _background(shell: Shell, node: Background, tested: bool, tail: bool) -> Steps:
    yield from ()
    command = node.command
    if isinstance(command, Pipeline) and len(command.commands) > 1 and not command.negated:
        children = shell.pipe(command, role=shell.role, background=True, tested=False)
    else:
        children = [shell.fork(command, {0: NULL}, role=shell.role, background=True)]
    for child in children:
        # Without job control a background command ignores the terminal's signals.
        child.handlers.update(INT=None, QUIT=None)
    shell.state.new_job(tuple(children))
    shell.process.touched("changes")
    return shell.done(0, tested)


def _sequence(shell: Shell, node: Sequence, tested: bool, tail: bool) -> Steps:
    status = 0
    last = len(node.commands) - 1
    for index, command in enumerate(node.commands):
        status = yield shell.execute(command, tested, tail and index == last)
    if not node.commands:
        shell.state.status = 0
    return status


def _subshell(shell: Shell, node: Subshell, tested: bool, tail: bool) -> Steps:
    child = shell.fork(node.body, {}, role=shell.role and tail, tested=tested)
    status: int = yield from shell.wait_for(child)
    if shell.pending:
        yield shell.traps()
    return shell.done(status, tested)


def _if(shell: Shell, node: If, tested: bool, tail: bool) -> Steps:
    for condition, body in node.branches:
        if (yield shell.execute(condition, True, False)) == 0:
            return (yield shell.execute(body, tested, tail))
    if node.otherwise:
        return (yield shell.execute(node.otherwise, tested, tail))
    shell.state.status = 0
    return 0


def _while(shell: Shell, node: While, tested: bool, tail: bool) -> Steps:
    status = 0
    while True:
        before = shell.step()
        if before:
            yield before
        shell.loops += 1
        try:
            condition: int = yield shell.execute(node.condition, True, False)
            if (condition == 0) == node.until:
                shell.loops -= 1
                break
            status = yield shell.execute(node.body, tested, False)
        except LeaveLoop as leave:
            status = 0
            if not _goes_on(shell, leave):
                break
        except Flow:
            shell.loops -= 1
            raise
        else:
            shell.loops -= 1
    shell.state.status = status
    return status


def _goes_on(shell: Shell, leave: LeaveLoop) -> bool:
    """Whether this loop, left in its middle, has another round."""
    shell.loops -= 1
    if leave.levels > 1 and shell.loops:
        raise LeaveLoop(leave.levels - 1, again=leave.again)
    return leave.again


def _round(shell: Shell, body: Command, tested: bool, last_status: int) -> Steps:
    """One round of a `for`: (status, whether there may be another)."""
    before = shell.step()
    if before:
        yield before
    # Which round it is, is a part of the state that no variable need show.
    shell.process.footprint.touch("changes")
    shell.loops += 1
    try:
        status: int = yield shell.execute(body, tested, False)
    except LeaveLoop as leave:
        return 0, _goes_on(shell, leave)
    except Flow:
        shell.loops -= 1
        raise
    shell.loops -= 1
    return status, True


def _for(shell: Shell, node: For, tested: bool, tail: bool) -> Steps:
    words: list[str] = yield from shell.expander.fields(node.words)
    status = 0
    for word in words:
        shell.assign(node.name, word)
        status, goes_on = yield _round(shell, node.body, tested, status)
        if not goes_on:
            break
    shell.state.status = status
    return status


def _for_arithmetic(shell: Shell, node: ForArithmetic, tested: bool, tail: bool) -> Steps:
    status = 0
    yield from shell.expander.number(node.first)
    while True:
        text: str = yield from shell.expander.text(node.condition)
        if text.strip() and not shell.expander.evaluate(text):
            break
        status, goes_on = yield _round(shell, node.body, tested, status)
        if not goes_on:
            break
        yield from shell.expander.number(node.after)
    shell.state.status = status
    return status


def _case(shell: Shell, node: Case, tested: bool, tail: bool) -> Steps:
    text: str = yield from shell.expander.text(node.word)
    status, falls_through = 0, False
    shell.state.status = 0
    for patterns, body, goes_on in node.items:
        found = falls_through
        for word in patterns:
            if found:
                break
            pattern = yield from shell.expander.pattern(word)
            found = matches(pattern, text)
        if found:
            status = yield shell.execute(body, tested, tail and not goes_on)
            falls_through = goes_on
            if not goes_on:
                break
    return status


def _function(shell: Shell, node: Function, tested: bool, tail: bool) -> Steps:
    yield from ()
    shell.state.define(node.name, node.body)
    shell.process.footprint.touch("changes")
    return shell.done(0, tested)


def _arithmetic(shell: Shell, node: ArithmeticCommand, tested: bool, tail: bool) -> Steps:
    before = shell.step()
    if before:
        yield before
    value = yield from shell.expander.number(node.expression)
    return shell.done(int(value == 0), tested)


def _redirected(shell: Shell, node: Redirected, tested: bool, tail: bool) -> Steps:
    try:
        saved: redirection.Saved = yield from redirection.apply(shell, node.redirects)
    except FileProblem as problem:
        shell.error(str(problem))
        return shell.done(1, tested)
    try:
        status: int = yield shell.execute(node.body, tested, tail)
    except Flow:
        redirection.restore(shell.process, saved)
        raise
    redirection.restore(shell.process, saved)
    return status


def _unsupported(shell: Shell, node: Unsupported, tested: bool, tail: bool) -> Steps:
    yield from ()
    shell.process.table.note(f"outside the shell subset, counts as done: {node.what}")
    return shell.done(0, tested)


def _mistake(shell: Shell, node: Mistake, tested: bool, tail: bool) -> Steps:
    yield from ()
    shell.process.table.note(f"not a script: {node.message}")
    raise ShellProblem(node.message)


RUN: Mapping[type, Callable[[Shell, Any, bool, bool], Steps]] = {
    Simple: simple,
    Pipeline: _pipeline,
    AndOr: _and_or,
    Background: _background,
    Sequence: _sequence,
    Subshell: _subshell,
    If: _if,
    While: _while,
    For: _for,
    ForArithmetic: _for_arithmetic,
    Case: _case,
    Function: _function,
    ArithmeticCommand: _arithmetic,
    Redirected: _redirected,
    Unsupported: _unsupported,
    Mistake: _mistake,
}
"""How to carry out each kind of command: (shell, command, tested, tail)."""
