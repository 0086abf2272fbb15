"""What does a process do that runs this command? A shell, a tool, the container's own program, or a program of which only the name is known.

A command outside the subset is never an error. Where it stands tells what it is: the last command of the container's own script, one put into the background
there, and the container's command itself are what the container is there for, and do what the host says of that role (run for ever, usually). Anywhere else,
in a probe or a hook, and if it is one of the programs that are known to return (`known.RETURNING`), it is an instant success.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from simulator.shell import known, tools_files, tools_match, tools_system, tools_text
from simulator.shell.call import Call, Tool, Tools
from simulator.shell.conditions import BadCondition, Condition
from simulator.shell.files import Files, says_absent
from simulator.shell.flow import Steps
from simulator.shell.grammar import parse
from simulator.shell.host import ProgramRole
from simulator.shell.interpreter import Shell
from simulator.shell.limits import MAX_SCRIPT_BYTES
from simulator.shell.pipes import Channel
from simulator.shell.printing import formatted, unescaped
from simulator.shell.process import AtMost, Process
from simulator.shell.redirection import absolute
from simulator.shell.state import OPTIONS, ShellState
from simulator.shell.storage import File, FileProblem

_NOT_FOUND = 127
_KILLED = 137
_GRACEFUL = ("TERM", "QUIT", "INT")
_LETTERS_WITH_VALUE = "oO"


def understands(argv: Sequence[str], files: Files | None = None) -> bool:
    """Whether this command is simulated; False: it is a program known only by its role. With `files`, scripts in mounted volumes are looked at."""
    words = list(argv)
    while words:
        name = words[0].rsplit("/", 1)[-1]
        if name in known.SHELLS:
            script = _script_of(words)[0]
            if script is not None:
                return len(script.encode(errors="replace")) <= MAX_SCRIPT_BYTES
            return len(words) == 1 or (files is not None and _file_text(files, "/", _operand(words)) is not None)
        if name not in known.PREFIXES or name == "timeout":
            return name in _TOOLS or (files is not None and _is_script(_file_text(files, "/", words[0])))
        words = words[1:]
        while words and (words[0].startswith("-") or "=" in words[0]):
            words = words[1:]
    return False


def missing_binary(argv: Sequence[str]) -> bool:
    """Whether a container with this command cannot be started, since its name says that there is no such program (see `files.says_absent`)."""
    return bool(argv) and says_absent(argv[0])


def steps_of(process: Process, words: Sequence[str], directory: str, *, role: bool) -> Steps:
    """What the process does; its exit status."""
    if not words:
        return _role(process, process.table.host.program(words)) if role else _nothing()
    name = words[0].rsplit("/", 1)[-1]
    text = _file_text(process.table.files, directory, words[0]) if "/" in words[0] else None
    if name in known.SHELLS:
        return _shell(process, words, directory, role=role)
    if _is_script(text):
        return _run(process, text or "", words[0], words[1:], directory, is_bash="bash" in (text or "")[:40], options=(), role=role)
    tool = _TOOLS.get(name)
    if tool:
        return _tool(Call(process, words, directory, role=role), tool)
    return _unknown(process, words, role=role)


def _nothing() -> Steps:
    yield from ()
    return 0


def _tool(call: Call, tool: Tool) -> Steps:
    try:
        status: int = yield tool(call)
    except FileProblem as problem:
        try:
            status = yield call.fail(str(problem))
        except FileProblem:
            status = 1
    return status


def _shell(process: Process, words: Sequence[str], directory: str, *, role: bool) -> Steps:
    """`sh -c script name arguments`, `sh file arguments`, or commands from standard input."""
    is_bash = words[0].endswith("bash")
    script, options, rest = _script_of(words)
    if script is not None:
        if len(script.encode(errors="replace")) > MAX_SCRIPT_BYTES:
            return _unknown(process, words, role=role)
        return _run(process, script, rest[0] if rest else words[0], rest[1:], directory, is_bash=is_bash, options=options, role=role)
    if not rest:
        return _from_input(process, words, directory, is_bash=is_bash, options=options)
    text = _file_text(process.table.files, directory, rest[0])
    if text is None:
        return _unknown(process, rest, role=role)
    return _run(process, text, rest[0], rest[1:], directory, is_bash=is_bash, options=options, role=role)


def _from_input(process: Process, words: Sequence[str], directory: str, *, is_bash: bool, options: Sequence[str]) -> Steps:
    text: str = yield Call(process, words, directory).whole_input()
    return (yield _run(process, text, words[0], (), directory, is_bash=is_bash, options=options, role=False))


def _run(process: Process, text: str, name: str, arguments: Sequence[str], directory: str, *, is_bash: bool, options: Sequence[str], role: bool) -> Steps:
    state = ShellState(process.environment, name, arguments, directory)
    state.options.update(dict.fromkeys(options))
    return Shell(process, state, is_bash=is_bash, role=role).main(parse(text))


def _script_of(words: Sequence[str]) -> tuple[str | None, list[str], list[str]]:
    """The script of `-c`, None without one; the options that are set; the other operands."""
    waiting = list(words[1:])
    options: list[str] = []
    is_command = False
    while waiting and waiting[0][:1] in ("-", "+") and len(waiting[0]) > 1:
        option = waiting.pop(0)
        if option == "--":
            break
        if option.startswith("--"):
            continue
        for letter in option[1:]:
            is_command = is_command or (letter == "c" and option[0] == "-")
            if letter in _LETTERS_WITH_VALUE and waiting:
                long = waiting.pop(0)
                options += [next((short for short, name in OPTIONS.items() if name == long), long)] if option[0] == "-" else []
            elif letter in OPTIONS and option[0] == "-":
                options.append(letter)
    if is_command and waiting:
        return waiting[0], options, waiting[1:]
    return None, options, waiting


def _operand(words: Sequence[str]) -> str:
    rest = _script_of(words)[2]
    return rest[0] if rest else ""


def _file_text(files: Files, directory: str, path: str) -> str | None:
    node = files.node(absolute(path, directory)) if path else None
    return node.text if isinstance(node, File) else None


def _is_script(text: str | None) -> bool:
    """Whether a file's first line names a shell."""
    first = (text or "").split("\n", 1)[0]
    return first.startswith("#!") and any(word.rsplit("/", 1)[-1] in known.SHELLS for word in first[2:].split()[:2])


