"""Does axe find a fault on any page, in any state, in either theme? And does everything work at 200 %, by keyboard, and without motion?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from nodeviz.scenarios.gallery import text_of
from tests.browser import steps
from tests.browser.site import Site, Watch

pytestmark = pytest.mark.axe

ROOT = Path(__file__).parents[2]

CRASH_LOOP = text_of(ROOT / "scenarios" / "crash-loop")

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()

# Nothing but its violations is made ready to be read: a third of its time.
AXE_RUN = "only => axe.run(document, {runOnly: only, resultTypes: ['violations']}).then(({violations}) => violations)"

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

RULES_OF_COLOUR = "tags => axe.getRules(tags).filter(rule => rule.tags.includes('cat.color')).map(rule => rule.ruleId)"


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it is, in light and then in dark, where nothing but the colours is another: the theme, the rule, and where."""
    steps.settled(page)
    # By the debugger and not by a script element: the page's policy allows none.
    page.evaluate(AXE + "; undefined")
    found = {"light": page.evaluate(AXE_RUN, RULES)}
    steps.in_theme(page, "dark")
    found["dark"] = page.evaluate(AXE_RUN, page.evaluate(RULES_OF_COLOUR, RULES))
    # Nobody waits for that here: whoever looks at the page next waits until it is drawn, and most tests end.
    page.emulate_media(color_scheme="light")
    each = [(theme, fault, node) for theme, violations in found.items() for fault in violations for node in fault["nodes"]]
    said = [f"{theme}: {fault['id']}: {node['target']} {node.get('failureSummary', '')}" for theme, fault, node in each]
    # What lies half under an open menu is reached when the menu is closed.
    return [words for words in said if "partially obscured" not in words]


@pytest.fixture
def page(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A tab of somebody who wants no motion."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    watch.over(context)
    yield context.new_page()
    context.close()


@pytest.fixture
def run(page: Page, site: Site) -> Page:
    """One in which something went wrong, finished."""
    steps.look_at(page, site.link(CRASH_LOOP))
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


TABS: dict[str, Callable[[Page], object]] = {
    "Problems": lambda page: page.get_by_role("tab", name="Problems").click(),
    "Images": lambda page: page.get_by_role("tab", name="Images").click(),
    "Actions": lambda page: page.get_by_role("tab", name="Actions").click(),
    "What if": lambda page: (page.get_by_role("tab", name="What if").click(), expect(page.locator(".knob").first).to_be_visible()),
    "kubectl": lambda page: (page.get_by_role("tab", name="kubectl").click(), expect(page.locator("#panel-kubectl pre")).to_contain_text("NAME")),
    "YAML": lambda page: (page.get_by_role("tab", name="YAML").click(), expect(page.locator("#panel-yaml pre")).to_contain_text("status:")),
    "Table": lambda page: page.get_by_role("tab", name="Table").click(),
}
"""Any of them can be opened after any other."""

STATES: dict[str, Callable[[Page], object]] = {
    "the chart": lambda page: None,
    "a selected bar": select_a_bar,
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


def test_each_tab_of_a_run(run: Page):
    found = {}
    for tab, select in TABS.items():
        select(run)
        found[tab] = faults(run)

    assert {tab: said for tab, said in found.items() if said} == {}


@pytest.mark.parametrize("state", STATES)
def test_a_run(run: Page, state: str):
    run.locator("#gantt").focus()
    STATES[state](run)

    assert faults(run) == []


@pytest.mark.parametrize(
    ("width", "height"), [pytest.param(700, 450, id="200 % zoom"), pytest.param(390, 844, id="a phone"), pytest.param(320, 640, id="400 % zoom")]
)
def test_on_a_small_page_nothing_sticks_out_and_axe_finds_nothing(run: Page, width: int, height: int):
    run.set_viewport_size({"width": width, "height": height})
    run.get_by_role("tab", name="Chart").click()
    found = {}
    for state, reach in {"the chart": STATES["the chart"], "What if": TABS["What if"], "Share": STATES["Share"]}.items():
        reach(run)
        assert run.evaluate("document.documentElement.scrollWidth") <= width
        found[state] = faults(run)

    assert {state: said for state, said in found.items() if said} == {}


@pytest.mark.parametrize(
    ("colours", "theme"),
    [
        pytest.param("light-dark(#14202b, #27303a)", "dark", id="dark on dark"),
        pytest.param("light-dark(#e1e5ea, #e4eaf0)", "light", id="light on light"),
    ],
)
def test_a_colour_that_is_wrong_in_one_theme_is_found(page: Page, site: Site, colours: str, theme: str):
    page.goto(f"{site.url}/join")
    sheet = "colours => { const sheet = new CSSStyleSheet(); sheet.replaceSync(`h1 { color: ${colours} }`); document.adoptedStyleSheets.push(sheet); }"
    page.evaluate(sheet, colours)

    assert [fault.partition(": [")[0] for fault in faults(page)] == [f"{theme}: color-contrast"]


def test_what_the_page_paints_itself_follows_the_system_as_if_it_had_been_so_from_the_start(run: Page):
    painted = """() => [document.querySelector(".gantt-plot canvas").toDataURL(),
        ...[...document.querySelectorAll(".label-dot, .legend-swatch")].map(each => getComputedStyle(each).backgroundColor),
        ...[...document.querySelectorAll(".gantt-plot .xtick text")].map(each => getComputedStyle(each).fill)]"""
    steps.settled(run)
    light = run.evaluate(painted)
    steps.in_theme(run, "dark")
    followed = run.evaluate(painted)
    run.reload()
    steps.finished(run)
    steps.settled(run)

    assert run.evaluate(painted) == followed
    assert not set(followed) & set(light)
