"""Does the editor know what can be written, and say what it means?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch

POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: app\n    image: "app:1.0"\n'
DEAF_MS = 100
"""CodeMirror's own limit is 75."""
READABLE = 4.5
"""The least contrast of text: WCAG 2.2, 1.4.3."""


def at_end(page: Page, site: Site, text: str) -> None:
    """The first page with this text, and the cursor behind it."""
    page.goto(site.url)
    steps.is_ready(page)
    steps.write(page, text)
    page.keyboard.press("Control+End")


def offers(page: Page) -> Locator:
    """The list at the cursor."""
    return page.locator(".cm-tooltip-autocomplete [role=option]")


def offered(page: Page) -> list[str]:
    """Its words."""
    expect(offers(page).first).to_be_visible()
    return page.locator(".cm-tooltip-autocomplete .cm-completionLabel").all_inner_texts()


def press_enter(page: Page) -> None:
    """To take what is chosen. In its first moments the list takes no key, so that nobody accepts what has only just appeared."""
    began = page.evaluate("() => performance.now()")
    page.wait_for_function("([began, deaf]) => performance.now() > began + deaf", arg=[began, DEAF_MS])
    page.keyboard.press("Enter")


def test_a_field_is_offered_with_its_sentence_and_enter_takes_it(page: Page, site: Site):
    at_end(page, site, POD)
    page.keyboard.type("    live")
    expect(offers(page)).to_have_text(["livenessProbemap"])
    expect(page.locator(".cm-completionInfo")).to_contain_text("the kubelet kills the container")
    press_enter(page)

    expect(offers(page).first).to_contain_text("exec")
    assert steps.text_of(page) == f"{POD}    livenessProbe:\n      "


def test_escape_closes_the_list_and_enter_is_a_new_line_again(page: Page, site: Site):
    at_end(page, site, POD)
    page.keyboard.type("    live")
    expect(offers(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(offers(page)).to_have_count(0)
    page.keyboard.press("Enter")

    assert steps.text_of(page) == f"{POD}    live\n    "


def test_few_values_are_offered_at_once_and_a_whole_one_needs_no_second_enter(page: Page, site: Site):
    at_end(page, site, POD)
    page.keyboard.type("  restartPolicy: ")
    assert offered(page) == ["Always", "Never", "OnFailure"]
    page.keyboard.type("Never")
    expect(offers(page)).to_have_count(0)
    page.keyboard.press("Enter")

    assert steps.text_of(page) == f"{POD}  restartPolicy: Never\n  "


def test_what_is_there_is_not_offered_again(page: Page, site: Site):
    at_end(page, site, POD)
    page.keyboard.type("    ")
    page.keyboard.press("Control+Space")

    assert {"name", "image"}.isdisjoint(offered(page))
    assert "readinessProbe" in page.locator(".cm-tooltip-autocomplete").inner_text()


def test_the_scenario_is_known_too(page: Page, site: Site):
    at_end(page, site, POD + "---\napiVersion: nodeviz.dev/v1alpha1\nkind: Scenario\nspec:\n  behaviors:\n    web/app: {onSIGTERM: {exitAfter: 3s}, ")
    page.keyboard.type("read")
    expect(offers(page)).to_have_text(["readinesslist of maps"])
    press_enter(page)

    expect(page.locator(".cm-activeLine")).to_contain_text("readiness: []")
    assert steps.text_of(page).endswith("{exitAfter: 3s}, readiness: []")


def test_one_step_back_takes_the_field_away_again(page: Page, site: Site):
    at_end(page, site, f"{POD}  ")
    page.keyboard.type("hostNet")
    expect(offers(page)).to_have_count(1)
    press_enter(page)
    expect(page.locator(".cm-activeLine")).to_have_text("  hostNetwork: ")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")

    expect(page.locator(".cm-activeLine")).to_have_text("  hostNet")


def test_without_the_table_nothing_is_offered_and_nothing_else_happens(page: Page, site: Site, watch: Watch):
    watch.expected = ("Failed to load resource",)
    page.route("**/fields*", lambda route: route.abort())
    at_end(page, site, POD)
    with page.expect_event("requestfailed", lambda request: "/fields" in request.url):
        page.keyboard.type("    live")
    page.keyboard.press("Enter")

    expect(offers(page)).to_have_count(0)
    assert steps.text_of(page) == f"{POD}    live\n    "


def test_the_table_is_not_fetched_before_somebody_writes(page: Page, site: Site):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.url)
    steps.is_ready(page)
    page.wait_for_load_state("networkidle")

    assert [url for url in asked if "/fields" in url] == []


CONTRAST = """element => {
    const channels = colour => { const canvas = document.createElement("canvas").getContext("2d"); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(value => value / 255); };
    const luminance = colour => { const [r, g, b] = channels(colour).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    let behind = element;
    while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    const [dark, light] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(luminance).sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_can_be_read(browser: Browser, site: Site, scheme: str):
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    at_end(page, site, POD)
    page.keyboard.type("    re")
    expect(page.locator(".cm-completionInfo")).to_be_visible()
    parts = (".cm-completionLabel", ".cm-completionDetail")
    found = [part for name in parts for part in page.locator(f".cm-tooltip-autocomplete li {name}").all()]

    assert len(found) > 4
    assert min(part.evaluate(CONTRAST) for part in [*found, page.locator(".cm-completionInfo")]) >= READABLE
    context.close()
