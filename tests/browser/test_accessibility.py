"""Does axe find a fault on any page, in any state, in either theme? And does everything work at 200 %, by keyboard, and without motion?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch

pytestmark = pytest.mark.axe

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()

# Nothing but its violations is made ready to be read: a third of its time.
AXE_RUN = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(({violations}) => violations)"

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it is: the rule, and where."""
    steps.settled(page)
    # By the debugger and not by a script element: the page's policy allows none.
    page.evaluate(AXE + "; undefined")
    found: list[dict[str, Any]] = page.evaluate(AXE_RUN, RULES)
    said = [f"{fault['id']}: {node['target']} {node.get('failureSummary', '')}" for fault in found for node in fault["nodes"]]
    # What lies half under an open menu is reached when the menu is closed.
    return [words for words in said if "partially obscured" not in words]


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, watch: Watch) -> Iterator[Page]:
    """A tab in either theme, of somebody who wants no motion."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme=request.param, reduced_motion="reduce")
    watch.over(context)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def crash_loop(browser: Browser, site: Site) -> str:
    """The link of a run in which something went wrong."""
    page = browser.new_page()
    page.goto(f"{site.url}/?example=crash-loop")
    steps.is_ready(page)
    steps.press_run(page)
    steps.finished(page)
    url = page.url
    page.close()
    return url


@pytest.fixture
def run(page: Page, crash_loop: str) -> Page:
    """That run, finished."""
    page.goto(crash_loop)
    steps.finished(page)
    return page


def test_the_first_page(page: Page, site: Site):
    page.goto(site.url)
    steps.is_ready(page)

    assert faults(page) == []


def test_the_first_page_with_problems(page: Page, site: Site, watch: Watch):
    watch.expected = ("422",)
    page.goto(site.url)
    steps.is_ready(page)
    steps.write(page, steps.POD.replace("containers:", "container:"))
    expect(page.locator(".problem-list")).to_be_visible()

    assert faults(page) == []


@pytest.mark.parametrize("path", ["/gallery", "/gallery?q=node&tag=pulls", "/gallery?q=zebra", "/p", "/compare", "/api/v1/docs"])
def test_other_pages(page: Page, site: Site, path: str):
    page.goto(site.url + path)

    assert faults(page) == []


@pytest.mark.parametrize("size", [(1400, 900), (390, 844)], ids=["a desk", "a phone"])
def test_a_comparison(page: Page, site: Site, size: tuple[int, int]):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{site.url}/compare/1-28-or-1-29")
    expect(page.locator("html")).to_have_attribute("data-settled", "true")
    steps.is_ready(page)
    page.locator("#milestones").get_by_role("button", name="Sidecar log-sender").click()
    expect(page.locator("#why .reason").first).to_be_visible()

    assert faults(page) == []


def test_a_page_that_does_not_exist(page: Page, site: Site, watch: Watch):
    watch.expected = ("404",)
    page.goto(f"{site.url}/s/AAAAAAAAAAA")

    assert faults(page) == []


def select_a_bar(page: Page) -> None:
    """By keyboard."""
    page.locator("#gantt").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


STATES: dict[str, Callable[[Page], object]] = {
    "the chart": lambda page: None,
    "the table": lambda page: page.get_by_role("tab", name="Table").click(),
    "a selected bar": select_a_bar,
    "Problems": lambda page: page.get_by_role("tab", name="Problems").click(),
    "Images": lambda page: page.get_by_role("tab", name="Images").click(),
    "Actions": lambda page: page.get_by_role("tab", name="Actions").click(),
    "What if": lambda page: (page.get_by_role("tab", name="What if").click(), expect(page.locator(".knob").first).to_be_visible()),
    "kubectl": lambda page: (page.get_by_role("tab", name="kubectl").click(), expect(page.locator("#panel-kubectl pre")).to_contain_text("NAME")),
    "YAML": lambda page: (page.get_by_role("tab", name="YAML").click(), expect(page.locator("#panel-yaml pre")).to_contain_text("status:")),
    "the menu of interventions": lambda page: (page.keyboard.press("i"), expect(page.get_by_role("menuitem").first).to_be_focused()),
    "what a menu asks": lambda page: (
        page.keyboard.press("i"),
        page.get_by_role("menuitem", name="Fill nodefs …").click(),
        expect(page.get_by_label("Up to")).to_be_focused(),
    ),
    "a search": lambda page: page.get_by_role("searchbox").fill("app"),
    "the list of keys": lambda page: page.get_by_role("button", name="Keyboard shortcuts").click(),
    "the gates": lambda page: (page.get_by_role("button", name="Gates").click(), expect(page.locator("#gates")).to_be_visible()),
    "the behaviors": lambda page: (page.get_by_role("button", name="Behavior").click(), expect(page.locator("#behaviors summary").first).to_be_visible()),
    "the node": lambda page: page.locator("#node summary").click(),
    "Share": lambda page: (page.get_by_role("button", name="Share").click(), expect(page.get_by_role("dialog")).to_be_visible()),
    "Compare": lambda page: (page.get_by_role("button", name="Compare", exact=True).click(), expect(page.get_by_role("dialog")).to_be_visible()),
    "Export": lambda page: page.get_by_text("Export", exact=True).click(),
}


@pytest.mark.parametrize("state", STATES)
def test_a_run(run: Page, state: str):
    run.locator("#gantt").focus()
    STATES[state](run)

    assert faults(run) == []


@pytest.mark.parametrize("page", ["light"], indirect=True)
@pytest.mark.parametrize(
    ("width", "height"), [pytest.param(700, 450, id="200 % zoom"), pytest.param(390, 844, id="a phone"), pytest.param(320, 640, id="400 % zoom")]
)
@pytest.mark.parametrize("state", ["the chart", "What if", "Share"])
def test_on_a_small_page_nothing_sticks_out_and_axe_finds_nothing(run: Page, width: int, height: int, state: str):
    run.set_viewport_size({"width": width, "height": height})
    run.get_by_role("tab", name="Chart").click()
    STATES[state](run)

    assert run.evaluate("document.documentElement.scrollWidth") <= width
    assert faults(run) == []
