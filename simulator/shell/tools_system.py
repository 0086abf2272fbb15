"""What do the tools do that deal with time, processes and the machine?"""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.shell import known
from simulator.shell.arithmetic import ArithmeticProblem, evaluate
from simulator.shell.call import Call, Tools
from simulator.shell.dates import date_text
from simulator.shell.flow import Steps
from simulator.shell.limits import MAX_FIELDS
from simulator.shell.process import AtMost, Process, signal_name
from simulator.shell.rhythm import sleep_ms
from simulator.shell.storage import File
from simulator.shell.text import natural
from simulator.shell.tools_text import bytes_of

_DEFAULT_DATE = "%a %b %e %H:%M:%S UTC %Y"
_RELATIVE = re.compile(r"([+-]?)\s*([0-9]{1,9})\s*(second|sec|minute|min|hour|day|week)s?(\s+ago)?")
_SECONDS = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86400, "week": 604800}


def sleep(call: Call) -> Steps:
    """Nothing, for a while."""
    try:
        duration_ms = sleep_ms(call.arguments)
    except ValueError as problem:
        return (yield call.fail(f"invalid number '{str(problem)[:40]}'"))
    if duration_ms is None:
        yield call.process.table.never
    yield duration_ms
    return 0


def usleep(call: Call) -> Steps:
    """The same in microseconds."""
    yield (natural(call.arguments[0] if call.arguments else "") or 0) // 1000
    return 0


def date(call: Call) -> Steps:
    """The virtual date, in UTC."""
    options, operands = call.options("drsf", ("date", "reference", "set"))
    table = call.process.table
    call.process.touched("chance")
    moment = table.host.epoch_s()
    wanted = options.get("d", options.get("date"))
    if "r" in options:
        moment -= (table.now_ms - call.file(options["r"]).modified_ms) / 1000
    elif wanted is not None:
        relative = _RELATIVE.fullmatch(wanted.strip())
        absolute = natural(wanted[1:]) if wanted.startswith("@") else None
        if absolute is not None:
            moment = float(absolute)
        elif relative:
            sign = -1 if relative.group(1) == "-" or relative.group(4) else 1
            moment += sign * int(relative.group(2)) * _SECONDS[relative.group(3)]
        elif wanted not in ("now", ""):
            table.note(f"date -d {wanted[:40]}: outside the subset, counts as now")
    form = next((operand[1:] for operand in operands if operand.startswith("+")), _DEFAULT_DATE)
    if "I" in options or "Iseconds" in options or "iso-8601" in options:
        form = "%Y-%m-%dT%H:%M:%S+00:00" if "s" in options or options.get("iso-8601", "").startswith("s") else "%Y-%m-%d"
    try:
        yield call.out(date_text(form, moment) + "\n")
    except ValueError as problem:
        return (yield call.fail(str(problem)))
    return 0


def env(call: Call) -> Steps:
    """The environment, or a command in another one."""
    environment = dict(call.process.environment)
    words = list(call.arguments)
    while words and (words[0].startswith("-") or "=" in words[0]):
        word = words.pop(0)
        if word in ("-i", "-", "--ignore-environment"):
            environment = {}
        elif word == "-u" and words:
            environment.pop(words.pop(0), None)
        elif "=" in word and not word.startswith("-"):
            name, _, value = word.partition("=")
            environment[name] = value
    if words:
        call.process.environment = environment
        call.process.argv = tuple(words)
        return (yield call.process.table.steps_of(call.process, words, call.directory, role=call.role))
    yield call.out("".join(f"{name}={value}\n" for name, value in environment.items()))
    return 0


def printenv(call: Call) -> Steps:
    """One variable of the environment, or all."""
    if not call.arguments:
        return (yield env(call))
    values = [call.process.environment[name] for name in call.arguments if name in call.process.environment]
    yield call.out("".join(value + "\n" for value in values))
    return int(len(values) < len(call.arguments))


def prefix(with_value: str) -> Callable[[Call], Steps]:
    """A program that becomes the command behind it: `nohup`, `exec`, `setsid`."""

    def tool(call: Call) -> Steps:
        words = list(call.arguments)
        while words and words[0].startswith("-"):
            option = words.pop(0)
            if option != "--" and option[-1] in with_value and words:
                words.pop(0)
            if option == "--":
                break
        if call.name in ("su-exec", "gosu") and words:
            words.pop(0)
        if not words:
            return 0
        call.process.argv = tuple(words)
        return (yield call.process.table.steps_of(call.process, words, call.directory, role=call.role))

    return tool


def init(call: Call) -> Steps:
    """`tini`, `dumb-init`: start the command as a child, pass signals on to it, end as it ends."""
    words = list(call.arguments)
    while words and words[0].startswith("-"):
        if words.pop(0) == "--":
            break
    if not words:
        return 0
    child = call.run(words, role=call.role)
    for signal in ("TERM", "INT", "HUP", "QUIT", "USR1", "USR2"):
        call.process.handlers[signal] = child.deliver
    while child.alive:
        yield call.process.stirred
    return child.status


