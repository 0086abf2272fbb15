"""Which file is meant by a path? A container's tree: its own layer with volumes mounted in it.

What an image holds is not known. So the directories that every image has are there, and any other directory of the layer is taken to exist as soon as something
is written into it; a file that nobody wrote does not exist. Mounted volumes, `/tmp`, `/run` and the like are known exactly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from simulator.engine.agenda import Agenda
from simulator.shell.limits import LINK_HOPS, MAX_PATH_PARTS
from simulator.shell.patterns import Run, is_pattern, matches, pattern_of
from simulator.shell.storage import Device, Directory, File, FileProblem, Link, Node, Storage, walk

_IMAGE_DIRECTORIES = (
    "bin", "boot", "dev", "etc", "home", "lib", "media", "mnt", "opt", "proc", "root", "run", "sbin", "srv", "sys", "tmp",
    "usr/bin", "usr/lib", "usr/local/bin", "usr/local/lib", "usr/local/share", "usr/sbin", "usr/share",
    "var/cache", "var/lib", "var/log", "var/run", "var/spool", "var/tmp",
)  # fmt: skip
_IMAGE_FILES = {
    "hosts": "127.0.0.1\tlocalhost\n",
    "resolv.conf": "nameserver 10.96.0.10\n",
    "passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "group": "root:x:0:\n",
}
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "stdin", "stdout", "stderr")
_KNOWN = ("tmp", "run", "dev", "proc", "sys")
"""Directories of the layer of which no image can hold anything that nobody made."""
_ABSENT = re.compile(
    r"(?i)^(no|nope|nosuch|missing|absent|invalid)$|^(missing|nonexist|non-exist|no-such)|does-?not-?exist|not-?found|not-?exist|no-?such-|-missing$"
)


def says_absent(path: str) -> bool:
    """Whether a path's own words say that it does not exist (`/no/such/binary`, `nonexistent-command`).

    The rule that stands in for looking into the image: a person who writes such a name means a file that is missing.
    """
    return any(_ABSENT.search(part) for part in path.split("/"))


class Mount(NamedTuple):
    """A volume, or a directory or file in it (`sub_path`), at a path of the container."""

    storage: Storage
    sub_path: str = ""
    read_only: bool = False


class Place(NamedTuple):
    """Where a path leads: the directory that holds (or would hold) the last name, and what is there; None: nothing yet."""

    directory: Directory
    name: str
    node: Node | None
    storage: Storage
    """Of the node; of the directory where there is none."""
    path: str
    read_only: bool


class Files:
    """A container's tree of files."""

    def __init__(self, agenda: Agenda, layer: Storage, mounts: Mapping[str, Mount] | None = None) -> None:
        self._agenda = agenda
        self._layer = layer
        _furnish(layer)
        self._mounts: dict[str, tuple[Node, Mount]] = {}
        # As the kubelet mounts /etc/hosts, so that they are no part of the layer's bytes.
        image = Storage("image", entries=_IMAGE_FILES)
        for name in _IMAGE_FILES:
            self._mount(f"/etc/{name}", Mount(image, name))
        for path, mount in sorted((mounts or {}).items()):
            self._mount("/" + "/".join(part for part in path.split("/") if part), mount)
        self.storages = tuple(dict.fromkeys((layer, image, *(mount.storage for mount in (mounts or {}).values()))))

    @property
    def version(self) -> int:
        """Rises with every change of any file that can be seen here."""
        return sum(storage.version for storage in self.storages)

    def _mount(self, path: str, mount: Mount) -> None:
        node: Node = mount.storage.root
        for part in mount.sub_path.split("/"):
            if not part or not isinstance(node, Directory):
                continue
            if part not in node.entries:
                node.entries[part] = Directory()
            node = node.entries[part]
        parent = self._layer.root
        *above, last = path[1:].split("/")
        for part in above:
            entry = parent.entries.setdefault(part, Directory())
            if not isinstance(entry, Directory):
                return
            parent = entry
        parent.entries.setdefault(last, Directory() if isinstance(node, Directory) else File("", 0))
        self._mounts[path] = (node, mount)

    def find(self, path: str, *, follow: bool = True, to_write: bool = False) -> Place:
        """Where this absolute path leads. Raises FileProblem if a directory on the way does not exist; `to_write` assumes those of the image."""
        hops = 0
        waiting = [part for part in reversed(path.split("/")) if part and part != "."]
        walked: list[Place] = [Place(self._layer.root, "", self._layer.root, self._layer, "/", self._layer.read_only)]
        while waiting:
            if len(waiting) + len(walked) > MAX_PATH_PARTS + LINK_HOPS:
                raise FileProblem("File name too long")
            name = waiting.pop()
            here = walked[-1]
            if name == "..":
                if len(walked) > 1:
                    walked.pop()
                continue
            directory = self._directory(here, to_write)
            place = self._entry(here, directory, name)
            if isinstance(place.node, Link) and (waiting or follow):
                hops += 1
                if hops > LINK_HOPS:
                    raise FileProblem("Too many levels of symbolic links")
                if place.node.target.startswith("/"):
                    walked = walked[:1]
                waiting += [part for part in reversed(place.node.target.split("/")) if part and part != "."]
                continue
            walked.append(place)
        return walked[-1]

    def _directory(self, here: Place, to_write: bool) -> Directory:
        if here.node is None and to_write and self._may_assume(here):
            made = Directory(self._agenda.now_ms)
            here.storage.add(here.directory, here.name, made, self._agenda.now_ms)
            return made
        if here.node is None:
            raise FileProblem("No such file or directory")
        if not isinstance(here.node, Directory):
            raise FileProblem("Not a directory")
        return here.node

    def _may_assume(self, here: Place) -> bool:
        return here.storage is self._layer and here.path.split("/")[1] not in _KNOWN and not says_absent(here.path)

    def _entry(self, here: Place, directory: Directory, name: str) -> Place:
        path = here.path.rstrip("/") + "/" + name
        mounted = self._mounts.get(path)
        if mounted:
            node, mount = mounted
            return Place(directory, name, node, mount.storage, path, mount.read_only or mount.storage.read_only)
        return Place(directory, name, directory.entries.get(name), here.storage, path, here.read_only)

    def node(self, path: str, *, follow: bool = True) -> Node | None:
        """What is there; None if nothing."""
        try:
            return self.find(path, follow=follow).node
        except FileProblem:
            return None

    def existing(self, path: str, *, follow: bool = True) -> Node:
        """What is there. Raises FileProblem."""
        node = self.find(path, follow=follow).node
        if node is None:
            raise FileProblem("No such file or directory")
        return node

    def to_write(self, path: str) -> tuple[File | Device, Storage]:
        """The file to write to, made if it does not exist. Raises FileProblem."""
        place = self._writable(path)
        if place.node is None:
            file = File("", self._agenda.now_ms)
            place.storage.add(place.directory, place.name, file, self._agenda.now_ms)
            return file, place.storage
        if isinstance(place.node, Device):
            return place.node, place.storage
        if not isinstance(place.node, File):
            raise FileProblem("Is a directory")
        return place.node, place.storage

    def put(self, path: str, node: Node) -> None:
        """This node is there from now on."""
        place = self._writable(path, follow=False)
        if path.rstrip("/") == "" or place.path in self._mounts:
            raise FileProblem("Device or resource busy")
        place.storage.add(place.directory, place.name, node, self._agenda.now_ms)

    def make_directory(self, path: str) -> None:
        """A new, empty directory. Raises FileProblem if something has that name."""
        place = self._writable(path, follow=False)
        if place.node is not None:
            raise FileProblem("File exists")
        place.storage.add(place.directory, place.name, Directory(self._agenda.now_ms), self._agenda.now_ms)

    def remove(self, path: str) -> None:
        """Remove a file, a link, or a directory with all that is in it. Raises FileProblem."""
        place = self._writable(path, follow=False)
        if place.node is None:
            raise FileProblem("No such file or directory")
        if (
            place.path == "/"
            or any(mounted == place.path or mounted.startswith(place.path + "/") for mounted in self._mounts)
            or isinstance(place.node, Device)
        ):
            raise FileProblem("Device or resource busy")
        place.storage.remove(place.directory, place.name, self._agenda.now_ms)

    def move(self, source: str, target: str) -> None:
        """Rename; from one storage to another the file is copied and removed, at once. Raises FileProblem."""
        node = self.existing(source, follow=False)
        if self.find(target).path == self.find(source, follow=False).path:
            return
        if (self.find(target).path + "/").startswith(self.find(source, follow=False).path + "/"):
            raise FileProblem("Invalid argument")
        self.remove(source)
        for each in walk(node):
            if isinstance(each, File):
                each.linked = True
        self.put(target, node)

    def _writable(self, path: str, *, follow: bool = True) -> Place:
        place = self.find(path, follow=follow, to_write=True)
        if place.read_only and not isinstance(place.node, Device):
            raise FileProblem("Read-only file system")
        return place

    def names(self, path: str) -> list[str]:
        """The names in a directory, sorted. Raises FileProblem."""
        node = self.existing(path)
        if not isinstance(node, Directory):
            raise FileProblem("Not a directory")
        return sorted(node.entries)

    def matching(self, runs: Sequence[Run], base: str) -> list[str]:
        """The paths that a pattern stands for, sorted; relative ones are looked up in `base`."""
        whole = "".join(text for text, _ in runs)
        found = ["/"] if whole.startswith("/") else [""]
        for part in _parts(runs):
            found = [path for start in found for path in self._extended(start, part, base)]
        return [path.rstrip("/") or "/" for path in found] if found != [""] else []

    def _extended(self, start: str, part: list[Run], base: str) -> list[str]:
        here = start if start.startswith("/") else f"{base}/{start}"
        name = "".join(text for text, _ in part)
        if not is_pattern(part):
            return [f"{start}{name}/"] if self.node(f"{here}/{name}", follow=False) is not None else []
        node = self.node(here)
        if not isinstance(node, Directory):
            return []
        pattern = pattern_of(part)
        names = (each for each in sorted(node.entries) if not each.startswith(".") or name.startswith("."))
        return [f"{start}{each}/" for each in names if matches(pattern, each)]


def _parts(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs between the slashes."""
    parts: list[list[Run]] = [[]]
    for text, quoted in runs:
        first, *rest = text.split("/")
        parts[-1].append((first, quoted))
        parts.extend([(each, quoted)] for each in rest)
    return [part for part in parts if any(text for text, _ in part)]


def _furnish(layer: Storage) -> None:
    """What every image has; it counts as the image's, not as the layer's bytes."""
    if "dev" in layer.root.entries:
        return
    for path in _IMAGE_DIRECTORIES:
        parent = layer.root
        for part in path.split("/"):
            entry = parent.entries.setdefault(part, Directory())
            assert isinstance(entry, Directory)
            parent = entry
        if path == "dev":
            parent.entries.update((name, Device(name)) for name in _DEVICES)
