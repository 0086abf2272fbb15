"""Can one look at a run through other eyes, find a row, step in, go back, and ask what if?"""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch

PROBED = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 20
  containers:
  - name: app
    image: app:1.0
    readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}
  - {name: log, image: "log:1.0"}
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
metadata: {name: web}
spec:
  until: 60s
  registry: {defaultSize: 10Mi}
  behaviors:
    app: {onSIGTERM: {exitAfter: 8s}}
"""


@pytest.fixture
def chart(page: Page, site: Site) -> Page:
    """A finished run of a pod that goes on."""
    steps.look_at(page, site.link(PROBED))
    return page


def status_of(page: Page, row: str) -> Locator:
    """What stands beside the row's name."""
    return page.locator(".label", has=page.get_by_text(row, exact=True)).locator(".label-status")


def pixels(page: Page) -> str:
    """The bars as they are painted."""
    steps.settled(page)
    painted: str = page.locator(".gantt-canvas").evaluate("canvas => canvas.toDataURL()")
    return painted


# -- lenses ------------------------------------------------------------------------------------------------------------------------


def test_the_lenses_show_the_same_instant_with_different_eyes(chart: Page):
    started_s = chart.evaluate(
        """async () => { const text = await (await fetch(location.pathname + ".jsonl")).text();
            return text.trim().split("\\n").map(JSON.parse).find(({call, object}) => call === "StartContainer returned" && object === "app").t; }"""
    )
    steps.seek(chart, started_s + 0.001)
    expect(status_of(chart, "app")).to_have_text(re.compile("Running"))
    chart.get_by_role("radio", name="Kubelet").check()
    expect(status_of(chart, "app")).to_have_text("Running, not yet seen by the PLEG")
    chart.get_by_role("radio", name="API").check()

    expect(status_of(chart, "app")).to_have_text("ContainerCreating")


def test_a_second_lens_stands_thin_under_the_bars_and_not_under_itself(chart: Page):
    alone = pixels(chart)
    chart.get_by_label("A second lens, thin under the bars").select_option("api")
    assert pixels(chart) != alone
    chart.get_by_role("radio", name="API").check()

    expect(chart.get_by_label("A second lens, thin under the bars")).to_have_value("")
    expect(chart.locator("select[name=under] option[value=api]")).to_be_disabled()


def test_a_key_goes_from_lens_to_lens(chart: Page):
    chart.locator("#gantt").focus()
    chart.keyboard.press("v")

    expect(chart.get_by_role("radio", name="Kubelet")).to_be_checked()


# -- search and overview -----------------------------------------------------------------------------------------------------------


def test_a_search_leaves_the_rows_that_it_finds_and_escape_brings_the_others_back(chart: Page):
    chart.locator("#gantt").focus()
    chart.keyboard.press("/")
    chart.keyboard.type("log")
    expect(chart.locator("#search [data-part=count]")).to_have_text("2 rows")
    assert steps.row_names(chart) == ["web", "log"]
    chart.keyboard.press("Escape")

    expect(chart.locator(".label-name")).to_have_count(3)


def test_a_search_that_finds_nothing_says_so(chart: Page):
    chart.get_by_role("searchbox").fill("nosuchthing")

    expect(chart.locator("#search [data-part=count]")).to_have_text("0 rows")


def test_dragging_in_the_overview_shows_that_part(chart: Page):
    whole = steps.ticks(chart)
    box = chart.locator("#overview").bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    chart.locator("#gantt").focus()
    chart.mouse.move(box["x"] + box["width"] * 0.1, y)
    chart.keyboard.press("w")
    chart.mouse.down()
    chart.mouse.move(box["x"] + box["width"] * 0.3, y, steps=5)
    chart.mouse.up()
    assert steps.ticks(chart) != whole
    chart.mouse.dblclick(box["x"] + box["width"] * 0.8, y)

    expect(chart.locator(".xtick text").filter(has_text=whole[-1])).to_have_count(1)


def test_keys_fold_all_pods_and_unfold_them(chart: Page):
    chart.locator("#gantt").focus()
    chart.keyboard.press("[")
    expect(chart.locator(".label-name")).to_have_text(["web"])
    chart.keyboard.press("]")

    expect(chart.locator(".label-name")).to_have_text(["web", "app", "log"])


