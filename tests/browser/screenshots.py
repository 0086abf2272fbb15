"""Makes the pictures of `docs/screenshots`: `.venv/bin/python -m tests.browser.screenshots`. With a folder as argument: every screen, to be looked at.

Starts an installation of its own, and stops it.
"""

from __future__ import annotations

import re
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.bootstrap.test_up import Installation
from tests.browser import steps
from tests.browser.site import WITHIN_MS, Site
from tests.surroundings import CHECKOUT, chromium

WIDE = {"width": 1360, "height": 800}
NARROW = {"width": 390, "height": 844}

LEGACY_JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: app
        image: app
        envFrom: [{secretRef: {name: key}}]
      - name: log
        image: log:1
        command: [sh, -c, "prepare; tail -f /log"]
"""
BAD = steps.POD.replace("restartPolicy: Never", "restartPolicy: never").replace('image: "app:1.0"', 'imagePullPolcy: "app:1.0"')


def example(page: Page, site: Site, name: str) -> None:
    """An example of the gallery, run to its end."""
    page.goto(f"{site.url}/?example={name}")
    steps.is_ready(page)
    steps.press_run(page)
    steps.finished(page)


def chart(page: Page, site: Site) -> None:
    """The picture of the README: a deletion, with a bar explained."""
    example(page, site, "sidecars-long-running-deleted")
    page.mouse.move(*steps.in_chart(page, 0.84, 3))
    expect(page.locator(".tooltip")).to_be_visible()


def new(page: Page, site: Site) -> None:
    """The first page."""
    page.goto(site.url)
    steps.is_ready(page)


def job(page: Page, site: Site) -> None:
    """The other half of the example, played halfway."""
    example(page, site, "sidecars-in-a-job")
    page.get_by_role("slider", name="Virtual time").fill("24000")


def narrow_chart(page: Page, site: Site) -> None:
    """A phone begins with the table; this is the chart on it."""
    example(page, site, "sidecars-in-a-job")
    page.get_by_role("tab", name="Chart").click()


def table(page: Page, site: Site) -> None:
    """The chart as a table."""
    example(page, site, "sidecars-in-a-job")
    if page.get_by_role("treegrid").is_hidden():
        page.keyboard.press("t")
    expect(page.get_by_role("treegrid")).to_be_visible()


def error(page: Page, site: Site) -> None:
    """A text with problems."""
    new(page, site)
    steps.write(page, BAD)
    expect(page.locator("#editor-form [data-part=problems] li")).to_have_count(3)


def queued(page: Page, site: Site) -> None:
    """Waiting for a worker."""
    new(page, site)
    steps.write(page, steps.POD)
    steps.press_run(page)
    expect(page.locator("#verdict")).to_contain_text("Waiting for a worker")


def disconnected(page: Page, site: Site) -> None:
    """In the middle of a run, without a network."""
    steps.run(page, site.url, steps.many_pods(60))
    expect(page.locator("#transport [data-part=head]")).not_to_have_text("0:00.0")
    with site.frozen_workers():
        steps.is_ready(page)
        page.context.set_offline(True)
        expect(page.locator("#banner")).to_have_text(re.compile("Reconnecting"))
        # The workers go on when the picture is taken; the page does not hear of it.


def many(page: Page, site: Site) -> None:
    """A node full of crashing pods."""
    steps.run(page, site.url, steps.many_pods(60, until="20m"))
    steps.finished(page)


def gallery(page: Page, site: Site) -> None:
    """All examples."""
    page.goto(f"{site.url}/gallery")


def missing(page: Page, site: Site) -> None:
    """A link that leads nowhere."""
    page.goto(f"{site.url}/s/AAAAAAAAAAA")


def keys(page: Page, site: Site) -> None:
    """The list of keys and marks."""
    example(page, site, "sidecars-in-a-job")
    page.keyboard.press("Shift+?")


def node_room(page: Page, site: Site) -> None:
    """Disks, conditions and images of a node under pressure."""
    example(page, site, "garbage-collection-against-eviction")
    expect(page.locator("#node .plot-container")).to_be_visible()
    page.get_by_role("tab", name="Images").click()
    expect(page.locator("#panel-images tbody tr").first).to_be_visible()


def why(page: Page, site: Site) -> None:
    """A killed sidecar: why it began to stop, and which line decides how long it may take."""
    example(page, site, "sidecars-long-running-deleted")
    page.mouse.click(*steps.in_chart(page, 0.84, 3))
    expect(page.locator("#panel-details .reason").first).to_be_visible()


def way(page: Page, site: Site) -> None:
    """What took the time until the pod was ready."""
    example(page, site, "sidecars-long-running-deleted")
    page.mouse.click(*steps.in_chart(page, 0.6, 0))
    expect(page.locator("#panel-details .way")).to_be_visible()


def advice(page: Page, site: Site) -> None:
    """What a colleague would say of a Job with a legacy sidecar."""
    page.goto(site.url)
    steps.is_ready(page)
    steps.write(page, LEGACY_JOB)
    page.get_by_text("4 pieces of advice").click()
    expect(page.get_by_role("button", name="Make it a sidecar")).to_be_visible()


def behavior(page: Page, site: Site) -> None:
    """The form for what the containers do."""
    new(page, site)
    page.get_by_role("button", name="Behavior").click()
    page.locator("#behaviors summary").nth(3).click()


def pulls(page: Page, site: Site) -> None:
    """Images that wait for one another, in the middle of the run."""
    example(page, site, "parallel-pulls")
    page.locator("#node summary").click()
    expect(page.locator("#node .plot-container")).to_be_visible()
    page.get_by_role("tab", name="Images").click()
    page.mouse.click(*steps.in_chart(page, 0.2, -1))
    expect(page.locator("#panel-images tbody tr").first).to_be_visible()


def comparison(page: Page, site: Site) -> None:
    """The same pod in two versions."""
    page.goto(f"{site.url}/compare/1-28-or-1-29")
    expect(page.locator("html")).to_have_attribute("data-settled", "true")
    steps.is_ready(page)
    steps.settled(page)


def lag(page: Page, site: Site) -> None:
    """What the processes did, over what kubectl showed of it."""
    example(page, site, "sidecars-in-a-job")
    page.get_by_label("A second lens, thin under the bars").select_option("api")


def menu(page: Page, site: Site) -> None:
    """What can be done to a container at the clock's time."""
    example(page, site, "sidecars-in-a-job")
    steps.seek(page, 25)
    page.get_by_text("network-proxy", exact=True).and_(page.locator(".label-name")).click(button="right")
    expect(page.get_by_role("menuitem").first).to_be_focused()


