"""Does a lesson that was taken along work without any server? Saved, opened as a file with the network off, and walked through to its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.site import WITHIN_MS, Site, Watch
from tests.browser.test_accessibility import faults
from tests.browser.test_lessons import LAPTOP, NAMES, PHONE, Walk, a_lesson_with

OF_EACH_KIND = {a_lesson_with(kind) for kind in ("choose", "order", "moment", "build")}
"""The walk through the others is the same code with other texts, which the lessons' own page is walked with: only `./test --long` takes it."""


@pytest.fixture(scope="module")
def offline(browser: Browser) -> Iterator[BrowserContext]:
    """A laptop in a train, whose reader wants no motion. Nothing may be asked of anybody."""
    context = browser.new_context(viewport=LAPTOP, offline=True, reduced_motion="reduce")
    context.set_default_timeout(WITHIN_MS)
    watching = Watch(origin="file:")
    watching.over(context)
    yield context
    context.close()
    assert watching.faults == []


@pytest.fixture
def page(offline: BrowserContext) -> Iterator[Page]:
    """A tab of it; whoever has been there has left no progress."""
    made = offline.new_page()
    yield made
    made.evaluate("localStorage.clear()")
    made.close()


def saved(browser: Browser, site: Site, name: str, folder: Path) -> Path:
    """What "Take along" on the list of lessons saves."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.url}/lessons")
    with page.expect_download() as download:
        page.locator(f"#{name}").get_by_text("Take along").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    context.close()
    return path


def opened(page: Page, path: Path) -> Walk:
    """Its first step."""
    page.goto(path.as_uri())
    expect(page.locator("html")).to_have_attribute("data-ready", "true")
    walk = Walk(page=page, pack=json.loads(page.locator("#pack").text_content() or ""))
    walk.is_at(0)
    return walk


def shows(walk: Walk, step: dict[str, Any], phase: str) -> None:
    """No more of the run than the step's phase allows."""
    if step["run"] is not None:
        walk.shows_until(step, step["stop_s"] if phase == "asked" else step["until_s"])


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in OF_EACH_KIND else pytest.mark.long) for name in NAMES])
def test_it_is_walked_through_to_its_end(page: Page, browser: Browser, site: Site, name: str, tmp_path: Path):
    walk = opened(page, saved(browser, site, name, tmp_path))
    asked = [step for step in walk.pack["steps"] if step["ask"]]
    for number, step in enumerate(walk.pack["steps"]):
        walk.is_at(number, "asked" if step["ask"] else "read")
        shows(walk, step, "asked" if step["ask"] else "read")
        if step["ask"]:
            walk.answer(step["ask"])
            walk.part("lock").click()
            walk.is_at(number, "locked")
            walk.part("run").click()
            walk.is_at(number, "revealed")
            expect(walk.result).to_have_text("Right.")
            shows(walk, step, "revealed")
        walk.part("next").click()
    walk.is_at("end")

    if asked:
        expect(walk.part("score")).to_have_text(f"{len(asked)} of {len(asked)} right.")


def test_a_step_to_build_in_shows_a_solution_and_its_text(page: Page, browser: Browser, site: Site, tmp_path: Path):
    walk = opened(page, saved(browser, site, "build-a-sidecar", tmp_path))
    number = next(number for number, step in enumerate(walk.pack["steps"]) if step.get("solved"))
    for _ in range(number):
        walk.part("next").click()
    walk.is_at(number, "read")

    expect(page.locator(f"section[data-step='{number}'] .step-solved")).to_be_visible()
    page.get_by_role("tab", name="Spec").click()
    expect(page.locator("#side-spec pre")).to_have_text(walk.pack["runs"][walk.pack["steps"][number]["run"]]["text"])


def test_progress_and_a_wrong_answer_survive_a_reload(page: Page, browser: Browser, site: Site, tmp_path: Path):
    walk = opened(page, saved(browser, site, "sidecar-start-order", tmp_path))
    walk.part("lock").click()
    walk.part("skip").click()
    walk.is_at(0, "revealed")
    page.reload()
    walk.is_at(0, "revealed")

    expect(walk.result).to_have_text("Not so. See what happened:")
    expect(walk.flags).to_have_count(len(walk.pack["steps"][0]["ask"]["items"]))


def test_it_is_accessible_on_a_laptop_and_on_a_phone(page: Page, browser: Browser, site: Site, tmp_path: Path):
    walk = opened(page, saved(browser, site, "sidecar-start-order", tmp_path))
    for size in (LAPTOP, PHONE):
        page.set_viewport_size(size)

        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(walk.part("lock")).to_be_visible()


@pytest.mark.parametrize("address", ["/lessons", "/lessons/sidecar-start-order/handout?answers=1"])
def test_the_list_and_the_handout_are_accessible(browser: Browser, site: Site, watch: Watch, address: str):
    context = browser.new_context(viewport=LAPTOP)
    watch.over(context)
    page = context.new_page()
    page.goto(site.url + address)
    for size in (LAPTOP, PHONE):
        page.set_viewport_size(size)

        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_the_handout_fits_on_paper_and_keeps_its_answers_for_the_last_page(browser: Browser, site: Site):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.url}/lessons/sidecar-start-order/handout")
    questions = page.pdf(format="A4")
    expect(page.locator("#answers")).to_have_count(0)
    page.get_by_role("link", name="With answers").click()
    expect(page.locator("#answers")).to_be_visible()
    both = page.pdf(format="A4")
    context.close()

    assert pages_of(questions) <= 4
    assert pages_of(both) > pages_of(questions)


def pages_of(pdf: bytes) -> int:
    """How many sheets."""
    return pdf.count(b"/Type /Page") - pdf.count(b"/Type /Pages")