# -- intervening -------------------------------------------------------------------------------------------------------------------


def intervene(page: Page, row: str, entry: str) -> None:
    """By the menu of a row."""
    page.get_by_text(row, exact=True).and_(page.locator(".label-name")).click(button="right")
    page.get_by_role("menuitem", name=entry, exact=True).click()


def test_a_pod_deleted_at_the_clock_stops_and_the_old_future_stays_behind(chart: Page):
    before = chart.url
    steps.seek(chart, 20)
    intervene(chart, "web", "Delete now")
    chart.wait_for_url(lambda url: url != before)
    steps.finished(chart)
    expect(chart.locator("#ghost")).to_contain_text("The same until 0:20.000.")
    assert "- {at: 20s, delete: web}" in steps.text_of(chart), "the action is part of the text, and so of the link"
    steps.seek(chart, 25)
    expect(chart.locator(".gantt-grace").first).to_have_text("15 s of grace left")
    expect(status_of(chart, "app")).to_have_text("Stopping after SIGTERM")
    chart.get_by_role("button", name="Undo").click()
    chart.wait_for_url(before)

    expect(status_of(chart, "app")).to_have_text("Ready")
    assert "delete" not in steps.text_of(chart)


def test_the_past_is_the_same_whatever_is_done_later(chart: Page):
    def lines(url: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in chart.request.get(f"{url}.jsonl").text().splitlines()]

    before = chart.url
    steps.seek(chart, 20)
    intervene(chart, "app", "Kill (SIGKILL)")
    chart.wait_for_url(lambda url: url != before)
    steps.finished(chart)
    past = [[record for record in lines(url) if float(str(record["t"])) < 20] for url in (before, chart.url)]

    assert past[0] == past[1]
    assert len(past[0]) > 20


def test_each_link_opens_with_its_own_text_afterwards(chart: Page):
    before = chart.url
    steps.seek(chart, 20)
    intervene(chart, "web", "Delete now")
    chart.wait_for_url(lambda url: url != before)
    steps.finished(chart)
    after = chart.url
    chart.get_by_role("button", name="Undo").click()
    chart.wait_for_url(before)
    steps.finished(chart)
    texts = []
    for url in (before, after):
        chart.goto(url)
        steps.finished(chart)
        texts.append(steps.text_of(chart))

    assert texts[0] == PROBED
    assert texts[1] == PROBED + "  actions:\n  - {at: 20s, delete: web}\n"


def test_escape_closes_a_menu_and_keys_in_it_are_not_those_of_the_page(chart: Page):
    chart.locator("#gantt").focus()
    chart.keyboard.press("i")
    expect(chart.get_by_role("menuitem").first).to_be_focused()
    chart.keyboard.press("t")
    expect(chart.get_by_role("tab", name="Chart")).to_have_attribute("aria-selected", "true")
    chart.keyboard.press("Escape")

    expect(chart.locator("#intervene-menu")).to_be_hidden()
    expect(chart.locator("#gantt")).to_be_focused()


def test_what_a_menu_says_is_done_at_that_time_though_the_clock_goes_on(chart: Page):
    url = chart.url
    steps.seek(chart, 10)
    chart.get_by_role("button", name="Intervene").click()
    expect(chart.locator("#intervene-menu")).to_contain_text("at 0:10.000")
    chart.evaluate("() => { const slider = document.querySelector('[data-part=slider]'); slider.value = 30000; slider.dispatchEvent(new Event('input')); }")
    chart.get_by_role("menuitem", name="Cordon the node").click()
    chart.wait_for_url(lambda now: now != url)

    assert "- {at: 10s, cordon: node}" in steps.text_of(chart)


def test_what_a_menu_asks_for_is_asked_in_the_menu_and_nonsense_is_refused_in_words(chart: Page, watch: Watch):
    watch.expected = ("422",)
    steps.seek(chart, 15)
    url = chart.url
    chart.get_by_role("button", name="Intervene").click()
    chart.get_by_role("menuitem", name="Fill nodefs …").click()
    chart.get_by_label("Up to").fill("lots")
    chart.get_by_role("button", name="Do it").click()
    chart.get_by_role("tab", name="Actions").click()
    expect(chart.locator("#panel-actions [data-part=message]")).to_contain_text('"lots" is not a percentage')
    assert chart.url == url
    chart.get_by_role("button", name="Intervene").click()
    chart.get_by_role("menuitem", name="Fill nodefs …").click()
    chart.get_by_label("Up to").fill("92%")
    chart.keyboard.press("Enter")
    chart.wait_for_url(lambda now: now != url)

    expect(chart.locator("#panel-actions li")).to_contain_text("fillDisk nodefs, to 92%")