def intervened(page: Page, site: Site) -> None:
    """A sidecar was killed: its new future, and the old one behind it."""
    menu(page, site)
    before = page.url
    page.get_by_role("menuitem", name="Kill (SIGKILL)").click()
    page.wait_for_url(lambda url: url != before)
    steps.finished(page)
    steps.seek(page, 29)
    page.get_by_role("tab", name="Actions").click()
    expect(page.locator("#panel-actions li")).to_have_count(1)


def what_if(page: Page, site: Site) -> None:
    """A slower registry, and the run before behind it."""
    example(page, site, "sidecars-in-a-job")
    page.get_by_role("tab", name="What if").click()
    page.get_by_role("slider", name="node registry bandwidth").fill("60")
    expect(page.locator("#ghost")).to_contain_text("later")


def kubectl(page: Page, site: Site) -> None:
    """What kubectl would print in the middle of a crash loop."""
    example(page, site, "crash-loop")
    steps.seek(page, 33)
    page.get_by_role("tab", name="kubectl").click()
    page.locator("#panel-kubectl select").select_option(index=1)
    expect(page.locator("#panel-kubectl pre")).to_contain_text("Restart Count")


def share(page: Page, site: Site) -> None:
    """The links, with the code for the projector."""
    example(page, site, "sidecars-in-a-job")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="QR code").click()
    steps.settled(page)


Shot = tuple[Callable[[Page, Site], None], str, bool]
"""How to get there, the theme, and whether on a phone."""

