"""What do the browser's tests share? A running nodeviz, Chromium, and people with pages."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.bootstrap.test_up import Installation
from tests.browser import classes
from tests.browser.site import WITHIN_MS, Site, Watch

# A script's background ignores Ctrl-C, and `./test` runs these there.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Every new window prepared the pages behind its address bar, which nobody sees, and a process in reserve: a third of Chromium's time (measured with 156).
# The last --disable-features counts, so what Playwright leaves out itself is named again.
WITHOUT = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "SpareRendererForSitePerProcess",
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "LensOverlay"),
    *("MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
]


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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Site]:
    """One installation for all tests of the session."""
    installation = Installation(tmp_path_factory.mktemp("site"))
    # All tests come from one address, and many open a room.
    installation.start(MAX_ROOMS_EACH="1000", STATIC_ROOT=str(collected))
    yield Site(installation=installation)
    installation.end(signal.SIGINT)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Chromium without a window."""
    expect.set_options(timeout=WITHIN_MS)
    with sync_playwright() as playwright:
        # Containers have no namespace for Chromium's sandbox, and root may not use it.
        launched = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox", f"--disable-features={','.join(WITHOUT)}"])
        yield launched
        launched.close()


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


@pytest.fixture
def classroom(browser: Browser, site: Site, watch: Watch) -> Iterator[classes.Classroom]:
    """Nobody is in it yet."""
    made = classes.Classroom(browser, site, watch)
    yield made
    made.close()


@pytest.fixture
def driver(classroom: classes.Classroom) -> Page:
    """A teacher who has opened a room from a lesson."""
    return classroom.teacher({"lesson": classes.LESSON})
