"""Where does a descriptor lead? Files, pipes, devices, the container's log.

A read gives what is there, at most what was asked for, and the empty string at the end. Only a pipe makes its writer wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.shell.flow import Steps
from simulator.shell.limits import MAX_OUTPUT_BYTES, PIPE_BYTES
from simulator.shell.storage import File, FileProblem, Storage
from simulator.shell.text import after, first_bytes, joined, repeated, size_of

if TYPE_CHECKING:
    from simulator.shell.process import Process


class Channel:
    """Processes wait here until something happens, and then look again for themselves."""

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: list[Process] = []

    def wake(self) -> None:
        """Everybody who waits goes on, in the order in which they came."""
        waiting, self.waiting = self.waiting, []
        for process in waiting:
            process.wake(self)


class Stream:
    """Something open; this base is `/dev/null`."""

    infinite = False
    """Whether reading never comes to an end (`/dev/zero`)."""
    swallows = True
    """Whether writing has no effect at all."""

    def __init__(self) -> None:
        self.references = 0
        self.moved = 0
        """Bytes read through this stream: a part of its state."""

    def read(self, process: Process, want_bytes: int) -> Steps:
        """At most `want_bytes`; empty at the end."""
        yield from ()
        return ""

    def unread(self, text: str) -> None:
        """Give back what was read too much."""

    def write_now(self, process: Process, text: str) -> bool:
        """Write; False if that has to wait, and then nothing was written. Raises FileProblem."""
        return True

    def write(self, process: Process, text: str) -> Steps:
        """Write, waiting as long as it takes. Raises FileProblem."""
        yield from ()
        self.write_now(process, text)
        return

    def waits_on(self, process: Process) -> Channel | None:
        """What a read would have to wait for; None: nothing."""
        return None

    def close(self) -> None:
        """Nobody has it open any more."""


class Idle(Stream):
    """The standard input of a container with `stdin: true` that nobody types into."""

    def read(self, process: Process, want_bytes: int) -> Steps:
        """Never."""
        while True:
            yield process.table.never

    def waits_on(self, process: Process) -> Channel | None:
        """For ever."""
        return process.table.never


class Endless(Stream):
    """`/dev/zero` and `/dev/urandom`."""

    infinite = True

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def read(self, process: Process, want_bytes: int) -> Steps:
        """As much as is wanted."""
        yield from ()
        if self._unit:
            return repeated(self._unit, want_bytes)
        process.touched("chance")
        draws = [process.table.host.random() for _ in range(min(want_bytes, 64))]
        return repeated("".join(chr(33 + draw % 94) for draw in draws) or "!", want_bytes)


class Full(Stream):
    """`/dev/full`."""

    def write_now(self, process: Process, text: str) -> bool:
        """Never any room."""
        raise FileProblem("No space left on device")


class Log(Stream):
    """The container's log."""

    swallows = False

    def write_now(self, process: Process, text: str) -> bool:
        """One write."""
        if text:
            process.footprint.logged(text)
            if process.session is not process.table.root_session:
                process.touched("changes")
            process.table.host.log(text)
        return True


class Capture(Stream):
    """The output of an exec probe or hook; the beginning of it is kept."""

    swallows = False

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def write_now(self, process: Process, text: str) -> bool:
        """Keep it, as far as there is room."""
        process.footprint.touch("changes")
        self.text = self.text + text[: MAX_OUTPUT_BYTES - len(self.text)]
        return True


class FileStream(Stream):
    """A file at a place in it."""

    swallows = False

    def __init__(self, file: File, storage: Storage, *, append: bool = False) -> None:
        super().__init__()
        self.file = file
        self._storage = storage
        self._append = append
        self.offset = 0

    def read(self, process: Process, want_bytes: int) -> Steps:
        """From the present place on."""
        yield from ()
        process.touched("file_reads")
        text = first_bytes(after(self.file.text, self.offset), want_bytes)
        self.offset += size_of(text)
        self.moved += size_of(text)
        return text

    def unread(self, text: str) -> None:
        """Back by so much."""
        self.offset -= size_of(text)

    def write_now(self, process: Process, text: str) -> bool:
        """Over what is there, or behind it."""
        if not text:
            return True
        process.touched("changes")
        old = self.file.text
        if self._append:
            self.offset = size_of(old)
        gap = repeated("\0", self.offset - size_of(old)) if self.offset > size_of(old) else ""
        whole = joined((first_bytes(old, self.offset), gap, text, after(old, self.offset + size_of(text))))
        self.offset += size_of(text)
        self._storage.put(self.file, whole, process.table.now_ms)
        return True


class Pipe:
    """What connects two ends."""

    def __init__(self) -> None:
        self.chunks: list[str] = []
        self.held_bytes = 0
        self.writers = 0
        self.readers = 0
        self.filled = Channel()
        self.drained = Channel()


class PipeReader(Stream):
    """The end that is read from."""

    swallows = False

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe
        pipe.readers += 1

    def read(self, process: Process, want_bytes: int) -> Steps:
        """What is there, else wait for it."""
        pipe = self._pipe
        while not pipe.chunks and pipe.writers:
            pipe.drained.wake()
            yield pipe.filled
        whole = joined(pipe.chunks) if pipe.chunks else ""
        text, rest = first_bytes(whole, want_bytes), after(whole, want_bytes)
        pipe.chunks = [rest] if rest else []
        pipe.held_bytes = size_of(rest)
        self.moved += size_of(text)
        pipe.drained.wake()
        return text

    def unread(self, text: str) -> None:
        """In front of what is there."""
        if text:
            self._pipe.chunks.insert(0, text)
            self._pipe.held_bytes += size_of(text)

    def waits_on(self, process: Process) -> Channel | None:
        """A writer."""
        return self._pipe.filled if self._pipe.writers and not self._pipe.chunks else None

    def write_now(self, process: Process, text: str) -> bool:
        """Not this end."""
        raise FileProblem("Bad file descriptor")

    def close(self) -> None:
        """Writers hear of it at their next write."""
        self._pipe.readers -= 1
        self._pipe.drained.wake()


class PipeWriter(Stream):
    """The end that is written to."""

    swallows = False

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe
        pipe.writers += 1

    def write_now(self, process: Process, text: str) -> bool:
        """True if the pipe takes all of it: it has room, or a reader waits for it with an empty pipe."""
        pipe = self._pipe
        if not pipe.readers:
            process.deliver("PIPE")
            raise FileProblem("Broken pipe")
        size = size_of(text)
        if pipe.held_bytes + size > PIPE_BYTES and (pipe.chunks or not pipe.filled.waiting):
            return False
        if text:
            pipe.chunks.append(text)
            pipe.held_bytes += size
            self.moved += size
            pipe.filled.wake()
        return True

    def write(self, process: Process, text: str) -> Steps:
        """Wait until there is room."""
        while not self.write_now(process, text):
            yield self._pipe.drained

    def close(self) -> None:
        """The last writer's end is the reader's end of file."""
        self._pipe.writers -= 1
        self._pipe.filled.wake()


NULL = Stream()
