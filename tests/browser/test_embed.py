"""Does a run stand in a page of another site, and in nothing else than its frame?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.site import Site, Watch


class Elsewhere:
    """A page of another origin: another port, and another name."""

    def __init__(self) -> None:
        self.body = ""
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = self.path == "/"
                self.send_response(200 if found else 204)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page.body.encode() if found else b"")

            def log_message(self, format: str, *args: object) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """Somebody else's site."""
    made = Elsewhere()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def watch(site: Site, elsewhere: Elsewhere) -> Iterator[Watch]:
    """Two origins belong to these tests."""
    watching = Watch(origin=site.url)
    yield watching
    assert [fault for fault in watching.faults if not fault.endswith(elsewhere.url)] == []


def finished_run(page: Page, site: Site) -> str:
    """Its id."""
    steps.run(page, site.url)
    steps.finished(page)
    return page.url.rpartition("/")[2]


def test_the_snippet_of_the_dialog_shows_the_run_in_another_site(page: Page, site: Site, elsewhere: Elsewhere):
    run = finished_run(page, site)
    headline = steps.headline(page)
    page.locator("#share-button").click()
    page.get_by_text("Embed it in a page").click()
    snippet = page.get_by_label("HTML for another page").input_value()
    page.context.clear_cookies()
    elsewhere.body = f"<!doctype html><title>elsewhere</title>{snippet}"
    page.goto(elsewhere.url)
    frame = page.frame_locator("iframe")

    expect(frame.locator("html")).to_have_attribute("data-status", "finished")
    expect(frame.locator("[data-part=headline]")).to_have_text(headline)
    expect(frame.locator(".label-name")).to_have_text(["web", "fetch", "proxy", "app"])
    expect(frame.get_by_role("link", name="Open in nodeviz")).to_have_attribute("href", f"/s/{run}")
    assert page.context.cookies() == []


def test_no_other_page_of_ours_stands_in_a_frame(page: Page, site: Site, elsewhere: Elsewhere, watch: Watch):
    run = finished_run(page, site)
    watch.expected = ("frame-ancestors", "X-Frame-Options", "chrome-error")
    elsewhere.body = f'<!doctype html><title>elsewhere</title><iframe src="{site.url}/s/{run}"></iframe>'
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(elsewhere.url)

    expect(page.frame_locator("iframe").locator("#verdict")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_address_chooses_theme_time_and_clock(page: Page, site: Site, theme: str):
    run = finished_run(page, site)
    page.goto(f"{site.url}/e/{run}?theme={theme}#t=1-3&at=2")
    expect(page.locator("html")).to_have_attribute("data-status", "finished")
    expect(page.locator("[data-part=now]")).to_have_text("0:02.000")

    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 20, 25)"}[theme]
    assert {tick[:4] for tick in steps.ticks(page)} <= {"0:01", "0:02", "0:03"}


def test_the_clock_of_a_frame_plays_by_keyboard(page: Page, site: Site):
    run = finished_run(page, site)
    page.goto(f"{site.url}/e/{run}")
    expect(page.locator("html")).to_have_attribute("data-status", "finished")
    page.locator("#gantt").focus()
    page.keyboard.press("1")
    page.keyboard.press("Space")

    expect(page.locator("[data-part=play]")).to_have_attribute("data-state", "playing")
    page.keyboard.press("Space")
    expect(page.locator("[data-part=play]")).to_have_attribute("data-state", "paused")


def test_keys_of_the_run_s_page_that_mean_nothing_here_do_nothing(page: Page, site: Site):
    run = finished_run(page, site)
    page.goto(f"{site.url}/e/{run}")
    expect(page.locator("html")).to_have_attribute("data-status", "finished")
    page.locator("#gantt").focus()
    for key in ("i", "v", "x", "q", "c", "Shift+C", "/", "?", "t", "n", "Enter", "Escape", "h"):
        page.keyboard.press(key)
    steps.settled(page)

    expect(page.locator(".label-name")).to_have_text(["web", "fetch", "proxy", "app"])


def test_a_frame_on_a_phone_needs_no_scrolling_sideways(page: Page, site: Site):
    run = finished_run(page, site)
    page.set_viewport_size({"width": 340, "height": 300})
    page.goto(f"{site.url}/e/{run}")
    expect(page.locator("html")).to_have_attribute("data-status", "finished")

    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(".gantt-plot").bounding_box()
    assert box
    assert box["width"] > 150
    assert box["height"] > 80
