"""What is stored where, and how much of it? One `Storage` for each thing that holds files: a container's own layer, a volume.

A volume's storage is shared by every container that mounts it; the layer lives and dies with its container. `used_bytes` counts files, by their sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from simulator.shell.limits import MAX_FILES, MAX_STORAGE_TEXT_BYTES
from simulator.shell.text import first_bytes, size_of, swollen


class FileProblem(Exception):
    """What the kernel would refuse; the message is the error's usual text. Never leaves this package."""


class File:
    """A regular file. `text` may be only the head of it (`text.Swollen`)."""

    __slots__ = ("executable", "linked", "modified_ms", "text")

    def __init__(self, text: str, modified_ms: int) -> None:
        self.text = text
        self.modified_ms = modified_ms
        self.executable = False
        self.linked = True
        """False once it was removed: what still writes to it uses no more room."""


class Directory:
    """Entries by name, in the order in which they were made."""

    __slots__ = ("entries", "modified_ms")

    def __init__(self, modified_ms: int = 0) -> None:
        self.entries: dict[str, Node] = {}
        self.modified_ms = modified_ms


class Link:
    """A symbolic link."""

    __slots__ = ("target",)

    def __init__(self, target: str) -> None:
        self.target = target


class Device:
    """`/dev/null` and its neighbours, by their names."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


Node = File | Directory | Link | Device


class Storage:
    """One tree of files with its size. `room` says how many bytes its filesystem has left; None: no end."""

    def __init__(self, name: str, *, read_only: bool = False, room: Callable[[], int] | None = None, entries: Mapping[str, str] | None = None) -> None:
        """`entries`: files that are there from the beginning (the keys of a ConfigMap), with their contents."""
        self.name = name
        self.read_only = read_only
        self.root = Directory()
        self.used_bytes = 0
        self.version = 0
        """Rises with every change."""
        self._room = room
        self._watchers: list[Callable[[Storage], None]] = []
        self._files = 0
        self._kept = 0
        for key, text in (entries or {}).items():
            self.root.entries[key] = File(text, 0)
            self.used_bytes += size_of(text)

    def watch(self, changed: Callable[[Storage], None]) -> None:
        """Call `changed` after every change."""
        self._watchers.append(changed)

    def unwatch(self, changed: Callable[[Storage], None]) -> None:
        """No longer call it."""
        if changed in self._watchers:
            self._watchers.remove(changed)

    def touch(self) -> None:
        """Something changed."""
        self.version += 1
        for changed in tuple(self._watchers):
            changed(self)

    def check_writable(self) -> None:
        """Raise FileProblem if nothing may change here."""
        if self.read_only:
            raise FileProblem("Read-only file system")

    def add(self, directory: Directory, name: str, node: Node, now_ms: int) -> None:
        """A new entry; what had that name before is gone."""
        self.check_writable()
        old = directory.entries.pop(name, None)
        if old:
            self._forget(old)
        elif self._files >= MAX_FILES:
            raise FileProblem("No space left on device")
        added = [each for each in walk(node) if isinstance(each, File)]
        size_bytes = sum(size_of(file.text) for file in added)
        if self._room is not None and size_bytes > self._room():
            self.touch()
            raise FileProblem("No space left on device")
        directory.entries[name] = node
        directory.modified_ms = now_ms
        self._files += sum(1 for _ in walk(node))
        self.used_bytes += size_bytes
        self._kept += sum(len(file.text) for file in added)
        self.touch()

    def remove(self, directory: Directory, name: str, now_ms: int) -> None:
        """The entry is gone, with everything in it."""
        self.check_writable()
        self._forget(directory.entries.pop(name))
        directory.modified_ms = now_ms
        self.touch()

    def put(self, file: File, text: str, now_ms: int) -> None:
        """The file's contents are these from now on. Raises FileProblem, with what fits written, when the filesystem is full."""
        self.check_writable()
        growth = size_of(text) - size_of(file.text)
        full = False
        if file.linked and growth > 0 and self._room is not None:
            room = max(0, self._room())
            if growth > room:
                text, full = first_bytes(text, size_of(file.text) + room), True
        if file.linked:
            self.used_bytes += size_of(text) - size_of(file.text)
            if self._kept - len(file.text) + len(text) > MAX_STORAGE_TEXT_BYTES:
                text = swollen("", size_of(text))
            self._kept += len(text) - len(file.text)
        file.text = text
        file.modified_ms = now_ms
        self.touch()
        if full:
            raise FileProblem("No space left on device")

    def _forget(self, node: Node) -> None:
        for each in walk(node):
            self._files -= 1
            if isinstance(each, File):
                each.linked = False
                self.used_bytes -= size_of(each.text)
                self._kept -= len(each.text)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it."""
    waiting: list[Node] = [node]
    while waiting:
        each = waiting.pop()
        yield each
        if isinstance(each, Directory):
            waiting.extend(each.entries.values())
