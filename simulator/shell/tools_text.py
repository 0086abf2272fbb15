"""What do the tools do that read and write text?"""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.shell.call import Call, Tools
from simulator.shell.flow import Steps
from simulator.shell.limits import MAX_FIELDS, MAX_TEXT_BYTES
from simulator.shell.patterns import bracketed
from simulator.shell.storage import FileProblem
from simulator.shell.text import Swollen, lines_of, natural, repeated, size_of, swollen

_ENDLESS_BYTES = 16 << 20
_YES_BYTES = 8 << 10
_SUFFIXES = {
    "": 1,
    "b": 512,
    "c": 1,
    "k": 1 << 10,
    "K": 1 << 10,
    "KB": 1000,
    "M": 1 << 20,
    "m": 1 << 20,
    "MB": 10**6,
    "G": 1 << 30,
    "g": 1 << 30,
    "GB": 10**9,
    "T": 1 << 40,
}
_SIZE = re.compile(r"([0-9]{1,18})([a-zA-Z]{0,2})")


def bytes_of(text: str) -> int:
    """`1M`, `512`, `4k`, `2GB`. Raises FileProblem."""
    found = _SIZE.fullmatch(text.removesuffix("iB"))
    if not found or found.group(2) not in _SUFFIXES:
        raise FileProblem(f"invalid number '{text[:40]}'")
    return int(found.group(1)) * _SUFFIXES[found.group(2)]


def _count(text: str) -> int:
    count = natural(text)
    if count is None:
        raise FileProblem(f"invalid number '{text[:40]}'")
    return count


def cat(call: Call) -> Steps:
    """The files one after the other."""
    _, paths = call.options()
    status = 0
    for path in paths or ["-"]:
        try:
            yield call.reading(path, lambda: _copy(call))
        except FileProblem as problem:
            if str(problem) in ("Broken pipe", "No space left on device"):
                raise
            status = yield call.fail(str(problem))
    return status


def _copy(call: Call) -> Steps:
    source = call.process.stream(0)
    if source.infinite and call.process.stream(1).swallows:
        call.process.table.note(f"{call.name} of an endless file: from here on it counts as busy for ever")
        yield call.process.table.never
    while True:
        text: str = yield from call.chunk(_ENDLESS_BYTES if source.infinite else 1 << 40)
        if not text:
            return
        yield call.out(text)


def head(call: Call) -> Steps:
    """The first lines or bytes."""
    call.arguments = [f"-n{word[1:]}" if re.fullmatch(r"-[0-9]+", word) else word for word in call.arguments]
    options, paths = call.options("nc", ("lines", "bytes"))
    lines_text, bytes_text = options.get("n", options.get("lines", "10")), options.get("c", options.get("bytes"))
    count = bytes_of(bytes_text) if bytes_text is not None else _count(lines_text.lstrip("-"))
    for path in paths or ["-"]:
        yield call.reading(path, lambda: _first_bytes(call, count) if bytes_text is not None else _first_lines(call, count))
    return 0


def _first_bytes(call: Call, count: int) -> Steps:
    while count > 0:
        text: str = yield from call.chunk(count)
        if not text:
            return
        count -= size_of(text)
        yield call.out(text)


def _first_lines(call: Call, count: int) -> Steps:
    while count > 0:
        text: str = yield from call.chunk(64 << 10)
        if not text:
            return
        lines = text.split("\n")
        kept = "\n".join(lines[:count])
        if len(lines) > count:
            kept += "\n"
            call.process.stream(0).unread("\n".join(lines[count:]))
        count -= len(lines) - 1
        yield call.out(kept)


