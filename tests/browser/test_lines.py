"""Do the chart and the text point at each other?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.site import Site

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 5
  containers:
  - name: app
    image: app:1.0
    livenessProbe:
      exec: {command: [test, -f, /ok]}
      periodSeconds: 5
  - name: log
    image: log:1.0
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
      - name: main
        image: main:1.0
---
apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
metadata: {name: web}
spec:
  until: 2m
  jitter: false
  behaviors:
    web/app: {liveness: [{from: 0s, result: failure}]}
"""


@pytest.fixture
def chart(page: Page, site: Site) -> Page:
    """A finished run, as whoever has its link sees it."""
    steps.look_at(page, site.link(POD))
    return page


def decided(page: Page) -> list[str]:
    """The lines that are marked in the editor."""
    return [text.strip() for text in page.locator(".cm-decides").all_inner_texts()]


def label(page: Page, name: str):
    """A row's name beside the bars."""
    return page.locator(".label").filter(has=page.locator(".label-name", has_text=name)).first


def put_cursor_into(page: Page, text: str) -> None:
    """A click on a line of the editor."""
    page.locator(".cm-line", has_text=text).first.click()


def test_a_row_marks_the_line_of_its_container(chart: Page):
    label(chart, "log").click()

    expect(chart.locator(".cm-decides")).to_have_text("  - name: log")
    assert chart.evaluate("() => !document.activeElement.closest('.editor-host')")


def test_a_bar_marks_the_lines_that_began_and_ended_it(chart: Page):
    chart.mouse.click(*steps.in_chart(chart, 0.3, 5))

    expect(chart.locator(".cm-decides").filter(has_text="livenessProbe:")).to_be_visible()
    assert decided(chart) == ["spec:", "livenessProbe:", "exec: {command: [test, -f, /ok]}", "periodSeconds: 5"]


def test_the_marks_go_with_the_selection(chart: Page):
    label(chart, "log").click()
    expect(chart.locator(".cm-decides")).to_have_count(1)
    chart.keyboard.press("Escape")

    expect(chart.locator(".cm-decides")).to_have_count(0)


def test_the_marks_go_while_the_text_is_another_one(chart: Page):
    label(chart, "log").click()
    expect(chart.locator(".cm-decides")).to_have_count(1)
    put_cursor_into(chart, "kind: Pod")
    chart.keyboard.press("End")
    chart.keyboard.type(" ")
    expect(chart.locator(".cm-decides")).to_have_count(0)
    chart.keyboard.press("Backspace")

    expect(chart.locator(".cm-decides")).to_have_count(1)


def test_a_line_in_a_part_that_is_folded_away_comes_into_sight(chart: Page):
    chart.get_by_role("tab", name="Scenario").click()
    expect(chart.locator(".cm-line", has_text="name: log")).to_have_count(0)
    label(chart, "log").click()

    expect(chart.locator(".cm-decides")).to_have_text("  - name: log")
    expect(chart.locator("#part-spec")).to_have_attribute("aria-selected", "true")


def test_the_cursor_marks_the_row_of_its_container(chart: Page):
    put_cursor_into(chart, "image: log:1.0")

    expect(chart.locator(".label[aria-current=true] .label-name")).to_have_text(["log"])
    put_cursor_into(chart, "terminationGracePeriodSeconds")
    expect(chart.locator(".label[aria-current=true] .label-name")).to_have_text(["web"])
    put_cursor_into(chart, "until: 2m")
    expect(chart.locator(".label[aria-current=true]")).to_have_count(0)


def test_alt_enter_selects_the_row_and_again_the_next_pod_of_the_controller(chart: Page):
    put_cursor_into(chart, "image: main:1.0")
    expect(chart.locator(".label.at-cursor")).to_have_count(2)
    names = chart.locator(".label-name").all_inner_texts()
    selected = chart.locator(".label.selected")
    chart.keyboard.press("Alt+Enter")
    expect(selected).to_have_count(1)
    first = selected.evaluate("line => [...line.parentElement.children].indexOf(line)")
    chart.keyboard.press("Alt+Enter")
    chart.wait_for_function(
        "first => [...document.querySelector('.label.selected').parentElement.children].findIndex(e => e.matches('.selected')) !== first", arg=first
    )
    second = selected.evaluate("line => [...line.parentElement.children].indexOf(line)")

    assert [names[first], names[second]] == ["main", "main"]
    expect(chart.locator("#panel-details h3")).to_contain_text("main")
