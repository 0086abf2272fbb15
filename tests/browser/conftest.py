"""What do the browser's tests share? The whole installation with real processes, Chromium, and pages that are held to the rules of every page."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.bootstrap.test_up import Installation

# A script's background ignores Ctrl-C, and `./test` runs these there.
signal.signal(signal.SIGINT, signal.default_int_handler)

WITHIN_MS = 60_000
"""Everything on a page happens sooner; a busy machine is slow."""


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Whoever uses a page drives Chromium. They come last: Playwright leaves its event loop running in the thread, and no other may run there meanwhile."""
    for item in items:
        if drives_chromium(item):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
    # After all other plugins have chosen and sorted.
    yield
    items.sort(key=drives_chromium)


def drives_chromium(item: pytest.Item) -> bool:
    """It stands in this folder."""
    return "browser" in Path(item.path).parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running nodeviz."""

    installation: Installation

    @property
    def url(self) -> str:
        """Of its first page, without the slash."""
        return f"http://localhost:{self.installation.port}"

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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One installation for all tests of the session."""
    installation = Installation(tmp_path_factory.mktemp("site"))
    # All tests come from one address, and many open a room.
    installation.start(MAX_ROOMS_EACH="1000")
    yield Site(installation=installation)
    installation.end(signal.SIGINT)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Chromium without a window."""
    expect.set_options(timeout=WITHIN_MS)
    with sync_playwright() as playwright:
        # Containers have no namespace for Chromium's sandbox, and root may not use it.
        launched = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield launched
        launched.close()


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


@pytest.fixture
def watch(site: Site) -> Iterator[Watch]:
    """Fails the test at its end if a page broke a rule."""
    watching = Watch(origin=site.url)
    yield watching
    assert watching.faults == []


@pytest.fixture
def context(browser: Browser, watch: Watch) -> Iterator[BrowserContext]:
    """Somebody's browser, with nothing stored."""
    made = browser.new_context(viewport={"width": 1400, "height": 900})
    made.set_default_timeout(WITHIN_MS)
    watch.over(made)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab of it."""
    return context.new_page()
