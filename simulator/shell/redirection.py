"""What does a redirection open?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.shell.flow import Steps
from simulator.shell.pipes import NULL, Endless, FileStream, Full, Stream
from simulator.shell.process import Process, release
from simulator.shell.storage import Device, Directory, File, FileProblem, Storage
from simulator.shell.syntax import Redirect

if TYPE_CHECKING:
    from simulator.shell.interpreter import Shell

Saved = dict[int, Stream | None]
"""What the descriptors led to before."""

_DESCRIPTOR = re.compile(r"/dev/fd/([0-9])|/proc/(self|[0-9]{1,9})/fd/([0-9])")
_NOWHERE = Storage("here-document")


def absolute(path: str, directory: str) -> str:
    """A path from the root, as the process in `directory` means it."""
    return path if path.startswith("/") else f"{directory.rstrip('/')}/{path}"


def open_path(process: Process, path: str, operator: str) -> Stream:
    """The stream for an absolute path and `<`, `>`, `>>` or `<>`. Raises FileProblem."""
    special = _DESCRIPTOR.fullmatch(path)
    if special:
        owner_id = special.group(2)
        owner = process if owner_id in (None, "self") else process.table.process(int(owner_id))
        stream = owner.streams.get(int(special.group(1) or special.group(3))) if owner else None
        if stream is None:
            raise FileProblem("No such file or directory")
        return stream
    files = process.table.files
    if operator == "<":
        process.touched("file_reads")
        found = files.find(path)
        node, storage = found.node, found.storage
        if node is None:
            raise FileProblem("No such file or directory")
        if isinstance(node, Directory):
            return NULL
    else:
        was_there = files.node(path) is not None
        node, storage = files.to_write(path)
        if not was_there:
            process.touched("changes")
    if isinstance(node, Device):
        return _device(process, node.name)
    if not isinstance(node, File):
        raise FileProblem("No such file or directory")
    if operator in (">", ">|"):
        if node.text:
            process.touched("changes")
            storage.put(node, "", process.table.now_ms)
        elif was_there:
            node.modified_ms = process.table.now_ms
    return FileStream(node, storage, append=operator == ">>")


def _device(process: Process, name: str) -> Stream:
    match name:
        case "zero":
            return Endless("\0")
        case "random" | "urandom":
            return Endless("")
        case "full":
            return Full()
        case "stdin" | "stdout" | "stderr":
            return process.stream(("stdin", "stdout", "stderr").index(name))
        case "tty":
            raise FileProblem("No such device or address")
    return NULL


def text_stream(text: str) -> Stream:
    """A here-document."""
    return FileStream(File(text, 0), _NOWHERE)


def apply(shell: Shell, redirects: Sequence[Redirect]) -> Steps:
    """Lead the shell's descriptors elsewhere; gives what they led to. Raises FileProblem with the whole message, and then nothing is changed."""
    saved: Saved = {}
    for redirect in redirects:
        target = yield from shell.expander.text(redirect.target)
        try:
            _apply_one(shell, redirect, target, saved)
        except FileProblem as problem:
            restore(shell.process, saved)
            verb = "open" if redirect.operator.startswith("<") else "create"
            raise FileProblem(f"can't {verb} {target}: {_lower(str(problem))}") from None
    return saved


def _apply_one(shell: Shell, redirect: Redirect, target: str, saved: Saved) -> None:
    process, operator = shell.process, redirect.operator
    if operator == "<<":
        _lead(process, redirect.descriptor, text_stream(target), saved)
    elif operator == "<<<":
        _lead(process, redirect.descriptor, text_stream(target + "\n"), saved)
    elif operator in (">&", "<&") and (target == "-" or (target.isascii() and target.isdigit())):
        stream = None if target == "-" else process.streams.get(int(target[:9]))
        if target != "-" and stream is None:
            raise FileProblem("bad file descriptor")
        _lead(process, redirect.descriptor, stream, saved)
    elif operator in ("&>", "&>>", ">&"):
        stream = open_path(process, absolute(target, shell.state.directory), ">>" if operator == "&>>" else ">")
        _lead(process, 1, stream, saved)
        _lead(process, 2, stream, saved)
    else:
        if not target:
            raise FileProblem("No such file or directory")
        stream = open_path(process, absolute(target, shell.state.directory), operator)
        _lead(process, redirect.descriptor, stream, saved)


def _lead(process: Process, descriptor: int, stream: Stream | None, saved: Saved) -> None:
    if descriptor not in saved:
        old = process.streams.get(descriptor)
        if old:
            old.references += 1
        saved[descriptor] = old
    process.open_at(descriptor, stream)


def restore(process: Process, saved: Saved) -> None:
    """Lead the descriptors back."""
    for descriptor, stream in saved.items():
        process.open_at(descriptor, stream)
        if stream:
            release(stream)


def keep(saved: Saved) -> None:
    """The redirections stay (`exec >file`)."""
    for stream in saved.values():
        if stream:
            release(stream)


def _lower(message: str) -> str:
    """As busybox writes it: the system's words but for a missing directory."""
    return "nonexistent directory" if message == "Not a directory" else message[:1].lower() + message[1:] if message[:2] != "No" else message