def _unknown(process: Process, words: Sequence[str], *, role: bool) -> Steps:
    """A program of which only the name is known."""
    yield from ()
    name = words[0].rsplit("/", 1)[-1]
    if not known.exists(words[0]):
        process.stream(2).write_now(process, f"sh: {words[0]}: not found\n")
        return _NOT_FOUND
    if role and name not in known.RETURNING:
        return (yield _role(process, process.table.host.program(words)))
    process.table.note(f"outside the shell subset, counts as an instant success: {name[:80]}")
    _ask_to_stop(process, words)
    return 0


def _ask_to_stop(process: Process, words: Sequence[str]) -> None:
    """`nginx -s quit` and its like end the container's own program gracefully."""
    if any(word == "-s" and following in ("quit", "stop") for word, following in pairwise(words)):
        for each in process.table.everybody():
            if each.is_role:
                process.touched("changes")
                each.deliver("TERM")


def _role(process: Process, role: ProgramRole) -> Steps:
    """The container's own program: runs as long as it does, and reacts to SIGTERM as it does."""
    asked = Channel()
    signals: list[str] = []

    def on_signal(signal: str) -> None:
        signals.append(signal)
        asked.wake()

    process.is_role = True
    reacts = role.on_sigterm.exit_after_ms is not None
    process.handlers.update(dict.fromkeys(_GRACEFUL, on_signal if reacts else None))
    if role.run.duration_ms is None:
        while not signals:
            yield asked
    elif not (yield AtMost(asked, role.run.duration_ms)):
        if role.run.reason == "OOMKilled":
            process.oom = True
        return role.run.exit_code
    yield role.on_sigterm.exit_after_ms
    return role.on_sigterm.exit_code


def _echo(call: Call) -> Steps:
    """`echo` as a program of its own."""
    words = list(call.arguments)
    line_end = "\n"
    escapes = False
    while words and words[0] in ("-n", "-e", "-ne", "-en", "-E"):
        option = words.pop(0)
        line_end = "" if "n" in option else line_end
        escapes = escapes or "e" in option
    text = " ".join(words)
    yield call.out((unescaped(text)[0] if escapes else text) + line_end)
    return 0


def _printf(call: Call) -> Steps:
    if not call.arguments:
        return (yield call.fail("usage: printf FORMAT [ARG]..."))
    text, complaints = formatted(call.arguments[0], call.arguments[1:])
    yield call.out(text)
    return int(bool(complaints))


def _pwd(call: Call) -> Steps:
    yield call.out(call.directory + "\n")
    return 0


def _test(call: Call) -> Steps:
    arguments = call.arguments[:-1] if call.name == "[" else call.arguments
    try:
        return int(not Condition(call.process, call.directory, arguments, double=False, program=known.exists).holds())
    except BadCondition as problem:
        return (yield call.fail(str(problem), 2))


_TOOLS: Tools = {
    **tools_text.TOOLS, **tools_match.TOOLS, **tools_files.TOOLS, **tools_system.TOOLS,
    "echo": _echo, "printf": _printf, "pwd": _pwd, "test": _test, "[": _test,
}  # fmt: skip
