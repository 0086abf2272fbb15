"""Can every text that a reader sees be translated? In the pseudo-language it stands in brackets; what has none must be in one of the tables below."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bootstrap.test_up import Installation
from tests.browser import steps
from tests.browser.site import WITHIN_MS, Site

NEVER_TRANSLATED: Mapping[str, str] = {
    # what a person wrote
    ".topbar-title h1": "the title of a scenario",
    ".cm-content, .cm-gutters, textarea": "the text",
    ".cards h3, .cards h2, .card > p, .card .prose, .description .prose": "examples are data",
    ".label-name, [role=rowheader], .images th, .images td:nth-child(4), .pod-verdict b": "names of pods, containers and images",
    "#milestones th": "names of pods and containers",
    "code": "fields, gates, containers and files by their names",
    # what the simulator says
    ".verdict-headline, .side-headline, .pod-verdict, .way li span:first-child": "its verdict",
    ".problem-text, .run-notes li": "its problems and remarks",
    ".gate-effect, .gate-stage": "what a gate does, and in which stage it is",
    "#node text": "the thresholds of its disks",
    ".knob > span:first-child, .knob input, .knob-list legend, .knob-word": "the fields that a slider turns",
    ".details .message, .details-content .message, #treegrid .message, .problems .message": "what the API and the runtime said",
    # what Kubernetes says
    "#panel-events td": "Events",
    "#panel-kubectl pre, #panel-kubectl select, #panel-yaml pre, #panel-yaml select": "what kubectl is asked and prints",
    ".kubelet-table tbody": "the kubelet's configuration",
    # names and signs
    "kbd": "keys",
    ".brand, title": "our name, and that of a scenario",
    ".num, .xtick, .gantt-tick-text, .gantt-ruler": "times and sizes",
    ".version-switch option": "releases",
}
"""Where texts stay as they are, and why."""

TITLES = ("A pod with a sidecar", "The report is written, and its Job waits for the log shipper")
"""Of the scenarios that are shown."""

NAMES = frozenset({"kubectl", "kubelet", "API", "YAML", "PNG", "SVG", "HTML", "CSV", "JSON", "Lines", "Kubernetes", "nodeviz", "A", "B"})
"""The same in every language."""

WORDS = frozenset({"Completed", "SIGTERM", "forever", "imagefs", "nodefs"})
"""Of the API and of a Scenario: what is written there is found by these."""

OWN = frozenset({"web", "app", "fetch", "proxy", "default"})
"""Names in steps.POD."""

UNITS = frozenset({"ms", "s", "min", "h", "d", "B", "KiB", "MiB", "GiB", "TiB"})

VISIBLE_TEXTS = r"""({never, titles}) => {
    const faults = new Set();
    const said = ["title", "aria-label", "placeholder", "alt", "aria-valuetext", "aria-roledescription"];
    const bare = (text) => {
        let [rest, before] = [titles.reduce((kept, title) => kept.replace(title, ""), text), null];
        // Brackets may stand in brackets: the innermost first.
        while (rest !== before) [before, rest] = [rest, rest.replace(/⟦[^⟦⟧]*⟧/g, " ")];
        return rest.match(/\p{L}[\p{L}\d-]*/gu) ?? [];
    };
    const look = (element, what, text) => {
        if (element.closest(never)) return;
        const where = `${what} ${element.closest("[id]")?.id ?? ""} ${element.localName}.${element.getAttribute("class") ?? ""}`;
        for (const word of bare(text)) faults.add(`${word} | ${where}: ${text.trim().slice(0, 120)}`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
        const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
        if (!element.checkVisibility() || element.closest("script, style, noscript")) continue;
        if (node.nodeType === Node.TEXT_NODE) look(element, "text", node.data);
        else for (const name of said.filter((each) => node.hasAttribute(each))) look(node, name, node.getAttribute(name));
    }
    return [...faults];
}"""


def untranslated(page: Page) -> list[str]:
    """Every word in sight, of a text or an attribute that is read out, that is neither in brackets nor never translated; and where it stands."""
    steps.settled(page)
    found: list[str] = page.evaluate(VISIBLE_TEXTS, {"never": ", ".join(NEVER_TRANSLATED), "titles": TITLES})
    return [fault for fault in found if fault.split(" | ")[0] not in NAMES | WORDS | OWN | UNITS]


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Site]:
    """An installation that speaks it."""
    installation = Installation(tmp_path_factory.mktemp("pseudo"))
    installation.start(PSEUDO_LANGUAGE="1", STATIC_ROOT=str(collected))
    yield Site(installation=installation)
    installation.end(signal.SIGINT)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab with room for everything, in which no script may fail."""
    context = browser.new_context(viewport={"width": 1600, "height": 1200})
    context.set_default_timeout(WITHIN_MS)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert errors == []


@pytest.fixture
def run(page: Page, pseudo: Site) -> Page:
    """One that is over."""
    steps.look_at(page, pseudo.link(steps.POD))
    steps.first_bar(page)
    return page


def test_the_first_page_and_its_dialogs(page: Page, pseudo: Site):
    page.goto(pseudo.url)
    steps.is_ready(page)
    found = untranslated(page)
    page.locator("[data-part=gates]").click()
    expect(page.locator("#gates .gate").first).to_be_visible()
    found += untranslated(page)
    page.keyboard.press("Escape")
    page.locator("button[data-part=behaviors]").click()
    expect(page.locator("#behaviors li").first).to_be_visible()
    page.evaluate("() => document.querySelectorAll('#behaviors details').forEach(each => { each.open = true; })")

    assert found + untranslated(page) == []


def test_problems_and_advice(page: Page, pseudo: Site):
    page.goto(pseudo.url)
    steps.is_ready(page)
    steps.write(page, steps.POD.replace("  containers:", "  wrong: 1\n  containers:"))
    expect(page.locator(".problem-list .problem").first).to_be_visible()

    assert untranslated(page) == []


@pytest.mark.parametrize("path", ["/gallery", "/compare", "/compare/legacy-or-native-sidecar", "/nothing-here"])
def test_a_page(page: Page, pseudo: Site, path: str):
    page.goto(pseudo.url + path, wait_until="networkidle")

    assert untranslated(page) == []


def test_a_frame_for_other_pages(page: Page, pseudo: Site):
    page.goto(pseudo.link(steps.POD).replace("/s/", "/e/"))
    expect(page.locator("html")).to_have_attribute("data-status", "finished")

    assert untranslated(page) == []


DRAWER: Mapping[str, str] = {
    **dict.fromkeys(("events", "problems", "details", "images", "actions"), ""),
    "what-if": ".knob",
    "kubectl": "pre",
    "yaml": "pre",
}
"""Its tabs, and what has its text later than the tab is open."""


def test_the_page_of_a_run_and_its_drawer(run: Page):
    run.locator(".label-name", has_text="app").click()
    run.locator("#gantt").focus()
    run.keyboard.press("ArrowRight")
    found = []
    for tab, shown in DRAWER.items():
        run.locator(f"#tab-{tab}").click()
        expect(run.locator(f"#panel-{tab}")).to_be_visible()
        if shown:
            expect(run.locator(f"#panel-{tab} {shown}").first).not_to_be_empty()
        found += untranslated(run)

    assert found == []


OPENED: Mapping[str, tuple[Callable[[Page], Any], str]] = {
    "the table": (lambda page: page.keyboard.press("t"), "#treegrid .level-3"),
    "the keys": (lambda page: page.keyboard.press("?"), "#help dd"),
    "the menu of what can be done to the run": (lambda page: page.keyboard.press("i"), "#intervene-menu [role=menuitem]"),
    "sharing": (lambda page: page.locator("#share-button").click(), "#share [data-part=about]"),
    "exporting": (lambda page: page.locator("#export summary").click(), ".export-menu"),
    "comparing": (lambda page: page.locator("#compare-button").click(), "#compare-with select"),
    "the other lens": (lambda page: page.locator("select[name=under]").select_option("api"), ".label-status"),
    "the node": (lambda page: page.evaluate("() => { document.getElementById('node').open = true; }"), "#node .main-svg"),
    "a search": (lambda page: page.get_by_role("searchbox").and_(page.locator("#search input")).fill("app"), "#search .count"),
    "a tooltip": (lambda page: page.locator("#gantt").hover(position={"x": 500, "y": 70}), ".tooltip-title"),
}
"""What is done, and what is in sight then."""


@pytest.mark.parametrize("opened", OPENED)
def test_what_opens_on_the_page_of_a_run(run: Page, opened: str):
    run.locator("#gantt").focus()
    act, shown = OPENED[opened]
    act(run)
    expect(run.locator(shown).first).to_be_visible()

    assert untranslated(run) == []


def test_a_word_without_brackets_is_found(page: Page):
    page.set_content('<body><p id="a">⟦good ⟦web⟧⟧ bad</p><p title="worse">⟦good⟧</p><code>data</code></body>')

    assert [fault.partition(" | ")[0] for fault in untranslated(page)] == ["bad", "worse"]
