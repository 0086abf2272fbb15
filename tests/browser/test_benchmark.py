"""Does the benchmark of the chart measure what it says? Without a stopwatch: every case is drawn, and both sides draw the same bars."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from benchmarks.chart import served
from tests.browser.site import Watch

pytestmark = pytest.mark.long

PAGE_PX, ALL_ROWS_PX = 700, 7_980
MERGED = 4
"""So many small bars and more are one block in the chart; the bare canvas draws each."""


@pytest.fixture
def benchmark(browser: Browser) -> Iterator[Page]:
    """The page, with few frames for each measurement."""
    with served() as url:
        watch = Watch(origin=url.removesuffix("/benchmarks/chart.html"))
        context = browser.new_context(viewport={"width": 1300, "height": 1000})
        watch.over(context)
        page = context.new_page()
        page.goto(f"{url}?frames=3")
        page.locator("html[data-ready]").wait_for()
        yield page
        context.close()
        assert watch.faults == []


def test_the_cases_are_those_of_the_promise(benchmark: Page):
    assert benchmark.evaluate("benchmark.bars") == [1_000, 10_000, 50_000]
    assert benchmark.evaluate("benchmark.heightsPx") == [PAGE_PX, ALL_ROWS_PX]


@pytest.mark.parametrize(
    ("bars", "height_px", "rows"),
    [
        pytest.param(1_000, PAGE_PX, 29, id="few bars, as high as a page"),
        pytest.param(10_000, PAGE_PX, 29, id="many bars, as high as a page"),
        pytest.param(1_000, ALL_ROWS_PX, 330, id="few bars, every row in sight"),
        pytest.param(10_000, ALL_ROWS_PX, 330, id="many bars, every row in sight"),
    ],
)
def test_both_sides_draw_the_same_bars(benchmark: Page, bars: int, height_px: int, rows: int):
    lines = benchmark.evaluate("([bars, heightPx]) => benchmark.measure(bars, heightPx)", [bars, height_px])

    assert [line["update"] for line in lines] == ["live", "pan", "zoom", "clock"]
    assert {line["rows"] for line in lines} == {rows}
    for line in lines:
        in_sight = bars * rows / 330
        assert in_sight * 0.8 < line["drawn"] < in_sight * 1.3
        if line["update"] != "clock":
            assert 0.9 < line["painted"] / line["drawn"] <= 1.01
    assert benchmark.locator("#results tbody tr").count() == 4


def test_so_many_bars_that_small_ones_are_drawn_as_blocks(benchmark: Page):
    lines = benchmark.evaluate("benchmark.measure(50000, 700)")

    assert all(line["drawn"] / MERGED < line["painted"] < line["drawn"] for line in lines if line["update"] != "clock")