DOCUMENTED: dict[str, Shot] = {
    "chart-light": (chart, "light", False),
    "chart-dark": (chart, "dark", False),
    "why-light": (why, "light", False),
    "node-light": (node_room, "light", False),
    "compare-light": (comparison, "light", False),
    "lag-light": (lag, "light", False),
    "intervened-light": (intervened, "light", False),
    "what-if-dark": (what_if, "dark", False),
    "kubectl-light": (kubectl, "light", False),
    "error-light": (error, "light", False),
    "disconnected-light": (disconnected, "light", False),
    "narrow-light": (narrow_chart, "light", True),
}

OTHERS: dict[str, Shot] = {
    "node-dark": (node_room, "dark", False),
    "narrow-node-light": (node_room, "light", True),
    "compare-dark": (comparison, "dark", False),
    "narrow-compare-light": (comparison, "light", True),
    "menu-dark": (menu, "dark", False),
    "intervened-dark": (intervened, "dark", False),
    "what-if-light": (what_if, "light", False),
    "narrow-what-if-light": (what_if, "light", True),
    "kubectl-dark": (kubectl, "dark", False),
    "narrow-kubectl-light": (kubectl, "light", True),
    "lag-dark": (lag, "dark", False),
    "share-light": (share, "light", False),
    "share-dark": (share, "dark", False),
    "narrow-share-light": (share, "light", True),
    "pulls-dark": (pulls, "dark", False),
    "behavior-light": (behavior, "light", False),
    "behavior-dark": (behavior, "dark", False),
    "narrow-behavior-light": (behavior, "light", True),
    "why-dark": (why, "dark", False),
    "way-light": (way, "light", False),
    "advice-light": (advice, "light", False),
    "advice-dark": (advice, "dark", False),
    "narrow-advice-light": (advice, "light", True),
    "new-light": (new, "light", False),
    "new-dark": (new, "dark", False),
    "clock-dark": (job, "dark", False),
    "table-light": (table, "light", False),
    "error-dark": (error, "dark", False),
    "many-dark": (many, "dark", False),
    "gallery-light": (gallery, "light", False),
    "missing-dark": (missing, "dark", False),
    "keys-light": (keys, "light", False),
    "narrow-table-dark": (table, "dark", True),
    "narrow-new-light": (new, "light", True),
}


def context_for(browser: Browser, theme: str, *, narrow: bool) -> BrowserContext:
    """Somebody's screen."""
    size = NARROW if narrow else WIDE
    made = browser.new_context(viewport=size, color_scheme=theme, is_mobile=narrow, has_touch=narrow, device_scale_factor=1.5 if narrow else 1)  # type: ignore[arg-type]
    made.set_default_timeout(WITHIN_MS)
    return made


def take(browser: Browser, site: Site, folder: Path, shots: dict[str, Shot]) -> None:
    """All of them."""
    for name, (prepare, theme, narrow) in shots.items():
        context = context_for(browser, theme, narrow=narrow)
        page = context.new_page()
        prepare(page, site)
        page.screenshot(path=folder / f"{name}.png", animations="disabled")
        context.close()


def take_queued(browser: Browser, site: Site, folder: Path) -> None:
    """The one that needs workers that stand still."""
    context = context_for(browser, "light", narrow=False)
    page = context.new_page()
    with site.frozen_workers():
        queued(page, site)
        page.screenshot(path=folder / "queued-light.png", animations="disabled")
    context.close()


def main() -> None:
    """Into `docs/screenshots`; or all of them, where the first argument says."""
    wants_all = len(sys.argv) > 1
    folder = Path(sys.argv[1]) if wants_all else CHECKOUT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=WITHIN_MS)
    with tempfile.TemporaryDirectory(prefix="nodeviz-screenshots-") as var:
        installation = Installation(Path(var))
        installation.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
                site = Site(installation=installation)
                take(browser, site, folder, DOCUMENTED | OTHERS if wants_all else DOCUMENTED)
                if wants_all:
                    take_queued(browser, site, folder)
                browser.close()
        finally:
            installation.end(signal.SIGINT)


if __name__ == "__main__":
    main()