def timeout(call: Call) -> Steps:
    """A command that may not take too long; 124 if it did."""
    words = list(call.arguments)
    signal, old_style = "TERM", None
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in ("-s", "-k", "-t") and words:
            value = words.pop(0)
            signal = signal_name(value) or signal if option == "-s" else signal
            old_style = value if option == "-t" else old_style
    try:
        limit_ms = sleep_ms([old_style if old_style is not None else words.pop(0) if words else ""])
    except ValueError:
        return (yield call.fail("invalid number", 125))
    if not words:
        return 0
    child = call.run(words)
    call.process.handlers["TERM"] = child.deliver
    table = call.process.table
    ends_ms = None if limit_ms is None or limit_ms == 0 else table.now_ms + limit_ms
    timed_out = False
    while child.alive:
        if ends_ms is None or timed_out:
            yield call.process.stirred
        elif not (yield AtMost(call.process.stirred, max(0, ends_ms - table.now_ms))):
            timed_out = True
            child.deliver(signal)
    return 124 if timed_out else child.status


def xargs(call: Call) -> Steps:
    """A command with arguments read from standard input."""
    words = list(call.arguments)
    each, mark = 5_000, ""
    while words and words[0].startswith("-"):
        option = words.pop(0)
        letter, value = option[1:2], option[2:]
        if letter in ("n", "I", "P", "L", "s", "d") and not value and words:
            value = words.pop(0)
        if letter in ("n", "L"):
            each = natural(value) or 1
        if letter == "I":
            mark = value
    text: str = yield call.whole_input()
    items = text.split("\n") if mark else text.replace("\0", " ").split()
    items = [item for item in items if item][:MAX_FIELDS]
    status = 0
    batches = [[item] for item in items] if mark else [items[start : start + each] for start in range(0, len(items), each)]
    for batch in batches or [[]]:
        if not batch and ("r" in call.options()[0] or mark):
            break
        command = [word.replace(mark, batch[0]) for word in words] if mark else [*(words or ["echo"]), *batch]
        yield call.step()
        child = call.run(command)
        while child.alive:
            yield call.process.stirred
        status = 123 if child.status else status
    return status


def _named(call: Call, name: str) -> list[Process]:
    """Processes of this name; the container's own program, whose file is not known, may have any name."""
    call.process.touched("looks")
    return [each for each in call.process.table.everybody() if each is not call.process and (each.name == name or (each.pid == 1 and each.is_role))]


def killall(call: Call) -> Steps:
    """A signal to processes by name."""
    signal: str | None = "TERM"
    names: list[str] = []
    for word in call.arguments:
        if word.startswith("-") and (signal_name(word[1:]) or word == "-0"):
            signal = signal_name(word[1:])
        elif not word.startswith("-"):
            names.append(word)
    status = 0 if names else 1
    for name in names:
        found = _named(call, name)
        for process in found:
            if signal and signal != "EXIT":
                call.process.touched("changes")
                process.deliver(signal)
        if not found:
            status = 1
            if call.name == "killall" and "-q" not in call.arguments:
                status = yield call.fail(f"{name}: no process killed")
    return status


def pgrep(call: Call) -> Steps:
    """Process numbers by name."""
    options, names = call.options("uPtgGs")
    call.process.touched("looks")
    found: list[int] = []
    for name in names:
        exact = call.name == "pidof" or "x" in options
        for each in call.process.table.everybody():
            shown = " ".join(each.argv) if "f" in options else each.name
            if each is not call.process and (shown == name if exact else name in shown):
                found.append(each.pid)
    if not found:
        return 1
    yield call.out((" ".join(map(str, found)) if call.name == "pidof" else "\n".join(map(str, found))) + "\n")
    return 0


def ps(call: Call) -> Steps:
    """All processes."""
    call.process.touched("looks")
    lines = [f"{each.pid:5d} root      0:00 {' '.join(each.argv)[:200]}\n" for each in call.process.table.everybody()]
    yield call.out("PID   USER     TIME  COMMAND\n" + "".join(lines))
    return 0


def says(text: str) -> Callable[[Call], Steps]:
    """A tool that always says the same."""

    def tool(call: Call) -> Steps:
        yield call.out(text)
        return 0

    return tool


def identity(call: Call) -> Steps:
    """`id`: root."""
    yield call.out("0\n" if "-u" in call.arguments or "-g" in call.arguments else "uid=0(root) gid=0(root) groups=0(root)\n")
    return 0


def uname(call: Call) -> Steps:
    """The system's name."""
    options, _ = call.options()
    fields = {"s": "Linux", "n": call.process.environment.get("HOSTNAME", "localhost"), "r": "6.1.0", "v": "#1 SMP", "m": "x86_64", "o": "GNU/Linux"}
    wanted = "snrvmo" if "a" in options else [letter for letter in "snrvmo" if letter in options] or "s"
    yield call.out(" ".join(fields[letter] for letter in wanted) + "\n")
    return 0


def hostname(call: Call) -> Steps:
    """The pod's name, as the environment has it."""
    yield call.out(call.process.environment.get("HOSTNAME", "localhost") + "\n")
    return 0


