"""What do `grep`, `sed` and `awk` do? Their everyday forms; another script of `sed` or `awk` writes nothing and is a success, with a remark."""

from __future__ import annotations

import re
from functools import partial
from typing import NamedTuple

from simulator.shell.call import Call, Lines, Tools
from simulator.shell.flow import Steps
from simulator.shell.regex import BadExpression, Instruction, Spans, compiled, group, search
from simulator.shell.storage import File, FileProblem
from simulator.shell.text import natural

_MOST_REPLACEMENTS = 10_000
_LONGEST_AWK = 1_000
_ADDRESS = r"(?:([0-9]{1,9}|\$)|/((?:[^/\\]|\\.)*)/)"
_SED_COMMAND = re.compile(rf"\s*{_ADDRESS}?(?:,{_ADDRESS})?\s*(!?)\s*([pdqs=])")
_AWK = re.compile(r"\s*(?:/((?:[^/\\]|\\.)*)/|NR\s*(==|>|<|>=|<=|!=)\s*([0-9]{1,9})|)\s*(?:\{\s*print\s*([^{}]*?);?\s*\})?\s*")
_AWK_ITEM = re.compile(r'\s*(?:\$(NF|[0-9]{1,4})|"((?:[^"\\]|\\.)*)"|(NR|NF))\s*(,?)')

Program = tuple[Instruction, ...]


def grep(call: Call) -> Steps:
    """Lines that match; 0 if there is one, 1 if there is none, 2 for a mistake."""
    options, operands = call.options("efmABC", ("regexp", "max-count"))
    expression = options.get("e", options.get("regexp"))
    if expression is None:
        if not operands:
            return (yield call.fail("usage: grep PATTERN [FILE]...", 2))
        expression = operands.pop(0)
    extended = "E" in options or call.name == "egrep"
    fixed = "F" in options or call.name == "fgrep"
    try:
        programs = [compiled(_escaped(each) if fixed else each, extended and not fixed, "i" in options) for each in expression.split("\n")]
    except BadExpression as problem:
        return (yield call.fail(str(problem), 2))
    paths = _under(call, operands) if "r" in options or "R" in options else operands or ["-"]
    found, status = 0, 0
    for path in paths:
        try:
            prefix = path if len(paths) > 1 and "h" not in options else ""
            found += yield call.reading(path, partial(_grepped, call, options, programs, prefix))
        except FileProblem as problem:
            status = 2 if "s" in options or "q" in options else (yield call.fail(str(problem), 2))
    return 0 if found and (not status or "q" in options) else status or 1


def _escaped(text: str) -> str:
    return "".join("\\" + each if each in "\\.[*^$" else each for each in text)


def _under(call: Call, roots: list[str]) -> list[str]:
    found: list[str] = []
    for root in roots or ["."]:
        waiting = [root]
        while waiting:
            path = waiting.pop(0)
            node = call.files.existing(call.path(path))
            if isinstance(node, File):
                found.append(path)
            else:
                waiting += [f"{path.rstrip('/')}/{name}" for name in call.files.names(call.path(path))]
    return found


def _grepped(call: Call, options: dict[str, str], programs: list[Program], prefix: str) -> Steps:
    found = number = 0
    most = natural(options.get("m", ""))
    if most is None:
        most = 1 if "q" in options or "l" in options else 1 << 60
    source = Lines(call)
    while found < most:
        lines: list[str] | None = yield source.batch()
        if lines is None:
            break
        output: list[str] = []
        for line in lines:
            number += 1
            spans = next((spans for program in programs if (spans := _matching(program, line, options))), None)
            if (spans is None) != ("v" in options) or found >= most:
                continue
            found += 1
            shown = line[spans[0] : spans[1]] if spans and "o" in options else line
            output.append((f"{prefix}:" if prefix else "") + (f"{number}:" if "n" in options else "") + shown + "\n")
        if output and not any(each in options for each in ("q", "c", "l")):
            yield call.out("".join(output))
    if "c" in options:
        yield call.out((f"{prefix}:" if prefix else "") + f"{found}\n")
    if "l" in options and found:
        yield call.out(f"{prefix or '(standard input)'}\n")
    return found


