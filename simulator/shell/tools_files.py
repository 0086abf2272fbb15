"""What do the tools do that make, move and look at files?"""

from __future__ import annotations

import re

from simulator.shell.call import Call, Tools
from simulator.shell.dates import date_text
from simulator.shell.flow import Steps
from simulator.shell.limits import DISK_BYTES_PER_SECOND, DISK_SLICE_BYTES
from simulator.shell.patterns import Pattern, matches, pattern_of
from simulator.shell.redirection import open_path
from simulator.shell.storage import Device, Directory, File, FileProblem, Link, Node
from simulator.shell.text import first_bytes, joined, natural, repeated, size_of
from simulator.shell.tools_text import bytes_of

_MINUTE_MS = 60_000
_DAY_MS = 24 * 60 * _MINUTE_MS


def touch(call: Call) -> Steps:
    """Make a file, or make it newer."""
    yield from ()
    options, paths = call.options("drt", ("date", "reference"))
    for path in paths:
        place = call.files.find(call.path(path))
        if place.node is None and ("c" in options or "no-create" in options):
            continue
        if place.node is None:
            call.files_to_change.to_write(call.path(path))
        elif isinstance(place.node, File | Directory):
            call.process.touched("changes")
            place.storage.check_writable()
            place.node.modified_ms = call.process.table.now_ms
            place.storage.touch()
    return 0


def remove(call: Call) -> Steps:
    """`rm` and `unlink`."""
    options, paths = call.options()
    force, recursive = "f" in options or "force" in options, any(each in options for each in ("r", "R", "recursive", "d"))
    status = 0
    for path in paths:
        try:
            node = call.files.node(call.path(path), follow=False)
            if node is None and force:
                continue
            if isinstance(node, Directory) and not recursive:
                raise FileProblem("Is a directory")
            call.files_to_change.remove(call.path(path))
        except FileProblem as problem:
            status = yield call.fail(f"can't remove '{path}': {problem}")
    return status


def rmdir(call: Call) -> Steps:
    """Remove empty directories."""
    _, paths = call.options()
    for path in paths:
        if call.files.names(call.path(path)):
            return (yield call.fail(f"'{path}': Directory not empty"))
        call.files_to_change.remove(call.path(path))
    return 0


def mkdir(call: Call) -> Steps:
    """Make directories."""
    options, paths = call.options("m", ("mode",))
    status = 0
    for path in paths:
        full = call.path(path)
        try:
            if "p" not in options and "parents" not in options:
                call.files_to_change.make_directory(full)
                continue
            parts = [part for part in full.split("/") if part]
            for count in range(1, len(parts) + 1):
                parent = "/" + "/".join(parts[:count])
                node = call.files.node(parent)
                if node is None:
                    call.files_to_change.make_directory(parent)
                elif not isinstance(node, Directory):
                    raise FileProblem("File exists")
        except FileProblem as problem:
            status = yield call.fail(f"can't create directory '{path}': {problem}")
    return status


def copy(call: Call) -> Steps:
    """`cp`, as fast as the disk takes it."""
    options, paths = call.options("St", ("suffix", "target-directory"))
    if len(paths) < 2:
        return (yield call.fail("missing file operand"))
    *sources, target = paths
    recursive = any(each in options for each in ("r", "R", "a", "recursive"))
    status = 0
    for source in sources:
        try:
            node = call.files.existing(call.path(source))
        except FileProblem as problem:
            status = yield call.fail(f"can't stat '{source}': {problem}")
            continue
        if isinstance(node, Directory) and not recursive:
            status = yield call.fail(f"omitting directory '{source}'")
            continue
        aim = _aim(call, source, target)
        if call.files.node(aim) is node or (aim + "/").startswith(call.path(source).rstrip("/") + "/"):
            status = yield call.fail(f"'{source}' and '{target}' are the same file")
            continue
        yield _copied(call, node, aim)
    return status


def _aim(call: Call, source: str, target: str) -> str:
    """The path that a source gets: in a directory its own name."""
    aim = call.path(target)
    name = source.rstrip("/").rsplit("/", 1)[-1]
    return f"{aim.rstrip('/')}/{name}" if isinstance(call.files.node(aim), Directory) and name not in ("", ".", "..") else aim