def test_by_keyboard_a_probe_is_made_to_fail_and_the_action_taken_out_again(chart: Page):
    steps.seek(chart, 15)
    url = chart.url
    chart.locator("#gantt").focus()
    chart.keyboard.press("ArrowDown")
    chart.keyboard.press("ArrowDown")
    chart.keyboard.press("i")
    expect(chart.get_by_role("menuitem").first).to_be_focused()
    labels = chart.get_by_role("menuitem").all_inner_texts()
    for _ in range(labels.index("Fail readiness for 30 s")):
        chart.keyboard.press("ArrowDown")
    chart.keyboard.press("Enter")
    chart.wait_for_url(lambda now: now != url)
    steps.finished(chart)
    steps.seek(chart, 20)
    expect(status_of(chart, "app")).to_have_text("Running, not ready")
    chart.get_by_role("tab", name="Actions").click()
    second = chart.url
    chart.get_by_role("button", name="Take out").click()
    chart.wait_for_url(lambda now: now != second)
    steps.finished(chart)

    expect(chart.locator("#panel-actions [data-part=empty]")).to_be_visible()
    expect(status_of(chart, "app")).to_have_text("Ready")


def test_a_link_to_what_is_in_sight_opens_it(chart: Page):
    chart.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chart.get_by_role("radio", name="API").check()
    steps.seek(chart, 12.5)
    chart.mouse.click(*steps.in_chart(chart, 0.5, 1))
    chart.locator("#gantt").focus()
    chart.keyboard.press("w")
    chart.keyboard.press("c")
    expect(chart.locator("#announcements")).to_have_text("The link to this view is copied.")
    link = chart.evaluate("navigator.clipboard.readText()")
    shown = steps.ticks(chart)
    other = chart.context.new_page()
    other.goto(link)
    steps.finished(other)

    expect(other.locator(".label.selected .label-name")).to_have_text("app")
    expect(other.get_by_role("radio", name="API")).to_be_checked()
    assert steps.ticks(other) == shown


# -- what if -----------------------------------------------------------------------------------------------------------------------


def turn(page: Page, knob: str, share: float) -> None:
    """Move a slider."""
    page.get_by_role("slider", name=knob).evaluate(
        "(slider, share) => { slider.value = share * slider.max; slider.dispatchEvent(new Event('input', {bubbles: true})); }", share
    )


def test_a_slider_changes_the_text_and_the_chart_at_once_and_the_run_before_stays_behind(chart: Page):
    url, before = chart.url, steps.headline(chart)
    chart.get_by_role("tab", name="What if").click()
    turn(chart, "node registry bandwidth", 0.1)
    expect(chart.locator("#verdict [data-part=headline]")).not_to_have_text(before)
    expect(chart.locator("html")).to_have_attribute("data-status", "finished")
    expect(chart.locator("#ghost")).to_contain_text("web ready")
    assert "bandwidth:" in steps.text_of(chart)
    assert chart.url == url, "a try has no link"
    expect(chart.get_by_role("button", name="Teach")).to_be_hidden()
    turn(chart, "node registry bandwidth", 0.9)
    expect(chart.locator("#ghost")).to_contain_text("earlier")
    chart.get_by_role("button", name="Back to the run before").click()
    expect(chart.locator("#verdict [data-part=headline]")).to_have_text(before)

    expect(chart.locator("#ghost")).to_be_hidden()
    assert steps.text_of(chart) == PROBED


def test_run_makes_a_link_of_what_a_slider_made(chart: Page):
    url = chart.url
    chart.get_by_role("tab", name="What if").click()
    turn(chart, "web terminationGracePeriodSeconds", 0.5)
    expect(chart.locator("#ghost")).to_be_visible()
    chart.locator(".run-button").click()
    chart.wait_for_url(lambda now: now != url)
    steps.finished(chart)

    assert "terminationGracePeriodSeconds: 150" in steps.text_of(chart)
    assert chart.locator(".forked-from").get_attribute("href") == url.removeprefix(chart.url.rpartition("/s/")[0])