def which(call: Call) -> Steps:
    """Where a program is."""
    names = [name for name in call.arguments if not name.startswith("-")]
    found = [name if "/" in name else f"/usr/bin/{name}" for name in names if known.exists(name)]
    yield call.out("".join(path + "\n" for path in found))
    return int(len(found) < len(names))


def fetch(call: Call) -> Steps:
    """`curl` and `wget`: every request is answered with 200 and an empty page."""
    options, operands = call.options("owHXdmAueTbcFxKO", ("write-out", "output", "header", "request", "data", "max-time", "retry", "connect-timeout"))
    call.process.table.note(f"not simulated, every request is answered with 200: {call.name}")
    if call.name == "wget":
        if "server-response" in options or "S" in options:
            yield call.complain("  HTTP/1.1 200 OK\n")
        path = options.get("O") or (operands[0].rstrip("/").rsplit("/", 1)[-1] if operands and "q" not in options and "spider" not in options else "-")
    else:
        form = options.get("w", options.get("write-out", ""))
        path = options.get("o", options.get("output", "-"))
        if form:
            yield call.out(form.replace("%{http_code}", "200").replace("%{response_code}", "200").replace("\\n", "\n"))
    if path != "-" and path != "/dev/null" and ("O" in options or "o" in options or "output" in options):
        call.files_to_change.put(call.path(path), File("", call.process.table.now_ms))
    return 0


def stress(call: Call) -> Steps:
    """`stress` and `stress-ng`: workers that hold memory or are busy; the end of one is the end of all."""
    options, _ = call.options("citmdnqv", ("vm", "vm-bytes", "vm-hang", "vm-stride", "cpu", "io", "hdd", "hdd-bytes", "timeout", "backoff", "cpu-load"))
    workers = natural(options.get("vm", options.get("m", "0"))) or 0
    used_bytes = bytes_of(options.get("vm-bytes", "256M").upper().removesuffix("B"))
    limit = options.get("timeout", options.get("t"))
    try:
        limit_ms = sleep_ms([limit]) if limit else None
    except ValueError:
        limit_ms = None
    children = []
    for _ in range(min(workers, 64)):
        child = call.process.table.spawn(call.process, call.process.argv, call.process.environment)
        call.process.table.begin(child, _hold(Call(child, child.argv, call.directory), used_bytes))
        children.append(child)
    ends_ms = None if limit_ms is None else call.process.table.now_ms + limit_ms
    while all(child.alive for child in children):
        if ends_ms is None:
            yield call.process.stirred
        elif not (yield AtMost(call.process.stirred, max(0, ends_ms - call.process.table.now_ms))):
            break
    failed = not all(child.alive for child in children)
    for child in children:
        child.kill(137)
    if failed:
        return (yield call.fail("FAIL: worker got signal 9"))
    return 0


def _hold(call: Call, used_bytes: int) -> Steps:
    yield call.fill_memory(used_bytes)
    yield call.process.table.never


def expr(call: Call) -> Steps:
    """Arithmetic and comparisons between words, from left to right as `*` binds before `+`; 1 if the result is nothing or 0."""
    words = call.arguments
    if len(words) == 3 and words[1] in ("=", "!=") and (natural(words[0]) is None or natural(words[2]) is None):
        value = int((words[0] == words[2]) == (words[1] == "="))
    elif len(words) == 1:
        yield call.out(words[0] + "\n")
        return int(words[0] in ("", "0"))
    else:
        text = " ".join({"=": "==", "&": "&&", "|": "||"}.get(word, word) for word in words)
        try:
            value = evaluate(text, lambda name: "", lambda name, value: None)
        except ArithmeticProblem:
            return (yield call.fail("syntax error", 2))
    yield call.out(f"{value}\n")
    return int(value == 0)


def problem_free(call: Call) -> Steps:
    """`true`."""
    yield from ()
    return 0


def failing(call: Call) -> Steps:
    """`false`."""
    yield from ()
    return 1


TOOLS: Tools = {
    "sleep": sleep, "usleep": usleep, "date": date, "env": env, "printenv": printenv, "timeout": timeout, "xargs": xargs, "killall": killall, "pkill": killall,
    "pgrep": pgrep, "pidof": pgrep, "ps": ps, "id": identity, "whoami": says("root\n"), "logname": says("root\n"), "uname": uname, "arch": says("x86_64\n"),
    "hostname": hostname, "nproc": says("1\n"), "tty": says("not a tty\n"), "which": which, "curl": fetch, "wget": fetch, "stress": stress, "stress-ng": stress,
    "tini": init, "dumb-init": init, "catatonit": init, "nohup": prefix(""), "setsid": prefix(""), "nice": prefix("n"), "ionice": prefix("cn"),
    "expr": expr, "stdbuf": prefix("ioe"), "su-exec": prefix(""), "gosu": prefix(""), "busybox": prefix(""), "time": prefix("of"), "chpst": prefix("unbPm"),
    "exec": prefix("a"), "true": problem_free, "false": failing, "sync": problem_free, "clear": problem_free, "stty": problem_free,
}  # fmt: skip