def tail(call: Call) -> Steps:
    """The last lines or bytes; with `-f` what comes behind them, for ever."""
    call.arguments = [f"-n{word[1:]}" if re.fullmatch(r"[-+][0-9]+", word) else word for word in call.arguments]
    options, paths = call.options("ncs", ("lines", "bytes", "pid", "sleep-interval"))
    following = "f" in options or "F" in options or "follow" in options
    places: dict[str, int] = {}
    status = 0
    for path in paths or ["-"]:
        try:
            text: str = yield call.text_of(path)
            places[path] = size_of(text)
            yield call.out(_ending(text, options))
        except FileProblem as problem:
            places[path] = 0
            status = yield call.fail(str(problem))
    if not following or (status and "F" not in options and len(paths) == 1):
        return status
    while True:
        yield call.process.table.files_changed
        for path in paths:
            text = _text_at(call, path)
            if size_of(text) < places[path]:
                places[path] = 0
            if size_of(text) > places[path]:
                new = text[places[path] :]
                yield call.out(swollen(new, size_of(text) - places[path]) if isinstance(text, Swollen) else new)
                places[path] = size_of(text)


def _text_at(call: Call, path: str) -> str:
    try:
        return call.file(path).text
    except FileProblem:
        return ""


def _ending(text: str, options: dict[str, str]) -> str:
    if "c" in options:
        wanted = options["c"]
        size = bytes_of(wanted.lstrip("+-"))
        return text[max(0, size - 1) :] if wanted.startswith("+") else text[max(0, len(text) - size) :]
    wanted = options.get("n", options.get("lines", "10"))
    count = _count(wanted.lstrip("+-"))
    lines = text.split("\n")
    ended = lines[-1] == ""
    lines = lines[:-1] if ended else lines
    kept = lines[max(0, count - 1) :] if wanted.startswith("+") else lines[max(0, len(lines) - count) :]
    return "\n".join(kept) + ("\n" if ended and kept else "")


def tee(call: Call) -> Steps:
    """Standard input to standard output and into files."""
    options, paths = call.options()
    streams = [call.open(path, ">>" if "a" in options else ">") for path in paths]
    while True:
        text: str = yield from call.chunk()
        if not text:
            return 0
        for stream in streams:
            yield stream.write(call.process, text)
        yield call.out(text)


def wc(call: Call) -> Steps:
    """Lines, words, bytes."""
    options, paths = call.options()
    totals: list[tuple[int, int, int]] = []
    for path in paths or ["-"]:
        text: str = yield call.text_of(path)
        counts = (text.count("\n"), len(text.split()), size_of(text))
        totals.append(counts)
        yield call.out(_counted(counts, options, "" if path == "-" else path))
    if len(totals) > 1:
        yield call.out(_counted((sum(each[0] for each in totals), sum(each[1] for each in totals), sum(each[2] for each in totals)), options, "total"))
    return 0


def _counted(counts: tuple[int, int, int], options: dict[str, str], path: str) -> str:
    wanted = [index for index, letter in enumerate("lwc") if letter in options or (letter == "c" and "m" in options)] or [0, 1, 2]
    numbers = " ".join(str(counts[index]) for index in wanted)
    return f"{numbers} {path}\n" if path else f"{numbers}\n"


def cut(call: Call) -> Steps:
    """Columns or fields."""
    options, paths = call.options("dfcb", ("delimiter", "fields"))
    delimiter = options.get("d", options.get("delimiter", "\t"))[:1] or "\t"
    in_fields = "f" in options or "fields" in options
    ranges = _ranges(options.get("f", options.get("fields", options.get("c", options.get("b", "1")))))

    def edit(lines: list[str]) -> list[str]:
        result = []
        for line in lines:
            if in_fields and delimiter not in line:
                result += [] if "s" in options else [line]
                continue
            pieces = line.split(delimiter) if in_fields else list(line)
            kept = [piece for index, piece in enumerate(pieces, 1) if any(low <= index <= high for low, high in ranges)]
            result.append((delimiter if in_fields else "").join(kept))
        return result

    return (yield call.by_lines(paths, edit))


