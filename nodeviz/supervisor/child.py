"""How does one process live? It is started in a session of its own, its lines are shown, it is stopped with patience and then without."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

from nodeviz.supervisor.death import die_with_parent
from nodeviz.supervisor.programs import Program

Show = Callable[[str, str], None]
"""Takes a program's name and one of its lines."""

MAX_LINE_BYTES = 64 << 10
"""A longer line is shown in pieces."""

HELD_LINES = 20


class Child:
    """A started process and everything that it started."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process, show: Show) -> None:
        self.program = program
        self._process = process
        self._show = show
        self._held: deque[str] = deque(maxlen=HELD_LINES)
        self._reader = asyncio.create_task(self._read_lines())

    @classmethod
    async def start(cls, program: Program, *, folder: Path, show: Show) -> Child:
        """In a session of its own, so that Ctrl-C reaches the supervisor alone. Raises OSError."""
        process = await asyncio.create_subprocess_exec(
            *program.arguments,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            pass_fds=program.handed,
            preexec_fn=partial(die_with_parent, os.getpid(), program.death_signal),
        )
        return cls(program, process, show)

    async def ended(self) -> int:
        """Wait for the end, however it comes; nothing that the process started outlives it. Returns the exit code, negative for a signal."""
        code = await self._process.wait()
        self._signal_group(signal.SIGKILL)
        # Whoever still holds the pipe was not in the group; its lines are of no interest any more.
        await asyncio.wait({self._reader}, timeout=0.2)
        self._reader.cancel()
        return code

    async def stop(self, *, sent: signal.Signals | None = None, grace_s: float | None = None) -> None:
        """Ask; after the grace, do not ask."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(sent or self.program.stop_signal)
        try:
            async with asyncio.timeout(self.program.grace_s if grace_s is None else grace_s):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        """At once."""
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, sent: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, sent)

    def show_held(self) -> None:
        """What a quiet program said last."""
        while self._held:
            self._show(self.program.name, self._held.popleft())

    def _take(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if self.program.quiet:
            self._held.append(text)
        elif text:
            self._show(self.program.name, text)

    async def _read_lines(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        rest = b""
        while block := await pipe.read(MAX_LINE_BYTES):
            *lines, rest = (rest + block).split(b"\n")
            if len(rest) > MAX_LINE_BYTES:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._take(line)
        self._take(rest)