def _copied(call: Call, source: Node, target: str) -> Steps:
    """A breadth-first copy, so that depth does not matter."""
    waiting = [(source, target)]
    while waiting:
        node, path = waiting.pop(0)
        yield call.step()
        if isinstance(node, Directory):
            if not isinstance(call.files.node(path), Directory):
                call.files_to_change.make_directory(path)
            waiting += [(entry, f"{path}/{name}") for name, entry in node.entries.items()]
        elif isinstance(node, Link):
            call.files_to_change.put(path, Link(node.target))
        elif isinstance(node, File):
            yield call.write_to(open_path(call.process, path, ">"), node.text)
            made = call.files.node(path)
            if isinstance(made, File):
                made.executable = node.executable


def move(call: Call) -> Steps:
    """`mv`."""
    _, paths = call.options("St")
    if len(paths) < 2:
        return (yield call.fail("missing file operand"))
    *sources, target = paths
    status = 0
    for source in sources:
        try:
            call.files_to_change.move(call.path(source), _aim(call, source, target))
        except FileProblem as problem:
            status = yield call.fail(f"can't rename '{source}': {problem}")
    return status


def link(call: Call) -> Steps:
    """`ln -s`; a hard link becomes a copy."""
    options, paths = call.options("St")
    source = paths[0] if paths else ""
    target = paths[1] if len(paths) > 1 else source.rsplit("/", 1)[-1]
    if not source or not target:
        return (yield call.fail("missing file operand"))
    aim = _aim(call, source, target) if "n" not in options and "T" not in options else call.path(target)
    if call.files.node(aim, follow=False) is not None and "f" not in options:
        return (yield call.fail(f"{target}: File exists"))
    if "s" in options:
        call.files_to_change.put(aim, Link(source))
    else:
        yield _copied(call, call.files.existing(call.path(source)), aim)
    return 0


def ls(call: Call) -> Steps:
    """Names, one a line."""
    options, paths = call.options("IwT")
    status = 0
    for path in paths or ["."]:
        try:
            node = call.files.existing(call.path(path), follow="d" not in options)
        except FileProblem as problem:
            status = yield call.fail(f"{path}: {problem}", 2 if call.name != "ls" else 1)
            continue
        entries = {path: node}
        if isinstance(node, Directory) and "d" not in options:
            hidden = "a" in options or "A" in options
            entries = {name: node.entries[name] for name in sorted(node.entries) if hidden or not name.startswith(".")}
            if len(paths) > 1:
                yield call.out(f"{path}:\n")
        lines = [_long(call, name, entry) if "l" in options else name for name, entry in entries.items()]
        yield call.out("".join(line + "\n" for line in lines))
    return status


def _long(call: Call, name: str, node: Node) -> str:
    kind = "d" if isinstance(node, Directory) else "l" if isinstance(node, Link) else "c" if isinstance(node, Device) else "-"
    moment = date_text("%b %e %H:%M", _modified_s(call, node))
    return f"{kind}rw-r--r--    1 root     root     {_size(node):9d} {moment} {name}"


def _size(node: Node) -> int:
    return size_of(node.text) if isinstance(node, File) else 4096 if isinstance(node, Directory) else 0


def _modified_s(call: Call, node: Node) -> float:
    table = call.process.table
    modified_ms = node.modified_ms if isinstance(node, File | Directory) else 0
    return (round(table.host.epoch_s() * 1000) - table.now_ms + modified_ms) / 1000


def stat(call: Call) -> Steps:
    """Sizes and times, by a format."""
    options, paths = call.options("cft", ("format", "printf"))
    form = options.get("c", options.get("format", options.get("printf", "  File: %n\n  Size: %s\t%F")))
    status = 0
    for path in paths:
        try:
            node = call.files.existing(call.path(path), follow="L" in options)
        except FileProblem as problem:
            status = yield call.fail(f"can't stat '{path}': {problem}")
            continue
        yield call.out(_described(form, path, node, int(_modified_s(call, node))) + "\n")
    return status


def _described(form: str, path: str, node: Node, modified_s: int) -> str:
    fields = {"s": str(_size(node)), "n": path, "U": "root", "G": "root", "u": "0", "g": "0", **dict.fromkeys("XYZ", str(modified_s))}
    fields["F"] = "directory" if isinstance(node, Directory) else "symbolic link" if isinstance(node, Link) else "regular file"
    fields["a"] = "755" if isinstance(node, Directory) else "644"
    return re.sub(r"%([a-zA-Z])", lambda found: fields.get(found.group(1), "?"), form)


