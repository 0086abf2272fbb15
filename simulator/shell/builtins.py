"""What does a shell do itself? Builtins that need the shell's own state; those that start, stop and wait for processes are in `job_builtins`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from simulator.shell import job_builtins, known, redirection
from simulator.shell.conditions import BadCondition, Condition
from simulator.shell.flow import Leave, LeaveLoop, Return, ShellProblem, Steps
from simulator.shell.grammar import parse
from simulator.shell.pipes import FileStream
from simulator.shell.printing import formatted, unescaped
from simulator.shell.process import AtMost, signal_name
from simulator.shell.rhythm import sleep_ms
from simulator.shell.state import LONG_OPTIONS, OPTIONS
from simulator.shell.storage import Directory, File, FileProblem
from simulator.shell.text import joined

if TYPE_CHECKING:
    from simulator.shell.interpreter import Shell

Builtin = Callable[["Shell", list[str]], "int | Steps"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SPECIAL = (":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times", "trap", "unset")
"""Builtins whose assignments stay and whose failed redirections end the shell (POSIX, section 2.14)."""


def _true(shell: Shell, words: list[str]) -> int:
    return 0


def _false(shell: Shell, words: list[str]) -> int:
    return 1


def _echo(shell: Shell, words: list[str]) -> int | Steps:
    """As busybox: `-n`, `-e`, `-E` in front are options; escapes only with `-e`."""
    arguments, line_end, escapes = words[1:], "\n", False
    while arguments and re.fullmatch(r"-[neE]+", arguments[0]):
        option = arguments.pop(0)
        line_end = "" if "n" in option else line_end
        escapes = "e" in option or (escapes and "E" not in option)
    text = joined(arguments, " ") if arguments else ""
    if escapes:
        text, stop = unescaped(text)
        line_end = "" if stop else line_end
    return shell.output(joined((text, line_end)))


def _printf(shell: Shell, words: list[str]) -> int | Steps:
    arguments = words[2:] if words[1:2] == ["--"] else words[1:]
    if not arguments:
        return shell.error("usage: printf FORMAT [ARG]...", 2)
    if arguments[0] == "-v" and len(arguments) > 2:
        text, complaints = formatted(arguments[2], arguments[3:])
        shell.state.set(arguments[1], text)
        return 0
    text, complaints = formatted(arguments[0], arguments[1:])
    for complaint in complaints:
        shell.write(2, f"printf: {complaint}\n", 0)
    return shell.output(text, int(bool(complaints)))


def _test(shell: Shell, words: list[str]) -> int | Steps:
    name, arguments = words[0], words[1:]
    if name in ("[", "[["):
        if not arguments or arguments[-1] != "]" * len(name):
            return shell.error(f"{name}: missing {']' * len(name)}", 2)
        arguments = arguments[:-1]
    try:
        condition = Condition(shell.process, shell.state.directory, arguments, double=name == "[[", program=known.exists)
        return int(not condition.holds())
    except BadCondition as problem:
        return shell.error(f"{name}: {problem}", 2)


def _exit(shell: Shell, words: list[str]) -> int:
    raise Leave(_status(words, shell.state.status))


def _return(shell: Shell, words: list[str]) -> int:
    raise Return(_status(words, shell.state.status))


def _status(words: list[str], default: int) -> int:
    if len(words) < 2:
        return default
    if not re.fullmatch(r"-?[0-9]{1,18}", words[1]):
        raise ShellProblem(f"{words[0]}: Illegal number: {words[1][:40]}")
    return int(words[1]) & 255


def _leave_loop(shell: Shell, words: list[str]) -> int:
    levels = int(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdigit() and len(words[1]) < 9 else 1
    if shell.loops:
        raise LeaveLoop(max(1, levels), again=words[0] == "continue")
    return 0


def _cd(shell: Shell, words: list[str]) -> int | Steps:
    operands = [word for word in words[1:] if word not in ("--", "-L", "-P")]
    target = operands[0] if operands else shell.lookup("HOME") or "/"
    if target == "-":
        target = shell.lookup("OLDPWD") or shell.state.directory
    files = shell.process.table.files
    shell.process.touched("file_reads")
    try:
        place = files.find(redirection.absolute(target, shell.state.directory))
        node = place.node
        if node is None:
            # As when writing: a directory of the image is taken to exist.
            files.find(redirection.absolute(target, shell.state.directory) + "/any", to_write=True)
            place = files.find(redirection.absolute(target, shell.state.directory))
            node = place.node
        if not isinstance(node, Directory):
            raise FileProblem("Not a directory" if node else "No such file or directory")
    except FileProblem as problem:
        return shell.error(f"cd: can't cd to {target}: {problem}", 1)
    shell.state.set("OLDPWD", shell.state.directory)
    shell.state.directory = place.path
    shell.state.set("PWD", place.path)
    return 0


def _pwd(shell: Shell, words: list[str]) -> int | Steps:
    return shell.output(shell.state.directory + "\n")


def _eval(shell: Shell, words: list[str]) -> int | Steps:
    text = " ".join(words[1:])
    return shell.execute(parse(text), False, False) if text.strip() else 0


def _source(shell: Shell, words: list[str]) -> int | Steps:
    if len(words) < 2:
        return shell.error(".: filename argument required", 2)
    shell.process.touched("file_reads")
    node = shell.process.table.files.node(redirection.absolute(words[1], shell.state.directory))
    if not isinstance(node, File):
        if words[1].startswith(("/tmp/", "/run/")):
            raise ShellProblem(f".: can't open '{words[1]}': No such file or directory")
        # A file of the image, whose contents are not known: taken to be there and to do nothing.
        shell.process.table.note(f"not known, counts as done: . {words[1][:80]}")
        return 0
    return _sourced(shell, node.text)


def _sourced(shell: Shell, text: str) -> Steps:
    try:
        status: int = yield shell.execute(parse(text), False, False)
    except Return as leave:
        return leave.status
    return status


def _export(shell: Shell, words: list[str]) -> int | Steps:
    state, lines = shell.state, []
    read_only = words[0] == "readonly"
    arguments = [word for word in words[1:] if word != "-p" and word != "--"]
    undo = "-n" in arguments
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if argument.startswith("-"):
            continue
        if not _NAME.fullmatch(name):
            return shell.error(f"{words[0]}: {argument[:80]}: bad variable name", 2)
        if equals:
            state.set(name, value)
        if read_only:
            state.read_only[name] = None
        elif undo:
            state.exported.pop(name, None)
        else:
            state.exported[name] = None
    if read_only or undo:
        shell.process.footprint.touch("changes")
    if arguments:
        return 0
    for name in sorted(state.read_only if read_only else state.exported):
        lines.append(f"{words[0]} {name}='{state.values.get(name, '')}'\n")
    return shell.output("".join(lines))


def _unset(shell: Shell, words: list[str]) -> int:
    functions = "-f" in words
    for name in words[1:]:
        if name.startswith("-"):
            continue
        if functions or (name not in shell.state.values and name in shell.state.functions):
            shell.state.functions.pop(name, None)
        else:
            shell.state.unset(name)
    return 0


def _local(shell: Shell, words: list[str]) -> int | Steps:
    state = shell.state
    if not state.locals and words[0] == "local":
        return shell.error("local: not in a function", 1)
    for argument in words[1:]:
        name, equals, value = argument.partition("=")
        if argument.startswith("-") or not _NAME.fullmatch(name):
            continue
        if state.locals and name not in state.locals[-1]:
            state.locals[-1][name] = state.values.get(name)
        if equals:
            state.set(name, value)
    return 0


def _set(shell: Shell, words: list[str]) -> int | Steps:
    state, arguments = shell.state, words[1:]
    if not arguments:
        return shell.output("".join(f"{name}='{value}'\n" for name, value in sorted(state.values.items())))
    shell.process.footprint.touch("changes")
    while arguments:
        argument = arguments.pop(0)
        if argument in ("--", "-"):
            state.arguments = tuple(arguments)
            return 0
        if argument[0] not in "+-" or len(argument) < 2:
            state.arguments = (argument, *arguments)
            return 0
        names = [OPTIONS.get(letter, "") for letter in argument[1:].replace("o", "")]
        if "o" in argument[1:] and arguments:
            names.append(arguments.pop(0))
        for name in names:
            if name not in LONG_OPTIONS:
                raise ShellProblem(f"set: illegal option {argument[:40]}")
            short = next((letter for letter, long in OPTIONS.items() if long == name), name)
            if argument[0] == "-":
                state.options[short] = None
            else:
                state.options.pop(short, None)
    return 0


def _shift(shell: Shell, words: list[str]) -> int | Steps:
    count = _status(words, 1)
    if count > len(shell.state.arguments):
        return shell.error("shift: can't shift that many", 1)
    shell.state.arguments = shell.state.arguments[count:]
    return 0


def _trap(shell: Shell, words: list[str]) -> int | Steps:
    state, process = shell.state, shell.process
    arguments = words[2:] if words[1:2] == ["--"] else words[1:]
    if not arguments or arguments == ["-p"]:
        return shell.output("".join(f"trap -- '{action}' {name}\n" for name, action in state.traps.items()))
    process.footprint.touch("changes")
    action: str | None = arguments[0]
    names = arguments[1:]
    if action == "-" or not names:
        # With one word only, a signal, its action is the usual one again.
        action, names = None, names or arguments[:1]
    for text in names:
        name = signal_name(text)
        if name is None:
            return shell.error(f"trap: {text[:40]}: invalid signal specification", 1)
        state.traps.pop(name, None)
        process.handlers.pop(name, None)
        if action is not None:
            state.traps[name] = action
            if name != "EXIT":
                process.handlers[name] = shell.caught if action else None
    return 0


def _read(shell: Shell, words: list[str]) -> Steps:
    """One line into variables; 1 at the end of the input, above 128 when `-t` ran out."""
    arguments = words[1:]
    raw, limit_ms = False, None
    while arguments and arguments[0].startswith("-") and len(arguments[0]) > 1:
        option = arguments.pop(0)
        raw = raw or "r" in option
        if option[-1] in "tpndu":
            value = (arguments.pop(0) if arguments else "") if len(option) == 2 else ""
            if option[-1] == "t":
                try:
                    limit_ms = sleep_ms([value])
                except ValueError:
                    limit_ms = None
    line, ended = yield _line(shell, raw, limit_ms)
    _assign_fields(shell, line or "", arguments or ["REPLY"], raw)
    return 142 if line is None else int(ended)


def _line(shell: Shell, raw: bool, limit_ms: int | None) -> Steps:
    """The next line of standard input and whether the input ended before it; None if it took too long."""
    process = shell.process
    stream = process.stream(0)
    line = ""
    while True:
        if limit_ms is not None and not isinstance(stream, FileStream):
            ready = stream.waits_on(process)
            woken = ready is None or (yield AtMost(ready, limit_ms))
            if not woken:
                return None, True
        text: str = yield from stream.read(process, 64 << 10)
        before, newline, after = text.partition("\n")
        if newline and after:
            stream.unread(after)
        line += before
        if not text or (newline and (raw or not line.endswith("\\") or line.endswith("\\\\"))):
            return line, not text
        if newline:
            line = line[:-1]


def _assign_fields(shell: Shell, line: str, names: list[str], raw: bool) -> None:
    separators = shell.state.values.get("IFS", " \t\n")
    blanks = "".join(each for each in separators if each in " \t\n")
    rest = line.strip(blanks) if blanks else line
    if not raw:
        rest = re.sub(r"\\(.)", r"\1", rest)
    for index, name in enumerate(names):
        if not _NAME.fullmatch(name):
            raise ShellProblem(f"read: {name[:40]}: bad variable name")
        end = next((place for place, each in enumerate(rest) if each in separators), len(rest))
        if index == len(names) - 1:
            # The last name takes all that is left, without one separator at its end.
            only = len(rest) - end == 1 and rest[end:] not in blanks
            shell.state.set(name, rest[:end] if only else rest)
            return
        shell.state.set(name, rest[:end])
        rest = rest[end:]
        if blanks:
            rest = rest.lstrip(blanks)
        if rest[:1] and rest[0] in separators and rest[0] not in blanks:
            rest = rest[1:].lstrip(blanks) if blanks else rest[1:]


def _command(shell: Shell, words: list[str]) -> int | Steps:
    """`command -v name`, `type name`: is there such a command? `command name` runs it, passing over functions."""
    arguments = words[1:]
    if words[0] == "command" and arguments[:1] not in (["-v"], ["-V"]):
        return _run_command(shell, [word for word in arguments if word != "-p"]) if arguments else 0
    lines, missing = [], 0
    for name in arguments:
        if name.startswith("-"):
            continue
        if name in shell.state.functions or name in BUILTINS:
            lines.append(name if words[0] == "command" else f"{name} is a shell {'function' if name in shell.state.functions else 'builtin'}")
        elif known.exists(name):
            path = name if "/" in name else f"/usr/bin/{name}"
            lines.append(path if words[0] == "command" else f"{name} is {path}")
        else:
            missing = 127
    return shell.output("".join(line + "\n" for line in lines), missing)


def _run_command(shell: Shell, words: list[str]) -> Steps:
    builtin = BUILTINS.get(words[0])
    if builtin:
        result = builtin(shell, words)
        return result if not isinstance(result, int) else _immediately(result)
    return shell.program(None, words, [], False)


def _immediately(status: int) -> Steps:
    yield from ()
    return status


def _umask(shell: Shell, words: list[str]) -> int | Steps:
    return shell.output("0022\n") if len(words) == 1 else 0


def _let(shell: Shell, words: list[str]) -> int:
    value = 0
    for text in words[1:]:
        value = shell.expander.evaluate(text)
    return int(value == 0)


def _getopts(shell: Shell, words: list[str]) -> int:
    """POSIX' getopts, with one letter at a time remembered in OPTIND's fraction."""
    if len(words) < 3:
        return 2
    form, name = words[1], words[2]
    state = shell.state
    arguments = words[3:] or list(state.arguments)
    index = _status(["getopts", state.values.get("OPTIND", "1")], 1)
    place = state.option_place
    if 0 < index <= len(arguments) and place + 1 >= len(arguments[index - 1]):
        place = 0
    if not 0 < index <= len(arguments) or (place == 0 and (not arguments[index - 1].startswith("-") or arguments[index - 1] == "-")):
        state.set(name, "?")
        return 1
    argument = arguments[index - 1]
    if argument == "--":
        state.set("OPTIND", str(index + 1))
        state.set(name, "?")
        return 1
    letter = argument[place + 1]
    place, takes_value = place + 1, form[form.find(letter) + 1 : form.find(letter) + 2] == ":" and letter in form
    if takes_value:
        value = argument[place + 1 :] or (arguments[index] if index < len(arguments) else "")
        index += 0 if argument[place + 1 :] else 1
        state.set("OPTARG", value)
    else:
        state.unset("OPTARG")
    if takes_value or place + 1 >= len(argument):
        index, place = index + 1, 0
    state.option_place = place
    state.set("OPTIND", str(index))
    state.set(name, letter if letter in form else "?")
    return 0


BUILTINS: Mapping[str, Builtin] = {
    ":": _true, "true": _true, "false": _false, "echo": _echo, "printf": _printf, "test": _test, "[": _test, "[[": _test, "exit": _exit, "return": _return,
    "break": _leave_loop, "continue": _leave_loop, "cd": _cd, "pwd": _pwd, "eval": _eval, ".": _source, "source": _source, "export": _export,
    "readonly": _export, "unset": _unset, "local": _local, "declare": _local, "typeset": _local, "set": _set, "shift": _shift, "trap": _trap, "read": _read,
    "command": _command, "type": _command, "umask": _umask, "ulimit": _true, "let": _let, "getopts": _getopts, "alias": _true, "unalias": _true,
    "hash": _true, "times": _true, "shopt": _true, "exec": _true, "wait": job_builtins.wait, "kill": job_builtins.kill, "jobs": job_builtins.jobs,
    "fg": _true, "bg": _true, "disown": _true,
}  # fmt: skip