def test_back_leads_to_the_run_under_which_the_sliders_began(chart: Page):
    first = chart.url
    chart.get_by_role("tab", name="What if").click()
    turn(chart, "node registry bandwidth", 0.1)
    expect(chart.locator("#ghost")).to_contain_text("web ready")
    steps.seek(chart, 20)
    intervene(chart, "web", "Delete now")
    chart.wait_for_url(lambda url: url != first)
    steps.finished(chart)
    second, text = chart.url, steps.text_of(chart)
    expect(chart.get_by_role("button", name="Teach")).to_have_attribute("value", second.rpartition("/")[2])
    chart.get_by_role("tab", name="What if").click()
    turn(chart, "node registry bandwidth", 0.9)
    expect(chart.get_by_role("button", name="Back to the run before")).to_be_visible()
    chart.get_by_role("button", name="Back to the run before").click()
    expect(chart.locator("html")).to_have_attribute("data-status", "finished")

    assert (chart.url, steps.text_of(chart)) == (second, text)
    expect(chart.locator("#panel-what-if")).to_be_focused()


def test_a_word_in_place_of_a_number_is_a_switch(chart: Page):
    chart.get_by_role("tab", name="What if").click()
    chart.get_by_role("checkbox", name="web/app exit after SIGTERM: ignore").check()
    expect(chart.locator("#ghost")).to_be_visible()

    assert "onSIGTERM: ignore" in steps.text_of(chart)


# -- what can be done about a run that is not as it should be ------------------------------------------------------------------------


def queue(page: Page, site: Site, text: str = PROBED) -> None:
    """Press Run while the workers stand still."""
    page.goto(site.url)
    steps.is_ready(page)
    steps.write(page, text)
    steps.press_run(page)
    expect(page.locator("html")).to_have_attribute("data-status", "queued")


def test_a_run_that_waits_can_be_cancelled_by_who_made_it_and_run_again(page: Page, site: Site):
    with site.frozen_workers():
        queue(page, site)
        page.get_by_role("button", name="Cancel this run").click()
        expect(page.locator("html")).to_have_attribute("data-status", "failed")
    assert "ancelled" in steps.headline(page)
    # No bars are promised that nobody computes.
    expect(page.locator("#chart-empty")).to_be_hidden()
    url = page.url
    page.get_by_role("button", name="Run it again").click()
    steps.finished(page)

    assert page.url == url


def test_somebody_else_is_not_offered_to_cancel(page: Page, site: Site):
    with site.frozen_workers():
        queue(page, site)
        page.evaluate("localStorage.clear()")
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-status", "queued")
        steps.is_ready(page)

        expect(page.get_by_role("button", name="Cancel this run")).to_be_hidden()


def test_a_failed_run_can_be_reported_with_its_seed_and_version(page: Page, site: Site):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with site.frozen_workers():
        queue(page, site, PROBED.replace("until: 60s", "seed: 7\n  until: 60s"))
        page.get_by_role("button", name="Cancel this run").click()
        page.get_by_role("button", name="Copy a report").click()
        expect(page.locator("#outcome")).to_contain_text("Copied")

    assert re.fullmatch(r"Run: http.*/s/.{11}\nSimulator: \S+\nSeed: 7\nError: .*ancelled.*", page.evaluate("navigator.clipboard.readText()"))


def test_a_run_that_is_gone_says_so_and_its_text_can_be_run_again(page: Page, site: Site, watch: Watch):
    watch.expected = ("WebSocket", "404")
    with site.frozen_workers():
        queue(page, site)
        url = page.url
        scenario_id = url.rpartition("/")[2]
        token = page.evaluate("id => localStorage.getItem(`nodeviz.token:${id}`)", scenario_id)
        csrf = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
        page.request.post(f"{url}/delete", data={"token": token}, headers={"X-CSRFToken": csrf, "Origin": site.url})
        expect(page.locator("#banner")).to_contain_text("not on the server any more")
    page.get_by_role("button", name="Run it again").click()
    page.wait_for_url(lambda now: now != url)
    steps.finished(page)

    assert steps.text_of(page) == PROBED
    assert page.evaluate("localStorage.getItem(`nodeviz.token:${location.pathname.split('/').pop()}`)"), "who makes it anew may delete it"
