"""What does a person do on the pages? The steps that several tests take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from playwright.sync_api import Page, expect

LOST = ("WebSocket connection to", "net::ERR_INTERNET_DISCONNECTED", "net::ERR_CONNECTION_REFUSED")
"""What the browser itself says on the console when a connection is lost."""

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  restartPolicy: Never
  initContainers:
  - {name: fetch, image: "fetch:1.0"}
  - {name: proxy, image: "proxy:1.0", restartPolicy: Always}
  containers:
  - {name: app, image: "app:1.0"}
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
metadata: {name: web}
spec:
  title: A pod with a sidecar
  jitter: false
  registry: {defaultSize: 10Mi}
  behaviors:
    app: {runs: [{duration: 5s}]}
"""


def many_pods(count: int, until: str = "1h") -> str:
    """So many pods with two containers each; all of them crash again and again, so that there is much to compute."""
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web-{0}}}\nspec:\n"
        '  containers:\n  - {{name: app, image: "app:1.0"}}\n  - {{name: log, image: "log:1.0"}}\n---\n'
    )
    scenario = (
        "apiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nmetadata: {name: many}\nspec:\n"
        f"  until: {until}\n  behaviors: {{app: {{runs: [{{duration: 3s, exitCode: 1}}]}}, log: {{runs: [{{duration: 7s, exitCode: 2}}]}}}}\n"
        "  node: {capacity: {pods: '500', cpu: '500', memory: 500Gi}}\n"
    )
    return "".join(pod.format(number) for number in range(count)) + scenario


def is_ready(page: Page) -> None:
    """Its scripts have taken over."""
    expect(page.locator("html")).to_have_attribute("data-ready", "true")


def write(page: Page, text: str) -> None:
    """Paste a text over everything that the editor holds."""
    content = page.locator(".cm-content")
    content.click()
    page.keyboard.press("Control+a")
    content.evaluate(
        """(content, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            content.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def text_of(page: Page) -> str:
    """What would be posted."""
    return page.locator("textarea[name=text]").input_value()


def press_run(page: Page) -> None:
    """And wait for the page of the run."""
    page.get_by_role("button", name="Run", exact=False).and_(page.locator(".run-button")).click()
    page.wait_for_url("**/s/*", wait_until="commit")


def run(page: Page, url: str, text: str = POD) -> None:
    """From the first page to the first bar."""
    page.goto(url)
    is_ready(page)
    write(page, text)
    press_run(page)
    first_bar(page)


def look_at(page: Page, url: str) -> None:
    """The page of a run, when the run is over."""
    page.goto(url)
    finished(page)


def first_bar(page: Page) -> None:
    """Something is painted."""
    expect(page.locator("html")).to_have_attribute("data-painted", "true")


def finished(page: Page) -> None:
    """The last word of the run is on the page, and the editor beside it is ready."""
    expect(page.locator("html")).to_have_attribute("data-status", "finished")
    is_ready(page)


def shows_banner_when(page: Page, happens: Callable[[], None]) -> None:
    """Do something of which the banner tells. The page itself watches: a banner that is gone after a moment is not missed."""
    page.evaluate(
        """() => { const banner = document.getElementById("banner");
            window.bannerShown = new Promise(shown => new MutationObserver(() => banner.hidden || shown()).observe(banner, {attributes: true})); }"""
    )
    happens()
    page.evaluate("() => window.bannerShown")


def headline(page: Page) -> str:
    """The verdict."""
    return page.locator("#verdict [data-part=headline]").inner_text()


def row_names(page: Page) -> list[str]:
    """From the top."""
    return page.locator(".label-name").all_inner_texts()


def settled(page: Page) -> None:
    """What was done has been drawn: the frame that it asked for, and the one in which Plotly answers, which hears of it when the chart is at rest."""
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    expect(page.locator(".gantt-plotly[data-state=moving]")).to_have_count(0)


def in_theme(page: Page, theme: Literal["light", "dark"]) -> None:
    """The reader's system changes over to it, and the page has followed: it was told, before we are who asked last, and what it paints itself is painted."""
    page.evaluate(
        """() => { window.followed = false;
            matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { window.followed = true; }, {once: true}); }"""
    )
    page.emulate_media(color_scheme=theme)
    page.wait_for_function("() => window.followed")
    settled(page)


def ticks(page: Page) -> list[str]:
    """What the time axis says, from the left, as far as it is in sight."""
    settled(page)
    inside = """texts => { const box = document.querySelector('.gantt-plot').getBoundingClientRect();
        return texts.filter(text => { const {left, right} = text.getBoundingClientRect(); return right > box.left && left < box.right; })
            .map(text => text.textContent); }"""
    found: list[str] = page.locator(".xtick text").evaluate_all(inside)
    return found


def seek(page: Page, at_s: float) -> None:
    """Move the clock by its slider, as a hand would."""
    page.get_by_role("slider", name="Virtual time").fill(str(round(at_s * 1000)))
    settled(page)


def in_chart(page: Page, share: float, row: int) -> tuple[float, float]:
    """A place in the plot area: a share of its width, and the middle of a row."""
    box = page.locator(".gantt-plot").bounding_box()
    assert box
    return box["x"] + box["width"] * share, box["y"] + 26 + 24 * row + 10