def _matching(program: Program, line: str, options: dict[str, str]) -> Spans | None:
    start = 0
    while True:
        spans = search(program, line, start)
        if spans is None:
            return None
        if "x" in options and (spans[0] != 0 or spans[1] != len(line)):
            return None
        bounded = not _word(line[spans[0] - 1 : spans[0]] if spans[0] else "") and not _word(line[spans[1] : spans[1] + 1])
        if "w" not in options or bounded:
            return spans
        start = spans[0] + 1


def _word(character: str) -> bool:
    return character.isalnum() or character == "_"


class _Edit(NamedTuple):
    """One command of a `sed` script with its addresses."""

    first: str | Program
    last: str | Program
    negated: bool
    letter: str
    program: Program
    replacement: str
    flags: str


def sed(call: Call) -> Steps:
    """`s`, `p`, `d`, `q` and `=`, with line numbers or expressions as addresses."""
    options, operands = call.options("ef", ("expression",))
    script = options.get("e", options.get("expression"))
    if script is None and operands and "f" not in options:
        script = operands.pop(0)
    try:
        edits = _sed_script(script or "", extended="E" in options or "r" in options)
    except BadExpression as problem:
        call.process.table.note(f"sed: outside the subset, counts as done: {str(problem)[:80]}")
        return 0
    quiet, in_place = "n" in options, "i" in options
    for path in operands or ["-"]:
        text: str = yield call.text_of(path)
        result = _sed(text, edits, quiet)
        if in_place and path != "-":
            yield call.write_to(call.open(path, ">"), result)
        else:
            yield call.out(result)
    return 0


def _sed_script(script: str, *, extended: bool) -> list[_Edit]:
    edits: list[_Edit] = []
    position = 0
    while script[position:].strip(" \t\n;"):
        position += len(script[position:]) - len(script[position:].lstrip(" \t\n;"))
        found = _SED_COMMAND.match(script, position)
        if not found:
            raise BadExpression(script[position:])
        number, expression, last_number, last_expression, negated, letter = found.groups()
        position = found.end()
        first = compiled(expression, extended) if expression is not None else number or ""
        last = compiled(last_expression, extended) if last_expression is not None else last_number or ""
        program: Program = ()
        replacement = flags = ""
        if letter == "s":
            delimiter = script[position : position + 1]
            pieces, position = _delimited(script, position + 1, delimiter)
            ending = re.compile(r"[gpiI]*[0-9]{0,9}[gpiI]*").match(script, position)
            flags = ending.group() if ending else ""
            position += len(flags)
            program, replacement = compiled(pieces[0], extended, "i" in flags.lower()), pieces[1]
        edits.append(_Edit(first, last, bool(negated), letter, program, replacement, flags))
        if script[position : position + 1] not in ("", ";", "\n", " ", "}"):
            raise BadExpression(script[position:])
    return edits


def _delimited(script: str, position: int, delimiter: str) -> tuple[list[str], int]:
    """The two parts of `s/one/other/`, and where what follows begins."""
    pieces: list[str] = []
    piece = ""
    while len(pieces) < 2:
        if not delimiter or position >= len(script):
            raise BadExpression("unmatched delimiter")
        character = script[position]
        if character == "\\":
            following = script[position + 1 : position + 2]
            piece += following if following == delimiter else character + following
            position += 2
        elif character == delimiter:
            pieces.append(piece)
            piece = ""
            position += 1
        else:
            piece += character
            position += 1
    return pieces, position


def _sed(text: str, edits: list[_Edit], quiet: bool) -> str:
    lines = text.split("\n")
    ended = lines[-1] == ""
    lines = lines[:-1] if ended else lines
    result: list[str] = []
    inside: dict[int, bool] = {}
    for number, line in enumerate(lines, 1):
        deleted = quitting = False
        for index, edit in enumerate(edits):
            if _addressed(edit, index, inside, line, number, len(lines)) == edit.negated:
                continue
            if edit.letter == "d":
                deleted = True
                break
            if edit.letter == "s":
                line, changed = _substituted(edit, line)
                if changed and "p" in edit.flags:
                    result.append(line)
            elif edit.letter == "=":
                result.append(str(number))
            elif edit.letter == "p":
                result.append(line)
            quitting = quitting or edit.letter == "q"
        if not deleted and not quiet:
            result.append(line)
        if quitting:
            break
    return "\n".join(result) + ("\n" if result and (ended or len(result) < len(lines)) else "")


