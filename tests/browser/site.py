"""What do the browser's tests look at? The whole installation with real processes, and pages that are held to the rules of every page."""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

from tests.bootstrap.test_up import Installation

WITHIN_MS = 60_000
"""Everything on a page happens sooner; a busy machine is slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running nodeviz."""

    installation: Installation
    links: dict[str, str] = field(default_factory=dict)
    """Of runs that several tests look at, by their text."""

    @property
    def url(self) -> str:
        """Of its first page, without the slash."""
        return f"http://localhost:{self.installation.port}"

    def link(self, text: str) -> str:
        """To the run of a text, as whoever is sent it has it. It is computed once, whoever asks, and nobody has to wait for the first page."""
        if text not in self.links:
            asked = urllib.request.Request(f"{self.url}/api/v1/scenarios", text.encode(), {"Content-Type": "application/yaml"})
            with urllib.request.urlopen(asked) as answer:
                self.links[text] = f"{self.url}/s/{json.load(answer)['id']}"
        return self.links[text]

    def kill_web(self) -> None:
        """As a crash would. The supervisor starts another one under the same address."""
        os.kill(self.installation.one("uvicorn"), signal.SIGKILL)

    @contextmanager
    def silent_web(self) -> Iterator[None]:
        """Meanwhile it answers nobody, as on a network that has stalled."""
        web = self.installation.one("uvicorn")
        os.kill(web, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(web, signal.SIGCONT)

    @contextmanager
    def frozen_workers(self) -> Iterator[None]:
        """Meanwhile nothing is computed: what is queued stays queued, what runs stands still."""
        workers = [pid for pid, line in self.installation.alive().items() if "celery" in line]
        assert workers
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in workers:
                os.kill(pid, signal.SIGCONT)


# Playwright adds attributes to the object whose methods it is given, so it has no slots.
@dataclass
class Watch:
    """What must not happen on any page. A test that provokes an answer with an error says so in `expected`."""

    origin: str
    expected: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Look at everything that its pages do."""
        context.on("console", self.on_console)
        context.on("weberror", lambda error: self.faults.append(f"exception: {error.error}"))
        context.on("request", self.on_request)

    def on_console(self, message: ConsoleMessage) -> None:
        """Violations of the Content-Security-Policy are errors on the console, too."""
        if message.type in ("error", "warning") and not any(words in message.text for words in self.expected):
            self.faults.append(f"{message.type}: {message.text}")

    def on_request(self, request: Request) -> None:
        """Nothing leaves the origin."""
        if urlsplit(request.url).scheme not in ("data", "blob") and not request.url.startswith(self.origin):
            self.faults.append(f"request to {request.url}")
