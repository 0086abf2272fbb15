"""What does a tool (`cat`, `dd`, `sleep`) see of the container? One `Call` is one run of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.shell.files import Files
from simulator.shell.flow import Steps
from simulator.shell.limits import DISK_BYTES_PER_SECOND, DISK_SLICE_BYTES, MEMORY_BYTES_PER_SECOND
from simulator.shell.pipes import FileStream, PipeReader, PipeWriter, Stream
from simulator.shell.process import Process
from simulator.shell.redirection import absolute, open_path
from simulator.shell.storage import File, FileProblem
from simulator.shell.text import after, first_bytes, joined, lines_of, size_of

_INSTANT_BYTES = 1 << 20
"""A write up to this size takes no time worth counting."""
_SLICES = 16
_ENDLESS_BYTES = 16 << 20
_CHUNK_BYTES = 1 << 40
"""Asked of a stream that ends: all that is there."""


class Call:
    """The arguments of one run, and its ways to read, write and complain."""

    def __init__(self, process: Process, words: Sequence[str], directory: str, *, role: bool = False) -> None:
        """`role`: it stands where the container's own program would."""
        self.process = process
        self.role = role
        self.name = words[0].rsplit("/", 1)[-1]
        self.arguments = list(words[1:])
        self.directory = directory

    @property
    def files(self) -> Files:
        """The container's tree, to look at."""
        self.process.touched("file_reads")
        return self.process.table.files

    @property
    def files_to_change(self) -> Files:
        """The container's tree, to change something in it."""
        self.process.touched("changes")
        return self.process.table.files

    def path(self, path: str) -> str:
        """The absolute path."""
        return absolute(path, self.directory)

    def options(self, with_value: str = "", long_with_value: Sequence[str] = ()) -> tuple[dict[str, str], list[str]]:
        """Options by letter or long name (a flag's value is empty), and the operands. Anything is accepted, as a tool's options are many."""
        found: dict[str, str] = {}
        operands: list[str] = []
        waiting = list(self.arguments)
        while waiting:
            argument = waiting.pop(0)
            if argument == "--":
                operands += waiting
                break
            if argument.startswith("--"):
                name, equals, value = argument[2:].partition("=")
                if not equals and name in long_with_value and waiting:
                    value = waiting.pop(0)
                found[name] = value
            elif argument.startswith("-") and len(argument) > 1:
                letters = argument[1:]
                for index, letter in enumerate(letters):
                    found[letter] = ""
                    if letter in with_value:
                        found[letter] = letters[index + 1 :] or (waiting.pop(0) if waiting else "")
                        break
            else:
                operands.append(argument)
        return found, operands

    def out(self, text: str) -> Steps:
        """Write to standard output. Raises FileProblem."""
        return self.write_to(self.process.stream(1), text)

    def fail(self, message: str, status: int = 1) -> Steps:
        """Complain in the tool's name, and give this status."""
        yield self.complain(f"{self.name}: {message}\n")
        return status

    def complain(self, text: str) -> Steps:
        """Write to standard error. Raises FileProblem."""
        return self.write_to(self.process.stream(2), text)

    def write_to(self, stream: Stream, text: str) -> Steps:
        """Write; a great deal of it goes to a disk in slices, as fast as the disk takes it. Raises FileProblem."""
        yield self.step()
        size = size_of(text)
        if isinstance(stream, FileStream) and size > _INSTANT_BYTES:
            slice_bytes = max(_INSTANT_BYTES, min(DISK_SLICE_BYTES, size // _SLICES))
            while size > 0:
                part = min(size, slice_bytes)
                yield max(1, part * 1000 // DISK_BYTES_PER_SECOND)
                stream.write_now(self.process, first_bytes(text, part))
                text, size = after(text, part), size - part
        elif not stream.write_now(self.process, text):
            yield stream.write(self.process, text)

    def step(self) -> Steps:
        """Count a step; the tool that makes one too many does nothing more."""
        table = self.process.table
        if table.over_budget():
            table.note(f"{self.name} without an end: from here on it counts as busy for ever")
            yield table.never

    def open(self, path: str, operator: str) -> Stream:
        """A file to read (`<`) or write (`>`, `>>`), closed when the process ends. Raises FileProblem."""
        stream = open_path(self.process, self.path(path), operator)
        self.process.open_at(max([9, *self.process.streams]) + 1, stream)
        return stream

    def is_pipe(self, descriptor: int) -> bool:
        """Whether a pipe is there."""
        return isinstance(self.process.stream(descriptor), PipeReader | PipeWriter)

    def fill_memory(self, used_bytes: int) -> Steps:
        """Use so much memory, in the time that filling it takes."""
        for quarter in (1, 2, 3, 4):
            yield used_bytes * 250 // MEMORY_BYTES_PER_SECOND
            self.process.use_memory(used_bytes * quarter // 4)

    def fill_without_end(self) -> Steps:
        """Use more and more memory."""
        used_bytes = _ENDLESS_BYTES
        while True:
            yield used_bytes * 1000 // MEMORY_BYTES_PER_SECOND
            self.process.use_memory(used_bytes)
            used_bytes *= 2

    def run(self, words: Sequence[str], *, role: bool = False) -> Process:
        """Start another program as a child. Raises FileProblem when there are too many processes."""
        table = self.process.table
        child = table.spawn(self.process, words, self.process.environment)
        table.begin(child, table.steps_of(child, words, self.directory, role=role))
        return child

    def chunk(self, want_bytes: int = _CHUNK_BYTES) -> Steps:
        """What standard input has; empty at its end."""
        yield self.step()
        return (yield from self.process.stream(0).read(self.process, want_bytes))

    def whole_input(self) -> Steps:
        """All of standard input; of one without an end (`tail /dev/zero`) until memory is full."""
        if self.process.stream(0).infinite:
            yield self.fill_without_end()
        chunks: list[str] = []
        while True:
            text: str = yield from self.chunk()
            if not text:
                return joined(chunks) if chunks else ""
            chunks.append(text)
            self.process.use_memory(sum(map(size_of, chunks)))
            if len(chunks) > 1_000:
                chunks = [joined(chunks)]

    def reading(self, path: str, work: Callable[[], Steps]) -> Steps:
        """Do something with this file as standard input; `-` is what it is anyway. Raises FileProblem."""
        if path == "-":
            return (yield work())
        old = self.process.streams.get(0)
        if old:
            old.references += 1
        try:
            self.process.open_at(0, open_path(self.process, self.path(path), "<"))
        except FileProblem as problem:
            raise FileProblem(f"can't open '{path}': {problem}") from None
        result = yield work()
        self.process.open_at(0, old)
        if old:
            old.references -= 1
        return result

    def by_lines(self, paths: Sequence[str], edit: Callable[[list[str]], list[str]]) -> Steps:
        """Write what `edit` makes of the lines, as they come. Status 1 if a file cannot be read."""
        status = 0
        for path in paths or ["-"]:
            try:
                yield self.reading(path, lambda: self._edited(edit))
            except FileProblem as problem:
                status = yield self.fail(str(problem))
        return status

    def _edited(self, edit: Callable[[list[str]], list[str]]) -> Steps:
        lines = Lines(self)
        while True:
            batch: list[str] | None = yield lines.batch()
            if batch is None:
                return
            edited = edit(batch)
            if edited:
                yield self.out("\n".join(edited) + "\n")

    def text_of(self, path: str) -> Steps:
        """All of a file, or of standard input for `-`. Raises FileProblem."""
        return self.reading(path, self.whole_input)

    def file(self, path: str) -> File:
        """The regular file at a path. Raises FileProblem."""
        node = self.files.existing(self.path(path))
        if not isinstance(node, File):
            raise FileProblem("Is a directory")
        return node


class Lines:
    """Standard input by lines, as they come."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._rest = ""

    def batch(self) -> Steps:
        """Some lines without their ends; None at the end. A line without an end is held in memory until it comes."""
        while True:
            if self._call.process.stream(0).infinite:
                yield self._call.fill_without_end()
            text: str = yield from self._call.chunk()
            if not text:
                last, self._rest = self._rest, ""
                return lines_of(last) if last else None
            whole = joined((self._rest, text))
            before, newline, self._rest = whole.rpartition("\n")
            if newline:
                return lines_of(before + "\n")
            self._rest = whole
            self._call.process.use_memory(size_of(whole))


Tool = Callable[[Call], Steps]
Tools = Mapping[str, Tool]
