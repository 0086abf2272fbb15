"""Does a reader find an example in the gallery? By words and subjects, without a reload, by an address; and all of them without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from nodeviz.scenarios.about import TAGS
from tests import goldens
from tests.browser import steps
from tests.browser.site import WITHIN_MS, Site

TOTAL = len(goldens.folders())


def open_gallery(page: Page, site: Site, search: str = "") -> None:
    """Its script has run."""
    page.goto(f"{site.url}/gallery{search}")
    steps.is_ready(page)


def names(page: Page) -> list[str]:
    """Of the cards that are seen."""
    return page.eval_on_selector_all("#cards > li", "cards => cards.filter((card) => card.checkVisibility()).map(({id}) => id)")


def said(page: Page) -> str:
    """What is announced."""
    return page.get_by_role("status").inner_text()


def test_words_and_subjects_narrow_it_and_the_address_says_so(page: Page, site: Site):
    open_gallery(page, site)
    page.evaluate("window.stays = true")
    page.get_by_role("searchbox").fill("slow line")
    words = (names(page), said(page))
    page.get_by_role("searchbox").fill("")
    page.get_by_role("checkbox", name="pulls").check()
    page.get_by_role("checkbox", name="configuration").check()

    assert words == (["tiny-edge-node"], f"1 of {TOTAL} examples")
    assert {"parallel-pulls", "drop-ins-in-order-of-their-names"} <= set(names(page))
    assert said(page) == f"{len(names(page))} of {TOTAL} examples"
    assert page.url == f"{site.url}/gallery?tag=pulls&tag=configuration"
    assert page.evaluate("window.stays")


def test_an_address_opens_what_it_says_and_an_example_and_back_keeps_it(page: Page, site: Site):
    open_gallery(page, site, "?q=disk&tag=eviction&tag=no-such-subject")
    found = names(page)
    page.get_by_role("link", name="Open in the editor: Images on a disk of their own").click()
    page.wait_for_url("**/?example=split-disk")
    page.go_back()
    steps.is_ready(page)

    assert "split-disk" in found
    assert len(found) < TOTAL
    assert names(page) == found
    expect(page.get_by_role("searchbox")).to_have_value("disk")
    expect(page.get_by_role("checkbox", name="eviction")).to_be_checked()


def test_what_leads_to_nothing_says_so_and_one_press_shows_all(page: Page, site: Site):
    open_gallery(page, site, "?q=zebra")
    expect(page.locator("#none")).to_be_visible()
    nothing = said(page)
    page.get_by_role("button", name="Show all").press("Enter")
    expect(page.locator("#none")).to_be_hidden()

    assert nothing == f"0 of {TOTAL} examples"
    assert (len(names(page)), said(page), page.url) == (TOTAL, f"{TOTAL} examples", f"{site.url}/gallery")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_it_can_be_used_by_keyboard_alone(page: Page, site: Site):
    open_gallery(page, site)
    page.get_by_role("searchbox").focus()
    page.keyboard.type("eighteen")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")

    expect(page.get_by_role("checkbox").first).to_be_checked()
    assert page.url == f"{site.url}/gallery?q=eighteen&tag={next(iter(TAGS))}"


def test_a_card_leads_to_its_comparison(page: Page, site: Site):
    open_gallery(page, site, "?q=eighteen+meter")
    page.get_by_role("link", name=re.compile("^Compare .*: Eighteen gibibytes, and the meter is running$")).click()
    expect(page.locator("html")).to_have_attribute("data-settled", "true")

    assert page.locator(".side-headline").all_inner_texts() == ["Both pods ready after 4m55.7s", "Both pods ready after 2.9 s"]


def test_a_card_without_a_comparison_of_its_own_compares_its_versions(page: Page, site: Site):
    open_gallery(page, site, "?q=politely")
    page.get_by_role("link", name="Compare Kubernetes 1.27 and 1.36").click()
    expect(page.locator("html")).to_have_attribute("data-settled", "true")

    assert page.locator(".side-word").all_inner_texts() == ["Kubernetes 1.27", "Kubernetes 1.36"]
    expect(page.locator("#summary")).to_contain_text("The same until 0:00.0")


def test_teach_opens_a_room(page: Page, site: Site):
    open_gallery(page, site, "?q=eighteen+meter")
    page.get_by_role("button", name="Teach: Eighteen gibibytes, and the meter is running").click()
    page.wait_for_url("**/r/*")


def test_without_scripts_all_are_there_and_nothing_that_needs_one(browser: Browser, site: Site):
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(WITHIN_MS)
    page = context.new_page()
    page.goto(f"{site.url}/gallery?q=zebra")

    expect(page.locator("#cards > li")).to_have_count(TOTAL)
    expect(page.locator("#cards > li").last).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_count(0)
    expect(page.locator(".card-actions a").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [320, 390, 1400])
def test_nothing_is_wider_than_the_window(page: Page, site: Site, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    open_gallery(page, site)

    assert page.evaluate("document.documentElement.scrollWidth") == width