def _addressed(edit: _Edit, index: int, inside: dict[int, bool], line: str, number: int, count: int) -> bool:
    if edit.first == "":
        return True
    if edit.last == "":
        return _at(edit.first, line, number, count)
    if inside.get(index):
        inside[index] = not _at(edit.last, line, number, count)
        return True
    if not _at(edit.first, line, number, count):
        return False
    inside[index] = not (isinstance(edit.last, str) and edit.last.isdigit() and int(edit.last) <= number)
    return True


def _at(address: str | Program, line: str, number: int, count: int) -> bool:
    if isinstance(address, str):
        return number == (count if address == "$" else int(address))
    return search(address, line) is not None


def _substituted(edit: _Edit, line: str) -> tuple[str, bool]:
    result: list[str] = []
    position = count = 0
    wanted = int("".join(each for each in edit.flags if each.isdigit()) or "1")
    while position <= len(line) and count < _MOST_REPLACEMENTS:
        spans = search(edit.program, line, position)
        if spans is None:
            break
        count += 1
        result.append(line[position : spans[0]])
        result.append(_replacement(edit.replacement, line, spans) if count >= wanted else line[spans[0] : spans[1]])
        if spans[1] == spans[0]:
            result.append(line[spans[1] : spans[1] + 1])
        position = max(spans[1], spans[0] + 1) if spans[1] == spans[0] else spans[1]
        if "g" not in edit.flags and count >= wanted:
            break
    return "".join(result) + line[position:], count >= wanted


def _replacement(form: str, line: str, spans: Spans) -> str:
    def put(found: re.Match[str]) -> str:
        mark = found.group()
        if mark == "&":
            return group(line, spans, 0)
        if mark[1].isdigit():
            return group(line, spans, int(mark[1]))
        return {"n": "\n", "t": "\t"}.get(mark[1], mark[1])

    return re.sub(r"&|\\(.)", put, form, flags=re.DOTALL)


def awk(call: Call) -> Steps:
    """`/expression/ {print $1, $2}` and `NR==2 {print $NF}`."""
    options, operands = call.options("Fvf")
    found = _AWK.fullmatch(operands[0]) if operands and len(operands[0]) <= _LONGEST_AWK and "f" not in options else None
    items = _awk_items(found.group(4)) if found and found.group(4) else [[("field", "0")]]
    if not found or items is None or not operands[0].strip():
        call.process.table.note("awk: outside the subset, counts as done without output")
        return 0
    expression, comparison, number, _ = found.groups()
    try:
        program = compiled(expression, True) if expression is not None else None
    except BadExpression as problem:
        return (yield call.fail(str(problem), 2))
    separator = options.get("F", "")
    counter = 0

    def edit(lines: list[str]) -> list[str]:
        nonlocal counter
        result = []
        for line in lines:
            counter += 1
            if program is not None and search(program, line) is None:
                continue
            if comparison and not _compared(counter, comparison, int(number)):
                continue
            fields = line.split(separator) if separator and separator != " " else line.split()
            result.append(" ".join("".join(_awk_value(item, line, fields, counter) for item in each) for each in items))
        return result

    return (yield call.by_lines(operands[1:], edit))


def _awk_items(text: str) -> list[list[tuple[str, str]]] | None:
    """What `print` prints: pieces joined with a blank at a comma, and without one elsewhere."""
    items: list[list[tuple[str, str]]] = [[]]
    position = 0
    while position < len(text):
        found = _AWK_ITEM.match(text, position)
        if not found:
            return None
        field, string, special, comma = found.groups()
        items[-1].append(("field", field) if field else ("special", special) if special else ("string", string))
        if comma:
            items.append([])
        position = found.end()
    return items


def _awk_value(item: tuple[str, str], line: str, fields: list[str], number: int) -> str:
    kind, value = item
    if kind == "string":
        return value.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')
    if kind == "special":
        return str(number if value == "NR" else len(fields))
    index = len(fields) if value == "NF" else int(value)
    return line if index == 0 else fields[index - 1] if index <= len(fields) else ""


def _compared(left: int, operator: str, right: int) -> bool:
    return {"==": left == right, "!=": left != right, ">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[operator]


TOOLS: Tools = {"grep": grep, "egrep": grep, "fgrep": grep, "sed": sed, "awk": awk, "gawk": awk}