def _ranges(text: str) -> list[tuple[int, int]]:
    ranges = []
    for part in text.split(","):
        low, dash, high = part.partition("-")
        if not re.fullmatch(r"[0-9]{0,9}-?[0-9]{0,9}", part) or part in ("", "-"):
            raise FileProblem(f"invalid range '{part[:40]}'")
        ranges.append((int(low or 1), int(high or 1 << 60) if dash else int(low)))
    return ranges


def tr(call: Call) -> Steps:
    """Characters for characters."""
    options, sets = call.options()
    complement = "c" in options or "C" in options
    first = _characters(sets[0]) if sets else ""
    second = _characters(sets[1]) if len(sets) > 1 else ""
    squeezed = (second or first) if "s" in options else ""
    table = {ord(each): second[min(index, len(second) - 1)] for index, each in reversed(list(enumerate(first)))} if second else {}
    while True:
        text: str = yield from call.chunk()
        if not text:
            return 0
        kept = text[:MAX_TEXT_BYTES]
        if complement:
            kept = "".join(each if each in first else ("" if "d" in options else second[-1:]) for each in kept)
        elif "d" in options:
            kept = kept.translate(dict.fromkeys(map(ord, first)))
        else:
            kept = kept.translate(table)
        if squeezed:
            kept = "".join(each for index, each in enumerate(kept) if index == 0 or each != kept[index - 1] or each not in squeezed)
        size = size_of(text) * len(kept) // max(1, len(text)) if isinstance(text, Swollen) else size_of(kept)
        yield call.out(swollen(kept, size) if isinstance(text, Swollen) else kept)


def _characters(text: str) -> str:
    """`a-z`, `[:upper:]` and escapes written out."""
    result: list[str] = []
    position = 0
    while position < len(text) and len(result) < 1_000:
        named = bracketed(f"[{text[position:]}", 0) if text.startswith("[:", position) else None
        close = text.find(":]", position)
        if named and close > 0:
            result += [chr(code) for code in range(128) if named[0]._replace(singles="", ranges=(), classes=(text[position + 2 : close],)).accepts(chr(code))]
            position = close + 2
            continue
        character = text[position]
        if character == "\\" and position + 1 < len(text):
            octal = re.match(r"[0-7]{1,3}", text[position + 1 :])
            escaped = octal.group() if octal else text[position + 1]
            character = chr(int(escaped, 8) & 255) if octal else {"n": "\n", "t": "\t", "r": "\r"}.get(escaped, escaped)
            position += len(escaped)
        if text[position + 1 : position + 2] == "-" and position + 2 < len(text):
            result += [chr(code) for code in range(ord(character), min(ord(text[position + 2]), ord(character) + 300) + 1)]
            position += 3
            continue
        result.append(character)
        position += 1
    return "".join(result)


def sort(call: Call) -> Steps:
    """Lines in order."""
    options, paths = call.options("ktoS")
    lines: list[str] = []
    for path in paths or ["-"]:
        text: str = yield call.text_of(path)
        lines += lines_of(text)
    column = re.match(r"[0-9]{1,6}", options.get("k", ""))

    def key(line: str) -> tuple[float, str]:
        field = line
        if column:
            fields = line.split(options["t"][:1]) if options.get("t") else line.split()
            field = fields[int(column.group()) - 1] if 0 < int(column.group()) <= len(fields) else ""
        number = re.match(r"\s*-?[0-9]{0,30}\.?[0-9]{0,30}", field)
        try:
            return (float(number.group()) if number and "n" in options else 0.0, "" if "n" in options else field)
        except ValueError:
            return (0.0, "")

    lines.sort(key=lambda line: (key(line), line), reverse="r" in options)
    if "u" in options:
        lines = list(dict.fromkeys(lines))
    yield call.out("".join(line + "\n" for line in lines))
    return 0


