"""Is everything that the Export menu saves what it says?"""

from __future__ import annotations

import csv
import json
import struct
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import plotly.io
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.site import Site
from tests.browser.steps import POD

ROWS = ["web", "fetch", "proxy", "app"]


def saved(page: Page, name: str, kind: str) -> Path:
    """Choose it in the menu; the file that comes."""
    page.locator("#export summary").click()
    with page.expect_download() as download:
        page.locator("#export").get_by_text(name).and_(page.locator("a, button")).filter(has_text=kind).locator("visible=true").click()
    run = page.url.partition("/s/")[2].partition("#")[0]
    assert download.value.suggested_filename.startswith(run)
    return download.value.path()


@pytest.fixture
def run(page: Page, site: Site) -> Page:
    """The page of a finished run."""
    steps.look_at(page, site.link(steps.POD))
    return page


def words_of(path: Path) -> list[str]:
    return [element.text or "" for element in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")]


def test_an_svg_has_the_rows_the_verdict_and_the_link(run: Page):
    words = words_of(saved(run, "Picture", "SVG"))

    assert [word for word in words if word in ROWS] == ROWS
    assert {steps.headline(run), run.url, "A pod with a sidecar"} <= set(words)


def test_an_svg_has_what_is_in_sight(run: Page):
    run.locator(".label-fold").first.click()
    run.locator("#gantt").focus()
    run.keyboard.press("w")
    shown = steps.ticks(run)
    words = words_of(saved(run, "Picture", "SVG"))

    assert [word for word in words if word in ROWS] == ["web"]
    assert words[2].startswith(shown[0][:4])


def test_a_png_has_twice_the_size_of_the_svg(run: Page):
    svg = ElementTree.parse(saved(run, "Picture", "SVG")).getroot()
    png = saved(run, "Picture", "PNG").read_bytes()

    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (2 * int(svg.get("width") or 0), 2 * int(svg.get("height") or 0))
    assert len(png) > 10_000, "a picture of nothing is small"


def test_a_table_has_a_head_and_every_record(run: Page):
    with saved(run, "Table of all records", "CSV").open(newline="") as file:
        rows = list(csv.reader(file))

    assert rows[0][:4] == ["seq", "t", "layer", "pod"]
    assert len(rows) - 1 == int(run.locator("html").get_attribute("data-records") or 0)


def test_json_lines_are_the_records(run: Page):
    lines = saved(run, "All records", "JSON Lines").read_text().splitlines()

    assert [json.loads(line)["seq"] for line in lines] == list(range(int(run.locator("html").get_attribute("data-records") or 0)))


def test_a_trace_for_perfetto_is_one(run: Page):
    entries = json.loads(saved(run, "Trace for ui.perfetto.dev", "JSON").read_text())["traceEvents"]

    assert {entry["ph"] for entry in entries} == {"M", "X", "i"}


def test_a_figure_is_read_by_plotly(run: Page):
    figure = plotly.io.from_json(saved(run, "Figure for Plotly", "JSON").read_text())

    assert [text.removeprefix("<b>").removesuffix("</b>") for text in figure.layout.yaxis.ticktext] == ROWS


def test_the_text_is_the_text(run: Page):
    assert saved(run, "The text", "YAML").read_text() == POD


def test_one_file_shows_the_run_without_any_server(run: Page, browser: Browser, tmp_path: Path):
    path = tmp_path / "run.html"
    path.write_bytes(saved(run, "One file that needs no server", "HTML").read_bytes())
    context = browser.new_context(viewport={"width": 1200, "height": 700}, offline=True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())

    expect(page.locator("html")).to_have_attribute("data-status", "finished")
    expect(page.locator("[data-part=headline]")).to_have_text(steps.headline(run))
    assert steps.row_names(page) == ROWS
    steps.settled(page)
    drawn = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(value => value > 0)"
    assert page.locator(".gantt-canvas").evaluate(drawn)
    page.get_by_role("tab", name="Table").click()
    expect(page.locator("#treegrid tbody tr").first).to_contain_text("web")
    page.get_by_role("radio", name="Dark").check(force=True)
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(15, 20, 25)"
    assert (asked, said) == ([path.as_uri()], [])
    context.close()


def test_before_the_run_is_over_the_menu_says_so(page: Page, site: Site):
    page.goto(site.url)
    steps.is_ready(page)
    steps.write(page, POD)
    with site.frozen_workers():
        steps.press_run(page)
        steps.is_ready(page)
        page.locator("#export summary").click()
        page.locator("#export").get_by_text("Table of all records").click()
        expect(page.locator("#export [data-part=message]")).to_have_text("When the run is over, it can be saved in this form.")
    steps.finished(page)


def test_the_menu_is_used_by_keyboard(run: Page):
    run.locator("#export summary").focus()
    run.keyboard.press("Enter")
    run.keyboard.press("Tab")
    expect(run.locator("#export button[data-form=png]")).to_be_focused()
    run.keyboard.press("Escape")

    expect(run.locator("#export summary")).to_be_focused()
    expect(run.locator("#export .export-menu")).to_be_hidden()