def truncate(call: Call) -> Steps:
    """A file's size; what is added counts on the disk."""
    yield from ()
    options, paths = call.options("sr", ("size",))
    wanted = options.get("s", options.get("size", "0"))
    for path in paths:
        file, storage = call.files_to_change.to_write(call.path(path))
        if not isinstance(file, File):
            continue
        size = size_of(file.text)
        new = bytes_of(wanted.lstrip("+-<>/%"))
        new = size + new if wanted.startswith("+") else max(0, size - new) if wanted.startswith("-") else new
        grown = repeated("\0", new - size) if new > size else ""
        storage.put(file, joined((file.text, grown)) if grown else first_bytes(file.text, new), call.process.table.now_ms)
    return 0


def fallocate(call: Call) -> Steps:
    """Room for a file, at once."""
    yield from ()
    options, paths = call.options("lo", ("length", "offset"))
    wanted = bytes_of(options.get("l", options.get("length", ""))) + bytes_of(options.get("o", options.get("offset", "0")))
    for path in paths:
        file, storage = call.files_to_change.to_write(call.path(path))
        if isinstance(file, File) and wanted > size_of(file.text):
            storage.put(file, joined((file.text, repeated("\0", wanted - size_of(file.text)))), call.process.table.now_ms)
    return 0


def chmod(call: Call) -> Steps:
    """Only whether a file can be run is kept."""
    yield from ()
    _, operands = call.options()
    mode = operands[0] if operands else ""
    for path in operands[1:]:
        node = call.files.node(call.path(path))
        if isinstance(node, File):
            node.executable = ("+" in mode and "x" in mode) or (mode.isdigit() and any(digit in "1357" for digit in mode))
            call.process.touched("changes")
    return 0


def mktemp(call: Call) -> Steps:
    """A new name."""
    options, operands = call.options("pt", ("tmpdir",))
    form = operands[0] if operands else "tmp.XXXXXX"
    call.process.touched("chance")
    letters = "abcdefghijklmnopqrstuvwxyz"
    stem = form.rstrip("X")
    name = stem + "".join(letters[call.process.table.host.random() % 26] for _ in range(min(len(form) - len(stem), 16)))
    directory = options.get("p") or options.get("tmpdir") or "/tmp"
    path = call.path(name) if operands and "t" not in options and "p" not in options else f"{directory}/{name}"
    if "u" not in options:
        call.files_to_change.put(call.path(path), Directory(call.process.table.now_ms) if "d" in options else File("", call.process.table.now_ms))
    yield call.out(path + "\n")
    return 0


def real_path(call: Call) -> Steps:
    """`readlink` without options gives a link's target, all else the path with every link followed."""
    options, paths = call.options()
    for path in paths:
        node = call.files.node(call.path(path), follow=False)
        if call.name == "readlink" and not options:
            if not isinstance(node, Link):
                return 1
            yield call.out(node.target + "\n")
        else:
            yield call.out(call.files.find(call.path(path)).path + "\n")
    return 0


