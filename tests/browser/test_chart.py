"""Can one look at the chart the way one wants: zoom, clock, selection, keys, table, themes, small screens?"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch


@pytest.fixture
def chart(page: Page, site: Site) -> Page:
    """A finished run."""
    steps.look_at(page, site.link(steps.POD))
    return page


def reading(page: Page) -> Locator:
    """Of the virtual clock."""
    return page.locator("#transport [data-part=now]")


def clock(page: Page) -> str:
    """What it says now."""
    return reading(page).inner_text()


def test_ctrl_and_the_wheel_zoom_at_the_pointer_and_a_key_shows_everything_again(chart: Page):
    whole = steps.ticks(chart)
    chart.mouse.move(*steps.in_chart(chart, 0.5, 2))
    chart.keyboard.down("Control")
    chart.mouse.wheel(0, -300)
    chart.keyboard.up("Control")
    expect(chart.locator(".xtick text").filter(has_text=whole[-1])).to_have_count(0)
    assert len(steps.ticks(chart)) > 1
    chart.keyboard.press("Home")

    expect(chart.locator(".xtick text").filter(has_text=whole[-1])).to_have_count(1)


def test_a_drag_zooms_to_what_it_covers_and_a_double_click_goes_back(chart: Page):
    whole = steps.ticks(chart)
    chart.mouse.move(*steps.in_chart(chart, 0.4, 1))
    chart.mouse.down()
    chart.mouse.move(*steps.in_chart(chart, 0.5, 2), steps=6)
    chart.mouse.up()
    expect(chart.locator(".xtick text").filter(has_text=whole[-1])).to_have_count(0)
    zoomed = steps.ticks(chart)
    chart.get_by_role("tab", name="Problems").click()
    assert steps.ticks(chart) == zoomed, "the view survives a redraw"
    chart.mouse.dblclick(*steps.in_chart(chart, 0.5, 2))

    expect(chart.locator(".xtick text").filter(has_text=whole[-1])).to_have_count(1)


def test_the_pointer_on_a_bar_says_what_it_is(chart: Page):
    chart.mouse.move(*steps.in_chart(chart, 0.6, 2))

    expect(chart.locator(".tooltip")).to_contain_text(re.compile("Sidecar proxy.*State.*Ready.*From.*To.*Duration", re.DOTALL))


def test_a_click_on_a_bar_selects_it_and_tells_why_it_began(chart: Page):
    chart.mouse.click(*steps.in_chart(chart, 0.6, 2))

    expect(chart.get_by_role("tab", name="Why")).to_have_attribute("aria-selected", "true")
    expect(chart.locator("#panel-details")).to_contain_text(re.compile("Sidecar proxy.*Began with.*ready false → true", re.DOTALL))
    expect(chart.locator("#panel-details .reason").first).to_contain_text("Why it began", ignore_case=True)


def test_the_why_of_a_bar_leads_to_the_line_that_decided_it(chart: Page):
    chart.mouse.click(*steps.in_chart(chart, 0.6, 2))
    chart.locator("#panel-details .reason button").first.click()

    expect(chart.locator(".cm-activeLineGutter").first).to_have_text("8")


def test_arrow_keys_go_through_bars_and_rows_and_say_where_they_are(chart: Page):
    chart.locator("#gantt").focus()
    chart.keyboard.press("ArrowDown")
    chart.keyboard.press("ArrowDown")
    chart.keyboard.press("ArrowLeft")
    chart.keyboard.press("Enter")

    expect(chart.locator("#panel-details h3")).to_have_text(re.compile("Init container fetch"))
    expect(chart.locator("#announcements")).not_to_be_empty()


def test_the_clock_is_moved_by_the_ruler_the_slider_and_the_keys(chart: Page):
    end = clock(chart)
    x, y = steps.in_chart(chart, 0.5, 0)
    chart.mouse.click(x, y - 24)
    expect(reading(chart)).not_to_have_text(end)
    expect(chart.locator(".gantt-veil")).to_be_visible()
    moved = clock(chart)
    chart.keyboard.press("Shift+Comma")
    expect(reading(chart)).not_to_have_text(moved)
    chart.get_by_role("slider", name="Virtual time").fill("1500")
    expect(reading(chart)).to_have_text("0:01.500")
    chart.locator("#gantt").focus()
    chart.keyboard.press("End")

    expect(reading(chart)).to_have_text(end)


def test_play_at_the_end_plays_it_again(chart: Page):
    end = clock(chart)
    chart.keyboard.press("Space")
    expect(chart.get_by_role("button", name="Pause")).to_be_visible()
    expect(reading(chart)).not_to_have_text(end)
    chart.keyboard.press("4")

    expect(reading(chart)).to_have_text(end)


def test_what_comes_after_the_clock_can_be_hidden(chart: Page):
    chart.get_by_role("slider", name="Virtual time").fill("1000")
    chart.keyboard.press("h")
    expect(chart.locator(".gantt-veil.opaque")).to_be_visible()
    chart.mouse.move(*steps.in_chart(chart, 0.6, 2))

    expect(chart.locator(".gantt-cursor")).to_be_visible()
    expect(chart.locator(".tooltip")).to_be_hidden()


def test_the_table_has_what_the_chart_has(chart: Page):
    chart.keyboard.press("t")
    grid = chart.get_by_role("treegrid")
    expect(grid.get_by_role("row", name=re.compile("init ?fetch"))).to_have_attribute("aria-level", "2")
    expect(grid.get_by_role("row", name=re.compile("Pulling the image")).first).to_contain_text(re.compile("ms|s"))
    grid.locator("tbody tr").first.focus()
    chart.keyboard.press("ArrowLeft")

    expect(grid.locator("tbody tr")).to_have_count(1)


def test_events_are_listed_and_lead_to_their_time(chart: Page):
    events = chart.locator("#panel-events tbody tr")
    expect(events.first).to_contain_text("Scheduled")
    events.nth(3).get_by_role("button").click()

    expect(events.last).to_have_class(re.compile("future"))


def test_the_question_mark_lists_the_keys_and_they_can_be_switched_off(chart: Page):
    chart.keyboard.press("Shift+?")
    expect(chart.get_by_role("dialog")).to_contain_text("Play or pause")
    chart.get_by_label("Keyboard shortcuts are on").uncheck()
    chart.keyboard.press("Escape")
    chart.keyboard.press("t")

    expect(chart.get_by_role("treegrid")).to_be_hidden()


def test_a_family_is_dimmed_by_its_name_in_the_legend(chart: Page):
    button = chart.get_by_role("button", name="Ready", exact=True)
    button.click()

    expect(button).to_have_attribute("aria-pressed", "false")


def test_the_theme_is_chosen_and_stays(chart: Page):
    chart.get_by_label("Dark").check(force=True)
    chart.reload()

    expect(chart.locator("html")).to_have_attribute("data-theme", "dark")
    assert chart.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 20, 25)"


def test_on_a_phone_the_table_comes_first_and_nothing_sticks_out(browser: Browser, site: Site, watch: Watch):
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    watch.over(context)
    page = context.new_page()
    steps.look_at(page, site.link(steps.POD))

    expect(page.get_by_role("treegrid")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("tab", name="Spec").tap()
    expect(page.locator(".cm-content")).to_be_visible()
    context.close()