def uniq(call: Call) -> Steps:
    """Neighbouring lines that are the same, once."""
    options, paths = call.options()
    text: str = yield call.text_of(paths[0] if paths else "-")
    groups: list[tuple[str, int]] = []
    for line in lines_of(text):
        if groups and groups[-1][0] == line:
            groups[-1] = (line, groups[-1][1] + 1)
        else:
            groups.append((line, 1))
    groups = [each for each in groups if ("d" not in options or each[1] > 1) and ("u" not in options or each[1] == 1)]
    yield call.out("".join(f"{count:7d} {line}\n" if "c" in options else f"{line}\n" for line, count in groups))
    return 0


def seq(call: Call) -> Steps:
    """Numbers."""
    arguments, separator = list(call.arguments), "\n"
    while arguments and re.fullmatch(r"-[swf].*", arguments[0]):
        option = arguments.pop(0)
        value = option[2:] or (arguments.pop(0) if option[1] in "sf" and arguments else "")
        separator = value if option[1] == "s" else separator
    try:
        numbers = [float(argument) for argument in arguments]
    except ValueError:
        return (yield call.fail("invalid number"))
    if not 1 <= len(numbers) <= 3:
        return (yield call.fail("usage: seq [FIRST [INC]] LAST"))
    first, step, last = (1.0, 1.0, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1] if len(numbers) == 3 else 1.0, numbers[-1])
    digits = max((len(argument.partition(".")[2]) for argument in arguments), default=0)
    result: list[str] = []
    while step and len(result) < MAX_FIELDS and (first + step * len(result) <= last + 1e-9 if step > 0 else first + step * len(result) >= last - 1e-9):
        result.append(f"{first + step * len(result):.{min(digits, 20)}f}")
    if len(result) == MAX_FIELDS:
        call.process.table.note(f"seq ends after {MAX_FIELDS} numbers here")
    yield call.out(separator.join(result) + "\n" if result else "")
    return 0


def yes(call: Call) -> Steps:
    """The same line for ever: as fast as a reader takes it, else once a second a great deal of it."""
    line = " ".join(call.arguments or ["y"]) + "\n"
    stream = call.process.stream(1)
    if stream.swallows and not call.process.table.over_budget():
        call.process.table.note("yes without a reader: from here on it counts as busy for ever")
        yield call.process.table.never
    piped = call.is_pipe(1)
    while True:
        yield call.out(repeated(line, _YES_BYTES if piped else _ENDLESS_BYTES))
        if not piped:
            yield 1000


def by_line(edit: Callable[[str], str]) -> Callable[[Call], Steps]:
    """A tool that changes each line by itself."""

    def tool(call: Call) -> Steps:
        _, paths = call.options()
        return (yield call.by_lines(paths, lambda lines: [edit(line) for line in lines]))

    return tool


def tac(call: Call) -> Steps:
    """Lines from the last to the first."""
    _, paths = call.options()
    for path in paths or ["-"]:
        text: str = yield call.text_of(path)
        yield call.out("".join(line + "\n" for line in reversed(lines_of(text))))
    return 0


def basename(call: Call) -> Steps:
    """A path without its directories, and without an ending."""
    _, operands = call.options("s")
    if not operands:
        return (yield call.fail("missing operand"))
    name = operands[0].rstrip("/").rsplit("/", 1)[-1] or "/"
    ending = operands[1] if len(operands) > 1 else ""
    yield call.out((name.removesuffix(ending) if name != ending else name) + "\n")
    return 0


def dirname(call: Call) -> Steps:
    """A path without its last name."""
    for operand in call.arguments:
        parent, slash, _ = operand.rstrip("/").rpartition("/")
        yield call.out((parent or ("/" if slash else ".")) + "\n")
    return 0


TOOLS: Tools = {
    "cat": cat, "head": head, "tail": tail, "tee": tee, "wc": wc, "cut": cut, "tr": tr, "sort": sort, "uniq": uniq, "seq": seq, "yes": yes, "tac": tac,
    "rev": by_line(lambda line: line[::-1]), "basename": basename, "dirname": dirname,
}  # fmt: skip