def dd(call: Call) -> Steps:
    """Blocks from one place to another. A block is held in memory, and takes the time of filling it."""
    table = call.process.table
    given = dict(word.split("=", 1) for word in call.arguments if "=" in word)
    block = bytes_of(given.get("bs", given.get("ibs", given.get("obs", "512"))))
    count = bytes_of(given["count"]) if "count" in given else None
    if not block:
        return (yield call.fail("invalid number '0'"))
    source = call.open(given["if"], "<") if "if" in given else call.process.stream(0)
    keeps = "notrunc" in given.get("conv", "") or "append" in given.get("oflag", "")
    target = (
        call.open(given["of"], ">>" if "append" in given.get("oflag", "") else "<>" if keeps or "seek" in given else ">")
        if "of" in given
        else call.process.stream(1)
    )
    yield _positioned(call, source, target, given, block)
    yield call.fill_memory(block)
    if count is None and source.infinite and target.swallows:
        table.note("dd of an endless file: from here on it counts as busy for ever")
        yield table.never
    left = None if count is None else block * count
    unit = max(block, DISK_SLICE_BYTES, (left or 0) // 64) if "of" in given or not call.is_pipe(1) else block
    done = 0
    while left is None or left > 0:
        text: str = yield from source.read(call.process, unit if left is None else min(unit, left))
        if not text:
            break
        yield call.write_to(target, text)
        done += size_of(text)
        left = None if left is None else left - size_of(text)
    if given.get("status") != "none":
        yield _report(call, done, block)
    return 0


def _positioned(call: Call, source: object, target: object, given: dict[str, str], block: int) -> Steps:
    """`skip=` and `seek=`."""
    yield from ()
    for stream, word in ((source, "skip"), (target, "seek")):
        if word in given:
            setattr(stream, "offset", bytes_of(given[word]) * block)  # noqa: B010  A stream that is no file has no place to go to.
    file = getattr(target, "file", None)
    if "seek" in given and isinstance(file, File) and bytes_of(given.get("count", "1")) == 0:
        storage = call.files_to_change.to_write(call.path(given["of"]))[1]
        storage.put(file, repeated("\0", bytes_of(given["seek"]) * block), call.process.table.now_ms)
    return


def _report(call: Call, done: int, block: int) -> Steps:
    records = f"{done // block}+{int(done % block > 0)} records"
    seconds = done / DISK_BYTES_PER_SECOND
    return call.complain(f"{records} in\n{records} out\n{done} bytes copied, {seconds:.6f} seconds, {DISK_BYTES_PER_SECOND >> 20}MB/s\n")


def find(call: Call) -> Steps:
    """Paths under a directory, by `-name`, `-type`, `-mmin`, `-maxdepth`; printed, or removed with `-delete`."""
    roots: list[str] = []
    tests: dict[str, str] = {}
    waiting = list(call.arguments)
    while waiting:
        word = waiting.pop(0)
        if word.startswith("-"):
            tests[word] = waiting.pop(0) if word in ("-name", "-iname", "-type", "-mmin", "-mtime", "-maxdepth", "-mindepth", "-size") and waiting else ""
        elif not tests:
            roots.append(word)
    status = 0
    for root in roots or ["."]:
        try:
            found: list[str] = yield _found(call, root, tests)
        except FileProblem as problem:
            status = yield call.fail(f"{root}: {problem}")
            continue
        if "-delete" in tests:
            for path in reversed(found):
                call.files_to_change.remove(call.path(path))
        elif found:
            yield call.out("".join(path + "\n" for path in found))
    return status


def _found(call: Call, root: str, tests: dict[str, str]) -> Steps:
    name = pattern_of([(tests["-name"], False)]) if "-name" in tests else None
    deepest = natural(tests.get("-maxdepth", ""))
    waiting: list[tuple[str, int, Node]] = [(root, 0, call.files.existing(call.path(root), follow=False))]
    found: list[str] = []
    while waiting:
        path, depth, node = waiting.pop()
        yield call.step()
        if depth >= (natural(tests.get("-mindepth", "")) or 0) and _suits(call, node, path, name, tests):
            found.append(path)
        if isinstance(node, Directory) and (deepest is None or depth < deepest):
            waiting += [(f"{path.rstrip('/')}/{each}", depth + 1, node.entries[each]) for each in sorted(node.entries, reverse=True)]
    return found


def _suits(call: Call, node: Node, path: str, name: Pattern | None, tests: dict[str, str]) -> bool:
    if name is not None and not matches(name, path.rstrip("/").rsplit("/", 1)[-1]):
        return False
    if "-type" in tests and not isinstance(node, {"f": File, "d": Directory, "l": Link}.get(tests["-type"], File)):
        return False
    for test, unit_ms in (("-mmin", _MINUTE_MS), ("-mtime", _DAY_MS)):
        if test not in tests:
            continue
        call.process.touched("chance")
        number = natural(tests[test].lstrip("+-")) or 0
        age = (call.process.table.now_ms - (node.modified_ms if isinstance(node, File | Directory) else 0)) / unit_ms
        if not (age < number if tests[test].startswith("-") else int(age) > number if tests[test].startswith("+") else int(age) == number):
            return False
    return True


TOOLS: Tools = {
    "touch": touch, "rm": remove, "unlink": remove, "rmdir": rmdir, "mkdir": mkdir, "cp": copy, "install": copy, "mv": move, "ln": link, "ls": ls, "stat": stat,
    "truncate": truncate, "fallocate": fallocate, "chmod": chmod, "mktemp": mktemp, "readlink": real_path, "realpath": real_path, "dd": dd, "find": find,
}  # fmt: skip
